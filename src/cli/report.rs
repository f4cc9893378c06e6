//! The end of every run: a table *book / here* for people, `results.json` for the tables in the READMEs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Run, RunError};
use crate::device::DeviceChoice;
use crate::say;

/// The book's number for a metric.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Book(pub f64);

/// What a run reached, beside what the book reached.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Report {
    pub chapter: String,
    pub project: String,
    pub device: DeviceChoice,
    pub preset: String,
    pub seed: u64,
    /// The data it ran on; says so when that is a stand-in.
    pub data: String,
    /// Wall-clock time of the run, resumed parts not included.
    pub seconds: f64,
    /// Highest resident memory in MB, where the system tells (Linux).
    pub peak_mb: Option<f64>,
    pub metrics: BTreeMap<String, f64>,
    pub book: BTreeMap<String, f64>,
    /// Losses of the first batches: the same seed gives the same numbers on every device.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub first_losses: Vec<f64>,
}

impl Report {
    pub(super) fn new(run: &Run) -> Self {
        Self {
            chapter: run.chapter.clone(),
            project: run.project.clone(),
            device: run.flags.device,
            preset: run.preset().to_owned(),
            seed: run.flags.seed,
            data: String::new(),
            seconds: run.seconds(),
            peak_mb: peak_memory_mb(),
            metrics: BTreeMap::new(),
            book: BTreeMap::new(),
            first_losses: Vec::new(),
        }
    }

    /// Says which data the run used.
    pub fn data(mut self, description: impl Into<String>) -> Self {
        self.data = description.into();
        self
    }

    /// Keeps the losses of the first batches.
    pub fn first_losses(mut self, losses: &[f64]) -> Self {
        self.first_losses = losses.to_vec();
        self
    }

    /// Adds a metric that the book does not give.
    pub fn metric(mut self, name: &str, here: f64) -> Self {
        self.metrics.insert(name.to_owned(), here);
        self
    }

    /// Adds a metric beside the book's number.
    pub fn compare(mut self, name: &str, here: f64, book: Book) -> Self {
        self.book.insert(name.to_owned(), book.0);
        self.metric(name, here)
    }

    /// Prints the table and writes `results.json` into the run's folder.
    pub fn finish(mut self, run: &Run) -> Result<(), RunError> {
        self.seconds = run.seconds();
        self.peak_mb = peak_memory_mb();
        say!();
        say!("{:<24} {:>10} {:>10}", "", "book", "here");
        for (name, here) in &self.metrics {
            let book = self.book.get(name).map_or("-".to_owned(), |number| format!("{number:.4}"));
            say!("{name:<24} {book:>10} {here:>10.4}");
        }
        say!("{:<24} {:>10} {:>10.1}", "seconds", "", self.seconds);
        if let Some(peak) = self.peak_mb {
            say!("{:<24} {:>10} {peak:>10.0}", "peak memory, MB", "");
        }
        say!("data: {}", self.data);
        run.save_json("results.json", &self)?;
        say!("results {}", run.path("results.json").display());
        Ok(())
    }
}

/// The process's highest resident memory so far.
fn peak_memory_mb() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kilobytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes / 1024.0)
}
