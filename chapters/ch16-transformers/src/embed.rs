//! Texts as vectors: each is taken apart, encoded with others of its length, and put back in its place.

use mlbook::data::text::Encoded;
use mlbook::prelude::*;
use mlbook::show::floats;

use crate::batches::{Batch, by_length};
use crate::minilm::SentenceEncoder;

/// Texts that are encoded together.
const BATCH: usize = 32;

/// The vectors of all texts, `[texts, dim]`, in their order.
pub fn embed(model: &SentenceEncoder, texts: &Encoded, device: &Device) -> Tensor<2> {
    embed_by(|batch| model.forward(batch), texts, device)
}

/// The same by any way from a batch of texts to `[batch, dim]`.
pub fn embed_by(vectors: impl Fn(&Batch) -> Tensor<2>, texts: &Encoded, device: &Device) -> Tensor<2> {
    let mut rows_of = vec![Vec::new(); texts.len()];
    for rows in by_length(texts, BATCH) {
        let vectors = vectors(&Batch::of(texts, &rows, device)); // [batch, dim]
        let dim = vectors.dims()[1];
        for (&row, vector) in rows.iter().zip(floats(&vectors).chunks_exact(dim)) {
            rows_of[row] = vector.to_vec();
        }
    }
    let dim = rows_of.first().map_or(0, Vec::len);
    let values: Vec<f32> = rows_of.into_iter().flatten().collect();
    Tensor::from_data(TensorData::new(values, [texts.len(), dim]), device)
}
