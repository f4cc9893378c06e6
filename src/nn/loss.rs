//! Losses and counts on tensors, without reading anything back from the device.

use burn::tensor::activation::log_softmax;
use burn::tensor::{Int, Tensor};

/// Mean cross-entropy of class scores, as `torch.nn.CrossEntropyLoss`.
///
/// # Shapes
/// - logits: `[batch, classes]`, not normalised
/// - labels: `[batch]`, from 0 to classes − 1
/// - returns `[1]`
pub fn cross_entropy(logits: Tensor<2>, labels: Tensor<1, Int>) -> Tensor<1> {
    let log_probabilities = log_softmax(logits, 1); // [batch, classes]
    log_probabilities.gather(1, labels.unsqueeze_dim(1)).mean().neg() // [1]
}

/// How many rows have their highest score at the label.
///
/// # Shapes
/// - logits: `[batch, classes]`, labels: `[batch]`
/// - returns `[1]`, a count
pub fn correct(logits: Tensor<2>, labels: Tensor<1, Int>) -> Tensor<1> {
    logits.inner().argmax(1).squeeze_dim::<1>(1).equal(labels.inner()).float().sum() // [1]
}
