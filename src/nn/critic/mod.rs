//! A critic that knows the gradient of its judgement, and the penalty on that gradient.
//!
//! A Wasserstein GAN wants a critic whose judgement changes by at most 1 when the picture moves by 1. Gulrajani et al. (2017) punish it where the
//! gradient with respect to the picture has another length than 1. To learn from that punishment one needs the gradient, with
//! respect to the weights, of a gradient with respect to the picture. burn differentiates once only. But what it differentiates may be a
//! gradient itself, if that gradient is *written out* in operations that burn knows:
//!
//! | layer, y = f(x) | from v = ∂/∂y to ∂/∂x |
//! | --- | --- |
//! | convolution with weights W | transposed convolution of v with the same W |
//! | transposed convolution with W | convolution of v with the same W |
//! | dense, y = x·W + b | v·Wᵀ |
//! | leaky rectifier | v where x > 0, slope·v elsewhere |
//! | sigmoid | v·y·(1 − y) |
//! | tanh | v·(1 − y²) |
//! | normalisation of an instance, y = (x − x̄)/s | (v − v̄ − y·mean(v·y))/s |
//!
//! A [`Critic`] is a list of such layers. It goes forward through them, keeping what each was given and what it made of it, and then back
//! through the right column ([`with_input_gradient`](Critic::with_input_gradient)). Both ways are ordinary tensor operations, so
//! `backward` goes through all of it, and that is the second derivative.
//!
//! Only layers that treat each picture by itself belong here. Batch normalisation does not: there the gradient of one picture's judgement would
//! depend on the others, and the penalty means a single picture.

mod layer;
mod penalty;

use burn::module::Module;
use burn::tensor::Tensor;

pub use layer::{CriticLayer, LeakyRelu, Sigmoid, Tanh};
pub use penalty::{gradient_penalty, interpolated};

/// Layers one after the other, by the numbers that `torch.nn.Sequential` gives them: `network.0.weight`.
#[derive(Module, Debug)]
pub struct Critic {
    pub network: Vec<CriticLayer>,
}

impl Critic {
    /// A critic of these layers, the first first.
    pub fn new(network: Vec<CriticLayer>) -> Self {
        Self { network }
    }

    /// # Shapes
    /// - input: `[batch, channels, height, width]`; a table's row is an image of one pixel with a channel for each column
    /// - returns `[batch, …]`, for a judgement `[batch, 1, 1, 1]`
    pub fn forward(&self, input: Tensor<4>) -> Tensor<4> {
        self.network.iter().fold(input, |x, layer| layer.forward(x))
    }

    /// The judgement of each input, and its gradient with respect to that input; both can be differentiated.
    ///
    /// # Shapes
    /// - input: `[batch, channels, height, width]`
    /// - returns `[batch, 1, 1, 1]` and the input's shape
    pub fn with_input_gradient(&self, input: Tensor<4>) -> (Tensor<4>, Tensor<4>) {
        let mut passed = vec![input];
        for layer in &self.network {
            passed.push(layer.forward(passed[passed.len() - 1].clone()));
        }
        let judgement = passed[passed.len() - 1].clone();
        let mut gradient = judgement.ones_like();
        for (layer, x_and_y) in self.network.iter().zip(passed.windows(2)).rev() {
            gradient = layer.input_gradient(&x_and_y[0], &x_and_y[1], gradient);
        }
        (judgement, gradient)
    }
}
