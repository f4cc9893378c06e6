//! Parallel training: a network that reads handwritten digits, and its step as burn's `Learner` asks for it.

use burn::train::{ClassificationOutput, InferenceStep, TrainOutput, TrainStep};
use mlbook::prelude::*;

/// Images `[batch, 1, 28, 28]` and labels `[batch]`.
pub type DigitBatch = Labelled<4>;

/// Two dense layers, 784-128-10 by default: 101,770 parameters. Between them tanh, as it is smooth: at a kink like ReLU's, a rounding
/// difference between two trainings can turn into a visible one.
#[derive(Module, Debug)]
pub struct DigitNet {
    hidden: Linear,
    out: Linear,
    /// How many workers share a mini-batch.
    #[module(skip)]
    workers: usize,
}

impl DigitNet {
    /// Draws every weight as PyTorch would.
    pub fn new(hidden_size: usize, workers: usize, generator: &Generator, device: &Device) -> Self {
        Self {
            hidden: linear(28 * 28, hidden_size).init(generator, device),
            out: linear(hidden_size, 10).init(generator, device),
            workers,
        }
    }

    /// Class scores of a batch of digits.
    ///
    /// # Shapes
    /// - images: `[batch, 1, 28, 28]`, pixels in 0..=1
    /// - returns logits: `[batch, 10]`
    pub fn forward(&self, images: Tensor<4>) -> Tensor<2> {
        let x = images.flatten(1, 3); // [batch, 784]
        let x = tanh(self.hidden.forward(x)); // [batch, hidden_size]
        self.out.forward(x) // [batch, 10]
    }

    /// The batch's mean loss `[1]`, and what metrics are computed from.
    fn classify(&self, batch: DigitBatch) -> (Tensor<1>, ClassificationOutput) {
        let logits = self.forward(batch.inputs); // [batch, 10]
        let loss = cross_entropy(logits.clone(), batch.labels.clone()); // [1]
        // burn weighs a batch by the length of its loss.
        let for_each_digit = loss.clone().expand([logits.dims()[0]]); // [batch]
        (loss, ClassificationOutput::new(for_each_digit, logits, batch.labels))
    }
}

impl TrainStep for DigitNet {
    type Input = DigitBatch;
    type Output = ClassificationOutput;

    /// Forward and backward over one worker's part of a mini-batch.
    ///
    /// burn adds up the workers' gradients. The gradient of the whole mini-batch's mean loss is the *mean* of theirs, as their parts
    /// are equally large. So each worker divides its loss by their number; otherwise N workers would take steps N times as long.
    fn step(&self, part: DigitBatch) -> TrainOutput<ClassificationOutput> {
        let (loss, output) = self.classify(part);
        let share = loss / self.workers as f32; // [1]
        TrainOutput::new(self, share.backward(), output)
    }
}

impl InferenceStep for DigitNet {
    type Input = DigitBatch;
    type Output = ClassificationOutput;

    /// Forward alone, for the test digits.
    fn step(&self, batch: DigitBatch) -> ClassificationOutput {
        self.classify(batch).1
    }
}
