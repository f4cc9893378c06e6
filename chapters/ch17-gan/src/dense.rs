//! Section 17.1.1: the two dense networks of the first GAN, 81,284 and 78,501 parameters.

use mlbook::data::mnist::{COLUMNS, PIXELS, ROWS};
use mlbook::prelude::*;

/// What a negative number is multiplied by in place of being cut off.
const SLOPE: f64 = 0.01;
/// Share of the discriminator's hidden units that are dropped.
const DROP_RATE: f64 = 0.5;

/// Makes pictures from noise: one hidden layer.
#[derive(Module, Debug)]
pub struct DenseGenerator {
    hidden: Linear,
    output: Linear,
}

impl DenseGenerator {
    pub fn new(z_size: usize, hidden_size: usize, generator: &Generator, device: &Device) -> Self {
        Self {
            hidden: linear(z_size, hidden_size).init(generator, device),
            output: linear(hidden_size, PIXELS).init(generator, device),
        }
    }

    /// # Shapes
    /// - noise: `[batch, z_size]`
    /// - returns pictures: `[batch, 1, 28, 28]`, pixels from −1 to 1
    pub fn forward(&self, noise: Tensor<2>) -> Tensor<4> {
        let x = leaky_relu(self.hidden.forward(noise), SLOPE); // [batch, hidden_size]
        tanh(self.output.forward(x)).reshape([-1, 1, ROWS as i32, COLUMNS as i32]) // [batch, 1, 28, 28]
    }
}

/// Tells pictures that are real from those that are made: one hidden layer without bias, half of it dropped.
#[derive(Module, Debug)]
pub struct DenseDiscriminator {
    hidden: Linear,
    dropout: Dropout,
    output: Linear,
}

impl DenseDiscriminator {
    pub fn new(hidden_size: usize, generator: &Generator, device: &Device) -> Self {
        Self::with_drop_rate(hidden_size, DROP_RATE, generator, device)
    }

    /// With another share of units dropped; 0 to compare numbers.
    pub fn with_drop_rate(
        hidden_size: usize,
        drop_rate: f64,
        generator: &Generator,
        device: &Device,
    ) -> Self {
        Self {
            hidden: linear(PIXELS, hidden_size).no_bias().init(generator, device),
            dropout: dropout(drop_rate).init(generator),
            output: linear(hidden_size, 1).init(generator, device),
        }
    }

    /// # Shapes
    /// - pictures: `[batch, 1, 28, 28]`, pixels from −1 to 1
    /// - returns the probability of each to be real: `[batch, 1]`
    pub fn forward(&self, pictures: Tensor<4>) -> Tensor<2> {
        let x = leaky_relu(self.hidden.forward(pictures.flatten(1, 3)), SLOPE); // [batch, hidden_size]
        sigmoid(self.output.forward(self.dropout.forward(x))) // [batch, 1]
    }
}
