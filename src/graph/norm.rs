//! Normalisation over a graph.

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor};

use super::Groups;
use super::gcn::{filled, zeros};

/// Added to the variance.
const EPSILON: f32 = 1e-5;

/// Layer normalisation over all nodes and features of a graph, `x' = (x − E[x]) / √(Var[x] + ε) · γ + β`, E and Var of the graph that x belongs
/// to, γ and β by feature (Ba, Kiros and Hinton, Layer normalization, 2016, with a graph as the layer; `LayerNorm` with `mode="graph"`
/// in PyTorch Geometric). No graph's result depends on the others in its batch.
#[derive(Module, Debug)]
pub struct GraphLayerNorm {
    /// γ, `[features]`
    pub weight: Param<Tensor<1>>,
    /// β, `[features]`
    pub bias: Param<Tensor<1>>,
}

/// A [`GraphLayerNorm`] with γ one and β zero.
pub fn graph_layer_norm(features: usize, device: &Device) -> GraphLayerNorm {
    GraphLayerNorm { weight: filled(1.0, features, device), bias: zeros(features, device) }
}

impl GraphLayerNorm {
    /// # Shapes
    /// - x: `[nodes, features]`, returned alike
    pub fn forward(&self, x: Tensor<2>, graphs: &Groups) -> Tensor<2> {
        let mean = |x: Tensor<2>| graphs.spread(graphs.mean(x.mean_dim(1))); // [nodes, 1]
        let centred = x.clone() - mean(x);
        let variance = mean(centred.clone().square());
        let normal = centred / (variance + EPSILON).sqrt(); // [nodes, features]
        normal * self.weight.val().unsqueeze() + self.bias.val().unsqueeze()
    }
}
