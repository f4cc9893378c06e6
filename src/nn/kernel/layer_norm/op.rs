//! Layer normalisation as an operation of burn's processor backend.

use std::sync::Arc;

use burn::backend::autodiff::Autodiff;
use burn::backend::autodiff::checkpoint::{base::Checkpointer, strategy::CheckpointStrategy};
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::flex::FlexTensor;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, Flex, TensorMetadata, backend_extension};
use burn::tensor::Tensor;

use super::rows::{self, Moments};
use crate::nn::kernel::floats::{Floats, flex_tensor};

/// Every row of the last dimension with mean 0 and variance 1, then scaled by `weight` and shifted by `bias`.
pub fn layer_norm<const D: usize>(
    input: Tensor<D>,
    weight: Tensor<1>,
    bias: Tensor<1>,
    epsilon: f64,
) -> Tensor<D> {
    let (weight, bias) = (weight.into_dispatch(), bias.into_dispatch());
    Tensor::from_dispatch(Dispatch::book_layer_norm(input.into_dispatch(), weight, bias, epsilon))
}

/// The operation.
#[backend_extension(Flex, Autodiff)]
trait LayerNormBackend: Backend {
    fn book_layer_norm(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        epsilon: f64,
    ) -> FloatTensor<Self>;
}

/// The way forward that keeps what the way back needs.
trait LayerNormGradients: Backend {
    type Kept: Clone + Send + std::fmt::Debug + 'static;

    fn forward(inputs: [FloatTensor<Self>; 3], epsilon: f64) -> (FloatTensor<Self>, Self::Kept);
    fn backward(kept: Self::Kept, gradient: FloatTensor<Self>) -> [FloatTensor<Self>; 3];
}

/// The input, the weight, and each row's moments.
#[derive(Clone, Debug)]
struct FlexKept(Floats, Floats, Arc<Vec<Moments>>);

impl LayerNormGradients for Flex {
    type Kept = FlexKept;

    fn forward(inputs: [FlexTensor; 3], epsilon: f64) -> (FlexTensor, FlexKept) {
        let shape = inputs[0].shape();
        let [input, weight, bias] = inputs.map(Floats::of);
        let (output, moments) = rows::forward(input.values(), weight.values(), bias.values(), epsilon as f32);
        (flex_tensor(output, shape), FlexKept(input, weight, Arc::new(moments)))
    }

    fn backward(FlexKept(input, weight, moments): FlexKept, gradient: FlexTensor) -> [FlexTensor; 3] {
        let shape = gradient.shape();
        let gradient = Floats::of(gradient);
        let width = weight.values().len();
        let [by_input, by_weight, by_bias] =
            rows::backward(input.values(), &moments, weight.values(), gradient.values());
        [flex_tensor(by_input, shape), flex_tensor(by_weight, [width]), flex_tensor(by_bias, [width])]
    }
}

impl LayerNormBackend for Flex {
    fn book_layer_norm(input: FlexTensor, weight: FlexTensor, bias: FlexTensor, epsilon: f64) -> FlexTensor {
        <Self as LayerNormGradients>::forward([input, weight, bias], epsilon).0
    }
}

#[derive(Debug)]
struct LayerNormBackward;

impl<B: LayerNormGradients> Backward<B, 3> for LayerNormBackward {
    type State = B::Kept;

    fn backward(self, ops: Ops<Self::State, 3>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let by_inputs = B::backward(ops.state, gradients.consume::<B>(&ops.node));
        for (node, gradient) in ops.parents.into_iter().zip(by_inputs) {
            if let Some(node) = node {
                gradients.register::<B>(node.id, gradient);
            }
        }
    }
}

impl<B: LayerNormBackend + LayerNormGradients, C: CheckpointStrategy> LayerNormBackend for Autodiff<B, C> {
    fn book_layer_norm(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        epsilon: f64,
    ) -> FloatTensor<Self> {
        let inputs = [input, weight, bias];
        let parents = inputs.each_ref().map(|input| input.node());
        let (output, kept) = B::forward(inputs.map(|input| input.into_primitive()), epsilon);
        match LayerNormBackward.prepare::<C>(parents).compute_bound().stateful() {
            OpsKind::Tracked(prep) => prep.finish(kept, output),
            OpsKind::UnTracked(prep) => prep.finish(output),
        }
    }
}
