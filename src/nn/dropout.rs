//! Drop-out whose masks come from the run's own generator, so that a seed drops the same units on every device.

use burn::module::{Flag, Module, Param};
use burn::tensor::{Tensor, TensorData};

use super::observe;
use crate::rng::Generator;

/// `torch.nn.Dropout(probability)`, not yet tied to a generator.
#[derive(Clone, Copy, Debug)]
pub struct DropoutBuilder {
    probability: f64,
}

/// `torch.nn.Dropout(probability)`: during training each unit is zeroed with this probability and the rest is scaled up.
///
/// # Panics
/// If `probability` is not in 0 to below 1.
pub fn dropout(probability: f64) -> DropoutBuilder {
    assert!(
        (0.0..1.0).contains(&probability),
        "a drop-out probability is from 0 to below 1, not {probability}"
    );
    DropoutBuilder { probability }
}

impl DropoutBuilder {
    /// The layer; it draws its masks from `generator` during training.
    pub fn init(self, generator: &Generator) -> Dropout {
        let training = Param::from_bool(true);
        Dropout { probability: self.probability, generator: generator.clone(), training }
    }
}

/// Zeroes units at random while training (Srivastava et al., 2014); see [`dropout`].
#[derive(Module, Debug)]
pub struct Dropout {
    #[module(skip)]
    probability: f64,
    #[module(skip)]
    generator: Generator,
    /// Off in a model that was frozen, as in burn's own layer.
    training: Param<Flag>,
}

impl Dropout {
    /// Training is what happens on a device with autodiff; elsewhere, and in a frozen model, the input comes back as it is.
    ///
    /// # Shapes
    /// Any, returned as given.
    pub fn forward<const D: usize>(&self, input: Tensor<D>) -> Tensor<D> {
        observe::leaves(self.training.id, self.dropped(input))
    }

    /// [`forward`](Self::forward) for a layer that this one is a part of, and whose output alone is reported.
    pub(super) fn dropped<const D: usize>(&self, input: Tensor<D>) -> Tensor<D> {
        if self.probability == 0.0 || !input.is_autodiff() || !self.training.val().is_enabled() {
            return input;
        }
        let keep = 1.0 - self.probability;
        let scale = (1.0 / keep) as f32;
        let kept = self.generator.lock().bernoulli(input.shape().num_elements(), keep);
        let kept = kept.expect("the probability was checked when the layer was made");
        let mask = kept.into_iter().map(|kept| if kept { scale } else { 0.0 }).collect::<Vec<f32>>();
        input.clone() * Tensor::from_data(TensorData::new(mask, input.shape()), &input.device())
    }
}
