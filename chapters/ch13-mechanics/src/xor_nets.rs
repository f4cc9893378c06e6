//! Sections 13.1.10 to 13.1.12: three networks that give the probability of class 1.

use burn::tensor::Bool;
use mlbook::prelude::*;

/// A classifier of points in the plane.
pub trait XorNet: Module {
    /// The probability of class 1.
    ///
    /// # Shapes
    /// - x: `[batch, 2]`
    /// - returns `[batch, 1]`
    fn forward(&self, x: Tensor<2>) -> Tensor<2>;

    /// The same while the network trains; only the noisy one does something else then.
    fn forward_in_training(&self, x: Tensor<2>) -> Tensor<2> {
        self.forward(x)
    }

    /// The class of each point: 1 if its probability is at least a half.
    ///
    /// # Shapes
    /// - x: `[batch, 2]`
    /// - returns `[batch, 1]`, 0 or 1
    fn predict(&self, x: Tensor<2>) -> Tensor<2, Int> {
        class_of(self.forward(x)).int()
    }
}

/// How many points were given a probability on the right side of a half.
///
/// # Shapes
/// - probabilities, y: `[batch, 1]`
/// - returns `[1]`, a count
pub fn hits(probabilities: Tensor<2>, y: Tensor<2>) -> Tensor<1> {
    class_of(probabilities.inner()).float().equal(y).float().sum()
}

fn class_of(probabilities: Tensor<2>) -> Tensor<2, Bool> {
    probabilities.greater_equal_elem(0.5)
}

/// Section 13.1.10: logistic regression, 3 parameters. A line is all that it can draw between the classes.
#[derive(Module, Debug)]
pub struct Logistic {
    layer: Linear,
}

impl Logistic {
    /// Draws the weights as PyTorch would.
    pub fn new(generator: &Generator, device: &Device) -> Self {
        Self { layer: linear(2, 1).init(generator, device) }
    }
}

impl XorNet for Logistic {
    fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        sigmoid(self.layer.forward(x)) // [batch, 1]
    }
}

/// Section 13.1.11: two hidden layers of 4 units, 37 parameters.
#[derive(Module, Debug)]
pub struct TwoHidden {
    hidden1: Linear,
    hidden2: Linear,
    output: Linear,
}

impl TwoHidden {
    /// Draws the weights as PyTorch would.
    pub fn new(generator: &Generator, device: &Device) -> Self {
        Self {
            hidden1: linear(2, 4).init(generator, device),
            hidden2: linear(4, 4).init(generator, device),
            output: linear(4, 1).init(generator, device),
        }
    }
}

impl XorNet for TwoHidden {
    fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        let x = relu(self.hidden1.forward(x)); // [batch, 4]
        let x = relu(self.hidden2.forward(x)); // [batch, 4]
        sigmoid(self.output.forward(x)) // [batch, 1]
    }
}

/// Section 13.1.12: the same network as a list of layers, which may be of any length.
#[derive(Module, Debug)]
pub struct LayerList {
    layers: Vec<Linear>,
}

impl LayerList {
    /// Layers of these sizes, from the two coordinates to the probability: the book's are 2, 4, 4, 1.
    pub fn new(sizes: &[usize], generator: &Generator, device: &Device) -> Self {
        let layer = |pair: &[usize]| linear(pair[0], pair[1]).init(generator, device);
        Self { layers: sizes.windows(2).map(layer).collect() }
    }
}

impl XorNet for LayerList {
    fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        let last = self.layers.len().saturating_sub(1);
        let x = self.layers.iter().take(last).fold(x, |x, layer| relu(layer.forward(x))); // [batch, 4]
        sigmoid(self.layers.iter().skip(last).fold(x, |x, layer| layer.forward(x))) // [batch, 1]
    }
}
