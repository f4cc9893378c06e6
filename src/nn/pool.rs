//! Pooling.

use burn::module::{Flag, Module, Param};
use burn::tensor::Tensor;
use burn::tensor::ops::{AvgPoolOptions, MaxPoolOptions};

use super::observe;

/// The largest value of each window, windows side by side; see [`max_pool2d`].
#[derive(Module, Debug)]
pub struct MaxPool2d {
    kernel_size: usize,
    /// It has no parameters; this is what it is known by in its model.
    identity: Param<Flag>,
}

/// `torch.nn.MaxPool2d(kernel_size)`: windows side by side.
pub fn max_pool2d(kernel_size: usize) -> MaxPool2d {
    MaxPool2d { kernel_size, identity: Param::from_bool(true) }
}

impl MaxPool2d {
    /// # Shapes
    /// - images: `[batch, channels, height, width]`
    /// - returns `[batch, channels, height / kernel, width / kernel]`, rounded down
    pub fn forward(&self, images: Tensor<4>) -> Tensor<4> {
        let side = [self.kernel_size; 2];
        let options = MaxPoolOptions::new(side).with_stride(side);
        observe::leaves(self.identity.id, burn::tensor::module::max_pool2d(images, options))
    }
}

/// The mean of each window, windows side by side; see [`avg_pool2d`].
#[derive(Module, Debug)]
pub struct AvgPool2d {
    kernel_size: usize,
    /// It has no parameters; this is what it is known by in its model.
    identity: Param<Flag>,
}

/// `torch.nn.AvgPool2d(kernel_size)`: windows side by side.
pub fn avg_pool2d(kernel_size: usize) -> AvgPool2d {
    AvgPool2d { kernel_size, identity: Param::from_bool(true) }
}

impl AvgPool2d {
    /// # Shapes
    /// - images: `[batch, channels, height, width]`
    /// - returns `[batch, channels, height / kernel, width / kernel]`, rounded down
    pub fn forward(&self, images: Tensor<4>) -> Tensor<4> {
        let side = [self.kernel_size; 2];
        let options = AvgPoolOptions::new(side).with_stride(side);
        observe::leaves(self.identity.id, burn::tensor::module::avg_pool2d(images, options))
    }
}
