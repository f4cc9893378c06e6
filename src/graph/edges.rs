//! The edges of a batch, and what is made of them to send messages.

use std::sync::{Arc, OnceLock};

use burn::tensor::Tensor;

use super::Groups;
use crate::nn::Sparse;

/// Directed edges between `nodes` nodes. What layers need of them is worked out when it is first asked for, and kept.
#[derive(Clone, Debug)]
pub struct Edges(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    nodes: usize,
    /// Source and target.
    pairs: Vec<[u32; 2]>,
    by_source: OnceLock<Groups>,
    by_target: OnceLock<Groups>,
    adjacency: OnceLock<Sparse>,
    mean: OnceLock<Sparse>,
    normalised: OnceLock<Sparse>,
    laplacian: OnceLock<Sparse>,
}

impl Edges {
    /// Edges from source to target.
    ///
    /// # Panics
    /// If an edge goes to a node that is not there; [`Graph::check`](super::Graph::check) refuses such a graph by name.
    pub fn new(nodes: usize, pairs: Vec<[u32; 2]>) -> Self {
        let outside = pairs.iter().flatten().find(|&&node| node as usize >= nodes);
        assert!(outside.is_none(), "an edge to node {outside:?} of {nodes}");
        Self(Arc::new(Inner {
            nodes,
            pairs,
            by_source: OnceLock::new(),
            by_target: OnceLock::new(),
            adjacency: OnceLock::new(),
            mean: OnceLock::new(),
            normalised: OnceLock::new(),
            laplacian: OnceLock::new(),
        }))
    }

    /// How many nodes there are.
    pub fn nodes(&self) -> usize {
        self.0.nodes
    }

    /// How many edges there are.
    pub fn len(&self) -> usize {
        self.0.pairs.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.pairs.is_empty()
    }

    /// Source and target of each edge.
    pub fn pairs(&self) -> &[[u32; 2]] {
        &self.0.pairs
    }

    /// The edges without loops, then a loop at every node.
    pub fn with_loops(&self) -> Self {
        let mut pairs: Vec<[u32; 2]> = self.without_loops().collect();
        pairs.extend((0..self.nodes() as u32).map(|node| [node, node]));
        Self::new(self.nodes(), pairs)
    }

    /// What each edge's source sends: a row of `x` for each edge.
    ///
    /// # Shapes
    /// - x: `[nodes, width]`
    /// - returns `[edges, width]`
    pub fn gather_sources(&self, x: Tensor<2>) -> Tensor<2> {
        self.0.by_source.get_or_init(|| self.grouped_by(0)).spread(x)
    }

    /// The edges grouped by the node they lead to: sums, means, maxima and soft maxima of what arrives at each node.
    pub fn by_target(&self) -> &Groups {
        self.0.by_target.get_or_init(|| self.grouped_by(1))
    }

    /// The edges grouped by one of their ends.
    fn grouped_by(&self, end: usize) -> Groups {
        Groups::new(self.nodes(), self.0.pairs.iter().map(|pair| pair[end]).collect())
    }

    /// The sum over neighbours: the product with the adjacency matrix, without that matrix.
    ///
    /// # Shapes
    /// - x: `[nodes, width]`
    /// - returns `[nodes, width]`
    pub fn sum_of_neighbours(&self, x: Tensor<2>) -> Tensor<2> {
        self.0.adjacency.get_or_init(|| self.matrix(self.0.pairs.clone(), |_| None)).product(x)
    }

    /// The mean over neighbours; zero where there are none. Shapes as
    /// [`sum_of_neighbours`](Self::sum_of_neighbours).
    pub fn mean_of_neighbours(&self, x: Tensor<2>) -> Tensor<2> {
        let matrix = self.0.mean.get_or_init(|| {
            let degrees = self.degrees(&self.0.pairs);
            self.matrix(self.0.pairs.clone(), |[_, target]| Some(1.0 / degrees[target as usize]))
        });
        matrix.product(x)
    }

    /// The product with D^-½ (A + I) D^-½, D the degrees with the loops (Kipf and Welling, 2017). Loops that are there already
    /// count once. Shapes as [`sum_of_neighbours`](Self::sum_of_neighbours).
    pub fn normalised_sum(&self, x: Tensor<2>) -> Tensor<2> {
        let matrix = self.0.normalised.get_or_init(|| {
            let pairs = self.with_loops().pairs().to_vec();
            let degrees = self.degrees(&pairs);
            self.matrix(pairs, |pair| Some(pair.iter().map(|&node| root(degrees[node as usize])).product()))
        });
        matrix.product(x)
    }

    /// The product with the scaled Laplacian 2L/λ − I of the normalised Laplacian L = I − D^-½ A D^-½, with λ = 2, its largest
    /// possible eigenvalue: −D^-½ A D^-½. Loops are left out. Shapes as [`sum_of_neighbours`](Self::sum_of_neighbours).
    pub fn scaled_laplacian(&self, x: Tensor<2>) -> Tensor<2> {
        let matrix = self.0.laplacian.get_or_init(|| {
            let pairs: Vec<[u32; 2]> = self.without_loops().collect();
            let degrees = self.degrees(&pairs);
            self.matrix(pairs, |pair| {
                Some(-pair.iter().map(|&node| root(degrees[node as usize])).product::<f32>())
            })
        });
        matrix.product(x)
    }

    fn without_loops(&self) -> impl Iterator<Item = [u32; 2]> {
        self.0.pairs.iter().copied().filter(|[source, target]| source != target)
    }

    /// How many edges arrive at each node.
    fn degrees(&self, pairs: &[[u32; 2]]) -> Vec<f32> {
        let mut degrees = vec![0.0; self.nodes()];
        for &[_, target] in pairs {
            degrees[target as usize] += 1.0;
        }
        degrees
    }

    /// The matrix with an entry at (target, source) for each edge; its value, or 1.
    fn matrix(&self, pairs: Vec<[u32; 2]>, value: impl Fn([u32; 2]) -> Option<f32>) -> Sparse {
        let values: Option<Vec<f32>> = pairs.iter().map(|&pair| value(pair)).collect();
        let values = values.filter(|_| !pairs.is_empty());
        let entries: Vec<[u32; 2]> = pairs.into_iter().map(|[source, target]| [target, source]).collect();
        Sparse::new(self.nodes(), self.nodes(), &entries, values.as_deref())
    }
}

/// 1/√degree; zero where nothing arrives, so that a one-way edge from there counts for nothing.
fn root(degree: f32) -> f32 {
    if degree > 0.0 { degree.sqrt().recip() } else { 0.0 }
}
