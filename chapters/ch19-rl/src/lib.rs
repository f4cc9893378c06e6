//! Chapter 19: reinforcement learning, from a world of thirty cells to a battery that trades.
#![recursion_limit = "256"]

pub mod battery;
pub mod bench;
pub mod cartpole;
pub mod cartpole_picture;
pub mod dqn;
pub mod env;
pub mod grid;
pub mod own;
pub mod own_project;
pub mod parity;
pub mod seeds;
pub mod tabular;
