//! Losses and counts on tensors, without reading anything back from the device.

use burn::tensor::activation::{log_sigmoid, log_softmax};
use burn::tensor::{Int, Tensor};

/// Mean cross-entropy of class scores, as `torch.nn.CrossEntropyLoss`.
///
/// # Shapes
/// - logits: `[batch, classes]`, not normalised
/// - labels: `[batch]`, from 0 to classes − 1
/// - returns `[1]`
pub fn cross_entropy(logits: Tensor<2>, labels: Tensor<1, Int>) -> Tensor<1> {
    negative_log_likelihood(log_softmax(logits, 1), labels)
}

/// Mean negative log-likelihood of classes, as `torch.nn.NLLLoss`.
///
/// # Shapes
/// - log_probabilities: `[batch, classes]`, as `log_softmax` gives them
/// - labels: `[batch]`, from 0 to classes − 1
/// - returns `[1]`
pub fn negative_log_likelihood(log_probabilities: Tensor<2>, labels: Tensor<1, Int>) -> Tensor<1> {
    log_probabilities.gather(1, labels.unsqueeze_dim(1)).mean().neg() // [1]
}

/// Mean binary cross-entropy of probabilities, as `torch.nn.BCELoss`.
///
/// A probability of exactly 0 for what did happen costs 87 (the logarithm of the smallest number) and has no gradient. PyTorch
/// says 100 instead; its gradient is cut off by the sigmoid before it.
///
/// # Shapes
/// - probabilities: any, from 0 to 1
/// - targets: the same, 0 or 1
/// - returns `[1]`
pub fn binary_cross_entropy<const D: usize>(probabilities: Tensor<D>, targets: Tensor<D>) -> Tensor<1> {
    // The probability that was given to what did happen: |p − 0| where the target is 1, |p − 1| where it is 0.
    let likelihood = (probabilities + (targets - 1.0)).abs();
    likelihood.clamp_min(f32::MIN_POSITIVE).log().mean().neg() // [1]
}

/// Mean binary cross-entropy of logits, as `torch.nn.BCEWithLogitsLoss`: exact for logits of any size, where the probability
/// itself would be rounded to 0 or 1.
///
/// # Shapes
/// - logits: any, not normalised
/// - targets: the same, 0 or 1
/// - returns `[1]`
pub fn binary_cross_entropy_with_logits<const D: usize>(logits: Tensor<D>, targets: Tensor<D>) -> Tensor<1> {
    // −t log σ(z) − (1 − t) log σ(−z), and log σ(−z) = log σ(z) − z.
    ((targets.neg() + 1.0) * logits.clone() - log_sigmoid(logits)).mean() // [1]
}

/// Mean squared error, as `torch.nn.MSELoss`.
///
/// # Shapes
/// - predictions, targets: the same
/// - returns `[1]`
pub fn mean_squared_error<const D: usize>(predictions: Tensor<D>, targets: Tensor<D>) -> Tensor<1> {
    (predictions - targets).square().mean()
}

/// How many rows have their highest score at the label.
///
/// # Shapes
/// - logits: `[batch, classes]`, labels: `[batch]`
/// - returns `[1]`, a count
pub fn correct(logits: Tensor<2>, labels: Tensor<1, Int>) -> Tensor<1> {
    logits.inner().argmax(1).squeeze_dim::<1>(1).equal(labels.inner()).float().sum() // [1]
}
