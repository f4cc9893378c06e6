//! Section 14.2.7: a convolutional network that sees whether a face smiles; with more outputs, which of several classes a picture is of.

use mlbook::prelude::*;

/// The sizes of the network.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct NetShape {
    /// Side of the pictures, a multiple of 8; 64 in the book.
    pub image_size: usize,
    /// Maps of the first convolution; 32 in the book, and 2, 4 and 8 times as many after it.
    pub filters: usize,
    /// Whether each picture's pixels are taken from their mean, in units of their deviation; not in the book.
    pub standardised: bool,
    /// 1 for a smile or none, else the number of classes.
    pub outputs: usize,
}

impl NetShape {
    /// The book's.
    pub const BOOK: Self = Self { image_size: 64, filters: 32, standardised: false, outputs: 1 };
}

/// Four convolutions and a dense layer, 388,673 parameters with the book's sizes.
#[derive(Module, Debug)]
pub struct SmileCnn {
    conv1: Conv2d,
    conv2: Conv2d,
    conv3: Conv2d,
    conv4: Conv2d,
    max_pool: MaxPool2d,
    avg_pool: AvgPool2d,
    dropout: Dropout,
    fc: Linear,
}

impl SmileCnn {
    /// Draws every weight as PyTorch would.
    pub fn new(shape: NetShape, drop_rate: f64, generator: &Generator, device: &Device) -> Self {
        let maps = shape.filters;
        Self {
            conv1: conv2d(3, maps, 3).padding(1).init(generator, device),
            conv2: conv2d(maps, 2 * maps, 3).padding(1).init(generator, device),
            conv3: conv2d(2 * maps, 4 * maps, 3).padding(1).init(generator, device),
            conv4: conv2d(4 * maps, 8 * maps, 3).padding(1).init(generator, device),
            max_pool: max_pool2d(2),
            avg_pool: avg_pool2d(shape.image_size / 8),
            dropout: dropout(drop_rate).init(generator),
            fc: linear(8 * maps, shape.outputs).init(generator, device),
        }
    }

    /// What the convolutions make of a picture: 256 numbers with the book's sizes, each the mean of a map.
    pub fn features(&self, images: Tensor<4>) -> Tensor<2> {
        let x = self.max_pool.forward(relu(self.conv1.forward(images))); // [batch, 32, 32, 32]
        let x = self.dropout.forward(x);
        let x = self.max_pool.forward(relu(self.conv2.forward(x))); // [batch, 64, 16, 16]
        let x = self.dropout.forward(x);
        let x = self.max_pool.forward(relu(self.conv3.forward(x))); // [batch, 128, 8, 8]
        let x = relu(self.conv4.forward(x)); // [batch, 256, 8, 8]
        self.avg_pool.forward(x).flatten(1, 3) // [batch, 256]
    }

    /// # Shapes
    /// - images: `[batch, 3, image_size, image_size]`, pixels in 0..=1, or standardised
    /// - returns logits: `[batch, outputs]`
    pub fn logits(&self, images: Tensor<4>) -> Tensor<2> {
        self.fc.forward(self.features(images)) // [batch, outputs]
    }

    /// The book's output: the probability of a smile, `[batch, 1]`.
    pub fn forward(&self, images: Tensor<4>) -> Tensor<2> {
        sigmoid(self.logits(images)) // [batch, 1]
    }

    /// A score for each class. Of a single logit they are 0 and the logit, whose softmax is the sigmoid: cross-entropy of the scores is
    /// the book's binary cross-entropy.
    ///
    /// # Shapes
    /// - returns `[batch, classes]`
    pub fn scores(&self, images: Tensor<4>) -> Tensor<2> {
        let logits = self.logits(images); // [batch, outputs]
        match logits.dims()[1] {
            1 => Tensor::cat(vec![logits.zeros_like(), logits], 1), // [batch, 2]
            _ => logits,
        }
    }
}
