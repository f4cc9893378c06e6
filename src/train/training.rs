//! The loop over epochs and batches, with everything that is not machine learning taken care of.

use std::collections::BTreeMap;
use std::time::Instant;

use burn::module::Module;
use burn::optim::ModuleOptimizer;
use burn::tensor::Tensor;
use serde::Serialize;

use super::checkpoint::{self, CheckpointError, Place};
use super::display::Display;
use super::settings::{SETTINGS, described, same_settings};
use super::{Descent, EpochRecord, History};
use crate::cli::{Interrupted, Run, RunError, carried_out};
use crate::nn::weights::WeightsError;
use crate::notebook::Standing;
use crate::say;

/// How many losses from the start are kept, to compare devices and machines by.
const FIRST_LOSSES: usize = 5;
pub(crate) const CHECKPOINT: &str = "checkpoint.safetensors";
/// The file of a run's folder that a finished training leaves its weights in.
pub const WEIGHTS: &str = "model.safetensors";
/// How an epoch line begins; other metrics follow by name.
const FIRST_METRICS: [&str; 2] = ["loss", "accuracy"];

/// A training run that ended before its time.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    #[error("training")]
    Interrupted(#[from] Interrupted),
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    #[error(transparent)]
    Weights(#[from] WeightsError),
    #[error(transparent)]
    Run(#[from] RunError),
    #[error("the loss is {loss} in epoch {epoch}: the training diverged. Try a smaller --lr.")]
    Diverged { epoch: usize, loss: f64 },
}

/// How long and in what steps to train.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub num_epochs: usize,
    pub batch_size: usize,
    pub learning_rate: f64,
    /// Size of the training set.
    pub examples: usize,
}

/// A model in training.
///
/// ```text
/// while training.next_epoch() {
///     while let Some(rows) = training.next_batch()? {
///         let loss = …training.model()…;
///         training.step(loss);
///     }
///     training.end_epoch(&[("valid loss", …)])?;
/// }
/// let (model, history) = training.finish()?;
/// ```
///
/// Batches come in the order in which PyTorch's `DataLoader(shuffle=True)` would give them. Ctrl-C makes
/// [`next_batch`](Self::next_batch) fail after it has written a checkpoint; the beginning and each epoch's end write one too. With `--resume` a
/// run goes on from there and ends, on the cpu, with the very bits of a run that was never interrupted.
pub struct Training<'run, M: Module> {
    run: &'run Run,
    plan: Plan,
    descent: Descent<M>,
    place: Place,
    /// Running sums of the epoch's metrics, kept on the device: reading them would make it wait.
    sums: BTreeMap<String, Tensor<1>>,
    first_losses: Vec<Tensor<1>>,
    /// The loss of the parts of the batch under way.
    parts: Option<Tensor<1>>,
    /// Every so many epochs have a line.
    log_epochs: usize,
    validation_loader: bool,
    shuffled: bool,
    /// Examples that an epoch's order is drawn of, where they are more than the epoch has.
    drawn_from: usize,
    epoch_started: Instant,
    display: Display,
}

impl<'run, M: Module> Training<'run, M> {
    /// Begins a training, or takes it up again where its checkpoint stands if the run says `--resume`.
    ///
    /// # Errors
    /// With `--resume`: no checkpoint, a damaged one, or one made with other settings (a longer `num_epochs` is fine).
    pub fn begin(
        run: &'run Run,
        settings: &impl Serialize,
        plan: Plan,
        model: M,
        optimizer: ModuleOptimizer,
    ) -> Result<Self, TrainError> {
        let settings = described(run, settings)?;
        run.save_json(SETTINGS, &settings)?;
        let fresh = Place {
            settings,
            epoch: 0,
            batch: 0,
            order: vec![],
            sums: BTreeMap::new(),
            seconds: 0.0,
            history: History::default(),
            generator: run.generator().lock().clone(),
            parameter_ids: BTreeMap::new(),
        };
        let (model, optimizer, place) = if run.flags.resume {
            let (model, optimizer, place) = checkpoint::load(&run.path(CHECKPOINT), model, optimizer)?;
            same_settings(&place.settings, &fresh.settings)?;
            *run.generator().lock() = place.generator.clone();
            say!("resumed after epoch {}, batch {}", place.epoch, place.batch);
            (model, optimizer, Place { settings: fresh.settings, ..place })
        } else {
            (model, optimizer, fresh)
        };
        let device = &run.device;
        let is_fresh = place.epoch == 0 && place.order.is_empty();
        let sums = place
            .sums
            .iter()
            .map(|(name, &sum)| (name.clone(), Tensor::from_floats([sum], device)))
            .collect();
        let batches = plan.examples.div_ceil(plan.batch_size);
        let mut training = Self {
            run,
            plan,
            descent: Descent::new(model, optimizer, plan.learning_rate),
            display: Display::begin(plan.num_epochs, batches, standing(&place, &plan)),
            place,
            sums,
            first_losses: vec![],
            parts: None,
            log_epochs: 1,
            validation_loader: true,
            shuffled: true,
            drawn_from: plan.examples,
            epoch_started: Instant::now(),
        };
        if is_fresh {
            // From the first batch on, there is something to resume from.
            training.save_checkpoint()?;
        }
        Ok(training)
    }

    /// Prints the first and every `epochs`-th epoch's line instead of all.
    pub fn log_every(self, epochs: usize) -> Self {
        Self { log_epochs: epochs.max(1), ..self }
    }

    /// Validation takes the whole set at once, so that no loader draws for it; see [`end_epoch`](Self::end_epoch).
    pub fn without_validation_loader(self) -> Self {
        Self { validation_loader: false, ..self }
    }

    /// Rows are counted off instead of drawn: for a training that draws its batches by itself.
    pub fn in_order(self) -> Self {
        Self { shuffled: false, ..self }
    }

    /// Orders are drawn of `examples` examples, and each epoch takes the first of them, as many as the plan says: a loader that drops the
    /// last batch, when it is not a whole one.
    pub fn drawn_from(self, examples: usize) -> Self {
        Self { drawn_from: examples.max(self.plan.examples), ..self }
    }

    /// Shortens gradients whose length, over all parameters together, is more than `longest`.
    pub fn clipped(mut self, longest: f64) -> Self {
        self.descent.clip(longest);
        self
    }

    /// Changes the learning rate from here on.
    pub fn set_learning_rate(&mut self, learning_rate: f64) {
        self.descent.set_learning_rate(learning_rate);
    }

    /// The model as it is now.
    pub fn model(&self) -> &M {
        self.descent.model()
    }

    /// The epochs finished.
    pub fn history(&self) -> &History {
        &self.place.history
    }

    /// Batches finished since the beginning of the training.
    pub fn iteration(&self) -> usize {
        self.place.epoch * self.batches() + self.place.batch
    }

    /// Goes to the next epoch; false after the last.
    pub fn next_epoch(&mut self) -> bool {
        if self.place.epoch >= self.plan.num_epochs {
            return false;
        }
        if self.place.order.is_empty() {
            self.place.order = match self.shuffled {
                true => self.run.generator().lock().loader_order(self.drawn_from),
                false => (0..self.plan.examples).collect(),
            };
            self.place.order.truncate(self.plan.examples);
            self.place.batch = 0;
            self.place.seconds = 0.0;
            self.sums.clear();
        }
        self.epoch_started = Instant::now();
        self.display.next_epoch(standing(&self.place, &self.plan), &self.place.history);
        true
    }

    /// Row numbers of the next batch; none at the end of the epoch. The last batch may be smaller.
    ///
    /// # Errors
    /// [`Interrupted`] after Ctrl-C, once the checkpoint is written.
    pub fn next_batch(&mut self) -> Result<Option<Vec<usize>>, TrainError> {
        if self.run.stop.is_set() {
            self.place.seconds += self.epoch_started.elapsed().as_secs_f64();
            self.save_checkpoint()?;
            let (batch, epoch) = (self.place.batch, self.place.epoch + 1);
            let at = format!("after batch {batch} of {} in epoch {epoch}", self.batches());
            self.display.end(&self.place.history);
            carried_out();
            return Err(Interrupted { at, resumable: true }.into());
        }
        let start = self.place.batch * self.plan.batch_size;
        let end = (start + self.plan.batch_size).min(self.place.order.len());
        Ok((start < end).then(|| self.place.order[start..end].to_vec()))
    }

    /// Gradients of the batch's mean loss, one step of the optimiser, and the loss into the epoch's mean.
    pub fn step(&mut self, loss: Tensor<1>) {
        self.gather(loss);
        self.step_gathered();
    }

    /// Gradients of a part of the batch, added to those of the parts before. The losses of the parts add up to the batch's mean loss:
    /// each is its own mean, times its share of the batch.
    pub fn gather(&mut self, loss: Tensor<1>) {
        let value = loss.clone().inner();
        self.descent.gather(loss);
        self.parts = Some(match self.parts.take() {
            Some(before) => before + value,
            None => value,
        });
    }

    /// One step of the optimiser along the gradients gathered, and their loss into the epoch's mean.
    pub fn step_gathered(&mut self) {
        let Some(value) = self.parts.take() else { return };
        self.descent.step_gathered();
        self.end_batch(&[("loss", value)]);
    }

    /// One step of the optimiser with a learning rate of its own, which does not end the batch: for a model of several parts, each with a loss of
    /// its own. Parts that the loss does not reach stay as they are. [`end_batch`](Self::end_batch) follows.
    pub fn update(&mut self, loss: Tensor<1>, learning_rate: f64) {
        self.descent.set_learning_rate(learning_rate);
        self.descent.step(loss);
    }

    /// Ends a batch, with its mean losses by name (of shape `[1]` each), which go into the epoch's means.
    pub fn end_batch(&mut self, losses: &[(&str, Tensor<1>)]) {
        for (nth, (name, value)) in losses.iter().enumerate() {
            let value = value.clone().inner();
            if nth == 0 && self.place.epoch == 0 && self.place.batch < FIRST_LOSSES {
                self.first_losses.push(value.clone());
            }
            self.count(name, value * self.batch_len() as f32);
        }
        self.place.batch += 1;
        self.display.step();
        self.show_curves(false);
    }

    /// Adds a batch's sum (of shape `[1]`) to a metric, which the epoch line shows per example.
    pub fn count(&mut self, metric: &str, sum: Tensor<1>) {
        let sum = match self.sums.remove(metric) {
            Some(before) => before + sum,
            None => sum,
        };
        self.sums.insert(metric.to_owned(), sum);
    }

    /// Ends the epoch: prints its line with the means so far and the metrics given, writes a checkpoint. Metrics given are those
    /// of a validation set; its loader draws from the generator too, unless there is
    /// [none](Self::without_validation_loader).
    ///
    /// # Errors
    /// [`TrainError::Diverged`] when the loss is no number any more; then the checkpoint of the epoch before stays.
    pub fn end_epoch(&mut self, valid: &[(&str, f64)]) -> Result<(), TrainError> {
        self.show_curves(true);
        let examples = self.plan.examples as f64;
        let mut metrics = Vec::new();
        let others = self.sums.keys().map(String::as_str).filter(|name| !FIRST_METRICS.contains(name));
        for name in FIRST_METRICS.into_iter().chain(others) {
            if let Some(sum) = self.sums.get(name) {
                metrics.push((name.to_owned(), sum.clone().into_scalar::<f32>() as f64 / examples));
            }
        }
        metrics.extend(valid.iter().map(|&(name, value)| (name.to_owned(), value)));
        let epoch = self.place.epoch + 1;
        let seconds = self.place.seconds + self.epoch_started.elapsed().as_secs_f64();
        let record = EpochRecord { epoch, metrics, seconds };
        let line = record.line(self.plan.num_epochs);
        let mut losses = record.metrics.iter().filter(|(name, _)| name.ends_with("loss"));
        if let Some(&(_, loss)) = losses.find(|(_, loss)| !loss.is_finite()) {
            self.display.end(&self.place.history);
            say!("{line}");
            return Err(TrainError::Diverged { epoch, loss });
        }
        self.place.history.epochs.push(record);
        if self.validation_loader && !valid.is_empty() {
            // PyTorch's loader of the validation set draws a seed too, and so moves the order of the next epoch.
            self.run.generator().lock().loader_sequential(0);
        }
        self.place.epoch = epoch;
        self.place.batch = 0;
        self.place.order.clear();
        self.sums.clear();
        self.save_checkpoint()?;
        if epoch == 1 || epoch.is_multiple_of(self.log_epochs) || epoch == self.plan.num_epochs {
            self.display.line(&line);
        }
        Ok(())
    }

    /// Writes the weights and hands out the trained model with its history.
    pub fn finish(mut self) -> Result<(M, History), TrainError> {
        self.display.end(&self.place.history);
        crate::nn::weights::save(self.model(), &self.run.path(WEIGHTS))?;
        say!("weights {}", self.run.path(WEIGHTS).display());
        Ok((self.descent.into_model(), self.place.history))
    }

    /// Goes on with the curves of a notebook, if it is time or the epoch ends.
    fn show_curves(&mut self, epoch_ends: bool) {
        let Some(curves) = self.display.curves(epoch_ends) else { return };
        let other = self.sums.keys().map(String::as_str).find(|&name| name != FIRST_METRICS[0]);
        let metrics = [FIRST_METRICS[0], other.unwrap_or_default()];
        let sum = |name| Some((name, f64::from(self.sums.get(name)?.clone().into_scalar::<f32>())));
        let sums: Vec<(&str, f64)> = metrics.into_iter().filter_map(sum).collect();
        curves.look(standing(&self.place, &self.plan), &sums, &self.place.history);
    }

    fn batches(&self) -> usize {
        self.plan.examples.div_ceil(self.plan.batch_size)
    }

    /// Examples in the batch under way.
    fn batch_len(&self) -> usize {
        self.plan.batch_size.min(self.plan.examples - self.place.batch * self.plan.batch_size)
    }

    fn save_checkpoint(&mut self) -> Result<(), TrainError> {
        let losses = self.first_losses.drain(..).map(|loss| loss.into_scalar::<f32>() as f64);
        self.place.history.first_losses.extend(losses);
        self.place.generator = self.run.generator().lock().clone();
        self.place.sums =
            self.sums.iter().map(|(name, sum)| (name.clone(), sum.clone().into_scalar::<f32>())).collect();
        let Descent { optimizer, .. } = &self.descent;
        let path = self.run.path(CHECKPOINT);
        Ok(checkpoint::save(&path, self.descent.model(), &optimizer.0, &mut self.place)?)
    }
}

fn standing(place: &Place, plan: &Plan) -> Standing {
    let examples = (place.batch * plan.batch_size).min(plan.examples);
    Standing { epoch: place.epoch, batch: place.batch, examples }
}
