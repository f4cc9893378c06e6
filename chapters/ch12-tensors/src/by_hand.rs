//! Section 12.2.2: linear regression with nothing but tensors and their gradients.

use burn::tensor::Gradients;
use mlbook::prelude::*;

use crate::linear::{self, Line, LinearSettings, Points};

/// A weight, and a bias: one number each, with gradients.
#[derive(Clone, Debug)]
pub struct Parameters {
    /// `[1]`
    pub weight: Tensor<1>,
    /// `[1]`
    pub bias: Tensor<1>,
}

impl Parameters {
    /// A standard normal weight and a bias of zero.
    pub fn new(generator: &Generator, device: &Device) -> Self {
        let weight = generator.lock().randn(1);
        Self {
            weight: Tensor::from_floats(weight.as_slice(), device).require_grad(),
            bias: Tensor::zeros([1], device).require_grad(),
        }
    }

    /// The line's heights.
    ///
    /// # Shapes
    /// - x: `[batch, 1]`
    /// - returns `[batch, 1]`
    pub fn model(&self, x: Tensor<2>) -> Tensor<2> {
        x * self.weight.clone().unsqueeze() + self.bias.clone().unsqueeze()
    }

    /// One step of gradient descent.
    pub fn step(self, gradients: &Gradients, lr: f64) -> Self {
        Self { weight: descended(self.weight, gradients, lr), bias: descended(self.bias, gradients, lr) }
    }
}

/// The parameter moved against its gradient, as a new leaf of the next step's graph.
fn descended(parameter: Tensor<1>, gradients: &Gradients, lr: f64) -> Tensor<1> {
    match parameter.grad(gradients) {
        Some(gradient) => Tensor::from_inner(parameter.inner() - gradient * lr).require_grad(),
        None => parameter,
    }
}

/// Point by point in shuffled order; prints the last point's loss of every tenth epoch.
///
/// # Errors
/// When the loss grows beyond all numbers, and after Ctrl-C.
pub fn train(points: &Points, settings: &LinearSettings, run: &Run) -> Result<Line, TrainError> {
    let mut parameters = Parameters::new(run.generator(), &run.training_device());
    let mut losses = Vec::new();
    for epoch in 0..settings.num_epochs {
        let mut last = f64::NAN;
        let order = run.generator().lock().loader_order(linear::X.len());
        for row in order {
            let (x, y) = points.point(row); // both [1, 1]
            let loss = mean_squared_error(parameters.model(x), y);
            parameters = parameters.step(&loss.backward(), settings.lr);
            last = f64::from(loss.into_scalar::<f32>());
        }
        linear::go_on(epoch, last, run)?;
        linear::log(epoch, last, settings, &mut losses);
    }
    let weight = f64::from(parameters.weight.into_scalar::<f32>());
    let bias = f64::from(parameters.bias.into_scalar::<f32>());
    say!("Final parameters: {weight} {bias}");
    Ok(Line { weight, bias, losses })
}
