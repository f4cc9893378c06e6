//! Chapter 14: classifying images with deep convolutional networks.
#![recursion_limit = "256"]

pub mod bench;
pub mod by_hand;
pub mod convolution;
pub mod faces;
pub mod learn;
pub mod losses;
pub mod mnist;
pub mod model;
pub mod own_images;
pub mod parity;
pub mod picture;
pub mod predict;
pub mod saved;
pub mod smile;
pub mod transforms;
pub mod views;
