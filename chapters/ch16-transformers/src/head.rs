//! A dense layer on vectors that stay as they are: logistic regression on a frozen encoder's features.

use mlbook::prelude::*;
use mlbook::train::Descent;

/// Steps of Adam on all vectors at once, and their length.
const STEPS: usize = 400;
const LEARNING_RATE: f64 = 0.05;
/// What the squared weights count in the loss, which keeps a layer that could tell all texts apart from growing: of 0.0001 to 0.1 best
/// on e-mails, together with 0.01.
const DECAY: f32 = 0.003;
/// Places whose numbers differ by less than this from text to text are not blown up.
const LEAST_SPREAD: f32 = 0.001;

/// The layer, and by what the numbers in each place are brought to a mean of 0 and a deviation of 1: some places of an encoder's vectors
/// have numbers many times those of others.
#[derive(Clone, Debug)]
pub struct Head {
    /// `[1, dim]`
    mean: Tensor<2>,
    /// `[1, dim]`
    spread: Tensor<2>,
    dense: Linear,
}

impl Head {
    /// Learns to tell classes apart.
    ///
    /// # Shapes
    /// - vectors: `[texts, dim]` on a device without gradients
    /// - labels: `[texts]`
    pub fn learn(
        vectors: &Tensor<2>,
        labels: &Tensor<1, Int>,
        classes: usize,
        generator: &Generator,
    ) -> Self {
        let mean = vectors.clone().mean_dim(0); // [1, dim]
        let squares = (vectors.clone() - mean.clone()).square(); // [texts, dim]
        let spread = squares.mean_dim(0).sqrt() + LEAST_SPREAD; // [1, dim]
        let device = vectors.device().autodiff();
        let scaled = (vectors.clone() - mean.clone()) / spread.clone();
        let scaled = Tensor::from_data(scaled.into_data(), &device); // [texts, dim]
        let labels = Tensor::from_data(labels.to_data(), &device); // [texts]
        let dense = linear(vectors.dims()[1], classes).init(generator, &device);
        let mut descent = Descent::new(dense, adam(), LEARNING_RATE);
        for _ in 0..STEPS {
            let dense = descent.model();
            let large = dense.weight.val().square().sum() * DECAY; // [1]
            let loss = cross_entropy(dense.forward(scaled.clone()), labels.clone());
            descent.step(loss + large);
        }
        Self { mean, spread, dense: descent.into_model().valid() }
    }

    /// # Shapes
    /// - vectors: `[texts, dim]`
    /// - returns logits: `[texts, classes]`
    pub fn forward(&self, vectors: Tensor<2>) -> Tensor<2> {
        self.dense.forward((vectors - self.mean.clone()) / self.spread.clone())
    }

    /// Share of vectors whose class the head chooses.
    pub fn accuracy(&self, vectors: Tensor<2>, labels: Tensor<1, Int>) -> f64 {
        let count = vectors.dims()[0].max(1);
        f64::from(correct(self.forward(vectors), labels).into_scalar::<f32>()) / count as f64
    }
}
