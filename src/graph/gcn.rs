//! Graph convolution of Kipf and Welling.

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor};

use super::Edges;
use crate::nn::{Linear, linear, parameter, xavier_uniform};
use crate::rng::Generator;

/// Graph convolution, `X' = D^-½ (A + I) D^-½ X W + b` with D the degrees of A + I (Kipf and Welling, Semi-supervised classification
/// with graph convolutional networks, 2017).
#[derive(Module, Debug)]
pub struct Gcn {
    /// W
    pub lin: Linear,
    /// `[out]`
    pub bias: Param<Tensor<1>>,
}

/// A [`Gcn`]: W from Glorot's uniform distribution, b zero.
pub fn gcn(in_features: usize, out_features: usize, generator: &Generator, device: &Device) -> Gcn {
    let lin = linear(in_features, out_features).no_bias().init(generator, device);
    Gcn { lin: xavier_uniform(lin, generator), bias: zeros(out_features, device) }
}

impl Gcn {
    /// # Shapes
    /// - x: `[nodes, in]`
    /// - returns `[nodes, out]`
    pub fn forward(&self, x: Tensor<2>, edges: &Edges) -> Tensor<2> {
        let sums = edges.normalised_sum(self.lin.forward(x)); // [nodes, out]
        sums + self.bias.val().unsqueeze()
    }
}

/// A parameter of zeros.
pub(super) fn zeros(length: usize, device: &Device) -> Param<Tensor<1>> {
    filled(0.0, length, device)
}

/// A parameter of equal numbers.
pub(super) fn filled(value: f32, length: usize, device: &Device) -> Param<Tensor<1>> {
    parameter(vec![value; length], [length], device)
}
