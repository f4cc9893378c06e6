//! Section 12.2.4: the same regression with a layer, a loss and an optimiser.

use burn::nn::loss::{MseLoss, Reduction};
use burn::optim::SgdConfig;
use mlbook::prelude::*;
use mlbook::train::Descent;

use crate::linear::{self, Line, LinearSettings, Points};

/// Point by point in shuffled order; prints the last point's loss of every tenth epoch.
///
/// # Errors
/// When the loss grows beyond all numbers, and after Ctrl-C.
pub fn train(points: &Points, settings: &LinearSettings, run: &Run) -> Result<Line, TrainError> {
    let model = linear(1, 1).init(run.generator(), &run.training_device());
    let loss_function = MseLoss::new();
    let mut descent = Descent::new(model, SgdConfig::new().init(), settings.lr);
    let mut losses = Vec::new();
    for epoch in 0..settings.num_epochs {
        let mut last = f64::NAN;
        let order = run.generator().lock().loader_order(linear::X.len());
        for row in order {
            let (x, y) = points.point(row); // both [1, 1]
            let loss = loss_function.forward(descent.model().forward(x), y, Reduction::Mean);
            last = f64::from(loss.clone().into_scalar::<f32>());
            descent.step(loss);
        }
        linear::go_on(epoch, last, run)?;
        linear::log(epoch, last, settings, &mut losses);
    }
    let model = descent.into_model();
    let weight = f64::from(model.weight.val().into_scalar::<f32>());
    let bias = model.bias.map_or(0.0, |bias| f64::from(bias.val().into_scalar::<f32>()));
    say!("Final parameters: {weight} {bias}");
    Ok(Line { weight, bias, losses })
}
