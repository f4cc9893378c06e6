//! Texts as the numbers of a tokenizer, to compare them with those of other programs.

use std::path::PathBuf;

use mlbook::hub::Wording;
use mlbook::prelude::*;

/// Which tokenizer, which texts, and where to write their numbers.
#[derive(clap::Args, Clone, Debug)]
pub struct TokenFlags {
    /// A folder with tokenizer.json, vocab.txt, or vocab.json and merges.txt
    #[arg(long, value_name = "DIR")]
    pub tokenizer: PathBuf,
    /// A JSON list of texts
    #[arg(long, value_name = "FILE")]
    pub texts: PathBuf,
    /// Gets a JSON list with a list of numbers for each text
    #[arg(long, value_name = "FILE")]
    pub json: PathBuf,
}

/// Texts in, numbers out.
///
/// # Errors
/// Files that are not there or damaged.
pub fn run(flags: &TokenFlags) -> anyhow::Result<()> {
    let wording = Wording::read(&flags.tokenizer)?;
    let texts: Vec<String> = serde_json::from_slice(&mlbook::files::read(&flags.texts)?)?;
    let numbers = wording.encode_all(&texts);
    say!("{} texts, {} tokens", numbers.len(), numbers.iter().map(Vec::len).sum::<usize>());
    Ok(mlbook::files::write(&flags.json, &serde_json::to_vec(&numbers)?)?)
}
