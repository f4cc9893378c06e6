//! A small DistilBERT and its vocabulary, for a reader without pretrained weights: learnt from the training texts alone.

use std::collections::BTreeMap;
use std::path::Path;

use mlbook::data::text::Review;
use mlbook::hub::{Activation, HubError, Wording};

use crate::distilbert::DistilBertConfig;

/// Words that are more frequent than this are tokens; others are spelled.
const FREQUENT: usize = 5;
/// The most tokens.
const MOST: usize = 8_000;

/// Sizes with which a network learns in seconds.
pub fn config(vocab_size: usize, max_length: usize) -> DistilBertConfig {
    DistilBertConfig {
        vocab_size,
        max_position_embeddings: max_length,
        dim: 64,
        n_layers: 2,
        n_heads: 4,
        hidden_dim: 128,
        activation: Activation::Gelu,
        dropout: 0.0,
        attention_dropout: 0.0,
        seq_classif_dropout: 0.0,
        initializer_range: 0.1,
    }
}

/// Writes the `vocab.txt` of the reviews' words into `folder` and reads it as a tokenizer: special tokens, frequent words, and single
/// letters with which other words are spelled.
///
/// # Errors
/// A file that cannot be written.
pub fn wording(folder: &Path, reviews: &[Review]) -> Result<Wording, HubError> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for review in reviews {
        let text = review.text.to_lowercase();
        for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() > 1) {
            *counts.entry(word.to_owned()).or_default() += 1;
        }
    }
    let mut words: Vec<(String, usize)> =
        counts.into_iter().filter(|(_, count)| *count >= FREQUENT).collect();
    words.sort_by(|(a, often), (b, other)| other.cmp(often).then(a.cmp(b)));
    let special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"].map(str::to_owned);
    let letters = || ('a'..='z').chain('0'..='9');
    let marks = "!\"'(),-.:;?".chars().map(String::from);
    let spelling = letters().map(String::from).chain(letters().map(|c| format!("##{c}")));
    let tokens: Vec<String> = special
        .into_iter()
        .chain(marks)
        .chain(spelling)
        .chain(words.into_iter().map(|(word, _)| word))
        .collect();
    let text = tokens.iter().take(MOST).map(|token| format!("{token}\n")).collect::<String>();
    mlbook::files::write(&folder.join("vocab.txt"), text.as_bytes())?;
    Wording::read(folder)
}
