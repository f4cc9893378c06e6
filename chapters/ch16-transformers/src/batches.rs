//! Section 16.3.2: texts as numbers, in batches that are filled up to their longest text.

use burn::tensor::Bool;
use mlbook::data::text::Encoded;
use mlbook::hub::Wording;
use mlbook::prelude::*;

/// Texts as numbers of the same length, with what is a word in them and what fills them up.
#[derive(Clone, Debug)]
pub struct Batch {
    /// `[batch, steps]`, filled up with 0
    pub tokens: Tensor<2, Int>,
    /// `[batch, steps]`, true at words
    pub words: Tensor<2, Bool>,
}

impl Batch {
    /// The texts at `rows`.
    pub fn of(texts: &Encoded, rows: &[usize], device: &Device) -> Self {
        let batch = texts.batch(rows);
        let is_word = |length: usize| (0..batch.longest).map(move |step| step < length);
        let words: Vec<bool> = batch.lengths.iter().flat_map(|&length| is_word(length)).collect();
        let shape = [batch.lengths.len(), batch.longest];
        let words = Tensor::from_data(TensorData::new(words, shape), device);
        Self { tokens: batch.tokens(device), words }
    }

    /// For attention: only words are looked at.
    pub fn mask(&self) -> Mask {
        Mask::Keys(self.words.clone())
    }
}

/// All texts as numbers, cut to `length` tokens. Labels are the texts' classes.
///
/// # Errors
/// A length without room for a word.
pub fn encoded<T: AsRef<str> + Sync>(
    texts: &[T],
    positive: &[bool],
    wording: Wording,
    length: usize,
) -> Result<Encoded, mlbook::hub::HubError> {
    let wording = wording.cut_to(length)?;
    let mut encoded = Encoded::default();
    for (numbers, &positive) in wording.encode_all(texts).iter().zip(positive) {
        encoded.push(numbers, positive);
    }
    Ok(encoded)
}

/// Rows in batches of about the same length, so that little is filled up.
pub fn by_length(texts: &Encoded, batch_size: usize) -> Vec<Vec<usize>> {
    let lengths = texts.lengths();
    let mut order: Vec<usize> = (0..texts.len()).collect();
    order.sort_by_key(|&row| lengths[row]);
    order.chunks(batch_size).map(<[usize]>::to_vec).collect()
}
