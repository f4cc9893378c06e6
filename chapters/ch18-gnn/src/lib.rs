//! Chapter 18: graph neural networks for capturing dependencies in graph structured data.
#![recursion_limit = "256"]

pub mod bench;
pub mod book_graphs;
pub mod by_hand;
pub mod contribution;
pub mod graphs;
pub mod molecule_net;
pub mod nodes;
pub mod parity;
pub mod qm9;
pub mod score;
pub mod smiles;
