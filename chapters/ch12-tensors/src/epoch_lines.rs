//! Parallel training: what burn's `Learner` tells of each epoch, as the epoch line of all chapters and as a history.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use burn::train::Interrupter;
use burn::train::logger::MetricLogger;
use burn::train::metric::store::{EpochSummary, MetricsUpdate, Split};
use burn::train::metric::{MetricDefinition, MetricId, NumericEntry};
use mlbook::cli::StopFlag;
use mlbook::prelude::*;
use mlbook::train::EpochRecord;

/// The columns of the epoch line.
const COLUMNS: [&str; 4] = ["loss", "accuracy", "valid loss", "valid accuracy"];

/// Receives the metrics of a training, on a thread of burn's own. So it is also where Ctrl-C is handed to the [`Interrupter`].
pub struct EpochLines {
    history: Arc<Mutex<History>>,
    num_epochs: usize,
    stop: StopFlag,
    interrupter: Interrupter,
    names: HashMap<MetricId, String>,
    /// Means of the epoch under way.
    means: BTreeMap<&'static str, f64>,
    epoch_started: Instant,
}

impl EpochLines {
    /// For one training of so many epochs.
    pub fn new(num_epochs: usize, stop: &StopFlag, interrupter: &Interrupter) -> Self {
        Self {
            history: Arc::default(),
            num_epochs,
            stop: stop.clone(),
            interrupter: interrupter.clone(),
            names: HashMap::new(),
            means: BTreeMap::new(),
            epoch_started: Instant::now(),
        }
    }

    /// The epochs that end from here on; complete when the training is over.
    pub fn history(&self) -> Arc<Mutex<History>> {
        self.history.clone()
    }
}

impl MetricLogger for EpochLines {
    fn log_metric_definition(&mut self, definition: MetricDefinition) {
        self.names.insert(definition.metric_id, definition.name.to_string());
    }

    fn log(&mut self, update: MetricsUpdate, _epoch: usize, split: &Split) {
        if self.stop.is_set() {
            self.interrupter.stop(Some("Ctrl-C"));
        }
        for metric in update.entries_numeric {
            let Some(NumericEntry::Final(mean)) = metric.numeric_entry else { continue };
            let name = self.names.get(&metric.entry.metric_id).map(String::as_str);
            match (name, split) {
                (Some("Loss"), Split::Train) => self.means.insert("loss", mean),
                // burn counts in percent.
                (Some("Accuracy"), Split::Train) => self.means.insert("accuracy", mean / 100.0),
                (Some("Loss"), Split::Valid) => self.means.insert("valid loss", mean),
                (Some("Accuracy"), Split::Valid) => self.means.insert("valid accuracy", mean / 100.0),
                _ => None,
            };
        }
    }

    fn log_epoch_summary(&mut self, summary: EpochSummary) {
        // An epoch ends with its validation; one that was stopped before has no line.
        if summary.split != Split::Valid || self.interrupter.should_stop() {
            return;
        }
        let means = std::mem::take(&mut self.means);
        let metrics = COLUMNS.iter().filter_map(|&name| Some((name.to_owned(), *means.get(name)?))).collect();
        let seconds = self.epoch_started.elapsed().as_secs_f64();
        self.epoch_started = Instant::now();
        let record = EpochRecord { epoch: summary.epoch_number, metrics, seconds };
        say!("{}", record.line(self.num_epochs));
        if !record.get("loss").is_some_and(f64::is_finite) {
            self.interrupter.stop(Some("diverged"));
        }
        self.history.lock().unwrap_or_else(PoisonError::into_inner).epochs.push(record);
    }

    /// Nothing here goes by the numbers of epochs past: no best checkpoint, no early stopping.
    fn read_numeric(&mut self, _: &str, _: usize, _: &Split) -> Result<Vec<NumericEntry>, String> {
        Ok(vec![])
    }
}
