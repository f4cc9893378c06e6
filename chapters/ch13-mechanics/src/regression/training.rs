//! Training with early stopping: the weights kept are those of the epoch that did best on the validation rows.

use mlbook::nn::weights;
use mlbook::prelude::*;
use serde::Serialize;

use super::RegressionSettings;
use super::net::TableNet;
use super::split::Parts;
use crate::examples::Examples;

/// The best weights so far, beside the checkpoint, so that a resumed run still has them.
const BEST: &str = "best.safetensors";

/// Batches grow with the table between these sizes, so that an epoch has about a hundred steps.
const BATCHES: usize = 100;
const SMALLEST_BATCH: usize = 16;
const LARGEST_BATCH: usize = 1024;

/// Trains until validation has not improved for `settings.patience` epochs. Returns the best model, on the device without
/// gradients, and the epoch (from 1) that it comes from.
///
/// `described` is everything that a resumed run must share with the run that it goes on from.
///
/// # Errors
/// [`TrainError`]: Ctrl-C, a loss that is no number, files.
pub fn train(
    model: TableNet,
    examples: &Examples,
    parts: &Parts,
    settings: &RegressionSettings,
    described: &impl Serialize,
    run: &Run,
) -> Result<(TableNet, History, usize), TrainError> {
    let device = run.training_device();
    let plan = Plan {
        num_epochs: settings.num_epochs,
        batch_size: batch_size(settings, parts.train.len()),
        learning_rate: settings.lr,
        examples: parts.train.len(),
    };
    let mut training = Training::begin(run, described, plan, model, adam())?.log_every(10);
    while !out_of_patience(training.history(), settings.patience) && training.next_epoch() {
        while let Some(places) = training.next_batch()? {
            let rows: Vec<usize> = places.iter().map(|&place| parts.train[place]).collect();
            let (inputs, targets) = examples.batch(&rows, &device); // [batch, width], [batch, 1]
            training.step(mean_squared_error(training.model().forward(inputs), targets));
        }
        let loss = validation_loss(&training.model().valid(), examples, &parts.valid, &run.device);
        if best(training.history()).is_none_or(|(_, least)| loss < least) {
            weights::save(training.model(), &run.path(BEST))?;
        }
        training.end_epoch(&[("valid loss", loss)])?;
    }
    let (last, history) = training.finish()?;
    let epoch = best(&history).map_or(history.epochs.len(), |(epoch, _)| epoch);
    Ok((weights::load(last.valid(), &run.path(BEST))?, history, epoch))
}

/// The batch size that was asked for, or one that suits the number of rows.
fn batch_size(settings: &RegressionSettings, rows: usize) -> usize {
    match settings.batch_size {
        0 => (rows / BATCHES).next_power_of_two().clamp(SMALLEST_BATCH, LARGEST_BATCH),
        size => size,
    }
}

/// The epoch (from 1) with the least validation loss, and that loss.
fn best(history: &History) -> Option<(usize, f64)> {
    let (epochs, losses) = history.curve("valid loss");
    let best = epochs.into_iter().zip(losses).min_by(|a, b| a.1.total_cmp(&b.1))?;
    Some((best.0 as usize, best.1))
}

fn out_of_patience(history: &History, patience: usize) -> bool {
    best(history).is_some_and(|(epoch, _)| history.epochs.len() >= epoch + patience)
}

/// Mean squared error on the validation rows.
fn validation_loss(model: &TableNet, examples: &Examples, rows: &[usize], device: &Device) -> f64 {
    let part = examples.part(rows);
    let outputs = model.outputs(&part.features, part.width, device);
    let squares = outputs.iter().zip(&part.targets).map(|(y, t)| f64::from(y - t).powi(2));
    squares.sum::<f64>() / rows.len() as f64
}
