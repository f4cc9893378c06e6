//! The plain recurrent layer.

use burn::module::Module;
use burn::tensor::Tensor;

use super::builder::{Recurrent, RecurrentBuilder};
use super::stack::{RecurrentStack, Stacked};
use crate::nn::kernel::Gates;

/// `torch.nn.RNN(input, hidden, batch_first=True)`: one layer, one direction, with biases.
///
/// # Panics
/// If `hidden` is 0.
pub fn rnn(input: usize, hidden: usize) -> RecurrentBuilder<Rnn> {
    RecurrentBuilder::new(input, hidden)
}

/// A recurrent layer (Elman, 1990), `h' = tanh(W_ih·x + b_ih + W_hh·h + b_hh)`; see [`rnn`].
#[derive(Module, Debug)]
pub struct Rnn {
    stack: RecurrentStack,
}

/// What an [`Rnn`] or a [`Gru`](super::Gru) returns.
#[derive(Clone, Debug)]
pub struct RnnOutput {
    /// The last layer's hidden state after every step, `[batch, steps, directions·hidden]`; zero on padding.
    pub output: Tensor<3>,
    /// Every layer's hidden state at the end, `[layers·directions, batch, hidden]`.
    pub hidden: Tensor<3>,
}

impl Rnn {
    /// Reads sequences of one length, from a hidden state of zeros.
    ///
    /// # Shapes
    /// - input: `[batch, steps, input]`
    ///
    /// # Panics
    /// If there is no step.
    pub fn forward(&self, input: Tensor<3>) -> RnnOutput {
        self.stack.forward(input, &[], None).into()
    }

    /// [`forward`](Self::forward) from a given hidden state, `[layers·directions, batch, hidden]`.
    ///
    /// # Panics
    /// If there is no step, or the state has another shape.
    pub fn forward_from(&self, input: Tensor<3>, hidden: Tensor<3>) -> RnnOutput {
        self.stack.forward(input, &[hidden], None).into()
    }

    /// Reads sequences of different lengths, padded to the longest, from a hidden state of zeros. The rows need not be sorted.
    ///
    /// # Panics
    /// If the lengths are not one a row, each from 1 to the number of steps.
    pub fn forward_packed(&self, input: Tensor<3>, lengths: &[usize]) -> RnnOutput {
        self.stack.forward(input, &[], Some(lengths)).into()
    }
}

impl Recurrent for Rnn {
    const GATES: Gates = Gates::Rnn;
}

impl From<RecurrentStack> for Rnn {
    fn from(stack: RecurrentStack) -> Self {
        Self { stack }
    }
}

impl From<Stacked> for RnnOutput {
    fn from(stacked: Stacked) -> Self {
        let hidden = stacked.state(0);
        Self { output: stacked.output, hidden }
    }
}
