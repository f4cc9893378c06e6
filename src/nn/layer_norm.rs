//! Layer normalisation.

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor};

use super::layers::parameter;
use super::{kernel, observe};

/// A layer normalisation, not yet on a device; see [`layer_norm`].
#[derive(Clone, Copy, Debug)]
pub struct LayerNormBuilder {
    features: usize,
    epsilon: f64,
}

/// `torch.nn.LayerNorm(features)`, with weight and bias; ε is 1e-5.
pub fn layer_norm(features: usize) -> LayerNormBuilder {
    LayerNormBuilder { features, epsilon: 1e-5 }
}

impl LayerNormBuilder {
    /// Added to the variance; BERT's is 1e-12.
    pub fn epsilon(self, epsilon: f64) -> Self {
        Self { epsilon, ..self }
    }

    /// A weight of ones and a bias of zeros.
    pub fn init(self, device: &Device) -> LayerNorm {
        let filled = |value: f32| parameter(vec![value; self.features], [self.features], device);
        LayerNorm { weight: filled(1.0), bias: filled(0.0), epsilon: self.epsilon }
    }
}

/// Gives every row of features mean 0 and variance 1, then scales and shifts each feature (Ba et al., 2016); see [`layer_norm`].
#[derive(Module, Debug)]
pub struct LayerNorm {
    /// `[features]`
    pub weight: Param<Tensor<1>>,
    /// `[features]`
    pub bias: Param<Tensor<1>>,
    #[module(skip)]
    epsilon: f64,
}

impl LayerNorm {
    /// On the cpu one operation with its own backward pass.
    ///
    /// # Shapes
    /// - input: `[…, features]`, returned as given
    pub fn forward<const D: usize>(&self, input: Tensor<D>) -> Tensor<D> {
        let output = match kernel::fits(&input) {
            true => kernel::layer_norm(input, self.weight.val(), self.bias.val(), self.epsilon),
            false => self.by_tensors(input),
        };
        observe::leaves(self.weight.id, output)
    }

    /// The definition.
    fn by_tensors<const D: usize>(&self, input: Tensor<D>) -> Tensor<D> {
        let centred = input.clone() - input.mean_dim(D - 1); // […, features]
        let variance = centred.clone().square().mean_dim(D - 1); // […, 1]
        let normal = centred / (variance + self.epsilon).sqrt();
        normal * self.weight.val().unsqueeze() + self.bias.val().unsqueeze()
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, Distribution, Tensor};

    use super::layer_norm;
    use crate::nn::weights;
    use crate::show::floats;

    fn close(name: &str, got: &[f32], expected: &[f32]) {
        assert_eq!(got.len(), expected.len());
        for (got, expected) in got.iter().zip(expected) {
            assert!((got - expected).abs() < 1e-5 * (1.0 + expected.abs()), "{name}: {got}, {expected}");
        }
    }

    #[test]
    fn outputs_and_gradients_are_those_of_the_definition() {
        let device = Device::flex().autodiff();
        for features in [1, 5, 48] {
            let normal = || Tensor::<3>::random([3, 50, features], Distribution::Normal(1.0, 2.0), &device);
            let mut layer = layer_norm(features).init(&device);
            layer.weight = layer.weight.map(|weight| weight.random_like(Distribution::Uniform(0.5, 2.0)));
            let (input, counts) = (normal().require_grad(), normal());
            let outputs = [layer.forward(input.clone()), layer.by_tensors(input.clone())];
            close("output", &floats(&outputs[0]), &floats(&outputs[1]));
            let [got, expected] = outputs.map(|output| {
                let gradients = (output * counts.clone()).sum().backward();
                let numbers = |gradient: Option<Vec<f32>>| gradient.unwrap_or_default();
                [
                    numbers(input.grad(&gradients).map(|gradient| floats(&gradient))),
                    numbers(layer.weight.val().grad(&gradients).map(|gradient| floats(&gradient))),
                    numbers(layer.bias.val().grad(&gradients).map(|gradient| floats(&gradient))),
                ]
            });
            for (name, (got, expected)) in ["input", "weight", "bias"].iter().zip(got.iter().zip(&expected)) {
                close(name, got, expected);
            }
        }
    }

    #[test]
    fn its_tensors_have_pytorch_s_names_and_go_out_and_in() {
        let device = Device::flex();
        let mut layer = layer_norm(2).init(&device);
        layer.weight = layer.weight.map(|weight| weight * 3.0);
        let arrays = weights::to_arrays(&layer).expect("a model has arrays");
        assert_eq!(arrays.keys().collect::<Vec<_>>(), ["bias", "weight"]);
        let read = weights::from_arrays(layer_norm(2).init(&device), &arrays).expect("the same model");
        assert_eq!(floats(&read.weight.val()), [3.0, 3.0]);
    }
}
