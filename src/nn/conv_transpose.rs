//! Transposed convolutions: small maps become large images.

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor};

use super::layers::{cross_correlate, parameter};
use super::{kernel, observe};
use crate::rng::Generator;

/// A transposed convolution over images, not yet initialised; see [`conv_transpose2d`].
#[derive(Clone, Copy, Debug)]
pub struct ConvTranspose2dBuilder {
    in_channels: usize,
    out_channels: usize,
    kernel_size: usize,
    stride: usize,
    padding: usize,
    bias: bool,
}

/// `torch.nn.ConvTranspose2d(in_channels, out_channels, kernel_size)`: stride 1, no padding, with bias.
pub fn conv_transpose2d(
    in_channels: usize,
    out_channels: usize,
    kernel_size: usize,
) -> ConvTranspose2dBuilder {
    ConvTranspose2dBuilder { in_channels, out_channels, kernel_size, stride: 1, padding: 0, bias: true }
}

impl ConvTranspose2dBuilder {
    /// Pixels from one copy of the kernel to the next.
    pub fn stride(self, stride: usize) -> Self {
        Self { stride, ..self }
    }

    /// Pixels that are cut off on each side.
    pub fn padding(self, padding: usize) -> Self {
        Self { padding, ..self }
    }

    /// Without the bias.
    pub fn no_bias(self) -> Self {
        Self { bias: false, ..self }
    }

    /// Draws the weight `[in, out, k, k]`, then the bias `[out]`, both U(±1/√(out·k·k)): PyTorch takes the weight's second dimension
    /// for the inputs.
    pub fn init(self, generator: &Generator, device: &Device) -> ConvTranspose2d {
        let shape = [self.in_channels, self.out_channels, self.kernel_size, self.kernel_size];
        let fan_in = self.out_channels * self.kernel_size * self.kernel_size;
        let mut rng = generator.lock();
        let weight = parameter(rng.linear_default(&shape), shape, device);
        let bias = self
            .bias
            .then(|| parameter(rng.bias_default(self.out_channels, fan_in), [self.out_channels], device));
        ConvTranspose2d { weight, bias, stride: self.stride, padding: self.padding }
    }
}

/// A transposed convolution: every pixel leaves a copy of the kernel, as bright as itself, and copies that overlap add up. It is the way back
/// of a convolution (Dumoulin and Visin, 2016); see [`conv_transpose2d`].
#[derive(Module, Debug)]
pub struct ConvTranspose2d {
    /// `[in, out, k, k]`
    pub weight: Param<Tensor<4>>,
    /// `[out]`
    pub bias: Option<Param<Tensor<1>>>,
    stride: usize,
    padding: usize,
}

impl ConvTranspose2d {
    /// # Shapes
    /// - images: `[batch, in, height, width]`
    /// - returns `[batch, out, …]` with sides `(side − 1)·stride − 2·padding + k`
    pub fn forward(&self, images: Tensor<4>) -> Tensor<4> {
        let weight = self.weight.val();
        let ([_, _, height, width], [_, _, kernel, _]) = (images.dims(), weight.dims());
        let size = [height, width].map(|side| (side - 1) * self.stride + kernel - 2 * self.padding);
        let output = kernel::conv_transpose2d(images, weight, self.stride, self.padding, size);
        let output = match &self.bias {
            Some(bias) => output + bias.val().reshape([1, -1, 1, 1]),
            None => output,
        };
        observe::leaves(self.weight.id, output)
    }

    /// The gradient with respect to the images, from that of the output: a convolution with the same weights.
    ///
    /// # Shapes
    /// - gradient: as the output; returns `[batch, in, height, width]`
    pub fn input_gradient(&self, gradient: Tensor<4>) -> Tensor<4> {
        cross_correlate(gradient, self.weight.val(), self.stride, self.padding)
    }
}
