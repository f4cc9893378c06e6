//! The Gaussian error linear unit as an operation of burn's processor backend, in vectors and on all cores.

use burn::backend::autodiff::Autodiff;
use burn::backend::autodiff::checkpoint::{base::Checkpointer, strategy::CheckpointStrategy};
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::flex::FlexTensor;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, Flex, TensorMetadata, backend_extension};
use burn::tensor::Tensor;
use rayon::prelude::*;

use super::activation::{exp, tanh};
use super::floats::{Floats, flex_tensor};
use super::vectorised;

/// Numbers that one thread takes at a time.
const PIECE: usize = 1 << 13;
/// √(2/π) and the cube's share in the form with tanh.
const ROOT: f32 = 0.797_884_6;
const CUBE: f32 = 0.044_715;

/// How x · Φ(x) is computed, Φ being the normal distribution's function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// By the error function.
    Exact,
    /// By tanh(√(2/π) · (x + 0.044715 x³)).
    Tanh,
}

/// x · Φ(x) for every number.
pub fn gelu<const D: usize>(input: Tensor<D>, form: Form) -> Tensor<D> {
    Tensor::from_dispatch(Dispatch::book_gelu(input.into_dispatch(), form))
}

/// Φ(x) and its derivative. The error function by formula 7.1.26 of Abramowitz and Stegun (1964), right to 1.5e-7.
#[inline(always)]
fn normal(x: f32) -> (f32, f32) {
    let bell = exp(-0.5 * x * x);
    let t = 1.0 / (1.0 + 0.327_591_1 * std::f32::consts::FRAC_1_SQRT_2 * x.abs());
    let series = -1.453_152_1 + t * 1.061_405_4;
    let series = -0.284_496_74 + t * (1.421_413_8 + t * series);
    let tail = 0.5 * t * (0.254_829_6 + t * series) * bell;
    (if x < 0.0 { tail } else { 1.0 - tail }, 0.398_942_3 * bell)
}

/// (1 + tanh(…)) / 2 and its derivative.
#[inline(always)]
fn normal_by_tanh(x: f32) -> (f32, f32) {
    let half = 0.5 * tanh(ROOT * x * (1.0 + CUBE * x * x));
    (0.5 + half, (0.5 - 2.0 * half * half) * ROOT * (1.0 + 3.0 * CUBE * x * x))
}

vectorised! {
    fn exact(values: &mut [f32]) {
        for value in values {
            *value *= normal(*value).0;
        }
    }
}

vectorised! {
    fn by_tanh(values: &mut [f32]) {
        for value in values {
            *value *= normal_by_tanh(*value).0;
        }
    }
}

vectorised! {
    fn exact_backward(input: &[f32], gradients: &mut [f32]) {
        for (gradient, &x) in gradients.iter_mut().zip(input) {
            let (share, slope) = normal(x);
            *gradient *= share + x * slope;
        }
    }
}

vectorised! {
    fn by_tanh_backward(input: &[f32], gradients: &mut [f32]) {
        for (gradient, &x) in gradients.iter_mut().zip(input) {
            let (share, slope) = normal_by_tanh(x);
            *gradient *= share + x * slope;
        }
    }
}

fn forward(input: &Floats, form: Form) -> Vec<f32> {
    let mut values = input.values().to_vec();
    let compute = if form == Form::Exact { exact } else { by_tanh };
    values.par_chunks_mut(PIECE).for_each(compute);
    values
}

fn backward(input: &Floats, gradient: &Floats, form: Form) -> Vec<f32> {
    let mut values = gradient.values().to_vec();
    let compute = if form == Form::Exact { exact_backward } else { by_tanh_backward };
    let pieces = input.values().par_chunks(PIECE).zip(values.par_chunks_mut(PIECE));
    pieces.for_each(|(input, gradients)| compute(input, gradients));
    values
}

/// The operation and its way back.
#[backend_extension(Flex, Autodiff)]
trait GeluBackend: Backend {
    fn book_gelu(input: FloatTensor<Self>, form: Form) -> FloatTensor<Self>;
}

trait GeluGradients: Backend {
    fn backward(input: FloatTensor<Self>, gradient: FloatTensor<Self>, form: Form) -> FloatTensor<Self>;
}

impl GeluBackend for Flex {
    fn book_gelu(input: FlexTensor, form: Form) -> FlexTensor {
        let shape = input.shape();
        flex_tensor(forward(&Floats::of(input), form), shape)
    }
}

impl GeluGradients for Flex {
    fn backward(input: FlexTensor, gradient: FlexTensor, form: Form) -> FlexTensor {
        let shape = input.shape();
        flex_tensor(backward(&Floats::of(input), &Floats::of(gradient), form), shape)
    }
}

#[derive(Debug)]
struct GeluBackward;

impl<B: GeluGradients> Backward<B, 1> for GeluBackward {
    type State = (FloatTensor<B>, Form);

    fn backward(self, ops: Ops<Self::State, 1>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let (input, form) = ops.state;
        let gradient = gradients.consume::<B>(&ops.node);
        if let [Some(node)] = ops.parents {
            gradients.register::<B>(node.id, B::backward(input, gradient, form));
        }
    }
}

impl<B: GeluBackend + GeluGradients, C: CheckpointStrategy> GeluBackend for Autodiff<B, C> {
    fn book_gelu(input: FloatTensor<Self>, form: Form) -> FloatTensor<Self> {
        let parents = [input.node()];
        let input = input.into_primitive();
        match GeluBackward.prepare::<C>(parents).compute_bound().stateful() {
            OpsKind::Tracked(prep) => {
                let output = B::book_gelu(input.clone(), form);
                prep.finish((input, form), output)
            }
            OpsKind::UnTracked(prep) => prep.finish(B::book_gelu(input, form)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ∫ of the bell from 0 by Simpson's rule.
    fn exact_normal(x: f64) -> f64 {
        let bell = |x: f64| (-0.5 * x * x).exp() / std::f64::consts::TAU.sqrt();
        let (pieces, step) = (2000, x / 2000.0);
        let inner: f64 =
            (1..pieces).map(|k| bell(f64::from(k) * step) * if k % 2 == 0 { 2.0 } else { 4.0 }).sum();
        0.5 + (bell(0.0) + inner + bell(x)) * step / 3.0
    }

    #[test]
    fn both_forms_and_their_slopes_are_right() {
        for k in -600..=600 {
            let x = k as f32 / 100.0;
            let wide = f64::from(x);
            let (share, slope) = normal(x);
            assert!((f64::from(share) - exact_normal(wide)).abs() < 3e-7, "Φ({x}) = {share}");
            assert!(
                (f64::from(slope) - (-0.5 * wide * wide).exp() / std::f64::consts::TAU.sqrt()).abs() < 2e-7
            );
            let by_tanh =
                |x: f64| 0.5 * (1.0 + (0.797_884_560_802_865_4 * (x + 0.044_715 * x * x * x)).tanh());
            let (share, slope) = normal_by_tanh(x);
            assert!((f64::from(share) - by_tanh(wide)).abs() < 2e-7, "{x}: {share}");
            let exact = (by_tanh(wide + 1e-5) - by_tanh(wide - 1e-5)) / 2e-5;
            assert!((f64::from(slope) - exact).abs() < 2e-6, "{x}: slope {slope}, {exact}");
        }
        assert!(normal(f32::NAN).0.is_nan() && normal_by_tanh(f32::NAN).0.is_nan());
    }
}
