//! Sections 13.3.4 and 13.3.6: the accuracy that the book prints, which is not the plain one.
//!
//! The book's test step logs its metric's value *so far* at every batch, and Lightning averages what is logged: the first
//! batches count in every one of those values, the last in one only. And the metric is not reset between tests: the second
//! test begins with the counts of the first. The first half of MNIST's test digits is read worse than the second, so the printed
//! number is too low after one test, and drawn towards the results of earlier tests later.

use burn::tensor::TensorReadError;
use burn::train::ClassificationOutput;
use burn::train::metric::state::{FormatOptions, NumericMetricState};
use burn::train::metric::{
    Adaptor, Metric, MetricAttributes, MetricMetadata, MetricName, Numeric, NumericAttributes, NumericEntry,
    SerializedEntry,
};
use mlbook::prelude::*;
use serde::{Deserialize, Serialize};

/// Digits seen, and those of them that were read right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tally {
    pub right: f64,
    pub seen: f64,
}

impl Tally {
    /// The counts after some more digits.
    pub fn and(self, right: f64, seen: f64) -> Self {
        Self { right: self.right + right, seen: self.seen + seen }
    }

    /// The share that was read right.
    pub fn accuracy(self) -> f64 {
        self.right / self.seen
    }
}

/// What the metric takes from a batch: how many digits were read right `[1]`, and how many there are.
pub struct Hits {
    right: Tensor<1>,
    seen: usize,
}

impl Adaptor<Hits> for ClassificationOutput {
    fn adapt(&self) -> Hits {
        Hits { right: correct(self.output.clone(), self.targets.clone()), seen: self.targets.dims()[0] }
    }
}

/// The mean of an accuracy's running values, in percent, as a metric of burn's `Evaluator`.
#[derive(Clone)]
pub struct RunningAccuracy {
    tally: Tally,
    mean: NumericMetricState,
}

impl RunningAccuracy {
    /// The metric's name, and its file's.
    pub const NAME: &str = "Running accuracy";

    /// A metric that has already counted the digits of earlier tests.
    pub fn after(tally: Tally) -> Self {
        Self { tally, mean: NumericMetricState::new() }
    }

    fn format(&self) -> FormatOptions {
        FormatOptions::new(self.name()).unit("%").precision(2)
    }
}

impl Metric for RunningAccuracy {
    type Input = Hits;

    fn name(&self) -> MetricName {
        MetricName::new(Self::NAME.to_owned())
    }

    fn attributes(&self) -> MetricAttributes {
        NumericAttributes { unit: Some("%".to_owned()), higher_is_better: true }.into()
    }

    fn update(&mut self, hits: &Hits, _: &MetricMetadata) -> Result<SerializedEntry, TensorReadError> {
        let right = hits.right.clone().try_into_scalar::<f64>()?;
        self.tally = self.tally.and(right, hits.seen as f64);
        self.mean.update(100.0 * self.tally.accuracy(), hits.seen);
        Ok(self.mean.compute_update(self.format()))
    }

    fn compute(&mut self) -> Result<SerializedEntry, TensorReadError> {
        Ok(self.mean.compute_final(self.format()))
    }

    fn clear(&mut self) {
        self.mean.reset();
    }
}

impl Numeric for RunningAccuracy {
    fn value(&self) -> Option<NumericEntry> {
        Some(self.mean.current_value())
    }

    fn running_value(&self) -> Option<NumericEntry> {
        Some(self.mean.running_value())
    }

    fn final_value(&self) -> NumericEntry {
        self.mean.final_value()
    }
}

#[cfg(test)]
mod tests {
    use burn::data::dataloader::Progress;

    use super::*;

    fn update(metric: &mut RunningAccuracy, right: f32, seen: usize) {
        let metadata = MetricMetadata { progress: Progress::new(1, 1, None), iteration: None, lr: None };
        let right = Tensor::from_floats([right], &Device::flex());
        metric.update(&Hits { right, seen }, &metadata).expect("the tensor can be read");
    }

    #[test]
    fn early_batches_count_in_every_later_value() {
        // Running values: 0 of 2, then 4 of 6; the plain accuracy is 4 of 6.
        let mut metric = RunningAccuracy::after(Tally::default());
        update(&mut metric, 0.0, 2);
        update(&mut metric, 4.0, 4);
        let expected = 100.0 * (2.0 * 0.0 + 4.0 * 4.0 / 6.0) / 6.0;
        assert!((metric.final_value().current() - expected).abs() < 1e-9);
    }

    #[test]
    fn a_second_test_begins_with_the_counts_of_the_first() {
        let mut metric = RunningAccuracy::after(Tally { right: 6.0, seen: 6.0 });
        update(&mut metric, 0.0, 2);
        assert!((metric.final_value().current() - 75.0).abs() < 1e-9);
    }
}
