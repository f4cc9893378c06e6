//! Graph attention.

use burn::module::{Module, Param};
use burn::tensor::activation::leaky_relu;
use burn::tensor::{Device, Tensor};

use super::{Edges, gcn::zeros};
use crate::nn::{Linear, linear, parameter, xavier_uniform};
use crate::rng::Generator;

/// Slope of the scores' leaky ReLU, the paper's.
const SLOPE: f64 = 0.2;

/// Graph attention with several heads side by side (Veličković et al., Graph attention networks, 2018):
///
/// `h = X W`, score of an edge j → i: `e_ij = LeakyReLU(a_src·h_j + a_dst·h_i)`, weight `α_ij = softmax over the edges into i`,
/// `x'_i = Σ_j α_ij h_j + b`. Every node has an edge to itself.
#[derive(Module, Debug)]
pub struct Gat {
    /// W, `[in, heads * out]`
    pub lin: Linear,
    /// `[heads * out]`
    pub att_src: Param<Tensor<1>>,
    /// `[heads * out]`
    pub att_dst: Param<Tensor<1>>,
    /// `[heads * out]`
    pub bias: Param<Tensor<1>>,
    heads: usize,
}

/// A [`Gat`] of `heads` heads with `out_features` each: W and a from Glorot's uniform distribution, b zero.
pub fn gat(
    in_features: usize,
    out_features: usize,
    heads: usize,
    generator: &Generator,
    device: &Device,
) -> Gat {
    let width = heads * out_features;
    let lin = linear(in_features, width).no_bias().init(generator, device);
    let lin = xavier_uniform(lin, generator);
    let attention = || {
        let drawn = generator.lock().xavier_uniform(&[heads, out_features], 1.0);
        parameter(drawn, [width], device)
    };
    let (att_src, att_dst) = (attention(), attention());
    Gat { lin, att_src, att_dst, bias: zeros(width, device), heads }
}

impl Gat {
    /// # Shapes
    /// - x: `[nodes, in]`
    /// - returns `[nodes, heads * out]`
    pub fn forward(&self, x: Tensor<2>, edges: &Edges) -> Tensor<2> {
        self.forward_with_attention(x, &edges.with_loops()).0
    }

    /// The same with the edges as they are (give [`Edges::with_loops`] for the paper's layer), and the weight of each.
    ///
    /// # Shapes
    /// - x: `[nodes, in]`
    /// - returns `[nodes, heads * out]` and α `[edges, heads]`
    pub fn forward_with_attention(&self, x: Tensor<2>, edges: &Edges) -> (Tensor<2>, Tensor<2>) {
        let h = self.lin.forward(x); // [nodes, heads * out]
        let [nodes, width] = h.dims();
        let out = width / self.heads;
        let score = |a: &Param<Tensor<1>>| {
            let products = h.clone() * a.val().unsqueeze(); // [nodes, heads * out]
            products.reshape([nodes, self.heads, out]).sum_dim(2).squeeze_dim::<2>(2) // [nodes, heads]
        };
        let of_source = edges.gather_sources(score(&self.att_src)); // [edges, heads]
        let of_target = edges.by_target().spread(score(&self.att_dst)); // [edges, heads]
        let attention = edges.by_target().softmax(leaky_relu(of_source + of_target, SLOPE)); // [edges, heads]
        let count = edges.len();
        let sent = edges.gather_sources(h).reshape([count, self.heads, out]);
        let weighted = (sent * attention.clone().unsqueeze_dim(2)).reshape([count, width]);
        (edges.by_target().sum(weighted) + self.bias.val().unsqueeze(), attention)
    }
}
