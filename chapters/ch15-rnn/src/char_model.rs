//! Section 15.3.5: a network that reads a text character by character and says which one comes next.
//! Reaches 1.15 nats a character on *The Mysterious Island* with `--book`.

use mlbook::prelude::*;

/// Sizes of a [`CharModel`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Sizes {
    pub vocab_size: usize,
    pub embed_dim: usize,
    pub rnn_hidden_size: usize,
}

/// What the network remembers of the text so far: hidden and cell state, each `[1, batch, hidden]`.
#[derive(Clone, Debug)]
pub struct State {
    pub hidden: Tensor<3>,
    pub cell: Tensor<3>,
}

/// A vector for each character, an LSTM, a score for each character that could follow; 1,638,480 parameters with the book's 80
/// characters, 256 and 512.
#[derive(Module, Debug)]
pub struct CharModel {
    embedding: Embedding,
    rnn: Lstm,
    fc: Linear,
}

impl CharModel {
    /// Draws every weight as PyTorch would.
    pub fn new(sizes: Sizes, generator: &Generator, device: &Device) -> Self {
        let Sizes { vocab_size, embed_dim, rnn_hidden_size } = sizes;
        Self {
            embedding: embedding(vocab_size, embed_dim).init(generator, device),
            rnn: lstm(embed_dim, rnn_hidden_size).init(generator, device),
            fc: linear(rnn_hidden_size, vocab_size).init(generator, device),
        }
    }

    /// The memory before the first character: nothing.
    pub fn init_hidden(sizes: Sizes, batch: usize, device: &Device) -> State {
        let zeros = || Tensor::zeros([1, batch, sizes.rnn_hidden_size], device);
        State { hidden: zeros(), cell: zeros() }
    }

    /// Scores of the next character after each one read, and the memory after the last. The book feeds one character a call and
    /// carries the memory over; a whole piece at once gives the same numbers and is faster.
    ///
    /// # Shapes
    /// - characters: `[batch, steps]`
    /// - returns logits: `[batch, steps, vocab_size]`
    pub fn forward(&self, characters: Tensor<2, Int>, state: State) -> (Tensor<3>, State) {
        let x = self.embedding.forward(characters); // [batch, steps, embed_dim]
        let read = self.rnn.forward_from(x, state.hidden, state.cell);
        let logits = self.fc.forward(read.output); // [batch, steps, vocab_size]
        (logits, State { hidden: read.hidden, cell: read.cell })
    }
}

/// The book's loss: the sum over the steps of the mean cross-entropy of each.
///
/// # Shapes
/// - logits: `[batch, steps, vocab_size]`, targets: `[batch, steps]`
/// - returns `[1]`
pub fn summed_cross_entropy(logits: Tensor<3>, targets: Tensor<2, Int>) -> Tensor<1> {
    let [_, steps] = targets.dims();
    cross_entropy(logits.flatten(0, 1), targets.flatten(0, 1)) * steps as f32 // [1]
}
