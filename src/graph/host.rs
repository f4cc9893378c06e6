//! One graph in host memory.

use std::collections::BTreeMap;

use super::GraphError;

/// Rows of numbers: the features of nodes or edges.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Features {
    /// Row-major.
    pub values: Vec<f32>,
    /// Numbers in a row.
    pub width: usize,
}

impl Features {
    /// The rows of `values`, `width` numbers each.
    pub fn new(values: Vec<f32>, width: usize) -> Self {
        Self { values, width }
    }

    /// The rows given.
    ///
    /// # Panics
    /// If they are not all of one length.
    pub fn from_rows<const W: usize>(rows: &[[f32; W]]) -> Self {
        Self { values: rows.concat(), width: W }
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.values.len().checked_div(self.width).unwrap_or(0)
    }

    /// Row `row`.
    ///
    /// # Panics
    /// If there is none.
    pub fn row(&self, row: usize) -> &[f32] {
        &self.values[row * self.width..(row + 1) * self.width]
    }

    fn is_ragged(&self) -> bool {
        match self.width {
            0 => !self.values.is_empty(),
            width => !self.values.len().is_multiple_of(width),
        }
    }
}

/// A graph: nodes, directed edges, what is known of them, and what is to be predicted.
///
/// An undirected edge is two directed ones. Loops, several edges between the same nodes, and parts without a connection are all
/// allowed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Graph {
    /// What error texts call it.
    pub name: String,
    /// A row for each node.
    pub nodes: Features,
    /// Source and target of each edge.
    pub edges: Vec<[u32; 2]>,
    /// A row for each edge, or none at all.
    pub edge_features: Features,
    /// What is to be predicted of the graph.
    pub targets: Vec<f32>,
    /// Where each node lies in space, or none at all.
    pub positions: Vec<[f32; 3]>,
    /// Anything else that one wants to keep with a graph, by name (18.2.2).
    pub attributes: BTreeMap<String, Vec<f32>>,
}

impl Graph {
    /// A graph of nodes and edges alone.
    ///
    /// # Errors
    /// As [`check`](Self::check).
    pub fn new(name: &str, nodes: Features, edges: Vec<[u32; 2]>) -> Result<Self, GraphError> {
        Self { name: name.to_owned(), nodes, edges, ..Self::default() }.checked()
    }

    /// The graph, if it breaks no rule.
    ///
    /// # Errors
    /// As [`check`](Self::check).
    pub fn checked(self) -> Result<Self, GraphError> {
        self.check().map(|()| self)
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.nodes.rows()
    }

    /// Whether there are none; [`check`](Self::check) refuses such a graph.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The same graph with each edge in both directions, its features along; loops stay single.
    pub fn undirected(mut self) -> Self {
        for edge in 0..self.edges.len() {
            let [source, target] = self.edges[edge];
            if source != target {
                self.edges.push([target, source]);
                let width = self.edge_features.width;
                self.edge_features.values.extend_from_within(edge * width..(edge + 1) * width);
            }
        }
        self
    }

    /// Looks whether the graph is one.
    ///
    /// # Errors
    /// [`GraphError`] for the first rule that is broken: no nodes, an edge to a node that is not there, rows that do not fit,
    /// a feature or target that is no finite number.
    pub fn check(&self) -> Result<(), GraphError> {
        let graph = || self.name.clone();
        for features in [&self.nodes, &self.edge_features] {
            if features.is_ragged() {
                let (values, width) = (features.values.len(), features.width);
                return Err(GraphError::Ragged { graph: graph(), values, width });
            }
        }
        let nodes = self.len();
        if nodes == 0 {
            return Err(GraphError::NoNodes { graph: graph() });
        }
        for (edge, &[source, target]) in self.edges.iter().enumerate() {
            let (source_node, target) = (source as usize, target as usize);
            if source_node.max(target) >= nodes {
                return Err(GraphError::NoSuchNode { graph: graph(), edge, source_node, target, nodes });
            }
        }
        let (rows, edges) = (self.edge_features.rows(), self.edges.len());
        if self.edge_features.width > 0 && rows != edges {
            return Err(GraphError::EdgeFeatures { graph: graph(), rows, edges });
        }
        if !self.positions.is_empty() && self.positions.len() != nodes {
            return Err(GraphError::Positions { graph: graph(), rows: self.positions.len(), nodes });
        }
        self.all_finite("node feature", &self.nodes.values)?;
        self.all_finite("edge feature", &self.edge_features.values)?;
        self.all_finite("target", &self.targets)?;
        self.all_finite("coordinate", self.positions.as_flattened())
    }

    fn all_finite(&self, what: &'static str, values: &[f32]) -> Result<(), GraphError> {
        match values.iter().position(|value| !value.is_finite()) {
            None => Ok(()),
            Some(position) => {
                let graph = self.name.clone();
                Err(GraphError::NotFinite { graph, what, position, value: values[position] })
            }
        }
    }
}
