//! Chapter 14: classifying images with deep convolutional networks.
#![recursion_limit = "256"]

pub mod bench;
pub mod by_hand;
pub mod convolution;
pub mod faces;
pub mod losses;
pub mod mnist;
pub mod model;
pub mod parity;
pub mod picture;
pub mod transforms;
