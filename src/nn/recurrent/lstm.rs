//! Long short-term memory.

use burn::module::Module;
use burn::tensor::Tensor;

use super::builder::{Recurrent, RecurrentBuilder};
use super::stack::{RecurrentStack, Stacked};
use crate::nn::kernel::Gates;

/// `torch.nn.LSTM(input, hidden, batch_first=True)`: one layer, one direction, with biases.
///
/// # Panics
/// If `hidden` is 0.
pub fn lstm(input: usize, hidden: usize) -> RecurrentBuilder<Lstm> {
    RecurrentBuilder::new(input, hidden)
}

/// Long short-term memory (Hochreiter and Schmidhuber, 1997; forget gate: Gers et al., 2000); see [`lstm`].
///
/// ```text
/// i  = σ(W_ii·x + b_ii + W_hi·h + b_hi)       f = σ(W_if·x + b_if + W_hf·h + b_hf)
/// g  = tanh(W_ig·x + b_ig + W_hg·h + b_hg)    o = σ(W_io·x + b_io + W_ho·h + b_ho)
/// c' = f ⊙ c + i ⊙ g
/// h' = o ⊙ tanh(c')
/// ```
#[derive(Module, Debug)]
pub struct Lstm {
    stack: RecurrentStack,
}

/// What an [`Lstm`] returns.
#[derive(Clone, Debug)]
pub struct LstmOutput {
    /// The last layer's hidden state after every step, `[batch, steps, directions·hidden]`; zero on padding.
    pub output: Tensor<3>,
    /// Every layer's hidden state at the end, `[layers·directions, batch, hidden]`.
    pub hidden: Tensor<3>,
    /// Every layer's cell state at the end, `[layers·directions, batch, hidden]`.
    pub cell: Tensor<3>,
}

impl Lstm {
    /// Reads sequences of one length, from hidden and cell states of zeros.
    ///
    /// # Shapes
    /// - input: `[batch, steps, input]`
    ///
    /// # Panics
    /// If there is no step.
    pub fn forward(&self, input: Tensor<3>) -> LstmOutput {
        self.stack.forward(input, &[], None).into()
    }

    /// [`forward`](Self::forward) from given hidden and cell states, each `[layers·directions, batch, hidden]`.
    ///
    /// # Panics
    /// If there is no step, or a state has another shape.
    pub fn forward_from(&self, input: Tensor<3>, hidden: Tensor<3>, cell: Tensor<3>) -> LstmOutput {
        self.stack.forward(input, &[hidden, cell], None).into()
    }

    /// Reads sequences of different lengths, padded to the longest, from hidden and cell states of zeros. The rows need not be sorted.
    ///
    /// # Panics
    /// If the lengths are not one a row, each from 1 to the number of steps.
    pub fn forward_packed(&self, input: Tensor<3>, lengths: &[usize]) -> LstmOutput {
        self.stack.forward(input, &[], Some(lengths)).into()
    }
}

impl Recurrent for Lstm {
    const GATES: Gates = Gates::Lstm;
}

impl From<RecurrentStack> for Lstm {
    fn from(stack: RecurrentStack) -> Self {
        Self { stack }
    }
}

impl From<Stacked> for LstmOutput {
    fn from(stacked: Stacked) -> Self {
        let (hidden, cell) = (stacked.state(0), stacked.state(1));
        Self { output: stacked.output, hidden, cell }
    }
}
