//! Losses of one's own (beyond 13.1.8): Huber's, the quantile loss and the focal loss, checked by finite differences and put to use.
//! Wild targets, intervals instead of numbers, a rare class; some seconds.

pub mod cars;
pub mod check;
pub mod net;
pub mod own;
mod tumours;

use mlbook::cli::Interrupted;
use mlbook::prelude::*;
use mlbook::statistics::mean_and_std;
use mlbook::train::Descent;

use crate::examples::Examples;
use check::largest_difference;
use net::SmallNet;
use own::{FocalLoss, HuberLoss, QuantileLoss};

mlbook::settings! {
    /// Settings of the project on losses.
    pub struct LossSettings, flags LossFlags {
        /// Passes over the training examples, for each loss and seed
        num_epochs: usize, at_least_one, quick 100, book 100;
        /// Examples in a mini-batch
        batch_size: usize, at_least_one, quick 16, book 16;
        /// Adam's learning rate
        lr: f64, positive, quick 0.005, book 0.005;
        /// Units of the hidden layer
        hidden_size: usize, at_least_one, quick 16, book 16;
        /// Splits and initial weights to average over
        seeds: usize, at_least_one, quick 5, book 5;
        /// Huber's loss is a line beyond this error, in miles per gallon
        delta: f64, positive, quick 2.0, book 2.0;
        /// Of so many training cars one has a target in kilometres per litre
        spoiled: usize, at_least_one, quick 8, book 8;
        /// The focal loss's power of doubt
        gamma: f64, positive, quick 2.0, book 2.0;
        /// The focal loss's weight of the rare class
        alpha: f64, positive, quick 0.75, book 0.75;
        /// Malignant tumours in the training set
        rare: usize, at_least_one, quick 10, book 10;
    }
}

/// What the quantile network tells of each car: an interval for eight in ten, and its middle.
pub const LEVELS: [f64; 3] = [0.1, 0.5, 0.9];

/// Checks the gradients, then puts each loss to use.
pub fn run(run: &Run, settings: &LossSettings) -> anyhow::Result<()> {
    run.in_one_go()?;
    run.save_json("settings.json", settings)?;
    let differences = check_gradients(settings);
    let wild = cars::with_wild_targets(run, settings)?;
    let intervals = cars::with_intervals(run, settings)?;
    let rare = tumours::with_a_rare_class(run, settings)?;

    let mut report = run.report().data("auto-mpg, wdbc (bundled)");
    for (name, value) in differences.into_iter().chain(wild).chain(intervals).chain(rare) {
        report = report.metric(name, value);
    }
    report.finish(run)?;
    Ok(())
}

/// The largest difference of each loss's gradient to its finite differences.
fn check_gradients(settings: &LossSettings) -> Vec<(&'static str, f64)> {
    // Small and large errors of both signs; certain, doubtful and wrong logits.
    let inputs = [-4.0, -0.7, 0.3, 0.9, 2.5, 6.0];
    let column = |values: &[f64], like: &Tensor<2>| -> Tensor<2> {
        let data = TensorData::new(values.to_vec(), [values.len(), 1]);
        Tensor::from_data(data, (&like.device(), like.dtype()))
    };
    let huber = HuberLoss { delta: settings.delta };
    let quantile = QuantileLoss { levels: LEVELS.to_vec() };
    let focal = FocalLoss { gamma: settings.gamma, alpha: settings.alpha };
    let differences = vec![
        (
            "Huber: gradient error",
            largest_difference(|x| huber.forward(x.clone(), column(&[0.0; 6], &x)), &inputs, [6, 1]),
        ),
        (
            "quantile: gradient error",
            largest_difference(|x| quantile.forward(x.clone(), column(&[0.1, 1.0], &x)), &inputs, [2, 3]),
        ),
        (
            "focal: gradient error",
            largest_difference(
                |x| focal.forward(x.clone(), column(&[1.0, 0.0, 1.0, 0.0, 1.0, 0.0], &x)),
                &inputs,
                [6, 1],
            ),
        ),
    ];
    say!("\ngradients against finite differences, in 64 bits");
    for (name, difference) in &differences {
        say!("{name:<28} {difference:.1e}");
    }
    differences
}

/// Trains a network by `loss`, which gets its outputs and the targets `[batch, 1]`.
pub fn train(
    examples: &Examples,
    outputs: usize,
    seed: u64,
    settings: &LossSettings,
    run: &Run,
    loss: impl Fn(Tensor<2>, Tensor<2>) -> Tensor<1>,
) -> anyhow::Result<SmallNet> {
    let generator = Generator::seeded(seed);
    let device = run.training_device();
    let model = SmallNet::new(examples.width, settings.hidden_size, outputs, &generator, &device);
    let mut descent = Descent::new(model, adam(), settings.lr);
    for epoch in 0..settings.num_epochs {
        if run.stop.is_set() {
            return Err(Interrupted { at: format!("before epoch {}", epoch + 1), resumable: false }.into());
        }
        let order = generator.lock().loader_order(examples.len());
        for rows in order.chunks(settings.batch_size) {
            let (inputs, targets) = examples.batch(rows, &run.device); // [batch, width], [batch, 1]
            descent.step(loss(descent.model().forward(inputs), targets));
        }
    }
    Ok(descent.into_model().valid())
}

/// The network's outputs for all examples, row by row.
pub fn outputs(model: &SmallNet, examples: &Examples, device: &Device) -> Vec<f32> {
    model.forward(examples.features(device)).into_data().iter::<f32>().collect()
}

/// Mean and sample standard deviation over the seeds.
fn mean_and_spread(values: &[f64]) -> (f64, f64) {
    mean_and_std(values, 1)
}
