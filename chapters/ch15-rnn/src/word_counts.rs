//! What counting words alone can do: a judge to measure the recurrent networks by.

use mlbook::prelude::*;

use crate::sentiment_model::Judge;

/// Logistic regression on the counts of words: each word has a weight, a text the sum of its words'.
#[derive(Module, Debug)]
pub struct WordCounts {
    embedding: Embedding,
}

impl WordCounts {
    /// All words are neutral at first.
    pub fn new(vocab_size: usize, generator: &Generator, device: &Device) -> Self {
        let mut embedding = embedding(vocab_size, 1).padding(0).init(generator, device);
        embedding.weight = embedding.weight.map(|weight| Tensor::zeros_like(&weight).require_grad());
        Self { embedding }
    }
}

impl Judge for WordCounts {
    fn probability(&self, tokens: Tensor<2, Int>, _: &[usize]) -> Tensor<2> {
        let weights = self.embedding.forward(tokens); // [batch, steps, 1]
        sigmoid(weights.sum_dim(1).squeeze_dim::<2>(1)) // [batch, 1]
    }
}
