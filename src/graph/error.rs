//! What can be wrong with a graph.

/// A graph that breaks a rule; `graph` is its name.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum GraphError {
    #[error(
        "{graph}: edge {edge} goes from node {source_node} to node {target}, and there are nodes 0 to {} only. \
         Number the nodes from 0.", nodes.saturating_sub(1)
    )]
    NoSuchNode { graph: String, edge: usize, source_node: usize, target: usize, nodes: usize },
    #[error("{graph}: no nodes; a graph has at least one")]
    NoNodes { graph: String },
    #[error("{graph}: {rows} rows of edge features for {edges} edges; each edge needs one")]
    EdgeFeatures { graph: String, rows: usize, edges: usize },
    #[error("{graph}: {values} numbers do not make rows of {width}")]
    Ragged { graph: String, values: usize, width: usize },
    #[error("{graph}: {what} number {position} is {value}; every number must be finite")]
    NotFinite { graph: String, what: &'static str, position: usize, value: f32 },
    #[error("{graph}: {rows} positions for {nodes} nodes; each node needs one")]
    Positions { graph: String, rows: usize, nodes: usize },
    #[error(
        "{graph}: {found} {what} where {first} has {expected}; graphs of a batch have the same kinds of numbers"
    )]
    Widths { graph: String, first: String, what: &'static str, found: usize, expected: usize },
    #[error("a batch of no graphs; give at least one")]
    EmptyBatch,
}
