//! Pooling that keeps the best nodes of each graph.

use burn::module::{Module, Param};
use burn::tensor::{Device, Int, Tensor, TensorData};

use super::{Edges, Groups};
use crate::nn::parameter;
use crate::rng::Generator;
use crate::show::floats;

/// Top-k pooling: scores `y = X p / ‖p‖`, the share k of each graph's nodes with the highest scores stays, `X' = X · tanh(y)` for these, with
/// the edges between them (Gao and Ji, Graph U-Nets, 2019; Cangea et al., Towards sparse hierarchical graph classifiers, 2018).
#[derive(Module, Debug)]
pub struct TopK {
    /// p, `[features]`
    pub weight: Param<Tensor<1>>,
    ratio: f64,
}

/// What is left of a batch of graphs.
#[derive(Clone, Debug)]
pub struct Pooled {
    /// `[kept, features]`
    pub nodes: Tensor<2>,
    /// The edges between kept nodes, numbered anew.
    pub edges: Edges,
    /// The graph of each kept node.
    pub graphs: Groups,
    /// The number that each kept node had before, graph by graph, the best first.
    pub kept: Vec<usize>,
    /// The number that each kept edge had before.
    pub kept_edges: Vec<usize>,
}

/// A [`TopK`] that keeps `ratio` of each graph's nodes, rounded up; p is drawn from U(±1/√features).
///
/// # Panics
/// If the ratio is not above 0 and at most 1.
pub fn top_k(features: usize, ratio: f64, generator: &Generator, device: &Device) -> TopK {
    assert!(ratio > 0.0 && ratio <= 1.0, "a share of nodes is above 0 and at most 1, not {ratio}");
    let drawn = generator.lock().bias_default(features, features);
    TopK { weight: parameter(drawn, [features], device), ratio }
}

impl TopK {
    /// Equal scores are kept in the order of the nodes.
    ///
    /// # Shapes
    /// - x: `[nodes, features]`
    pub fn forward(&self, x: Tensor<2>, edges: &Edges, graphs: &Groups) -> Pooled {
        let p = self.weight.val();
        let length = p.clone().square().sum().sqrt(); // [1]
        let scores = x.clone().matmul(p.unsqueeze_dim(1)) / length.unsqueeze(); // [nodes, 1]
        let values = floats(&scores);

        let mut kept = Vec::new();
        for mut rows in graphs.rows() {
            let count = (self.ratio * rows.len() as f64).ceil() as usize;
            rows.sort_by(|&a, &b| values[b].total_cmp(&values[a]));
            kept.extend_from_slice(&rows[..count.min(rows.len())]);
        }
        let mut number = vec![None; x.dims()[0]];
        kept.iter().zip(0_u32..).for_each(|(&node, new)| number[node] = Some(new));
        let renumbered = |pair: &[u32; 2]| Some([number[pair[0] as usize]?, number[pair[1] as usize]?]);
        let (kept_edges, pairs): (Vec<usize>, Vec<[u32; 2]>) = edges
            .pairs()
            .iter()
            .enumerate()
            .filter_map(|(edge, pair)| Some((edge, renumbered(pair)?)))
            .unzip();

        let rows: Vec<i32> = kept.iter().map(|&node| node as i32).collect();
        let rows = Tensor::<1, Int>::from_data(TensorData::new(rows, [kept.len()]), &x.device());
        let nodes = (x * scores.tanh()).select(0, rows); // [kept, features]
        let of_node = kept.iter().map(|&node| graphs.of_row()[node]).collect();
        Pooled {
            nodes,
            edges: Edges::new(kept.len(), pairs),
            graphs: Groups::new(graphs.len(), of_node),
            kept,
            kept_edges,
        }
    }
}
