//! A trained character model on the disk: its characters, its sizes, its weights.

use std::path::{Path, PathBuf};

use mlbook::data::text::Characters;
use mlbook::files;
use mlbook::nn::weights;
use mlbook::prelude::*;
use mlbook::train::WEIGHTS;
use serde::{Deserialize, Serialize};

use crate::char_model::{CharModel, Sizes};

/// The file that says what the weights beside it are.
pub const CARD: &str = "characters.json";

/// A folder without a character model that can be used.
#[derive(Debug, thiserror::Error)]
pub enum SavedError {
    #[error("{}: not what charlm writes ({problem}). Give the folder of a finished run with --model.", path.display())]
    Card { path: PathBuf, problem: String },
}

/// What [`CARD`] holds.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Card {
    pub characters: Characters,
    pub sizes: Sizes,
    /// A beginning that fits the text that was learnt.
    pub prompt: String,
}

impl Card {
    /// Writes the card into the run's folder, beside the weights that a training leaves there.
    pub fn save(&self, run: &Run) -> anyhow::Result<()> {
        Ok(run.save_json(CARD, self)?)
    }

    /// Reads a card and the model that it describes from a run's folder.
    ///
    /// # Errors
    /// No such files, or files of something else.
    pub fn load(folder: &Path, device: &Device) -> anyhow::Result<(Self, CharModel)> {
        let path = folder.join(CARD);
        let wrong = |problem: String| SavedError::Card { path: path.clone(), problem };
        let card: Self = serde_json::from_slice(&files::read(&path)?).map_err(|e| wrong(e.to_string()))?;
        if card.characters.len() != card.sizes.vocab_size {
            return Err(wrong("its characters and its sizes do not fit".to_owned()).into());
        }
        let model = CharModel::new(card.sizes, &Generator::seeded(0), device);
        Ok((card, weights::load(model, &folder.join(WEIGHTS))?))
    }
}
