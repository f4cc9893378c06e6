//! Chapter 11: a multilayer network from scratch.
#![recursion_limit = "256"]

pub mod autodiff;
pub mod bench;
pub mod checkpoint;
pub mod data;
pub mod gradients;
pub mod mnist;
pub mod network;
pub mod parity;
pub mod train;
