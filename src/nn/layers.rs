//! Convolutions whose weights are drawn as PyTorch draws them: same generator, same order, same bounds.

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor, TensorData};
use rayon::prelude::*;

use super::matrix::{SQUARE, turn};
use super::{kernel, observe};
use crate::rng::Generator;

/// A convolution over images, not yet initialised; see [`conv2d`].
#[derive(Clone, Copy, Debug)]
pub struct Conv2dBuilder {
    in_channels: usize,
    out_channels: usize,
    kernel_size: usize,
    stride: usize,
    padding: usize,
    bias: bool,
}

/// `torch.nn.Conv2d(in_channels, out_channels, kernel_size)`: stride 1, no padding, with bias.
pub fn conv2d(in_channels: usize, out_channels: usize, kernel_size: usize) -> Conv2dBuilder {
    Conv2dBuilder { in_channels, out_channels, kernel_size, stride: 1, padding: 0, bias: true }
}

impl Conv2dBuilder {
    /// Zeros around the image, on each side.
    pub fn padding(self, padding: usize) -> Self {
        Self { padding, ..self }
    }

    /// Steps between the places of the kernel.
    pub fn stride(self, stride: usize) -> Self {
        Self { stride, ..self }
    }

    /// Without the bias.
    pub fn no_bias(self) -> Self {
        Self { bias: false, ..self }
    }

    /// Draws the weight `[out, in, k, k]`, then the bias `[out]`, both U(±1/√(in·k·k)).
    pub fn init(self, generator: &Generator, device: &Device) -> Conv2d {
        let shape = [self.out_channels, self.in_channels, self.kernel_size, self.kernel_size];
        let fan_in = self.in_channels * self.kernel_size * self.kernel_size;
        let mut rng = generator.lock();
        let weight = parameter(rng.linear_default(&shape), shape, device);
        let bias = self
            .bias
            .then(|| parameter(rng.bias_default(self.out_channels, fan_in), [self.out_channels], device));
        Conv2d { weight, bias, stride: self.stride, padding: self.padding }
    }
}

/// A convolution over images (strictly a cross-correlation, as in PyTorch); see [`conv2d`].
#[derive(Module, Debug)]
pub struct Conv2d {
    /// `[out, in, k, k]`
    pub weight: Param<Tensor<4>>,
    /// `[out]`
    pub bias: Option<Param<Tensor<1>>>,
    stride: usize,
    padding: usize,
}

impl Conv2d {
    /// # Shapes
    /// - images: `[batch, in, height, width]`
    /// - returns `[batch, out, …]` with sides `(side + 2·padding − k) / stride + 1`
    pub fn forward(&self, images: Tensor<4>) -> Tensor<4> {
        let maps = match &self.bias {
            Some(bias) => kernel::conv2d(images, self.weight.val(), bias.val(), self.stride, self.padding),
            None => cross_correlate(images, self.weight.val(), self.stride, self.padding),
        };
        observe::leaves(self.weight.id, maps)
    }

    /// The gradient with respect to the images, from that of the output: a transposed convolution with the same weights.
    ///
    /// # Shapes
    /// - images: `[batch, in, height, width]`, as is the result; gradient: as the output
    pub fn input_gradient(&self, images: &Tensor<4>, gradient: Tensor<4>) -> Tensor<4> {
        let [_, _, height, width] = images.dims();
        kernel::conv_transpose2d(gradient, self.weight.val(), self.stride, self.padding, [height, width])
    }
}

/// What a [`Conv2d`] without bias computes, with kernels given: `torch.nn.functional.conv2d`, a cross-correlation.
///
/// # Shapes
/// - images: `[batch, in, height, width]`
/// - kernels: `[out, in, rows, columns]`
/// - returns `[batch, out, …]` with sides `(side + 2·padding − kernel) / stride + 1`
pub fn cross_correlate(images: Tensor<4>, kernels: Tensor<4>, stride: usize, padding: usize) -> Tensor<4> {
    let bias = Tensor::zeros([kernels.dims()[0]], (&kernels.device(), kernels.dtype()));
    kernel::conv2d(images, kernels, bias, stride, padding)
}

pub(crate) fn parameter<const D: usize>(
    values: Vec<f32>,
    shape: [usize; D],
    device: &Device,
) -> Param<Tensor<D>> {
    Param::from_data(TensorData::new(values, shape), device)
}

/// The `[rows, columns]` matrix `values` as `[columns, rows]`.
pub(crate) fn transposed(values: &[f32], rows: usize, columns: usize) -> Vec<f32> {
    let mut turned = vec![0.0; values.len()];
    turned
        .par_chunks_mut((SQUARE * rows).max(1))
        .enumerate()
        .for_each(|(stripe, turned)| turn(values, [rows, columns], stripe * SQUARE, turned));
    turned
}

#[cfg(test)]
mod tests {
    use super::transposed;

    #[test]
    fn a_transposed_matrix_has_rows_for_columns() {
        for (rows, columns) in [(1, 1), (3, 50), (16, 32), (33, 17), (0, 4), (4, 0)] {
            let values: Vec<f32> = (0..rows * columns).map(|k| k as f32).collect();
            let turned = transposed(&values, rows, columns);
            assert!((0..rows * columns).all(|k| turned[k % columns * rows + k / columns] == values[k]));
        }
    }
}
