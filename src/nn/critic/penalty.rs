//! The gradient penalty of a Wasserstein GAN.

use burn::tensor::Tensor;

use super::Critic;

/// Added below the root of a length: at 0 the root has no slope.
const SMALLEST: f64 = 1e-30;

/// Points between pairs of examples: `α·real + (1 − α)·fake`, with a share `α` for each pair.
///
/// # Shapes
/// - real, fake: `[batch, channels, height, width]`, as is the result; nothing flows back into them
/// - alpha: `[batch, 1, 1, 1]`, from 0 to 1
pub fn interpolated(real: Tensor<4>, fake: Tensor<4>, alpha: Tensor<4>) -> Tensor<4> {
    let (real, fake) = (real.detach(), fake.detach());
    alpha.clone() * real + (alpha.neg() + 1.0) * fake
}

/// `weight · mean((‖∇D(x)‖ − 1)²)`: how far the critic's gradient at `points` is from length 1 (Gulrajani et al., 2017). The book's weight
/// is 10.
///
/// # Shapes
/// - points: `[batch, channels, height, width]`; see [`interpolated`]
/// - returns `[1]`
pub fn gradient_penalty(critic: &Critic, points: Tensor<4>, weight: f64) -> Tensor<1> {
    let (_, gradient) = critic.with_input_gradient(points);
    penalty(gradient, weight)
}

/// The penalty on gradients that are known.
///
/// # Shapes
/// - gradients: `[batch, channels, height, width]`
/// - returns `[1]`
fn penalty(gradients: Tensor<4>, weight: f64) -> Tensor<1> {
    let squares = gradients.square().flatten::<2>(1, 3).sum_dim(1); // [batch, 1]
    let lengths = (squares + SMALLEST).sqrt();
    (lengths - 1.0).square().mean() * weight // [1]
}
