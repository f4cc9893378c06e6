//! Section 14.1.7: a convolutional network that reads handwritten digits.
//! Reaches 0.99 on MNIST's test set with `--book`; 0.97 in under a minute by default.

use mlbook::prelude::*;

/// Two convolutions and two dense layers; 3,274,634 parameters with the book's 1,024 hidden units.
#[derive(Module, Debug)]
pub struct DigitCnn {
    conv1: Conv2d,
    conv2: Conv2d,
    pool: MaxPool2d,
    fc1: Linear,
    dropout: Dropout,
    fc2: Linear,
}

impl DigitCnn {
    /// Draws every weight as PyTorch would, so that a seed gives the book's network on any device.
    pub fn new(hidden_size: usize, drop_rate: f64, generator: &Generator, device: &Device) -> Self {
        Self {
            conv1: conv2d(1, 32, 5).padding(2).init(generator, device),
            conv2: conv2d(32, 64, 5).padding(2).init(generator, device),
            pool: max_pool2d(2),
            fc1: linear(64 * 7 * 7, hidden_size).init(generator, device),
            dropout: dropout(drop_rate).init(generator),
            fc2: linear(hidden_size, 10).init(generator, device),
        }
    }

    /// Class scores of a batch of digits.
    ///
    /// # Shapes
    /// - images: `[batch, 1, 28, 28]`, pixels in 0..=1
    /// - returns logits: `[batch, 10]`
    pub fn forward(&self, images: Tensor<4>) -> Tensor<2> {
        let x = self.features(images); // [batch, 64, 7, 7]
        let x = relu(self.fc1.forward(x.flatten(1, 3))); // [batch, hidden_size]
        self.fc2.forward(self.dropout.forward(x)) // [batch, 10]
    }

    /// What the convolutions see: 64 maps of 7 by 7 for each digit.
    pub fn features(&self, images: Tensor<4>) -> Tensor<4> {
        let x = self.pool.forward(relu(self.conv1.forward(images))); // [batch, 32, 14, 14]
        self.pool.forward(relu(self.conv2.forward(x))) // [batch, 64, 7, 7]
    }
}
