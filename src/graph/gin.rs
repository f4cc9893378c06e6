//! Graph isomorphism network.

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor};

use super::{Edges, gcn::zeros};
use crate::nn::{Linear, linear, relu};
use crate::rng::Generator;

/// One layer of a graph isomorphism network, `x'_i = MLP((1 + ε) x_i + sum of x_j over neighbours j)` with a dense layer, ReLU and a dense
/// layer as MLP and a trained ε (Xu, Hu, Leskovec and Jegelka, How powerful are graph neural networks?, 2019). Sums tell apart
/// neighbourhoods that means and maxima do not.
#[derive(Module, Debug)]
pub struct Gin {
    /// `[1]`
    pub eps: Param<Tensor<1>>,
    pub hidden: Linear,
    pub out: Linear,
}

/// A [`Gin`] with ε zero and PyTorch's initial weights.
pub fn gin(
    in_features: usize,
    hidden: usize,
    out_features: usize,
    generator: &Generator,
    device: &Device,
) -> Gin {
    Gin {
        eps: zeros(1, device),
        hidden: linear(in_features, hidden).init(generator, device),
        out: linear(hidden, out_features).init(generator, device),
    }
}

impl Gin {
    /// # Shapes
    /// - x: `[nodes, in]`
    /// - returns `[nodes, out]`
    pub fn forward(&self, x: Tensor<2>, edges: &Edges) -> Tensor<2> {
        let itself = x.clone() * (self.eps.val() + 1.0).unsqueeze(); // [nodes, in]
        let sum = itself + edges.sum_of_neighbours(x);
        self.out.forward(relu(self.hidden.forward(sum))) // [nodes, out]
    }
}
