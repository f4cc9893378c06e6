//! Normalisation of images: each channel from its mean, in units of its deviation.

use burn::module::{Flag, Module, Param, RunningState};
use burn::tensor::{Device, Tensor};

use super::layers::parameter;
use super::{kernel, observe};

/// Added to every variance.
const EPSILON: f64 = 1e-5;
/// How much of a batch's statistics goes into the running ones.
const MOMENTUM: f64 = 0.1;

/// `torch.nn.BatchNorm2d(channels)`, not yet on a device.
#[derive(Clone, Copy, Debug)]
pub struct BatchNorm2dBuilder {
    channels: usize,
}

/// `torch.nn.BatchNorm2d(channels)`: ε 1e-5, momentum 0.1, with weight and bias.
pub fn batch_norm2d(channels: usize) -> BatchNorm2dBuilder {
    BatchNorm2dBuilder { channels }
}

impl BatchNorm2dBuilder {
    /// Weights of 1, biases and running means of 0, running variances of 1.
    pub fn init(self, device: &Device) -> BatchNorm2d {
        let channels = [self.channels];
        BatchNorm2d {
            weight: parameter(vec![1.0; self.channels], channels, device),
            bias: parameter(vec![0.0; self.channels], channels, device),
            running_mean: RunningState::new(Tensor::zeros(channels, device)),
            running_var: RunningState::new(Tensor::ones(channels, device)),
            training: Param::from_bool(true),
        }
    }
}

/// Normalises each channel over the batch (Ioffe and Szegedy, 2015); see [`batch_norm2d`].
///
/// Training is what happens on a device with autodiff: there a batch is measured by its own mean and variance, and they go into the running
/// ones, by which all is measured elsewhere. As in PyTorch, and unlike burn's layer, the running variance is that of n − 1.
#[derive(Module, Debug)]
pub struct BatchNorm2d {
    /// `[channels]`
    pub weight: Param<Tensor<1>>,
    /// `[channels]`
    pub bias: Param<Tensor<1>>,
    running_mean: RunningState<Tensor<1>>,
    running_var: RunningState<Tensor<1>>,
    /// Off in a model that was frozen, as in burn's own layer.
    training: Param<Flag>,
}

impl BatchNorm2d {
    /// # Shapes
    /// - images: `[batch, channels, height, width]`, returned as given
    pub fn forward(&self, images: Tensor<4>) -> Tensor<4> {
        let output = match images.is_autodiff() && self.training.val().is_enabled() {
            true => self.by_the_batch(images),
            false => self.by_the_past(images),
        };
        observe::leaves(self.weight.id, output)
    }

    fn by_the_batch(&self, images: Tensor<4>) -> Tensor<4> {
        let [batch, channels, height, width] = images.dims();
        let statistics = kernel::statistics(&images); // [2, channels]
        let count = (batch * height * width) as f64;
        let row = |k: usize| statistics.clone().narrow(0, k, 1).reshape([channels]);
        remember(&self.running_mean, row(0));
        remember(&self.running_var, row(1) * (count / (count - 1.0).max(1.0)));
        kernel::normalise(images, statistics, self.weight.val(), self.bias.val(), EPSILON)
    }

    fn by_the_past(&self, images: Tensor<4>) -> Tensor<4> {
        let deviation = (self.running_var.value() + EPSILON).sqrt();
        let slope = self.weight.val() / deviation;
        let constant = self.bias.val() - self.running_mean.value() * slope.clone();
        images * slope.reshape([1, -1, 1, 1]) + constant.reshape([1, -1, 1, 1])
    }
}

/// Moves a running number towards a batch's.
fn remember(running: &RunningState<Tensor<1>>, batch: Tensor<1>) {
    let moved = running.value_sync() * (1.0 - MOMENTUM) + batch * MOMENTUM;
    running.update(moved.detach());
    // Only now it is what a copy of the model, or a file of weights, sees.
    running.value_sync();
}

/// `torch.nn.InstanceNorm2d(channels)`: ε 1e-5, no weights, no running statistics.
pub fn instance_norm2d() -> InstanceNorm2d {
    InstanceNorm2d { identity: Param::from_bool(true) }
}

/// Normalises each channel of each image by itself (Ulyanov et al., 2016); see [`instance_norm2d`].
#[derive(Module, Debug)]
pub struct InstanceNorm2d {
    /// It has no parameters; this is what it is known by in its model.
    identity: Param<Flag>,
}

impl InstanceNorm2d {
    /// # Shapes
    /// - images: `[batch, channels, height, width]`, returned as given
    pub fn forward(&self, images: Tensor<4>) -> Tensor<4> {
        let shape = images.dims();
        let [batch, channels, height, width] = shape;
        let rows = images.reshape([1, batch * channels, height, width]);
        let statistics = kernel::statistics(&rows);
        let options = (&rows.device(), rows.dtype());
        let (ones, zeros) =
            (Tensor::ones([batch * channels], options), Tensor::zeros([batch * channels], options));
        let rows = kernel::normalise(rows, statistics, ones, zeros, EPSILON);
        observe::leaves(self.identity.id, rows.reshape(shape))
    }

    /// The gradient with respect to the images, from that of the output; see [`critic`](super::critic).
    ///
    /// # Shapes
    /// - images, gradient: `[batch, channels, height, width]`, as is the result
    pub fn input_gradient(&self, images: Tensor<4>, gradient: Tensor<4>) -> Tensor<4> {
        let shape = images.dims();
        let [batch, channels, height, width] = shape;
        let rows = [1, batch * channels, height, width];
        kernel::normalise_gradient(images.reshape(rows), gradient.reshape(rows), EPSILON).reshape(shape)
    }
}
