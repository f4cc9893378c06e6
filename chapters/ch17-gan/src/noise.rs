//! Section 17.1.3: the random vectors from which a generator makes pictures.

use clap::ValueEnum;
use mlbook::prelude::*;
use serde::{Deserialize, Serialize};

/// How noise is drawn.
#[derive(ValueEnum, Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Evenly from −1 to below 1
    #[default]
    Uniform,
    /// Normally, with mean 0 and deviation 1
    Normal,
}

/// `create_noise`: vectors from the run's random numbers, the same on every device.
///
/// # Shapes
/// - returns `[batch, size]`
pub fn create_noise(
    batch: usize,
    size: usize,
    mode: Mode,
    generator: &Generator,
    device: &Device,
) -> Tensor<2> {
    let mut rng = generator.lock();
    let values = match mode {
        Mode::Uniform => rng.rand(batch * size).into_iter().map(|share| share * 2.0 - 1.0).collect(),
        Mode::Normal => rng.randn(batch * size),
    };
    Tensor::from_data(TensorData::new(values, [batch, size]), device)
}

/// Vectors on the straight way from one to another, both ends included.
///
/// # Shapes
/// - from, to: `[1, size]`; returns `[steps, size]`
pub fn walk(from: Tensor<2>, to: Tensor<2>, steps: usize) -> Tensor<2> {
    let last = steps.saturating_sub(1).max(1) as f32;
    let shares: Vec<f32> = (0..steps).map(|step| step as f32 / last).collect();
    let shares = Tensor::from_data(TensorData::new(shares, [steps, 1]), &from.device()); // [steps, 1]
    from.clone() + shares * (to - from)
}
