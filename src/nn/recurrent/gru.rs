//! The recurrent layer with reset and update gates.

use burn::module::Module;
use burn::tensor::Tensor;

use super::builder::{Recurrent, RecurrentBuilder};
use super::rnn::RnnOutput;
use super::stack::RecurrentStack;
use crate::nn::kernel::Gates;

/// `torch.nn.GRU(input, hidden, batch_first=True)`: one layer, one direction, with biases.
///
/// # Panics
/// If `hidden` is 0.
pub fn gru(input: usize, hidden: usize) -> RecurrentBuilder<Gru> {
    RecurrentBuilder::new(input, hidden)
}

/// Gated recurrent units (Cho et al., 2014), in PyTorch's form; see [`gru`].
///
/// ```text
/// r  = σ(W_ir·x + b_ir + W_hr·h + b_hr)
/// z  = σ(W_iz·x + b_iz + W_hz·h + b_hz)
/// n  = tanh(W_in·x + b_in + r ⊙ (W_hn·h + b_hn))
/// h' = (1 − z) ⊙ n + z ⊙ h
/// ```
#[derive(Module, Debug)]
pub struct Gru {
    stack: RecurrentStack,
}

impl Gru {
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

impl Recurrent for Gru {
    const GATES: Gates = Gates::Gru;
}

impl From<RecurrentStack> for Gru {
    fn from(stack: RecurrentStack) -> Self {
        Self { stack }
    }
}
