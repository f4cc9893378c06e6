//! A dense layer on vectors that stay as they are: logistic regression on a frozen encoder's features.

use mlbook::prelude::*;
use mlbook::train::Descent;

/// Steps of Adam on all vectors at once, and their length.
const STEPS: usize = 400;
const LEARNING_RATE: f64 = 0.05;
/// Learns to tell classes apart by vectors of length 1. `decay` is what the squared weights count in the loss, which keeps a head that
/// could tell all texts apart from growing.
///
/// # Shapes
/// - vectors: `[texts, dim]` on a device without gradients
/// - labels: `[texts]`
pub fn learn(
    vectors: &Tensor<2>,
    labels: &Tensor<1, Int>,
    classes: usize,
    decay: f32,
    generator: &Generator,
) -> Linear {
    let device = vectors.device().autodiff();
    let vectors = Tensor::from_data(vectors.to_data(), &device); // [texts, dim]
    let labels = Tensor::from_data(labels.to_data(), &device); // [texts]
    let head = linear(vectors.dims()[1], classes).init(generator, &device);
    let mut descent = Descent::new(head, adam(), LEARNING_RATE);
    for _ in 0..STEPS {
        let head = descent.model();
        let large = head.weight.val().square().sum() * decay; // [1]
        let loss = cross_entropy(head.forward(vectors.clone()), labels.clone());
        descent.step(loss + large);
    }
    descent.into_model().valid()
}

/// Share of vectors whose class the head chooses.
pub fn accuracy(head: &Linear, vectors: Tensor<2>, labels: Tensor<1, Int>) -> f64 {
    let count = vectors.dims()[0].max(1);
    f64::from(correct(head.forward(vectors), labels).into_scalar::<f32>()) / count as f64
}
