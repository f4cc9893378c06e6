//! A language model's folder: the network, and how texts become its numbers, be these characters or GPT-2's tokens.

use std::path::Path;

use mlbook::data::text::{Characters, TextError};
use mlbook::files;
use mlbook::hub::{HubError, Wording};
use mlbook::prelude::*;

use crate::gpt2::Gpt2;
use crate::gpt2_config::{self, Gpt2Config};

/// The file that a network of characters has in place of a tokenizer.
pub const CHARACTERS: &str = "characters.json";

/// How a text becomes numbers, and numbers a text.
#[derive(Clone, Debug)]
pub enum Script {
    Characters(Characters),
    Tokens(Wording),
}

impl Script {
    /// What the folder of a model with `vocab_size` numbers has.
    ///
    /// # Errors
    /// None, a damaged one, or one of another model.
    pub fn read(folder: &Path, vocab_size: usize) -> Result<Self, HubError> {
        let path = folder.join(CHARACTERS);
        if !path.is_file() {
            return Ok(Self::Tokens(Wording::read_for(folder, vocab_size)?));
        }
        let wrong = |problem: String| HubError::Wording { path: path.clone(), problem };
        let characters: Characters =
            serde_json::from_slice(&files::read(&path)?).map_err(|error| wrong(error.to_string()))?;
        let known = characters.len();
        if known != vocab_size {
            return Err(wrong(format!("it has {known} characters where the model has {vocab_size}")));
        }
        Ok(Self::Characters(characters))
    }

    /// # Errors
    /// [`TextError::UnknownCharacter`] if a character did not occur in what was learnt.
    pub fn encode(&self, text: &str) -> Result<Vec<i32>, TextError> {
        match self {
            Self::Characters(characters) => characters.encode(text),
            Self::Tokens(wording) => Ok(wording.encode(text)),
        }
    }

    pub fn decode(&self, numbers: &[i32]) -> String {
        match self {
            Self::Characters(characters) => characters.decode(numbers),
            Self::Tokens(wording) => wording.decode(numbers),
        }
    }
}

/// A network that writes, from its folder.
#[derive(Debug)]
pub struct LanguageModel {
    pub network: Gpt2,
    pub config: Gpt2Config,
    pub script: Script,
}

impl LanguageModel {
    /// # Errors
    /// A folder that is damaged, or whose files do not fit together.
    pub fn load(folder: &Path, device: &Device) -> Result<Self, HubError> {
        let script = Script::read(folder, Gpt2Config::read(folder)?.vocab_size)?;
        let (network, config) = gpt2_config::load(folder, device)?;
        Ok(Self { network, config, script })
    }
}
