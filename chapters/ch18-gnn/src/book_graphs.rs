//! Sections 18.1.1 to 18.1.3 and 18.1.10: the book's four coloured graphs, as matrices and drawn.

use mlbook::graph::layout;
use mlbook::plot::{Dot, Figure, Fill, Link, PlotError, Sketch, Stroke};
use mlbook::prelude::*;

use crate::by_hand::DenseGraph;

/// The colour of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    Green,
    Blue,
    Orange,
}

use Colour::{Blue, Green, Orange};

impl Colour {
    /// The column that a node of this colour has its one in: the book's mapping.
    pub fn column(self) -> usize {
        match self {
            Green => 0,
            Blue => 1,
            Orange => 2,
        }
    }

    /// The book's shades: #2ca02c, #1f77b4, #ff7f0e.
    fn shade(self) -> [u8; 3] {
        match self {
            Green => [0x2c, 0xa0, 0x2c],
            Blue => [0x1f, 0x77, 0xb4],
            Orange => [0xff, 0x7f, 0x0e],
        }
    }
}

/// A graph of coloured nodes, numbered from 1 as in the book; its edges have no direction.
#[derive(Clone, Debug)]
pub struct ColouredGraph {
    pub colours: &'static [Colour],
    pub edges: &'static [[usize; 2]],
}

/// Section 18.1.10: the four graphs; the first is the G of 18.1.1.
pub const GRAPHS: [ColouredGraph; 4] = [
    ColouredGraph { colours: &[Blue, Orange, Blue, Green], edges: &[[1, 2], [2, 3], [1, 3], [3, 4]] },
    ColouredGraph {
        colours: &[Green, Green, Orange, Orange, Blue],
        edges: &[[2, 3], [3, 4], [3, 1], [5, 1]],
    },
    ColouredGraph {
        colours: &[Orange, Orange, Green, Green, Blue, Orange],
        edges: &[[2, 3], [3, 4], [3, 1], [5, 1], [2, 5], [6, 1]],
    },
    ColouredGraph { colours: &[Blue, Blue, Green], edges: &[[1, 2], [2, 3]] },
];

impl ColouredGraph {
    /// The adjacency matrix, `[nodes, nodes]`: 1 where two nodes are joined.
    pub fn adjacency(&self, device: &Device) -> Tensor<2> {
        let nodes = self.colours.len();
        let mut values = vec![0.0; nodes * nodes];
        for &[a, b] in self.edges {
            values[(a - 1) * nodes + b - 1] = 1.0;
            values[(b - 1) * nodes + a - 1] = 1.0;
        }
        Tensor::from_data(TensorData::new(values, [nodes, nodes]), device)
    }

    /// Section 18.1.2: a one for each node's colour, `[nodes, 3]`.
    pub fn one_hot(&self, device: &Device) -> Tensor<2> {
        let nodes = self.colours.len();
        let mut values = vec![0.0; nodes * 3];
        for (node, colour) in self.colours.iter().enumerate() {
            values[node * 3 + colour.column()] = 1.0;
        }
        Tensor::from_data(TensorData::new(values, [nodes, 3]), device)
    }

    /// Section 18.1.10, the book's `get_graph_dict`: both matrices and the label 0 of two.
    pub fn dense(&self, device: &Device) -> DenseGraph {
        DenseGraph {
            adjacency: self.adjacency(device),
            nodes: self.one_hot(device),
            label: Tensor::from_data([[1.0, 0.0]], device),
            membership: None,
        }
    }

    fn sketch(&self, caption: String) -> Sketch {
        let edges: Vec<[u32; 2]> = self.edges.iter().map(|edge| edge.map(|node| node as u32 - 1)).collect();
        let dot = |(number, (at, colour)): (usize, ([f64; 2], &Colour))| Dot {
            at,
            text: (number + 1).to_string(),
            fill: Fill::Rgb(colour.shade()),
        };
        Sketch {
            dots: layout(self.colours.len(), &edges, None)
                .into_iter()
                .zip(self.colours)
                .enumerate()
                .map(dot)
                .collect(),
            links: self
                .edges
                .iter()
                .map(|edge| Link { ends: edge.map(|node| node - 1), stroke: Stroke::Single })
                .collect(),
            caption,
        }
    }
}

/// Section 18.1.3: the four graphs drawn.
///
/// # Errors
/// None that these graphs could cause.
pub fn figure() -> Result<Figure, PlotError> {
    let sketches: Vec<Sketch> =
        GRAPHS.iter().enumerate().map(|(i, graph)| graph.sketch(format!("graph {}", i + 1))).collect();
    plot::sketches(&sketches, 4, 64.0)
}
