//! Sections 11.6 to 11.8: mini-batches in NumPy's order, the measures, the training.

use std::time::Instant;

use mlbook::cli::Interrupted;
use mlbook::data::mnist::CLASSES;
use mlbook::prelude::*;
use mlbook::train::EpochRecord;

use crate::checkpoint::{self, Place};
use crate::data::Sets;
use crate::mnist::MnistSettings;
use crate::network::{NeuralNet, int_to_onehot, mse};

/// Digits that are measured at a time; the numbers do not depend on it.
const MEASURED: usize = 1_000;
/// How many losses from the start are kept, to compare devices by.
const FIRST_LOSSES: usize = 5;

/// Section 11.7: how well a network does on some digits.
#[derive(Clone, Copy, Debug)]
pub struct Scores {
    /// Mean squared error over classes and digits.
    pub mse: f64,
    /// Share of digits whose class has the highest output.
    pub accuracy: f64,
}

/// Measures `net` on all `digits`; the sums stay on the device until the end.
pub fn evaluate(net: &NeuralNet, digits: &Labelled<2>) -> Scores {
    let mut sums = Tensor::<1>::zeros([2], &digits.inputs.device());
    for (x, labels) in digits.batches(MEASURED) {
        let count = labels.dims()[0] as f64;
        let out = net.forward(x).out; // [count, classes]
        let hits = correct(out.clone(), labels.clone()); // [1]
        let onehot = int_to_onehot(labels, CLASSES); // [count, classes]
        sums = sums + Tensor::cat(vec![mse(out, onehot) * count, hits], 0); // [2]
    }
    let sums: Vec<f64> = sums.into_data().iter::<f64>().map(|sum| sum / digits.len() as f64).collect();
    Scores { mse: sums[0], accuracy: sums[1] }
}

/// The scores that an epoch ends with.
#[derive(Clone, Copy, Debug)]
pub struct EpochScores {
    pub train: Scores,
    pub validation: Scores,
}

/// Measures `net` after an epoch. The book does it in shuffled batches, two more shuffles of NumPy's one generator. The scores do not
/// depend on the order, but `rng` shuffles along, so that the next epoch has the book's batches.
pub fn measure(
    net: &NeuralNet,
    train: &Labelled<2>,
    validation: &Labelled<2>,
    rng: &mut NumpyRng,
) -> EpochScores {
    for examples in [train.len(), validation.len()] {
        rng.permutation(examples);
    }
    EpochScores { train: evaluate(net, train), validation: evaluate(net, validation) }
}

impl EpochScores {
    /// The epoch's place in a history.
    pub fn record(&self, epoch: usize, seconds: f64) -> EpochRecord {
        let metrics = [
            ("loss", self.train.mse),
            ("accuracy", self.train.accuracy),
            ("valid loss", self.validation.mse),
            ("valid accuracy", self.validation.accuracy),
        ];
        EpochRecord { epoch, metrics: metrics.map(|(name, value)| (name.to_owned(), value)).into(), seconds }
    }
}

/// The class with the highest output for each of the first `count` digits.
pub fn predictions(net: &NeuralNet, digits: &Labelled<2>, count: usize) -> Vec<usize> {
    let first = digits.inputs.clone().narrow(0, 0, count.min(digits.len())); // [count, features]
    let classes = net.forward(first).out.argmax(1); // [count, 1]
    classes.into_data().iter::<i64>().map(|class| class as usize).collect()
}

/// Section 11.8: plain gradient descent. Ctrl-C stops after the batch under way, and `--resume` goes on from there.
///
/// `rng` shuffles as `numpy.random.seed(123)` and `numpy.random.shuffle` would.
pub fn train(
    net: NeuralNet,
    rng: NumpyRng,
    sets: &Sets,
    settings: &MnistSettings,
    run: &Run,
) -> anyhow::Result<(NeuralNet, History)> {
    let (net, place) = checkpoint::begin(net, rng, settings, run)?;
    let train = crate::data::tensors(&sets.train, &run.device);
    let validation = crate::data::tensors(&sets.validation, &run.device);
    let mut training = Descent { run, settings, train, validation, net, place };
    while training.place.epoch < settings.num_epochs {
        training.epoch()?;
    }
    Ok((training.net, training.place.history))
}

/// A network on its way down.
struct Descent<'a> {
    run: &'a Run,
    settings: &'a MnistSettings,
    train: Labelled<2>,
    validation: Labelled<2>,
    net: NeuralNet,
    place: Place,
}

impl Descent<'_> {
    /// All full batches once, in a new order, and then the measures.
    fn epoch(&mut self) -> anyhow::Result<()> {
        let started = Instant::now();
        let order = self.place.rng.clone().permutation(self.train.len());
        for rows in order.chunks_exact(self.settings.batch_size).skip(self.place.batch) {
            if self.run.stop.is_set() {
                self.place.seconds += started.elapsed().as_secs_f64();
                return Err(self.interrupted()?.into());
            }
            self.step(rows);
            self.place.batch += 1;
        }
        Ok(self.end_epoch(started)?)
    }

    /// Forward, backward, one step.
    fn step(&mut self, rows: &[usize]) {
        let (x, labels) = self.train.batch(rows); // [batch, 784], [batch]
        let onehot = int_to_onehot(labels, CLASSES); // [batch, 10]
        let activations = self.net.forward(x.clone());
        if self.place.epoch == 0 && self.place.batch < FIRST_LOSSES {
            let loss = mse(activations.out.clone(), onehot.clone()).into_scalar::<f32>();
            self.place.history.first_losses.push(f64::from(loss));
        }
        let gradients = self.net.backward(x, activations, onehot);
        self.net = self.net.clone().descend(gradients, self.settings.lr);
    }

    /// Measures, prints the epoch's line, writes a checkpoint.
    fn end_epoch(&mut self, started: Instant) -> Result<(), TrainError> {
        // The place kept the generator as it was before the epoch's own order.
        self.place.rng.permutation(self.train.len());
        let scores = measure(&self.net, &self.train, &self.validation, &mut self.place.rng);
        let seconds = self.place.seconds + started.elapsed().as_secs_f64();
        let record = scores.record(self.place.epoch + 1, seconds);
        say!("{}", record.line(self.settings.num_epochs));
        let loss = scores.train.mse;
        if !loss.is_finite() {
            return Err(TrainError::Diverged { epoch: record.epoch, loss });
        }
        self.place.epoch = record.epoch;
        self.place.batch = 0;
        self.place.seconds = 0.0;
        self.place.history.epochs.push(record);
        Ok(checkpoint::save(&self.net, &self.place, self.run)?)
    }

    fn interrupted(&self) -> Result<Interrupted, TrainError> {
        checkpoint::save(&self.net, &self.place, self.run)?;
        let batches = self.train.len() / self.settings.batch_size;
        let Place { batch, epoch, .. } = &self.place;
        let at = format!("after batch {batch} of {batches} in epoch {}", epoch + 1);
        Ok(Interrupted { at, resumable: true })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_do_not_depend_on_how_many_are_measured_at_a_time() {
        let device = Device::flex();
        let mut rng = NumpyRng::new(3);
        let count = MEASURED + 234;
        let pixels: Vec<f32> = rng.randn(count * 5).iter().map(|&draw| draw as f32).collect();
        let labels: Vec<u8> = (0..count).map(|i| (i * i % 10) as u8).collect();
        let digits = Labelled::new(pixels, [count, 5], &labels, &device);
        let net = NeuralNet::new(5, 7, CLASSES, &mut rng, &device);
        let scores = evaluate(&net, &digits);
        let out = net.forward(digits.inputs.clone()).out;
        let whole = mse(out, int_to_onehot(digits.labels.clone(), CLASSES)).into_scalar::<f32>();
        assert!((scores.mse - f64::from(whole)).abs() < 1e-5);
        let chosen = predictions(&net, &digits, count);
        let hits =
            chosen.iter().zip(&labels).filter(|(class, label)| **class == usize::from(**label)).count();
        assert!(hits > 0 && (scores.accuracy - hits as f64 / count as f64).abs() < 1e-6);
        assert_eq!(predictions(&net, &digits, 10), chosen[..10]);
    }
}
