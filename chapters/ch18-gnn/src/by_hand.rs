//! Sections 18.1.4 to 18.1.9: a graph convolution with a dense adjacency matrix, and graphs batched on its diagonal.

use burn::module::Param;
use mlbook::prelude::*;

/// Section 18.1.4: what a node keeps of itself and hears from its neighbours, `X W₁ + A X W₂`.
///
/// # Shapes
/// - nodes: `[nodes, in]`, adjacency: `[nodes, nodes]`, weights: `[in, out]`
/// - returns `[nodes, out]`
pub fn basic_convolution(nodes: Tensor<2>, adjacency: Tensor<2>, [w1, w2]: [Tensor<2>; 2]) -> Tensor<2> {
    nodes.clone().matmul(w1) + adjacency.matmul(nodes).matmul(w2)
}

/// Section 18.1.5: a graph convolution, `A (X W₂) + X W₁ + b`.
#[derive(Module, Debug)]
pub struct GraphConvolution {
    /// `[in, out]`, for the node itself
    pub w1: Param<Tensor<2>>,
    /// `[in, out]`, for its neighbours
    pub w2: Param<Tensor<2>>,
    /// `[out]`
    pub bias: Param<Tensor<1>>,
}

impl GraphConvolution {
    /// Draws W₂, then W₁, both U(0, 1); the bias is zero.
    pub fn new(in_features: usize, out_features: usize, generator: &Generator, device: &Device) -> Self {
        let weight = || {
            let drawn = generator.lock().rand(in_features * out_features);
            Param::from_data(TensorData::new(drawn, [in_features, out_features]), device)
        };
        let (w2, w1) = (weight(), weight());
        let bias = Param::from_data(TensorData::new(vec![0.0_f32; out_features], [out_features]), device);
        Self { w1, w2, bias }
    }

    /// # Shapes
    /// - nodes: `[nodes, in]`, adjacency: `[nodes, nodes]`
    /// - returns `[nodes, out]`
    pub fn forward(&self, nodes: Tensor<2>, adjacency: Tensor<2>) -> Tensor<2> {
        let heard = adjacency.matmul(nodes.clone().matmul(self.w2.val())); // [nodes, out]
        heard + nodes.matmul(self.w1.val()) + self.bias.val().unsqueeze()
    }
}

/// Section 18.1.6: two graph convolutions, the sum over a graph's nodes, two dense layers; 2,866 parameters for 3 features.
#[derive(Module, Debug)]
pub struct NodeNetwork {
    conv_1: GraphConvolution,
    conv_2: GraphConvolution,
    fc_1: Linear,
    out_layer: Linear,
}

/// What each part of a [`NodeNetwork`] makes of a batch.
#[derive(Clone, Debug)]
pub struct Steps {
    /// `[nodes, 32]`
    pub h1: Tensor<2>,
    /// `[nodes, 32]`
    pub h2: Tensor<2>,
    /// `[graphs, 32]`
    pub pooled: Tensor<2>,
    /// `[graphs, 2]`
    pub logits: Tensor<2>,
}

impl NodeNetwork {
    pub fn new(in_features: usize, generator: &Generator, device: &Device) -> Self {
        Self {
            conv_1: GraphConvolution::new(in_features, 32, generator, device),
            conv_2: GraphConvolution::new(32, 32, generator, device),
            fc_1: linear(32, 16).init(generator, device),
            out_layer: linear(16, 2).init(generator, device),
        }
    }

    /// Probabilities of two classes for each graph.
    ///
    /// # Shapes
    /// - returns `[graphs, 2]`
    pub fn forward(&self, graphs: &DenseGraph) -> Tensor<2> {
        softmax(self.steps(graphs).logits, 1)
    }

    /// The same, step by step and without the softmax. As in the book there is no activation between the dense layers.
    pub fn steps(&self, graphs: &DenseGraph) -> Steps {
        let adjacency = || graphs.adjacency.clone();
        let h1 = self.conv_1.forward(graphs.nodes.clone(), adjacency()).clamp_min(0.0); // [nodes, 32]
        let h2 = self.conv_2.forward(h1.clone(), adjacency()).clamp_min(0.0); // [nodes, 32]
        let pooled = global_sum_pool(h2.clone(), graphs.membership.clone()); // [graphs, 32]
        let logits = self.out_layer.forward(self.fc_1.forward(pooled.clone())); // [graphs, 2]
        Steps { h1, h2, pooled, logits }
    }
}

/// Section 18.1.7: the sum over each graph's nodes.
///
/// # Shapes
/// - nodes: `[nodes, features]`, membership: `[graphs, nodes]`; none: all nodes are one graph's
/// - returns `[graphs, features]`
pub fn global_sum_pool(nodes: Tensor<2>, membership: Option<Tensor<2>>) -> Tensor<2> {
    match membership {
        None => nodes.sum_dim(0),
        Some(membership) => membership.matmul(nodes),
    }
}

/// Section 18.1.8, the book's `get_batch_tensor`: 1 where a node belongs to a graph, `[graphs, nodes]`.
pub fn membership(graph_sizes: &[usize], device: &Device) -> Tensor<2> {
    let nodes: usize = graph_sizes.iter().sum();
    let mut values = vec![0.0; graph_sizes.len() * nodes];
    let mut start = 0;
    for (graph, size) in graph_sizes.iter().enumerate() {
        values[graph * nodes + start..graph * nodes + start + size].fill(1.0);
        start += size;
    }
    Tensor::from_data(TensorData::new(values, [graph_sizes.len(), nodes]), device)
}

/// A graph, or a batch of graphs, as dense matrices.
#[derive(Clone, Debug)]
pub struct DenseGraph {
    /// `[nodes, nodes]`
    pub adjacency: Tensor<2>,
    /// `[nodes, features]`
    pub nodes: Tensor<2>,
    /// `[graphs, 2]`, a one for the class
    pub label: Tensor<2>,
    /// `[graphs, nodes]`; none for a single graph
    pub membership: Option<Tensor<2>>,
}

/// Section 18.1.9, the book's `collate_graphs`: adjacency matrices along the diagonal, so that no graph hears of another.
///
/// # Panics
/// If there are no graphs.
pub fn collate(graphs: &[DenseGraph]) -> DenseGraph {
    let sizes: Vec<usize> = graphs.iter().map(|graph| graph.nodes.dims()[0]).collect();
    let device = graphs[0].nodes.device();
    let total: usize = sizes.iter().sum();
    let mut adjacency = Tensor::zeros([total, total], &device);
    let mut start = 0;
    for (graph, size) in graphs.iter().zip(&sizes) {
        let block = start..start + size;
        adjacency = adjacency.slice_assign([block.clone(), block], graph.adjacency.clone());
        start += size;
    }
    DenseGraph {
        adjacency,
        nodes: Tensor::cat(graphs.iter().map(|graph| graph.nodes.clone()).collect(), 0),
        label: Tensor::cat(graphs.iter().map(|graph| graph.label.clone()).collect(), 0),
        membership: Some(membership(&sizes, &device)),
    }
}
