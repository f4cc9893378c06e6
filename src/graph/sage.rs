//! GraphSAGE.

use burn::module::Module;
use burn::tensor::{Device, Tensor};

use super::Edges;
use crate::nn::{Linear, linear};
use crate::rng::Generator;

/// GraphSAGE with the mean, `x'_i = x_i W₁ + mean of x_j over neighbours j · W₂ + b` (Hamilton, Ying and Leskovec, Inductive representation
/// learning on large graphs, 2017; without its normalisation of the rows). A node without neighbours has the mean zero.
#[derive(Module, Debug)]
pub struct GraphSage {
    /// W₂ and b: of the neighbours
    pub lin_l: Linear,
    /// W₁: of the node itself
    pub lin_r: Linear,
}

/// A [`GraphSage`] with PyTorch's initial weights.
pub fn graph_sage(
    in_features: usize,
    out_features: usize,
    generator: &Generator,
    device: &Device,
) -> GraphSage {
    GraphSage {
        lin_l: linear(in_features, out_features).init(generator, device),
        lin_r: linear(in_features, out_features).no_bias().init(generator, device),
    }
}

impl GraphSage {
    /// # Shapes
    /// - x: `[nodes, in]`
    /// - returns `[nodes, out]`
    pub fn forward(&self, x: Tensor<2>, edges: &Edges) -> Tensor<2> {
        let neighbours = edges.mean_of_neighbours(x.clone()); // [nodes, in]
        self.lin_l.forward(neighbours) + self.lin_r.forward(x) // [nodes, out]
    }
}
