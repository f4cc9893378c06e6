//! What burn's Learner shows where there is no dashboard: in a notebook a progress bar, elsewhere nothing. burn's own renderer for
//! this case prints a line for every batch; the epoch lines of the chapters come from elsewhere.

use burn::train::logger::{EvaluationProgressLogger, TrainingProgressLogger};
use burn::train::metric::MetricDefinition;
use burn::train::renderer::{
    EvaluationName, MetricState, MetricsRenderer, MetricsRendererEvaluation, MetricsRendererTraining,
};

use crate::notebook::Bar;

/// A renderer of progress, where a notebook can show it.
#[derive(Debug, Default)]
pub struct Quiet {
    num_epochs: usize,
    /// The epoch under way, from 1.
    epoch: usize,
    bar: Option<Bar>,
}

impl Quiet {
    fn begin(&mut self, label: &str, examples: usize) {
        let examples = examples as u64;
        match &mut self.bar {
            Some(bar) => bar.restart(label, examples),
            None => self.bar = Some(Bar::new(label, examples)),
        }
    }

    fn at(&mut self, examples: usize) {
        if let Some(bar) = &mut self.bar {
            bar.at(examples as u64);
        }
    }

    fn finish(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish();
        }
    }
}

impl MetricsRenderer for Quiet {
    fn manual_close(&mut self) {}
    fn register_metric(&mut self, _: MetricDefinition) {}
}

impl MetricsRendererTraining for Quiet {
    fn update_train(&mut self, _: MetricState) {}
    fn update_valid(&mut self, _: MetricState) {}
}

impl MetricsRendererEvaluation for Quiet {
    fn update_test(&mut self, _: EvaluationName, _: MetricState) {}
}

impl TrainingProgressLogger for Quiet {
    fn start(&mut self, num_epochs: usize, epoch: usize, _: Option<usize>, _: Option<&str>) {
        (self.num_epochs, self.epoch) = (num_epochs, epoch);
    }

    fn update_epoch(&mut self, epoch: usize) {
        self.epoch = epoch + 1;
    }

    fn start_split(&mut self, split: &str, examples: usize) {
        self.begin(&format!("epoch {}/{} {split}", self.epoch, self.num_epochs), examples);
    }

    fn update_split(&mut self, examples: usize) {
        self.at(examples);
    }

    fn end_split(&mut self) {}

    fn end(&mut self) {
        self.finish();
    }

    fn log_event_training(&mut self, _: String) {}
}

impl EvaluationProgressLogger for Quiet {
    fn start_global_progress(&mut self, _: usize) {}

    fn start_test(&mut self, name: &str, examples: usize) {
        self.begin(name, examples);
    }

    fn update_test_progress(&mut self, examples: usize) {
        self.at(examples);
    }

    fn end_test(&mut self) {}

    fn end_global_progress(&mut self) {
        self.finish();
    }

    fn log_event_evaluation(&mut self, _: String) {}
}
