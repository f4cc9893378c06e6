//! `predict TEXT…`: what a network of section 15.2 that was trained thinks of other texts, and which words make it think so.

use std::path::{Path, PathBuf};

use clap::Args;
use mlbook::data::text::{Encoded, Tokens, UNKNOWN, Vocabulary, tokenizer};
use mlbook::device::{self, DeviceChoice};
use mlbook::files;
use mlbook::nn::weights;
use mlbook::prelude::*;
use mlbook::train::WEIGHTS;
use serde::{Deserialize, Serialize};

use crate::sentiment::{self, Kind};
use crate::sentiment_model::{Judge, Sentiment, Sizes};
use crate::word_counts::WordCounts;

/// The file that says what the weights beside it are.
pub const CARD: &str = "reviews.json";
/// So many words of a text have their weight in the judgement printed.
const NAMED: usize = 3;
/// Texts up to so many words are read again without each of them.
const LONGEST: usize = 400;

/// Flags of `predict`.
#[derive(Args, Clone, Debug)]
pub struct PredictFlags {
    /// Texts to judge
    #[arg(required = true, value_name = "TEXT")]
    pub texts: Vec<String>,
    /// Folder of a finished sentiment run
    #[arg(long, value_name = "DIR", default_value = "out/ch15-rnn/sentiment")]
    pub model: PathBuf,
    /// Where to compute
    #[arg(long, value_enum, default_value_t)]
    pub device: DeviceChoice,
}

/// A folder without a network that can be used, or a text without words.
#[derive(Debug, thiserror::Error)]
pub enum PredictError {
    #[error("{}: not what sentiment writes ({problem}). Give the folder of a finished run with --model.", path.display())]
    Card { path: PathBuf, problem: String },
    #[error("text {place} has no words. Give one with at least one letter or digit.")]
    Empty { place: usize },
}

/// What [`CARD`] holds.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Card {
    pub kind: Kind,
    pub sizes: Sizes,
    /// What 0 and 1 stand for.
    pub names: [String; 2],
    pub vocabulary: Vocabulary,
}

impl Card {
    /// Writes the card into the run's folder, beside the weights that a training leaves there.
    pub fn save(&self, run: &Run) -> anyhow::Result<()> {
        Ok(run.save_json(CARD, self)?)
    }

    /// Reads a card from a run's folder.
    ///
    /// # Errors
    /// No such file, or a file of something else.
    pub fn load(folder: &Path) -> anyhow::Result<Self> {
        let path = folder.join(CARD);
        let wrong = |problem: String| PredictError::Card { path: path.clone(), problem };
        let card: Self = serde_json::from_slice(&files::read(&path)?).map_err(|e| wrong(e.to_string()))?;
        if card.vocabulary.len() != card.sizes.vocab_size {
            return Err(wrong("its words and its sizes do not fit".to_owned()).into());
        }
        Ok(card)
    }
}

/// Prints for each text the likelier label with its probability, and the words without which it would be another.
///
/// # Errors
/// No such network; a text without words.
pub fn run(flags: &PredictFlags) -> anyhow::Result<()> {
    let device = device::open(flags.device)?;
    let card = Card::load(&flags.model)?;
    let texts: Vec<Tokens> = flags.texts.iter().map(|text| tokenizer(text)).collect();
    if let Some(i) = texts.iter().position(Tokens::is_empty) {
        return Err(PredictError::Empty { place: i + 1 }.into());
    }
    let (generator, sizes) = (Generator::seeded(0), card.sizes);
    match card.kind {
        Kind::Lstm => {
            judge(Sentiment::lstm(sizes, false, &generator, &device), &card, &texts, flags, &device)
        }
        Kind::Bilstm => {
            judge(Sentiment::lstm(sizes, true, &generator, &device), &card, &texts, flags, &device)
        }
        Kind::Rnn => judge(Sentiment::rnn(sizes, &generator, &device), &card, &texts, flags, &device),
        Kind::Counts => {
            judge(WordCounts::new(sizes.vocab_size, &generator, &device), &card, &texts, flags, &device)
        }
    }
}

fn judge<M: Judge>(
    model: M,
    card: &Card,
    texts: &[Tokens],
    flags: &PredictFlags,
    device: &Device,
) -> anyhow::Result<()> {
    let model = weights::load(model, &flags.model.join(WEIGHTS))?;
    for (tokens, text) in texts.iter().zip(&flags.texts) {
        let (probability, words) = with_and_without(&model, &card.vocabulary, tokens, device);
        let likelier = usize::from(probability >= 0.5);
        let share = if likelier == 1 { probability } else { 1.0 - probability };
        say!("{} {share:.4}  {text}", card.names[likelier]);
        let told: Vec<String> = words.iter().map(|(word, change)| format!("{word} {change:+.3}")).collect();
        if !told.is_empty() {
            say!("    what counts for {}: {}", card.names[1], told.join("  "));
        }
        let unknown: Vec<&str> =
            tokens.iter().filter(|word| card.vocabulary.number(word) == UNKNOWN).collect();
        if !unknown.is_empty() {
            say!("    words it never saw: {}", unknown.join(" "));
        }
    }
    Ok(())
}

/// The probability of the second label, and the words that count most, each with what the probability loses when the network
/// does not see it. A text of one word, or of very many, has no such list.
fn with_and_without<'a, M: Judge>(
    model: &M,
    vocabulary: &Vocabulary,
    tokens: &'a Tokens,
    device: &Device,
) -> (f32, Vec<(&'a str, f32)>) {
    let mut versions = Encoded::default();
    versions.push(&vocabulary.encode(tokens), true);
    let length = tokens.len();
    if (2..=LONGEST).contains(&length) {
        for place in 0..length {
            versions.push(&vocabulary.encode(&tokens.without(place)), true);
        }
    }
    let probabilities = sentiment::test(model, &versions, device).probabilities;
    let mut words: Vec<(&str, f32)> = tokens
        .iter()
        .zip(&probabilities[1..])
        .map(|(word, without)| (word, probabilities[0] - without))
        .collect();
    words.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
    words.truncate(NAMED);
    (probabilities[0], words)
}
