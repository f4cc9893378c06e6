//! Section 13.3.1: what burn's `Learner` asks of a model: a step of training and a step of validation. Loops, devices, metrics and
//! checkpoints are the Learner's.

use burn::train::{ClassificationOutput, InferenceStep, TrainOutput, TrainStep};
use mlbook::prelude::*;

use crate::mlp::Mlp;

/// Images `[batch, 1, 28, 28]` and labels `[batch]`.
pub type DigitBatch = Labelled<4>;

impl TrainStep for Mlp {
    type Input = DigitBatch;
    type Output = ClassificationOutput;

    /// Forward and backward; the step of the optimiser is the Learner's.
    fn step(&self, batch: DigitBatch) -> TrainOutput<ClassificationOutput> {
        let (loss, output) = classify(self, batch);
        TrainOutput::new(self, loss.backward(), output)
    }
}

impl InferenceStep for Mlp {
    type Input = DigitBatch;
    type Output = ClassificationOutput;

    /// Forward alone, for validation and test.
    fn step(&self, batch: DigitBatch) -> ClassificationOutput {
        classify(self, batch).1
    }
}

/// The batch's mean loss `[1]`, and what metrics are computed from.
fn classify(model: &Mlp, batch: DigitBatch) -> (Tensor<1>, ClassificationOutput) {
    let logits = model.forward(batch.inputs); // [batch, 10]
    let loss = cross_entropy(logits.clone(), batch.labels.clone()); // [1]
    // burn's LossMetric weighs a batch by the length of its loss: the mean, once for each digit, makes the short last batch count
    // for no more than it holds.
    let for_each_digit = loss.clone().expand([logits.dims()[0]]); // [batch]
    (loss, ClassificationOutput::new(for_each_digit, logits, batch.labels))
}
