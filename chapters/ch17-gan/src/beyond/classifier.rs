//! A small dense network that tells a rare class from the others.

use mlbook::prelude::*;
use mlbook::train::Descent;

const HIDDEN: usize = 32;
const STEPS: usize = 400;
const LEARNING_RATE: f64 = 0.005;

/// One hidden layer.
#[derive(Module, Debug)]
pub struct Classifier {
    hidden: Linear,
    output: Linear,
}

impl Classifier {
    /// Learns from all rows at once: `rows` `[rows, columns]`, `targets` `[rows, 1]` of 0 and 1.
    pub fn fit(rows: &Tensor<2>, targets: &Tensor<2>, rng: &Generator, run: &Run) -> Self {
        let device = run.training_device();
        let columns = rows.dims()[1];
        let [rows, targets] = [rows, targets].map(|part| Tensor::<2>::from_inner(part.clone()));
        let new = Self {
            hidden: linear(columns, HIDDEN).init(rng, &device),
            output: linear(HIDDEN, 1).init(rng, &device),
        };
        let mut learner = Descent::new(new, adam(), LEARNING_RATE);
        for _ in 0..STEPS {
            let logits = learner.model().forward(rows.clone());
            learner.step(binary_cross_entropy_with_logits(logits, targets.clone()));
        }
        learner.into_model().valid()
    }

    /// # Shapes
    /// - rows: `[rows, columns]`; returns logits `[rows, 1]`
    pub fn forward(&self, rows: Tensor<2>) -> Tensor<2> {
        self.output.forward(relu(self.hidden.forward(rows)))
    }
}
