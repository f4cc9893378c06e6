//! What a network that writes remembers: the keys and values of every token that it has read, so that each is computed once.

use mlbook::prelude::*;

/// The memory of all blocks.
#[derive(Clone, Debug)]
pub struct Cache {
    pub(crate) layers: Vec<LayerCache>,
    len: usize,
}

/// Keys and values of one block, `[batch, heads, positions, width]`.
#[derive(Clone, Debug, Default)]
pub struct LayerCache(Option<(Tensor<4>, Tensor<4>)>);

impl Cache {
    /// An empty one for a network of `layers` blocks.
    pub fn new(layers: usize) -> Self {
        Self { layers: vec![LayerCache::default(); layers], len: 0 }
    }

    /// Tokens read.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether nothing was read yet.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub(crate) fn advance(&mut self, tokens: usize) {
        self.len += tokens;
    }
}

impl LayerCache {
    /// Adds keys and values and returns all there are.
    pub(crate) fn extend(&mut self, key: Tensor<4>, value: Tensor<4>) -> (Tensor<4>, Tensor<4>) {
        let all = match self.0.take() {
            Some((keys, values)) => (Tensor::cat(vec![keys, key], 2), Tensor::cat(vec![values, value], 2)),
            None => (key, value),
        };
        self.0 = Some(all.clone());
        all
    }
}
