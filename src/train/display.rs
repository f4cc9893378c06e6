//! A training as people see it while it runs: a bar on a terminal, curves in a notebook, nothing elsewhere.

use indicatif::{ProgressBar, ProgressStyle};

use super::History;
use crate::notebook::{Standing, Watch};
use crate::say;

/// What is drawn, and redrawn.
pub(super) struct Display {
    num_epochs: usize,
    bar: ProgressBar,
    curves: Option<Watch>,
}

impl Display {
    pub fn begin(num_epochs: usize, batches: usize, from: Standing) -> Self {
        Self { num_epochs, bar: bar(batches), curves: Watch::begin(num_epochs, batches, from) }
    }

    pub fn next_epoch(&mut self, at: Standing, history: &History) {
        self.bar.reset();
        self.bar.set_position(at.batch as u64);
        self.bar.set_message(format!("epoch {}/{}", at.epoch + 1, self.num_epochs));
        if let Some(curves) = &mut self.curves {
            curves.next_epoch(at, history);
        }
    }

    /// A batch is finished.
    pub fn step(&mut self) {
        self.bar.inc(1);
    }

    /// The curves, if it is time to go on with them. They are not asked to wait at the end of an epoch.
    pub fn curves(&mut self, epoch_ends: bool) -> Option<&mut Watch> {
        self.curves.as_mut().filter(|curves| epoch_ends || curves.is_due())
    }

    /// Prints a line above the bar.
    pub fn line(&self, line: &str) {
        self.bar.suspend(|| say!("{line}"));
    }

    /// Clears the bar away; the curves stay.
    pub fn end(&mut self, history: &History) {
        self.bar.finish_and_clear();
        if let Some(curves) = &mut self.curves {
            curves.end(history);
        }
    }
}

/// A bar over the batches of an epoch, on a terminal only.
fn bar(batches: usize) -> ProgressBar {
    if !crate::cli::on_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {eta}")
        .unwrap_or(ProgressStyle::default_bar());
    ProgressBar::new(batches as u64).with_style(style)
}
