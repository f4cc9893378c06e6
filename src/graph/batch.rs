//! Many graphs as one: nodes side by side, edges shifted by the nodes before them.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use burn::tensor::{Device, Tensor, TensorData};

use super::{Edges, Graph, GraphError, Groups};
use crate::nn::Sparse;

/// Graphs on a device, as one graph of many parts.
#[derive(Clone, Debug)]
pub struct Batch {
    /// `[nodes, node features]`
    pub nodes: Tensor<2>,
    pub edges: Edges,
    /// What is known of each edge, by kind.
    pub kinds: EdgeKinds,
    /// Which graph each node belongs to.
    pub graphs: Groups,
    /// `[graphs, targets]`
    pub targets: Tensor<2>,
}

impl Batch {
    /// Puts graphs side by side on a device.
    ///
    /// # Errors
    /// A batch of nothing, or graphs with different numbers of features or targets. The graphs themselves must have passed
    /// [`Graph::check`].
    pub fn of(graphs: &[&Graph], device: &Device) -> Result<Self, GraphError> {
        let first = graphs.first().ok_or(GraphError::EmptyBatch)?;
        let count: usize = graphs.iter().map(|graph| graph.len()).sum();
        let (mut nodes, mut targets) = (Vec::new(), Vec::new());
        let (mut pairs, mut of_node) = (Vec::new(), Vec::with_capacity(count));
        for (graph, number) in graphs.iter().zip(0_u32..) {
            let same = |what, found, expected| same_width(graph, first, what, found, expected);
            same("node features", graph.nodes.width, first.nodes.width)?;
            same("edge features", graph.edge_features.width, first.edge_features.width)?;
            same("targets", graph.targets.len(), first.targets.len())?;
            let offset = of_node.len() as u32;
            nodes.extend_from_slice(&graph.nodes.values);
            targets.extend_from_slice(&graph.targets);
            pairs.extend(graph.edges.iter().map(|pair| pair.map(|node| node + offset)));
            of_node.resize(of_node.len() + graph.len(), number);
        }
        let rows = graphs
            .iter()
            .flat_map(|graph| (0..graph.edge_features.rows()).map(|row| graph.edge_features.row(row)));
        let kinds = EdgeKinds::of(rows, first.edge_features.width, device);
        Ok(Self {
            nodes: Tensor::from_data(TensorData::new(nodes, [count, first.nodes.width]), device),
            edges: Edges::new(count, pairs),
            kinds,
            graphs: Groups::new(graphs.len(), of_node),
            targets: Tensor::from_data(TensorData::new(targets, [graphs.len(), first.targets.len()]), device),
        })
    }

    /// The batch of a single graph.
    ///
    /// # Errors
    /// None that a checked graph could cause.
    pub fn single(graph: &Graph, device: &Device) -> Result<Self, GraphError> {
        Self::of(&[graph], device)
    }

    /// How many graphs there are.
    pub fn len(&self) -> usize {
        self.graphs.len()
    }

    /// Whether there are none, which [`of`](Self::of) refuses.
    pub fn is_empty(&self) -> bool {
        self.graphs.is_empty()
    }
}

fn same_width(
    graph: &Graph,
    first: &Graph,
    what: &'static str,
    found: usize,
    expected: usize,
) -> Result<(), GraphError> {
    if found == expected {
        return Ok(());
    }
    Err(GraphError::Widths { graph: graph.name.clone(), first: first.name.clone(), what, found, expected })
}

/// The features of edges, each distinct row once: molecules have thousands of bonds and four kinds of them.
#[derive(Clone, Debug)]
pub struct EdgeKinds {
    /// `[kinds, edge features]`
    pub rows: Tensor<2>,
    of_edge: Groups,
    /// The sum over neighbours by kind, as a matrix; see [`sum_by_kind`](Self::sum_by_kind).
    by_kind: Arc<OnceLock<Sparse>>,
}

impl EdgeKinds {
    /// Finds the kinds among the rows of edge features, in the order in which they first come.
    pub fn of<'a>(rows: impl Iterator<Item = &'a [f32]>, width: usize, device: &Device) -> Self {
        let mut kinds: Vec<&[f32]> = Vec::new();
        let mut numbers = HashMap::new();
        let mut of_edge = Vec::new();
        for row in rows {
            let found = kinds.iter().take(FEW).position(|kind| *kind == row);
            let number = found.unwrap_or_else(|| {
                let bits: Vec<u32> = row.iter().map(|value| value.to_bits()).collect();
                *numbers.entry(bits).or_insert_with(|| {
                    kinds.push(row);
                    kinds.len() - 1
                })
            });
            of_edge.push(number as u32);
        }
        let count = kinds.len();
        let rows = Tensor::from_data(TensorData::new(kinds.concat(), [count, width]), device);
        Self { rows, of_edge: Groups::new(count, of_edge), by_kind: Arc::new(OnceLock::new()) }
    }

    /// How many kinds there are.
    pub fn len(&self) -> usize {
        self.of_edge.len()
    }

    /// Whether there are none: no edges, or edges without features.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The kind of each edge.
    pub fn of_edge(&self) -> &[u32] {
        self.of_edge.of_row()
    }

    /// A row for each edge: what its kind has.
    ///
    /// # Shapes
    /// - x: `[kinds, width]`
    /// - returns `[edges, width]`
    pub fn spread(&self, x: Tensor<2>) -> Tensor<2> {
        self.of_edge.spread(x)
    }

    /// For each node and each kind of edge, the sum over the neighbours that such edges come from.
    ///
    /// # Shapes
    /// - x: `[nodes, width]`
    /// - returns `[nodes, kinds * width]`
    pub fn sum_by_kind(&self, edges: &Edges, x: Tensor<2>) -> Tensor<2> {
        let [nodes, width] = x.dims();
        let kinds = self.len();
        let matrix = self.by_kind.get_or_init(|| {
            let entry =
                |(&[source, target], &kind): (&[u32; 2], &u32)| [target * kinds as u32 + kind, source];
            let entries: Vec<[u32; 2]> = edges.pairs().iter().zip(self.of_edge()).map(entry).collect();
            Sparse::new(nodes * kinds, nodes, &entries, None)
        });
        matrix.product(x).reshape([nodes, kinds * width])
    }
}

/// So many kinds are searched one by one, which is faster than a table.
const FEW: usize = 8;
