//! The Gaussian error linear unit (Hendrycks and Gimpel, 2016), the nonlinearity of transformers.

use burn::tensor::Tensor;
use burn::tensor::activation::tanh;

use super::kernel::{self, Form};

/// x · Φ(x), Φ being the normal distribution's function: `torch.nn.functional.gelu`, BERT's.
///
/// # Shapes
/// Any, returned as given.
pub fn gelu<const D: usize>(input: Tensor<D>) -> Tensor<D> {
    if kernel::fits(&input) {
        return kernel::gelu(input, Form::Exact);
    }
    // burn's own gelu goes back by the slope of the other form.
    let share = (input.clone() * std::f32::consts::FRAC_1_SQRT_2).erf() + 1.0;
    input * share * 0.5
}

/// x · (1 + tanh(√(2/π) · (x + 0.044715 x³))) / 2, which differs from [`gelu`] by less than 0.0005: `gelu(approximate="tanh")`, GPT-2's,
/// called `gelu_new` in its files.
///
/// # Shapes
/// Any, returned as given.
pub fn gelu_new<const D: usize>(input: Tensor<D>) -> Tensor<D> {
    if kernel::fits(&input) {
        return kernel::gelu(input, Form::Tanh);
    }
    let cube = input.clone() * input.clone() * input.clone();
    let inner = (input.clone() + cube * 0.044_715) * std::f32::consts::FRAC_2_PI.sqrt();
    input * (tanh(inner) + 1.0) * 0.5
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, Tensor};

    use super::{gelu, gelu_new};
    use crate::show::floats;

    /// The values are PyTorch 2.15's.
    #[test]
    fn values_and_gradients_are_pytorch_s() {
        #[allow(deprecated)]
        for device in [Device::flex().autodiff(), Device::ndarray().autodiff()] {
            let x = Tensor::<1>::from_floats([-3.0, -1.0, -0.1, 0.0, 0.5, 2.0], &device).require_grad();
            for (output, values, slopes) in
                [(gelu(x.clone()), EXACT, EXACT_SLOPES), (gelu_new(x.clone()), BY_TANH, BY_TANH_SLOPES)]
            {
                let gradients = output.clone().sum().backward();
                let gradient = x.grad(&gradients).map(|gradient| floats(&gradient));
                for (got, expected) in [(floats(&output), values), (gradient.unwrap_or_default(), slopes)] {
                    assert_eq!(got.len(), expected.len());
                    let errors = got.iter().zip(expected).map(|(got, expected)| (got - expected).abs());
                    assert!(errors.fold(0.0, f32::max) < 1e-6, "{got:?}, {expected:?}");
                }
            }
        }
    }

    const EXACT: [f32; 6] = [-0.00405, -0.158655, -0.046017, 0.0, 0.345731, 1.9545];
    const EXACT_SLOPES: [f32; 6] = [-0.011946, -0.083315, 0.420477, 0.5, 0.867495, 1.085232];
    const BY_TANH: [f32; 6] = [-0.003637, -0.158808, -0.046017, 0.0, 0.345714, 1.954598];
    const BY_TANH_SLOPES: [f32; 6] = [-0.011584, -0.082964, 0.420478, 0.5, 0.86737, 1.086099];
}
