//! A vector of its own for every token.

use burn::module::{Module, Param};
use burn::tensor::{Device, Int, Tensor};

use super::layers::parameter;
use super::{kernel, observe};
use crate::rng::Generator;

/// A table of vectors, not yet initialised; see [`embedding`].
#[derive(Clone, Copy, Debug)]
pub struct EmbeddingBuilder {
    tokens: usize,
    size: usize,
    padding: Option<usize>,
}

/// `torch.nn.Embedding(tokens, size)`: a vector of `size` numbers for each of `tokens` tokens.
pub fn embedding(tokens: usize, size: usize) -> EmbeddingBuilder {
    EmbeddingBuilder { tokens, size, padding: None }
}

impl EmbeddingBuilder {
    /// The token that fills up short rows: its vector starts as zeros and never learns.
    ///
    /// # Panics
    /// If there is no such token.
    pub fn padding(self, token: usize) -> Self {
        assert!(token < self.tokens, "the padding token is one of the {}, not {token}", self.tokens);
        Self { padding: Some(token), ..self }
    }

    /// Draws the table `[tokens, size]` from N(0, 1).
    pub fn init(self, generator: &Generator, device: &Device) -> Embedding {
        let table = generator.lock().randn(self.tokens * self.size);
        self.table(table, device)
    }

    /// Draws the table from N(0, `deviation`²) as BERT and GPT-2 do. A deviation of 0 draws nothing: for a table that gets its
    /// numbers from a file.
    pub fn init_normal(self, deviation: f64, generator: &Generator, device: &Device) -> Embedding {
        let table = generator.lock().normal_or_zeros(self.tokens * self.size, deviation);
        self.table(table, device)
    }

    fn table(self, mut table: Vec<f32>, device: &Device) -> Embedding {
        if let Some(token) = self.padding {
            table[token * self.size..(token + 1) * self.size].fill(0.0);
        }
        Embedding { weight: parameter(table, [self.tokens, self.size], device), padding: self.padding }
    }
}

/// A table of vectors, one for each token; see [`embedding`].
#[derive(Module, Debug)]
pub struct Embedding {
    /// `[tokens, size]`
    pub weight: Param<Tensor<2>>,
    #[module(skip)]
    padding: Option<usize>,
}

impl Embedding {
    /// # Shapes
    /// - tokens: `[batch, steps]`, each below the number of tokens
    /// - returns `[batch, steps, size]`
    pub fn forward(&self, tokens: Tensor<2, Int>) -> Tensor<3> {
        observe::leaves(self.weight.id, kernel::embedding(self.weight.val(), tokens, self.padding))
    }
}
