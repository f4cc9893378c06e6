//! Chapter 12: tensors, data pipelines and the first networks.
#![recursion_limit = "256"]

pub mod activations;
pub mod bench;
pub mod by_hand;
pub mod by_modules;
pub mod cats_dogs;
pub mod digit_net;
pub mod images;
pub mod iris;
pub mod iris_data;
pub mod linear;
pub mod loader;
pub mod model;
pub mod parallel;
pub mod parity;
pub mod pipeline;
pub mod remote;
pub mod saving;
pub mod tensors;
