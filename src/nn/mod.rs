//! Layers, losses and optimisers with PyTorch's names, defaults and initial weights, on burn's tensors.

mod adam;
mod dropout;
mod kernel;
mod layers;
mod loss;
pub mod weights;

pub use adam::{Adam, adam};
pub use dropout::{Dropout, dropout};
pub use layers::{Conv2d, Conv2dBuilder, LinearBuilder, conv2d, linear, max_pool2d};
pub use loss::{correct, cross_entropy};

pub use burn::nn::Linear;
pub use burn::nn::pool::MaxPool2d;
pub use burn::tensor::activation::{relu, sigmoid, softmax, tanh};
