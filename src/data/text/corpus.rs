//! Sections 15.3.1 to 15.3.4: a text, its characters as numbers, and pieces of it in mini-batches.

use std::path::{Path, PathBuf};

use burn::tensor::{Device, Int, Tensor, TensorData};

use super::{Characters, TextError, own_source, read_island, read_text};
use crate::cli::{Run, rule};
use crate::data::{self, DataError};
use crate::show::grouped;

/// A text too short to cut a single piece from.
#[derive(Debug, thiserror::Error)]
#[error(
    "the text has {length} characters; pieces of {piece} and one more to foretell need {least}. Give a longer text, or a smaller \
     --seq-length"
)]
pub struct TooShort {
    length: usize,
    piece: usize,
    least: usize,
}

/// A text that cannot be learnt from.
#[derive(Debug, thiserror::Error)]
pub enum CorpusError {
    #[error(transparent)]
    Text(#[from] TextError),
    #[error(transparent)]
    Data(#[from] DataError),
}

/// A reader's own text.
#[derive(clap::Args, Clone, Debug)]
pub struct OwnText {
    /// Learn from a text of yours (UTF-8)
    #[arg(long, value_name = "FILE")]
    pub text: Option<PathBuf>,
    /// Texts up to so many megabytes are read
    #[arg(long, default_value_t = 50, value_parser = rule::at_least_one)]
    pub max_mb: usize,
}

/// A text as numbers.
#[derive(Clone, Debug)]
pub struct Corpus {
    pub characters: Characters,
    /// The number of each character of the text, in the text's order.
    pub encoded: Vec<i32>,
    /// Where the text comes from.
    pub source: String,
    /// A beginning that fits the text.
    pub prompt: String,
}

impl Corpus {
    /// The text of a run: a reader's own file; else *The Mysterious Island*, if it is there; else, with the quick settings, this
    /// project's own source code.
    ///
    /// # Errors
    /// A file that is no text, or a novel that is not where `--data-dir` says.
    pub fn load(file: Option<&Path>, most_mb: usize, run: &Run) -> Result<Self, CorpusError> {
        if let Some(file) = file {
            let text = read_text(file, most_mb)?;
            let prompt = text.chars().take(10).collect();
            return Ok(Self::of(&text, file.display().to_string(), prompt)?);
        }
        if let Some(found) = data::locate_or_make("mysterious-island", run)? {
            let novel = read_island(&found.path("1268-0.txt"))?;
            return Ok(Self::of(&novel, found.describe(), "The island".to_owned())?);
        }
        let source = "this project's source code (stand-in for mysterious-island; fetch the novel with: cargo book data \
                      fetch mysterious-island)";
        Ok(Self::of(&own_source(), source.to_owned(), "/// The ".to_owned())?)
    }

    /// A text in memory.
    pub fn of(text: &str, source: String, prompt: String) -> Result<Self, TextError> {
        let characters = Characters::of(text);
        let encoded = characters.encode(text)?;
        Ok(Self { characters, encoded, source, prompt })
    }

    /// One line on it.
    pub fn describe(&self) -> String {
        format!("{} characters, {} different", grouped(self.encoded.len()), self.characters.len())
    }

    /// Cuts the last `share` off, to test on.
    pub fn split(&self, share: f64) -> (&[i32], &[i32]) {
        let kept = (self.encoded.len() as f64 * (1.0 - share)).round() as usize;
        self.encoded.split_at(kept.min(self.encoded.len()))
    }

    /// The entropy of single characters in nats: the loss of one who knows how often each occurs and nothing else.
    pub fn entropy(&self) -> f64 {
        let mut counts = vec![0_usize; self.characters.len()];
        for &number in &self.encoded {
            counts[number as usize] += 1;
        }
        let all = self.encoded.len() as f64;
        counts
            .into_iter()
            .filter(|&count| count > 0)
            .map(|count| count as f64 / all)
            .map(|p| -p * p.ln())
            .sum()
    }
}

/// How many pieces of `length` characters and the next one a text has, one beginning at each character.
///
/// # Errors
/// [`TooShort`] if there is none.
pub fn pieces(text: &[i32], length: usize) -> Result<usize, TooShort> {
    let too_short = || TooShort { length: text.len(), piece: length, least: length + 1 };
    text.len().checked_sub(length).filter(|&count| count > 0).ok_or_else(too_short)
}

/// Pieces of `length` characters that begin at `starts`, and the same pieces one character later: what is read, and what is to be
/// foretold. Both `[batch, length]`.
pub fn batch(
    text: &[i32],
    starts: &[usize],
    length: usize,
    device: &Device,
) -> (Tensor<2, Int>, Tensor<2, Int>) {
    let cut = |shift: usize| {
        let numbers: Vec<i32> =
            starts.iter().flat_map(|&start| &text[start + shift..][..length]).copied().collect();
        Tensor::from_data(TensorData::new(numbers, [starts.len(), length]), device)
    };
    (cut(0), cut(1))
}
