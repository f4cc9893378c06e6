//! Sections 15.2.8 and 15.2.10: networks that read a review to its end and say whether it praises the film.

use burn::module::ModuleDisplay;
use mlbook::prelude::*;

/// A network that judges texts.
pub trait Judge: Module + ModuleDisplay {
    /// The probability that each text is a positive one.
    ///
    /// # Shapes
    /// - tokens: `[batch, steps]`, filled up with 0
    /// - lengths: how many tokens of each row are real, at least one
    /// - returns `[batch, 1]`
    fn probability(&self, tokens: Tensor<2, Int>, lengths: &[usize]) -> Tensor<2>;
}

impl<R: Reader> Judge for Sentiment<R> {
    fn probability(&self, tokens: Tensor<2, Int>, lengths: &[usize]) -> Tensor<2> {
        self.forward(tokens, lengths)
    }
}

/// Sizes of a [`Sentiment`] network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Sizes {
    pub vocab_size: usize,
    pub embed_dim: usize,
    pub rnn_hidden_size: usize,
    pub fc_hidden_size: usize,
}

impl Sizes {
    /// The book's; with 69,025 words the network has 1,406,741 parameters, 1,432,853 in both directions.
    pub fn book(vocab_size: usize) -> Self {
        Self { vocab_size, embed_dim: 20, rnn_hidden_size: 64, fc_hidden_size: 64 }
    }
}

/// A recurrent layer that reads reviews of different lengths.
pub trait Reader: Module + ModuleDisplay {
    /// Outputs at every token, `[batch, steps, directions·hidden]`, and final states, `[directions, batch, hidden]`.
    fn read(&self, words: Tensor<3>, lengths: &[usize]) -> (Tensor<3>, Tensor<3>);
}

impl Reader for Lstm {
    fn read(&self, words: Tensor<3>, lengths: &[usize]) -> (Tensor<3>, Tensor<3>) {
        let read = self.forward_packed(words, lengths);
        (read.output, read.hidden)
    }
}

impl Reader for Rnn {
    fn read(&self, words: Tensor<3>, lengths: &[usize]) -> (Tensor<3>, Tensor<3>) {
        let read = self.forward_packed(words, lengths);
        (read.output, read.hidden)
    }
}

/// A vector for each word, a recurrent layer over them, two dense layers on what it thinks at the end.
#[derive(Module, Debug)]
pub struct Sentiment<R: Reader> {
    embedding: Embedding,
    rnn: R,
    fc1: Linear,
    fc2: Linear,
}

impl Sentiment<Lstm> {
    /// With long short-term memory, in one direction or in both. Draws every weight as PyTorch would.
    pub fn lstm(sizes: Sizes, bidirectional: bool, generator: &Generator, device: &Device) -> Self {
        let layer = lstm(sizes.embed_dim, sizes.rnn_hidden_size);
        if bidirectional {
            Self::new(sizes, 2, || layer.bidirectional().init(generator, device), generator, device)
        } else {
            Self::new(sizes, 1, || layer.init(generator, device), generator, device)
        }
    }
}

impl Sentiment<Rnn> {
    /// With a plain recurrent layer.
    pub fn rnn(sizes: Sizes, generator: &Generator, device: &Device) -> Self {
        let layer = rnn(sizes.embed_dim, sizes.rnn_hidden_size);
        Self::new(sizes, 1, || layer.init(generator, device), generator, device)
    }
}

impl<R: Reader> Sentiment<R> {
    /// Layers are drawn in the book's order.
    fn new(
        sizes: Sizes,
        directions: usize,
        rnn: impl FnOnce() -> R,
        generator: &Generator,
        device: &Device,
    ) -> Self {
        Self {
            embedding: embedding(sizes.vocab_size, sizes.embed_dim).padding(0).init(generator, device),
            rnn: rnn(),
            fc1: linear(directions * sizes.rnn_hidden_size, sizes.fc_hidden_size).init(generator, device),
            fc2: linear(sizes.fc_hidden_size, 1).init(generator, device),
        }
    }

    /// The probability that a review is a positive one.
    ///
    /// # Shapes
    /// - tokens: `[batch, steps]`, filled up with 0
    /// - lengths: how many tokens of each row are real, at least one
    /// - returns `[batch, 1]`
    pub fn forward(&self, tokens: Tensor<2, Int>, lengths: &[usize]) -> Tensor<2> {
        let (_, hidden) = self.read(tokens, lengths); // [directions, batch, hidden]
        let [directions, batch, size] = hidden.dims();
        let hidden = hidden.swap_dims(0, 1).reshape([batch, directions * size]); // [batch, directions·hidden]
        self.judge(hidden)
    }

    /// The probability after every token of each review, by a network that reads in one direction only.
    ///
    /// # Shapes
    /// - tokens: `[batch, steps]`
    /// - returns `[batch, steps]`
    pub fn along(&self, tokens: Tensor<2, Int>, lengths: &[usize]) -> Tensor<2> {
        let (output, _) = self.read(tokens, lengths); // [batch, steps, hidden]
        let [batch, steps, size] = output.dims();
        self.judge(output.reshape([batch * steps, size])).reshape([batch, steps]) // [batch, steps]
    }

    /// Outputs at every token and final states of the recurrent layer; padding is not read.
    pub fn read(&self, tokens: Tensor<2, Int>, lengths: &[usize]) -> (Tensor<3>, Tensor<3>) {
        let words = self.embedding.forward(tokens); // [batch, steps, embed_dim]
        self.rnn.read(words, lengths)
    }

    fn judge(&self, hidden: Tensor<2>) -> Tensor<2> {
        let x = relu(self.fc1.forward(hidden)); // [rows, fc_hidden_size]
        sigmoid(self.fc2.forward(x)) // [rows, 1]
    }
}
