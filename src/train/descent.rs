//! A model and the optimiser that improves it.

use burn::module::Module;
use burn::optim::{GradientsParams, ModuleOptimizer};
use burn::tensor::Tensor;

/// A model that takes one step down its loss at a time.
#[derive(Debug)]
pub struct Descent<M: Module> {
    /// Empty only while the optimiser has it: it updates weights in place when nobody else holds them.
    model: Option<M>,
    pub(super) optimizer: Optimizing,
    learning_rate: f64,
}

/// burn's optimiser, which has no `Debug` of its own.
#[derive(Clone)]
pub(super) struct Optimizing(pub ModuleOptimizer);

impl std::fmt::Debug for Optimizing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ModuleOptimizer")
    }
}

impl<M: Module> Descent<M> {
    /// Steps of `learning_rate` along what the optimiser makes of the gradients.
    pub fn new(model: M, optimizer: ModuleOptimizer, learning_rate: f64) -> Self {
        Self { model: Some(model), optimizer: Optimizing(optimizer), learning_rate }
    }

    /// The model as it is now.
    pub fn model(&self) -> &M {
        self.model.as_ref().expect(ALWAYS_THERE)
    }

    /// The model, trained.
    pub fn into_model(self) -> M {
        self.model.expect(ALWAYS_THERE)
    }

    /// Changes the length of the steps from here on.
    pub fn set_learning_rate(&mut self, learning_rate: f64) {
        self.learning_rate = learning_rate;
    }

    /// Computes the gradients of a batch's mean loss and takes one step of the optimiser.
    pub fn step(&mut self, loss: Tensor<1>) {
        let gradients = GradientsParams::from_grads(loss.backward(), self.model());
        drop(loss);
        if let Some(model) = self.model.take() {
            self.model = Some(self.optimizer.0.step(self.learning_rate, model, gradients));
        }
    }
}

const ALWAYS_THERE: &str = "a step takes the model away and puts it back before it returns";
