//! Two graph layers of one kind.

use clap::ValueEnum;
use mlbook::graph::{Cheb, Edges, Gat, Gcn, Gin, GraphSage, cheb, gat, gcn, gin, graph_sage};
use mlbook::prelude::*;

/// Heads of graph attention; each has a share of the hidden units.
const HEADS: usize = 4;
/// Polynomials of a Chebyshev convolution.
const ORDER: usize = 3;

/// Which layers a [`NodeNet`] is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// Graph convolution (Kipf and Welling)
    Gcn,
    /// GraphSAGE with the mean
    Sage,
    /// Graph attention
    Gat,
    /// Graph isomorphism network
    Gin,
    /// Chebyshev polynomials of the Laplacian
    Cheb,
}

/// A graph layer.
#[derive(Module, Debug)]
enum Layer {
    Gcn(Gcn),
    Sage(GraphSage),
    Gat(Gat),
    Gin(Gin),
    Cheb(Cheb),
}

impl Layer {
    fn new(
        kind: Kind,
        [inputs, outputs]: [usize; 2],
        heads: usize,
        generator: &Generator,
        device: &Device,
    ) -> Self {
        match kind {
            Kind::Gcn => Self::Gcn(gcn(inputs, outputs, generator, device)),
            Kind::Sage => Self::Sage(graph_sage(inputs, outputs, generator, device)),
            Kind::Gat => Self::Gat(gat(inputs, outputs / heads, heads, generator, device)),
            Kind::Gin => Self::Gin(gin(inputs, outputs, outputs, generator, device)),
            Kind::Cheb => Self::Cheb(cheb(inputs, outputs, ORDER, generator, device)),
        }
    }

    fn forward(&self, x: Tensor<2>, edges: &Edges) -> Tensor<2> {
        match self {
            Self::Gcn(layer) => layer.forward(x, edges),
            Self::Sage(layer) => layer.forward(x, edges),
            Self::Gat(layer) => layer.forward(x, edges),
            Self::Gin(layer) => layer.forward(x, edges),
            Self::Cheb(layer) => layer.forward(x, edges),
        }
    }
}

/// A graph layer, ReLU, drop-out, a graph layer, as Kipf and Welling have it.
#[derive(Module, Debug)]
pub struct NodeNet {
    first: Layer,
    dropout: Dropout,
    second: Layer,
}

impl NodeNet {
    /// Sizes are the features of a node, hidden units, and classes.
    pub fn new(
        kind: Kind,
        [features, hidden, classes]: [usize; 3],
        drop_rate: f64,
        generator: &Generator,
        device: &Device,
    ) -> Self {
        // Heads share the hidden units evenly.
        let heads = if hidden.is_multiple_of(HEADS) { HEADS } else { 1 };
        Self {
            first: Layer::new(kind, [features, hidden], heads, generator, device),
            dropout: dropout(drop_rate).init(generator),
            second: Layer::new(kind, [hidden, classes], 1, generator, device),
        }
    }

    /// Class scores of each node.
    ///
    /// # Shapes
    /// - nodes: `[nodes, features]`
    /// - returns `[nodes, classes]`
    pub fn forward(&self, nodes: Tensor<2>, edges: &Edges) -> Tensor<2> {
        let hidden = relu(self.first.forward(nodes, edges)); // [nodes, hidden]
        self.second.forward(self.dropout.forward(hidden), edges) // [nodes, classes]
    }
}
