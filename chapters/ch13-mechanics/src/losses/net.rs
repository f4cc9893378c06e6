//! The network that all losses of this section train.

use mlbook::prelude::*;

/// One hidden layer.
#[derive(Module, Debug)]
pub struct SmallNet {
    hidden: Linear,
    output: Linear,
}

impl SmallNet {
    /// Draws every weight as PyTorch would.
    pub fn new(
        inputs: usize,
        hidden_size: usize,
        outputs: usize,
        generator: &Generator,
        device: &Device,
    ) -> Self {
        Self {
            hidden: linear(inputs, hidden_size).init(generator, device),
            output: linear(hidden_size, outputs).init(generator, device),
        }
    }

    /// # Shapes
    /// - x: `[batch, inputs]`
    /// - returns `[batch, outputs]`
    pub fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        let x = relu(self.hidden.forward(x)); // [batch, hidden_size]
        self.output.forward(x) // [batch, outputs]
    }
}
