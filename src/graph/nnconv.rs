//! The edge-conditioned convolution of 18.2: each edge brings its own matrix.

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor};

use super::{EdgeKinds, Edges, gcn::zeros};
use crate::nn::{Linear, linear, observe, relu};
use crate::rng::Generator;

/// With more kinds of edges than this, each edge is multiplied by its own matrix.
const MOST_KINDS: usize = 16;

/// `torch.nn.Sequential(Linear(in, hidden), ReLU(), Linear(hidden, out))`: makes a matrix of what is known of an edge.
#[derive(Module, Debug)]
pub struct EdgeNetwork {
    pub hidden: Linear,
    pub out: Linear,
}

impl EdgeNetwork {
    /// # Shapes
    /// - features: `[rows, edge features]`
    /// - returns `[rows, in * out]`
    pub fn forward(&self, features: Tensor<2>) -> Tensor<2> {
        self.out.forward(relu(self.hidden.forward(features)))
    }
}

/// Edge-conditioned convolution, `x'_i = x_i R + Σ x_j M(e_ji) + b` over the edges j → i, where the edge network turns the features e of an
/// edge into the matrix M (Gilmer et al., Neural message passing for quantum chemistry, 2017; `NNConv` in PyTorch Geometric).
#[derive(Module, Debug)]
pub struct NnConv {
    pub nn: EdgeNetwork,
    /// R
    pub lin: Linear,
    /// `[out]`
    pub bias: Param<Tensor<1>>,
    in_features: usize,
    out_features: usize,
}

/// An [`NnConv`] whose edge network has `hidden` units: PyTorch's initial weights, b zero.
pub fn nn_conv(
    [in_features, out_features]: [usize; 2],
    edge_features: usize,
    hidden: usize,
    generator: &Generator,
    device: &Device,
) -> NnConv {
    let nn = EdgeNetwork {
        hidden: linear(edge_features, hidden).init(generator, device),
        out: linear(hidden, in_features * out_features).init(generator, device),
    };
    let lin = linear(in_features, out_features).no_bias().init(generator, device);
    NnConv { nn, lin, bias: zeros(out_features, device), in_features, out_features }
}

impl NnConv {
    /// # Shapes
    /// - x: `[nodes, in]`
    /// - returns `[nodes, out]`
    pub fn forward(&self, x: Tensor<2>, edges: &Edges, kinds: &EdgeKinds) -> Tensor<2> {
        let received = match kinds.len() {
            0 => Tensor::zeros([x.dims()[0], self.out_features], &x.device()),
            1..=MOST_KINDS => self.by_kind(x.clone(), edges, kinds),
            _ => self.by_edge(x.clone(), edges, kinds),
        };
        let output = received + self.lin.forward(x) + self.bias.val().unsqueeze(); // [nodes, out]
        observe::leaves(self.bias.id, output)
    }

    /// Neighbours behind edges of one kind share a matrix: they are summed first and multiplied once. Costs a product for each
    /// node and kind, and no memory for matrices of edges.
    ///
    /// # Shapes
    /// - x: `[nodes, in]`
    /// - returns `[nodes, out]`
    pub fn by_kind(&self, x: Tensor<2>, edges: &Edges, kinds: &EdgeKinds) -> Tensor<2> {
        let sums = kinds.sum_by_kind(edges, x); // [nodes, kinds * in]
        let matrices = self.nn.forward(kinds.rows.clone()); // [kinds, in * out]
        sums.matmul(matrices.reshape([kinds.len() * self.in_features, self.out_features])) // [nodes, out]
    }

    /// As the formula has it: a matrix for each edge. For features that hardly repeat, such as distances. Shapes as
    /// [`by_kind`](Self::by_kind).
    pub fn by_edge(&self, x: Tensor<2>, edges: &Edges, kinds: &EdgeKinds) -> Tensor<2> {
        let count = edges.len();
        let matrices = kinds.spread(self.nn.forward(kinds.rows.clone())); // [edges, in * out]
        let matrices = matrices.reshape([count, self.in_features, self.out_features]);
        let sent = edges.gather_sources(x).reshape([count, 1, self.in_features]);
        edges.by_target().sum(sent.matmul(matrices).reshape([count, self.out_features])) // [nodes, out]
    }
}
