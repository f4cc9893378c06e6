//! Section 15.2.7: a network of two recurrent layers, the simplest that reads a sequence and says one number.

use mlbook::prelude::*;

/// Two recurrent layers and a dense one on the second's final state; 5,281 parameters with 64 inputs and 32 hidden units.
#[derive(Module, Debug)]
pub struct TwoLayers {
    rnn: Rnn,
    fc: Linear,
}

impl TwoLayers {
    /// Draws every weight as PyTorch would.
    pub fn new(input_size: usize, hidden_size: usize, generator: &Generator, device: &Device) -> Self {
        Self {
            rnn: rnn(input_size, hidden_size).num_layers(2).init(generator, device),
            fc: linear(hidden_size, 1).init(generator, device),
        }
    }

    /// # Shapes
    /// - sequences: `[batch, steps, input]`
    /// - returns `[batch, 1]`
    pub fn forward(&self, sequences: Tensor<3>) -> Tensor<2> {
        let hidden = self.rnn.forward(sequences).hidden; // [2, batch, hidden]
        self.fc.forward(hidden.narrow(0, 1, 1).squeeze_dim(0)) // [batch, 1]
    }
}
