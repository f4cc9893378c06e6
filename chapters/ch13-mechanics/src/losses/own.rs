//! Three losses that burn does not have in this form, each as a function of tensors and as a module that keeps its constants.
//! A loss needs no backward pass of its own: it is made of operations that have one.

use burn::tensor::activation::log_sigmoid;
use mlbook::prelude::*;

/// Huber's loss (Huber, 1964): half the square of an error up to `delta`, and beyond that a straight line, so that a wild target pulls
/// no harder than an error of `delta`.
///
/// # Shapes
/// - predictions, targets: the same
/// - returns `[1]`, the mean
pub fn huber<const D: usize>(predictions: Tensor<D>, targets: Tensor<D>, delta: f64) -> Tensor<1> {
    let size = (predictions - targets).abs();
    let near = size.clone().clamp_max(delta); // all of a small error, `delta` of a large one
    let beyond = size - near.clone(); // nothing of a small error
    (near.square() * 0.5 + beyond * delta).mean() // [1]
}

/// The quantile (or pinball) loss (Koenker and Bassett, 1978): an error costs its level where the prediction was too low, and one
/// minus its level where it was too high. It is smallest when that share of the targets lies below the prediction.
///
/// # Shapes
/// - predictions: `[batch, levels]`, targets: `[batch, 1]`, levels: `[levels]`, each between 0 and 1
/// - returns `[1]`, the mean
pub fn quantile(predictions: Tensor<2>, targets: Tensor<2>, levels: Tensor<1>) -> Tensor<1> {
    let shortfall = targets - predictions; // [batch, levels], below 0 where the prediction was too high
    (shortfall.clone() * levels.unsqueeze() - shortfall.clamp_max(0.0)).mean() // [1]
}

/// The focal loss (Lin et al., 2017): cross-entropy in which an example counts by how much of its label the network still doubts, to the
/// power of `gamma`. Easy examples, of which a rare class has many opposite it, fade out. `alpha` is the weight of class 1, `1 − alpha`
/// that of class 0.
///
/// # Shapes
/// - logits, labels (0 or 1): the same
/// - returns `[1]`, the mean
pub fn focal<const D: usize>(logits: Tensor<D>, labels: Tensor<D>, gamma: f64, alpha: f64) -> Tensor<1> {
    let side = labels.clone() * 2.0 - 1.0; // 1 or −1
    let log_likelihood = log_sigmoid(logits * side); // of the label that is there
    let doubt = log_likelihood.clone().exp().neg() + 1.0; // from 0 to 1
    let weight = labels * (2.0 * alpha - 1.0) + (1.0 - alpha);
    (weight * doubt.powf_scalar(gamma) * log_likelihood).mean().neg() // [1]
}

/// [`huber`] with its constant.
#[derive(Module, Debug)]
pub struct HuberLoss {
    #[module(skip)]
    pub delta: f64,
}

impl HuberLoss {
    /// See [`huber`].
    pub fn forward<const D: usize>(&self, predictions: Tensor<D>, targets: Tensor<D>) -> Tensor<1> {
        huber(predictions, targets, self.delta)
    }
}

/// [`quantile`] with its levels.
#[derive(Module, Debug)]
pub struct QuantileLoss {
    #[module(skip)]
    pub levels: Vec<f64>,
}

impl QuantileLoss {
    /// See [`quantile`].
    pub fn forward(&self, predictions: Tensor<2>, targets: Tensor<2>) -> Tensor<1> {
        let levels = TensorData::new(self.levels.clone(), [self.levels.len()]);
        let levels = Tensor::from_data(levels, (&predictions.device(), predictions.dtype()));
        quantile(predictions, targets, levels)
    }
}

/// [`focal`] with its constants.
#[derive(Module, Debug)]
pub struct FocalLoss {
    #[module(skip)]
    pub gamma: f64,
    #[module(skip)]
    pub alpha: f64,
}

impl FocalLoss {
    /// See [`focal`].
    pub fn forward<const D: usize>(&self, logits: Tensor<D>, labels: Tensor<D>) -> Tensor<1> {
        focal(logits, labels, self.gamma, self.alpha)
    }
}
