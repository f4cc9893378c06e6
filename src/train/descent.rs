//! A model and the optimiser that improves it.

use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::{GradientsAccumulator, GradientsParams, ModuleOptimizer};
use burn::tensor::Tensor;

/// A model that takes one step down its loss at a time.
#[derive(Debug)]
pub struct Descent<M: Module> {
    /// Empty only while the optimiser has it: it updates weights in place when nobody else holds them.
    model: Option<M>,
    pub(super) optimizer: Optimizing,
    learning_rate: f64,
    gathered: Gathered<M>,
    longest: Option<f64>,
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
        Self {
            model: Some(model),
            optimizer: Optimizing(optimizer),
            learning_rate,
            gathered: Gathered::default(),
            longest: None,
        }
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

    /// Shortens gradients whose length, over all parameters together, is more than `longest`: `clip_grad_norm_`.
    pub fn clip(&mut self, longest: f64) {
        self.longest = Some(longest);
    }

    /// Computes the gradients of a batch's mean loss and takes one step of the optimiser.
    pub fn step(&mut self, loss: Tensor<1>) {
        self.gather(loss);
        self.step_gathered();
    }

    /// Computes the gradients of a part of a batch and adds them to those of the parts before: a large batch on a small machine.
    /// The losses of the parts must add up to the batch's mean loss.
    pub fn gather(&mut self, loss: Tensor<1>) {
        let gradients = GradientsParams::from_grads(loss.backward(), self.model());
        drop(loss);
        if let Some(model) = &self.model {
            self.gathered.0.accumulate(model, gradients);
        }
    }

    /// Takes one step along the gradients gathered.
    pub fn step_gathered(&mut self) {
        let mut gradients = self.gathered.0.grads();
        if let Some(longest) = self.longest {
            gradients = clipped(gradients, self.model(), longest);
        }
        if let Some(model) = self.model.take() {
            self.model = Some(self.optimizer.0.step(self.learning_rate, model, gradients));
        }
    }
}

/// burn's sum of gradients, which has no `Debug` of its own.
struct Gathered<M>(GradientsAccumulator<M>);

impl<M> Default for Gathered<M> {
    fn default() -> Self {
        Self(GradientsAccumulator::new())
    }
}

impl<M> std::fmt::Debug for Gathered<M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("GradientsAccumulator")
    }
}

/// Gradients whose length is at most `longest`.
fn clipped<M: Module>(gradients: GradientsParams, model: &M, longest: f64) -> GradientsParams {
    struct Length<'g>(&'g GradientsParams, f64);
    impl ModuleVisitor for Length<'_> {
        fn visit_float<const D: usize>(&mut self, parameter: &Param<Tensor<D>>) {
            if let Some(gradient) = self.0.get::<D>(parameter.id) {
                self.1 += f64::from(gradient.square().sum().into_scalar::<f32>());
            }
        }
    }
    struct Shorter(GradientsParams, GradientsParams, f64);
    impl ModuleVisitor for Shorter {
        fn visit_float<const D: usize>(&mut self, parameter: &Param<Tensor<D>>) {
            if let Some(gradient) = self.0.remove::<D>(parameter.id) {
                self.1.register(parameter.id, gradient * self.2);
            }
        }
    }
    let mut length = Length(&gradients, 0.0);
    model.visit(&mut length);
    let length = length.1.sqrt();
    if length <= longest {
        return gradients;
    }
    let mut shorter = Shorter(gradients, GradientsParams::new(), longest / (length + 1e-6));
    model.visit(&mut shorter);
    shorter.1
}

const ALWAYS_THERE: &str = "a step takes the model away and puts it back before it returns";

#[cfg(test)]
mod tests {
    use burn::optim::SgdConfig;

    use super::*;
    use crate::nn::{Linear, linear, mean_squared_error};
    use crate::rng::Generator;
    use crate::show::floats;

    fn layer() -> Linear {
        linear(3, 1).init(&Generator::seeded(1), &crate::device::cpu().autodiff())
    }

    fn loss(layer: &Linear, rows: std::ops::Range<usize>) -> Tensor<1> {
        let inputs = [[1.0, 2.0, -1.0], [0.5, -3.0, 2.0], [4.0, 1.0, 1.0], [-2.0, 0.0, 3.0]];
        let inputs = Tensor::<2>::from_floats(inputs, &layer.weight.device()).slice([rows.clone()]);
        let targets = Tensor::<2>::from_floats([[9.0], [-7.0], [5.0], [1.0]], &layer.weight.device());
        mean_squared_error(layer.forward(inputs), targets.slice([rows]))
    }

    fn weights(descent: &Descent<Linear>) -> Vec<f32> {
        floats(&descent.model().weight.val())
    }

    #[test]
    fn a_batch_in_parts_is_the_step_of_the_whole() {
        let [mut whole, mut parts] = [(); 2].map(|()| Descent::new(layer(), SgdConfig::new().init(), 0.1));
        whole.step(loss(whole.model(), 0..4));
        for (rows, share) in [(0..3, 0.75), (3..4, 0.25)] {
            parts.gather(loss(parts.model(), rows) * share);
        }
        parts.step_gathered();
        for (whole, parts) in weights(&whole).iter().zip(weights(&parts)) {
            assert!((whole - parts).abs() < 1e-5, "{whole}, {parts}");
        }
    }

    #[test]
    fn a_clipped_step_is_as_long_as_it_may_be_and_points_the_same_way() {
        let start = floats(&layer().weight.val());
        let bias =
            |descent: &Descent<Linear>| floats(&descent.model().bias.as_ref().expect("a bias").val())[0];
        let [mut free, mut clipped] = [(); 2].map(|()| Descent::new(layer(), SgdConfig::new().init(), 1.0));
        clipped.clip(0.5);
        let before = bias(&free);
        for descent in [&mut free, &mut clipped] {
            descent.step(loss(descent.model(), 0..4));
        }
        let moved = |descent: &Descent<Linear>| -> Vec<f32> {
            let weights = weights(descent).into_iter().zip(&start).map(|(now, then)| now - then);
            weights.chain([bias(descent) - before]).collect()
        };
        let length = |step: &[f32]| step.iter().map(|x| x * x).sum::<f32>().sqrt();
        let (free, clipped) = (moved(&free), moved(&clipped));
        assert!(length(&free) > 1.0 && (length(&clipped) - 0.5).abs() < 1e-4);
        let product: f32 = free.iter().zip(&clipped).map(|(a, b)| a * b).sum();
        assert!(product / (length(&free) * length(&clipped)) > 0.9999);
    }
}
