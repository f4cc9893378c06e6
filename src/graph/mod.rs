//! Graphs and the layers that learn on them.
//!
//! A [`Graph`] is host data: features of nodes, edges, features of edges, targets. Many graphs become one [`Batch`]: their nodes
//! side by side, their edges shifted by the nodes before them, so that a batch is one large graph of many parts and no layer
//! needs to know where one ends. Layers send messages along [`Edges`] by gathering and summing; none holds a dense adjacency
//! matrix. [`Groups`] say which node belongs to which graph, for pooling.
//!
//! | layer | what a node receives |
//! | --- | --- |
//! | [`Gcn`] | the mean of its neighbours and itself, weighted by degrees |
//! | [`GraphSage`] | the mean of its neighbours, beside itself |
//! | [`Gat`] | its neighbours, weighted by attention |
//! | [`Gin`] | the sum of its neighbours and itself, through a network |
//! | [`NnConv`] | its neighbours, each through a matrix that the edge between them gives |
//! | [`Cheb`] | polynomials of the graph's Laplacian |
//! | [`GraphLayerNorm`] | itself, normalised over its graph |
//! | [`TopK`] | (pooling) itself, if it scores among the best |

mod batch;
mod cheb;
mod edges;
mod error;
mod gat;
mod gcn;
mod gin;
mod groups;
mod host;
mod layout;
mod nnconv;
mod norm;
mod sage;
pub mod spectral;
mod topk;

pub use batch::{Batch, EdgeKinds};
pub use cheb::{Cheb, cheb};
pub use edges::Edges;
pub use error::GraphError;
pub use gat::{Gat, gat};
pub use gcn::{Gcn, gcn};
pub use gin::{Gin, gin};
pub use groups::Groups;
pub use host::{Features, Graph};
pub use layout::layout;
pub use nnconv::{EdgeNetwork, NnConv, nn_conv};
pub use norm::{GraphLayerNorm, graph_layer_norm};
pub use sage::{GraphSage, graph_sage};
pub use topk::{Pooled, TopK, top_k};
