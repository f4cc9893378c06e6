//! The leaky rectifier and its derivative, each one pass over the numbers with a way back of its own.
//!
//! burn makes the rectifier of a comparison, a product and a choice, and each is recorded. The derivative is an operation of its own for
//! the sake of the [gradient penalty](crate::nn::critic), which goes through it a second time.

use burn::backend::autodiff::Autodiff;
use burn::backend::autodiff::checkpoint::{base::Checkpointer, strategy::CheckpointStrategy};
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::flex::FlexTensor;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, Flex, TensorMetadata, backend_extension};
use burn::tensor::Tensor;
use rayon::prelude::*;

use super::fits;
use super::floats::{Floats, flex_tensor};
use super::vectorised::vectorised;

/// Numbers that one core takes at a time.
const CHUNK: usize = 1 << 14;

/// `x` where it is above 0, `slope·x` elsewhere.
pub fn leaky_relu<const D: usize>(x: Tensor<D>, slope: f64) -> Tensor<D> {
    leaky_relu_gradient(x.clone(), x, slope)
}

/// `gradient` where `x` is above 0, `slope·gradient` elsewhere. It does not change with `x`, but at 0, where it has no gradient.
pub fn leaky_relu_gradient<const D: usize>(x: Tensor<D>, gradient: Tensor<D>, slope: f64) -> Tensor<D> {
    let x = x.detach();
    if fits(&x) && fits(&gradient) {
        let (x, gradient) = (x.into_dispatch(), gradient.into_dispatch());
        return Tensor::from_dispatch(Dispatch::book_leaky(x, gradient, slope));
    }
    let below = x.lower_equal_scalar(0.0);
    gradient.clone().mask_where(below, gradient * slope)
}

#[backend_extension(Flex, Autodiff)]
trait LeakyBackend: Backend {
    fn book_leaky(x: FloatTensor<Self>, gradient: FloatTensor<Self>, slope: f64) -> FloatTensor<Self>;
}

impl LeakyBackend for Flex {
    fn book_leaky(x: FlexTensor, gradient: FlexTensor, slope: f64) -> FlexTensor {
        let shape = x.shape();
        let (x, gradient) = (Floats::of(x), Floats::of(gradient));
        let mut passed = vec![0.0; x.values().len()];
        passed
            .par_chunks_mut(CHUNK)
            .zip(x.values().par_chunks(CHUNK))
            .zip(gradient.values().par_chunks(CHUNK))
            .for_each(|((passed, x), gradient)| pass(x, gradient, slope as f32, passed));
        flex_tensor(passed, shape)
    }
}

vectorised! {
    fn pass(x: &[f32], gradient: &[f32], slope: f32, passed: &mut [f32]) {
        for ((passed, x), gradient) in passed.iter_mut().zip(x).zip(gradient) {
            *passed = gradient * if *x > 0.0 { 1.0 } else { slope };
        }
    }
}

#[derive(Debug)]
struct LeakyBackward;

impl<B: LeakyBackend> Backward<B, 1> for LeakyBackward {
    /// `x` and the slope.
    type State = (FloatTensor<B>, f64);

    fn backward(self, ops: Ops<Self::State, 1>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let (x, slope) = ops.state;
        let gradient = gradients.consume::<B>(&ops.node);
        if let [Some(node)] = ops.parents {
            gradients.register::<B>(node.id, B::book_leaky(x, gradient, slope));
        }
    }
}

impl<B: LeakyBackend, C: CheckpointStrategy> LeakyBackend for Autodiff<B, C> {
    fn book_leaky(x: FloatTensor<Self>, gradient: FloatTensor<Self>, slope: f64) -> FloatTensor<Self> {
        let parents = [gradient.node()];
        let (x, gradient) = (x.into_primitive(), gradient.into_primitive());
        let passed = B::book_leaky(x.clone(), gradient, slope);
        match LeakyBackward.prepare::<C>(parents).compute_bound().stateful() {
            OpsKind::Tracked(prep) => prep.finish((x, slope), passed),
            OpsKind::UnTracked(prep) => prep.finish(passed),
        }
    }
}
