//! Chapter 17: generative adversarial networks for synthesizing new data.
#![recursion_limit = "256"]

pub mod album;
pub mod bench;
pub mod beyond;
pub mod convolutional;
pub mod dcgan;
pub mod dense;
pub mod figures;
pub mod game;
pub mod gan;
pub mod judge;
pub mod learn;
pub mod noise;
pub mod parity;
pub mod reader;
pub mod report;
pub mod score;
pub mod variety;
pub mod wgan;
