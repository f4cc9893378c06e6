//! What the chapter's title promises: one training on all cores. Each worker takes a part of every mini-batch, and one step is taken
//! along the mean of their gradients, by burn's `Learner`. The same path as one worker with the whole mini-batch; a few seconds.

use std::num::NonZero;
use std::sync::Arc;
use std::time::Instant;

use burn::data::dataloader::{DataLoader, DataLoaderBuilder};
use burn::data::dataset::InMemDataset;
use burn::optim::SgdConfig;
use burn::train::metric::{AccuracyMetric, LossMetric};
use burn::train::{ExecutionStrategy, Interrupter, Learner, MultiDeviceOptim, SupervisedTraining};
use mlbook::cli::Interrupted;
use mlbook::data::DigitBatcher;
use mlbook::nn::weights::{self, Arrays};
use mlbook::prelude::*;
use mlbook::show;
use mlbook::train::Quiet;
use mlbook::train::learner::{Course, Logbook, Recorder};

use crate::digit_net::{DigitBatch, DigitNet};

mlbook::settings! {
    /// Settings of the parallel project.
    pub struct ParallelSettings, flags ParallelFlags {
        /// Workers, each with a part of every mini-batch
        workers: usize, at_least_one, quick cores(), book cores();
        /// Digits in a worker's part of a mini-batch
        batch_size: usize, at_least_one, quick 32, book 32;
        /// Passes over the training digits
        num_epochs: usize, at_least_one, quick 3, book 3;
        /// Learning rate of gradient descent
        lr: f64, positive, quick 0.1, book 0.1;
        /// Units of the hidden layer
        hidden_size: usize, at_least_one, quick 128, book 128;
    }
}

/// More workers than this are refused: each is a thread.
const MAX_WORKERS: usize = 256;
/// Digits that go through the network at a time after an epoch.
const VALIDATION_BATCH: usize = 250;

/// As many workers as the machine has cores.
fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, NonZero::get)
}

/// Data in, two trainings on the same mini-batches, how far apart they end and how fast they were.
pub fn run(run: &Run, settings: &ParallelSettings) -> anyhow::Result<()> {
    run.in_one_go()?;
    run.save_json("settings.json", settings)?;
    let digits = SharedDigits::load(run, settings)?;

    let &ParallelSettings { workers, batch_size, .. } = settings;
    say!("\n{} with {batch_size} digits each", crowd(workers));
    let several = train(workers, batch_size, &digits, settings, run)?;
    let whole = workers * batch_size;
    say!("\n{} with {whole} digits", crowd(1));
    let one = train(1, whole, &digits, settings, run)?;

    let loss_difference = show::largest_difference(several.losses().zip(one.losses()));
    let weight_difference = show::largest_difference(several.weights().zip(one.weights()));
    say!("\nlargest difference: {loss_difference:.1e} in a loss, {weight_difference:.1e} in a weight");
    say!(
        "steps per second, validation included: {} {:.1}, {} {:.1}",
        crowd(workers),
        several.speed,
        crowd(1),
        one.speed
    );
    run.save("curves", &several.history.figure()?)?;
    let last = |metric: &str| several.history.last(metric).unwrap_or(f64::NAN);
    run.report()
        .data(digits.source)
        .metric("workers", workers as f64)
        .metric("train loss", last("loss"))
        .metric("test accuracy", last("valid accuracy"))
        .metric("loss difference", loss_difference)
        .metric("weight difference", weight_difference)
        .metric("steps/s, workers", several.speed)
        .metric("steps/s, one worker", one.speed)
        .finish(run)?;
    Ok(())
}

fn crowd(workers: usize) -> String {
    format!("{workers} worker{}", if workers == 1 { "" } else { "s" })
}

/// The digits of a run, and the order in which its mini-batches take them.
struct SharedDigits {
    train: Arc<Digits>,
    test: Arc<Digits>,
    /// Row numbers of the training digits, shuffled once; whole mini-batches only, so that all workers always have equal parts.
    order: Vec<usize>,
    /// Where they come from.
    source: String,
}

impl SharedDigits {
    fn load(run: &Run, settings: &ParallelSettings) -> anyhow::Result<Self> {
        let source = data::locate("mnist", run)?;
        say!("data    {}", source.describe());
        let Mnist { train, test } = Mnist::read(&source.dir)?;
        let &ParallelSettings { workers, batch_size, .. } = settings;
        anyhow::ensure!(
            workers <= MAX_WORKERS,
            "--workers {workers}: at most {MAX_WORKERS}, each is a thread"
        );
        let whole = workers.saturating_mul(batch_size);
        anyhow::ensure!(
            whole <= train.len(),
            "--workers {workers} times --batch-size {batch_size} is {whole}, and there are {} training digits. Give \
             fewer workers or a smaller batch",
            train.len()
        );
        let mut order = run.generator().lock().randperm(train.len());
        order.truncate(train.len() - train.len() % whole);
        Ok(Self { train: Arc::new(train), test: Arc::new(test), order, source: source.describe() })
    }

    /// The training digits for so many workers. burn gives each worker one stretch of the data set, from which it takes one batch
    /// after the other: so the first stretch has the first part of every mini-batch, and so on.
    fn train_loader(&self, workers: usize, batch_size: usize) -> Arc<dyn DataLoader<DigitBatch>> {
        let mini_batches = self.order.chunks(workers * batch_size);
        let part = |worker: usize| {
            mini_batches.clone().flat_map(move |rows| &rows[worker * batch_size..(worker + 1) * batch_size])
        };
        loader(&self.train, (0..workers).flat_map(part).copied().collect(), batch_size)
    }

    /// The test digits, after each epoch. They may stand in for a validation set, as nothing is chosen by them.
    fn validation_loader(&self) -> Arc<dyn DataLoader<DigitBatch>> {
        loader(&self.test, (0..self.test.len()).collect(), VALIDATION_BATCH)
    }
}

fn loader(digits: &Arc<Digits>, rows: Vec<usize>, batch_size: usize) -> Arc<dyn DataLoader<DigitBatch>> {
    DataLoaderBuilder::new(DigitBatcher(digits.clone())).batch_size(batch_size).build(InMemDataset::new(rows))
}

/// A training that is over.
struct Trained {
    weights: Arrays,
    history: History,
    /// Steps per second, the validation after each epoch included.
    speed: f64,
}

/// Trains the run's network with so many workers, from the same initial weights whatever their number.
fn train(
    workers: usize,
    batch_size: usize,
    digits: &SharedDigits,
    settings: &ParallelSettings,
    run: &Run,
) -> anyhow::Result<Trained> {
    let device = run.training_device();
    let generator = Generator::seeded(run.flags.seed);
    let model = DigitNet::new(settings.hidden_size, workers, &generator, &device);
    let interrupter = Interrupter::new();
    let batches = digits.order.len() / (workers * batch_size);
    let course = Course { batches, num_epochs: settings.num_epochs, prints: true, stop: run.stop.clone() };
    let logbook = Logbook::default();
    let recorder = Recorder::new(logbook.clone(), (), course, interrupter.clone());
    // The processor is one device, listed once for each worker; graphics cards would be listed one by one. Every worker computes
    // gradients on a thread of its own, the first device takes the step.
    let strategy = ExecutionStrategy::multi(vec![device; workers], MultiDeviceOptim::OptimMainDevice);
    let started = Instant::now();
    let result = SupervisedTraining::new(
        run.path(""),
        digits.train_loader(workers, batch_size),
        digits.validation_loader(),
    )
    .with_training_strategy(strategy.into())
    .metrics((AccuracyMetric::new(), LossMetric::new()))
    .with_metric_logger(recorder)
    // It would change the program's panic hook and write a line for every batch.
    .with_application_logger(None)
    .with_interrupter(interrupter)
    .renderer(Box::<Quiet>::default())
    .num_epochs(settings.num_epochs)
    .launch(Learner::new(model, SgdConfig::new().init(), settings.lr));
    let seconds = started.elapsed().as_secs_f64();
    if let Some(error) = result.error {
        anyhow::bail!("{error}");
    }
    if let Some(failure) = logbook.failure() {
        return Err(failure.into());
    }
    let history = logbook.history();
    let epoch = history.epochs.len();
    if epoch < settings.num_epochs {
        let at = format!("in epoch {} of {}", epoch + 1, settings.num_epochs);
        return Err(Interrupted { at, resumable: false }.into());
    }
    let steps = settings.num_epochs * batches;
    Ok(Trained { weights: weights::to_arrays(&result.model)?, history, speed: steps as f64 / seconds })
}

impl Trained {
    /// Of all epochs, in training and validation.
    fn losses(&self) -> impl Iterator<Item = f64> {
        ["loss", "valid loss"].into_iter().flat_map(|metric| self.history.curve(metric).1)
    }

    fn weights(&self) -> impl Iterator<Item = f64> {
        self.weights.values().flat_map(|array| &array.values).map(|&weight| f64::from(weight))
    }
}
