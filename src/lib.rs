//! What the chapters and notebooks of the Rust companion to *Machine Learning with PyTorch and Scikit-Learn* share:
//! devices, flags, data, layers with PyTorch's defaults, training, figures.
//!
//! Data flows one way: catalog entry → verified files → reader → tensors in batches → model → history → figures and report.
#![recursion_limit = "256"]

pub mod bench;
pub mod cli;
pub mod data;
pub mod device;
pub mod files;
pub mod graph;
pub mod hub;
pub mod memory;
pub mod molecule;
pub mod nn;
pub mod notebook;
pub mod parity;
pub mod plot;
pub mod prelude;
pub mod rng;
pub mod show;
pub mod statistics;
pub mod train;
