//! The leaky rectifier.

use burn::tensor::Tensor;

use super::kernel;

/// `torch.nn.functional.leaky_relu`: `x` where it is above 0, `slope·x` elsewhere (Maas et al., 2013).
///
/// # Shapes
/// Any, returned as given.
pub fn leaky_relu<const D: usize>(x: Tensor<D>, slope: f64) -> Tensor<D> {
    kernel::leaky_relu(x, slope)
}
