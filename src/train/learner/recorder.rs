//! What becomes of a Learner's metrics: the epoch line, the history, curves in a file.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use burn::train::Interrupter;
use burn::train::logger::MetricLogger;
use burn::train::metric::store::{EpochSummary, MetricsUpdate, Split};
use burn::train::metric::{MetricDefinition, MetricId, NumericEntry};

use crate::cli::StopFlag;
use crate::files::{self, FileError};
use crate::say;
use crate::train::{EpochRecord, History, TrainError};

use super::LearnerError;

/// Every so many batches there is a point of the training loss, as by Lightning's default.
const LOG_EVERY: usize = 50;

/// The columns of the epoch line, and the names of their curves.
const COLUMNS: [(&str, &str); 4] = [
    ("loss", "train_loss_epoch"),
    ("accuracy", "train_acc"),
    ("valid loss", "valid_loss"),
    ("valid accuracy", "valid_acc"),
];

/// A file that curves are drawn from: TensorBoard's events (13.3.5), a table (16.B4).
pub trait Curves: Send {
    /// A point of the curve `name`: after `step` batches it is at `value`.
    ///
    /// # Errors
    /// A file that cannot be written.
    fn point(&mut self, name: &str, step: usize, value: f64) -> Result<(), FileError>;

    /// At the end of an epoch: what came so far is to be in the file.
    ///
    /// # Errors
    /// A file that cannot be written.
    fn flush(&mut self) -> Result<(), FileError>;
}

/// No curves at all.
impl Curves for () {
    fn point(&mut self, _: &str, _: usize, _: f64) -> Result<(), FileError> {
        Ok(())
    }

    fn flush(&mut self) -> Result<(), FileError> {
        Ok(())
    }
}

/// What a training leaves behind: written by burn's thread, read by the program.
///
/// The history has a file of its own, as burn's checkpoints have no place for it; none if the training cannot be resumed.
#[derive(Clone, Debug, Default)]
pub struct Logbook {
    pages: Arc<Mutex<Pages>>,
    path: Option<PathBuf>,
}

#[derive(Debug, Default)]
struct Pages {
    history: History,
    failure: Option<LearnerError>,
}

impl Logbook {
    /// The first `epochs` epochs as an earlier run left them; nothing if they are 0.
    ///
    /// # Errors
    /// A file that cannot be read, or holds something else.
    pub fn open(path: PathBuf, epochs: usize) -> Result<Self, LearnerError> {
        let mut history = History::default();
        if epochs > 0 {
            history = serde_json::from_slice(&files::read(&path)?)
                .map_err(|error| LearnerError::History { path: path.clone(), problem: error.to_string() })?;
            history.epochs.truncate(epochs);
            if history.epochs.len() < epochs {
                let problem = format!("fewer epochs than the {epochs} that have checkpoints");
                return Err(LearnerError::History { path, problem });
            }
        }
        Ok(Self { pages: Arc::new(Mutex::new(Pages { history, failure: None })), path: Some(path) })
    }

    /// The epochs so far.
    pub fn history(&self) -> History {
        self.pages().history.clone()
    }

    /// What went wrong while recording, once.
    pub fn failure(&self) -> Option<LearnerError> {
        self.pages().failure.take()
    }

    fn push(&self, epoch: EpochRecord) -> Result<(), FileError> {
        let history = &mut self.pages().history;
        history.epochs.push(epoch);
        let Some(path) = &self.path else { return Ok(()) };
        let text = serde_json::to_vec(history).map_err(|e| FileError::new(path, "write", e.into()))?;
        files::write(path, &text)
    }

    /// A metric as the history keeps it: as a file gives it back, if there is one.
    fn kept(&self, value: f64) -> f64 {
        if self.path.is_some() { nine_decimals(value) } else { value }
    }

    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How a training is to be shown.
#[derive(Clone, Debug)]
pub struct Course {
    /// Batches in an epoch of training.
    pub batches: usize,
    /// Epochs in the end.
    pub num_epochs: usize,
    /// Whether epoch lines are printed as they come; not beside the dashboard, which has the terminal.
    pub prints: bool,
    /// Ctrl-C.
    pub stop: StopFlag,
}

/// Receives every metric of a training, batch by batch, on a thread of burn's own. So it is also where Ctrl-C and trouble with
/// files are handed to the training's [`Interrupter`].
pub struct Recorder<C> {
    logbook: Logbook,
    curves: C,
    course: Course,
    interrupter: Interrupter,
    names: HashMap<MetricId, String>,
    /// Means of the epoch under way, by column.
    means: BTreeMap<&'static str, f64>,
    /// Batches of the epoch under way.
    batch: usize,
    epoch_started: Instant,
}

impl<C: Curves> Recorder<C> {
    /// A recorder for one training.
    pub fn new(logbook: Logbook, curves: C, course: Course, interrupter: Interrupter) -> Self {
        Self {
            logbook,
            curves,
            course,
            interrupter,
            names: HashMap::new(),
            means: BTreeMap::new(),
            batch: 0,
            epoch_started: Instant::now(),
        }
    }

    /// A point of the training loss now and then.
    fn end_batch(&mut self, epoch: usize, loss: f64) -> Result<(), LearnerError> {
        self.batch += 1;
        let step = (epoch - 1) * self.course.batches + self.batch;
        if step.is_multiple_of(LOG_EVERY) {
            self.curves.point("train_loss", step, loss)?;
        }
        Ok(())
    }

    /// The epoch line, the history, and a point on every curve.
    fn end_epoch(&mut self, epoch: usize) -> Result<(), LearnerError> {
        let means = std::mem::take(&mut self.means);
        let seconds = self.epoch_started.elapsed().as_secs_f64();
        self.epoch_started = Instant::now();
        self.batch = 0;
        for (column, curve) in COLUMNS {
            if let Some(&value) = means.get(column) {
                self.curves.point(curve, epoch * self.course.batches, value)?;
            }
        }
        self.curves.flush()?;
        let metrics =
            COLUMNS.iter().filter_map(|(column, _)| Some(((*column).to_owned(), *means.get(column)?)));
        let record = EpochRecord { epoch, metrics: metrics.collect(), seconds };
        if self.course.prints {
            say!("{}", record.line(self.course.num_epochs));
        }
        if let Some(loss) = record.get("loss").filter(|loss| !loss.is_finite()) {
            return Err(TrainError::Diverged { epoch, loss }.into());
        }
        Ok(self.logbook.push(record)?)
    }

    /// Ends the training and keeps the reason.
    fn check(&self, result: Result<(), LearnerError>) {
        if let Err(error) = result {
            self.interrupter.stop(Some("an error"));
            self.logbook.pages().failure.get_or_insert(error);
        }
    }
}

impl<C: Curves> MetricLogger for Recorder<C> {
    fn log_metric_definition(&mut self, definition: MetricDefinition) {
        self.names.insert(definition.metric_id, definition.name.to_string());
    }

    fn log(&mut self, update: MetricsUpdate, epoch: usize, split: &Split) {
        if self.course.stop.is_set() {
            self.interrupter.stop(Some("Ctrl-C"));
        }
        for metric in update.entries_numeric {
            let name = self.names.get(&metric.entry.metric_id);
            let Some((column, unit)) = name.and_then(|name| column(name, split)) else { continue };
            match metric.numeric_entry {
                Some(NumericEntry::Final(mean)) => {
                    self.means.insert(column, self.logbook.kept(mean * unit));
                }
                Some(value) if column == "loss" => {
                    let result = self.end_batch(epoch, value.current());
                    self.check(result);
                }
                _ => {}
            }
        }
    }

    fn log_epoch_summary(&mut self, summary: EpochSummary) {
        // An epoch ends with its validation; one that was stopped before has no line.
        if summary.split == Split::Valid && !self.interrupter.should_stop() {
            let result = self.end_epoch(summary.epoch_number);
            self.check(result);
        }
    }

    /// Tells burn, which looks for the best epoch, the means of those in the history.
    fn read_numeric(&mut self, name: &str, epoch: usize, split: &Split) -> Result<Vec<NumericEntry>, String> {
        let history = &self.logbook.pages().history;
        let record = history.epochs.iter().find(|record| record.epoch == epoch);
        let mean = record.zip(column(name, split)).and_then(|(record, (column, _))| record.get(column));
        Ok(mean.map(NumericEntry::Final).into_iter().collect())
    }
}

/// A number as JSON gives it back to the bit, which it does not of longer ones: a resumed training must find the same best epoch.
pub fn nine_decimals(number: f64) -> f64 {
    (number * 1e9).round() / 1e9
}

/// The column of burn's metric, and its unit: burn counts accuracy in percent.
fn column(metric: &str, split: &Split) -> Option<(&'static str, f64)> {
    match (metric, split) {
        ("Loss", Split::Train) => Some(("loss", 1.0)),
        ("Accuracy", Split::Train) => Some(("accuracy", 0.01)),
        ("Loss", Split::Valid) => Some(("valid loss", 1.0)),
        ("Accuracy", Split::Valid) => Some(("valid accuracy", 0.01)),
        _ => None,
    }
}
