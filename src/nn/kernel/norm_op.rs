//! Normalisation by the numbers' own mean and deviation, as operations of burn's processor backend.

use burn::backend::autodiff::Autodiff;
use burn::backend::autodiff::checkpoint::{base::Checkpointer, strategy::CheckpointStrategy};
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::flex::FlexTensor;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, Flex, TensorMetadata, backend_extension};
use burn::tensor::Tensor;

use super::fits;
use super::floats::{Floats, flex_tensor};
use super::norm::{self, Groups};

/// Mean and variance (over all numbers, not all but one) of each channel, `[2, channels]`. They are constants: nothing flows back.
///
/// # Shapes
/// - x: `[batch, channels, height, width]`
pub fn statistics(x: &Tensor<4>) -> Tensor<2> {
    let (x, [_, channels, ..]) = (x.clone().detach(), x.dims());
    if fits(&x) {
        return Tensor::from_dispatch(Dispatch::book_statistics(x.into_dispatch()));
    }
    let (variance, mean) = x.swap_dims(0, 1).reshape([channels as i32, -1]).var_mean_bias(1); // both [channels, 1]
    Tensor::cat(vec![mean, variance], 1).transpose()
}

/// `weight·(x − mean)/√(variance + ε) + bias` by channel, where mean and variance are the [`statistics`] of `x`, and gradients
/// know it.
///
/// # Shapes
/// - x: `[batch, channels, height, width]`, returned in its shape
/// - statistics: `[2, channels]`; weight, bias: `[channels]`
pub fn normalise(
    x: Tensor<4>,
    statistics: Tensor<2>,
    weight: Tensor<1>,
    bias: Tensor<1>,
    epsilon: f64,
) -> Tensor<4> {
    if fits(&x) {
        return Tensor::from_dispatch(Dispatch::book_normalise(
            x.into_dispatch(),
            statistics.into_dispatch(),
            weight.into_dispatch(),
            bias.into_dispatch(),
            epsilon,
        ));
    }
    burn::tensor::module::batch_norm_train(x, weight, bias, epsilon).output
}

/// The gradient of [`normalise`] with weights of 1 with respect to `x`, from that of its output; itself differentiable in both.
///
/// # Shapes
/// - x, gradient: `[batch, channels, height, width]`, as is the result
pub fn normalise_gradient(x: Tensor<4>, gradient: Tensor<4>, epsilon: f64) -> Tensor<4> {
    if fits(&x) && fits(&gradient) {
        let statistics = statistics(&x).into_dispatch();
        let (x, gradient) = (x.into_dispatch(), gradient.into_dispatch());
        return Tensor::from_dispatch(Dispatch::book_normalise_gradient(x, statistics, gradient, epsilon));
    }
    let mean = |of: Tensor<4>| of.mean_dims(&[0, 2, 3]); // [1, channels, 1, 1]
    let centred = x.clone() - mean(x);
    let deviation = (mean(centred.clone().square()) + epsilon).sqrt(); // [1, channels, 1, 1]
    let y = centred / deviation.clone();
    let along = mean(gradient.clone() * y.clone());
    (gradient.clone() - mean(gradient) - y * along) / deviation
}

#[backend_extension(Flex, Autodiff)]
trait NormBackend: Backend {
    fn book_statistics(x: FloatTensor<Self>) -> FloatTensor<Self>;

    fn book_normalise(
        x: FloatTensor<Self>,
        statistics: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        epsilon: f64,
    ) -> FloatTensor<Self>;

    fn book_normalise_gradient(
        x: FloatTensor<Self>,
        statistics: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        epsilon: f64,
    ) -> FloatTensor<Self>;
}

/// The ways back.
trait NormGradients: Backend {
    /// Of [`NormBackend::book_normalise`], by `x`, weight, bias.
    fn normalise_backward(
        kept: [FloatTensor<Self>; 3],
        gradient: FloatTensor<Self>,
        epsilon: f64,
    ) -> [FloatTensor<Self>; 3];

    /// Of [`NormBackend::book_normalise_gradient`], by `x` and by the gradient.
    fn normalise_gradient_backward(
        kept: [FloatTensor<Self>; 3],
        gradient: FloatTensor<Self>,
        epsilon: f64,
    ) -> [FloatTensor<Self>; 2];
}

fn groups(x: &FlexTensor, epsilon: f64) -> Groups {
    let [outer, groups, height, width] = x.shape().dims();
    Groups { outer, groups, inner: height * width, epsilon }
}

impl NormBackend for Flex {
    fn book_statistics(x: FlexTensor) -> FlexTensor {
        let groups = groups(&x, 0.0);
        flex_tensor(norm::statistics(Floats::of(x).values(), &groups), [2, groups.groups])
    }

    fn book_normalise(
        x: FlexTensor,
        statistics: FlexTensor,
        weight: FlexTensor,
        bias: FlexTensor,
        epsilon: f64,
    ) -> FlexTensor {
        let (groups, shape) = (groups(&x, epsilon), x.shape());
        let [x, statistics, weight, bias] = [x, statistics, weight, bias].map(Floats::of);
        let y = norm::forward(x.values(), statistics.values(), weight.values(), bias.values(), &groups);
        flex_tensor(y, shape)
    }

    fn book_normalise_gradient(
        x: FlexTensor,
        statistics: FlexTensor,
        gradient: FlexTensor,
        epsilon: f64,
    ) -> FlexTensor {
        let (groups, shape) = (groups(&x, epsilon), x.shape());
        let [x, statistics, gradient] = [x, statistics, gradient].map(Floats::of);
        let by_x = norm::input_gradient(x.values(), statistics.values(), gradient.values(), &groups);
        flex_tensor(by_x, shape)
    }
}

impl NormGradients for Flex {
    fn normalise_backward(kept: [FlexTensor; 3], gradient: FlexTensor, epsilon: f64) -> [FlexTensor; 3] {
        let (groups, shape) = (groups(&kept[0], epsilon), kept[0].shape());
        let [x, statistics, weight] = kept.map(Floats::of);
        let gradient = Floats::of(gradient);
        let [by_x, by_weight, by_bias] =
            norm::backward(x.values(), statistics.values(), weight.values(), gradient.values(), &groups);
        let channels = [groups.groups];
        [flex_tensor(by_x, shape), flex_tensor(by_weight, channels), flex_tensor(by_bias, channels)]
    }

    fn normalise_gradient_backward(
        kept: [FlexTensor; 3],
        gradient: FlexTensor,
        epsilon: f64,
    ) -> [FlexTensor; 2] {
        let (groups, shape) = (groups(&kept[0], epsilon), kept[0].shape());
        let [x, statistics, before] = kept.map(Floats::of);
        let gradient = Floats::of(gradient);
        let both = norm::input_gradient_backward(
            x.values(),
            statistics.values(),
            before.values(),
            gradient.values(),
            &groups,
        );
        both.map(|by| flex_tensor(by, shape.clone()))
    }
}

/// What both ways back keep: `x`, its statistics, and the weight or the gradient before.
type Kept<B> = ([FloatTensor<B>; 3], f64);

#[derive(Debug)]
struct NormaliseBackward;

impl<B: NormGradients> Backward<B, 3> for NormaliseBackward {
    type State = Kept<B>;

    fn backward(self, ops: Ops<Kept<B>, 3>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let (kept, epsilon) = ops.state;
        let gradient = gradients.consume::<B>(&ops.node);
        let by_inputs = B::normalise_backward(kept, gradient, epsilon);
        for (node, gradient) in ops.parents.into_iter().zip(by_inputs) {
            if let Some(node) = node {
                gradients.register::<B>(node.id, gradient);
            }
        }
    }
}

#[derive(Debug)]
struct NormaliseGradientBackward;

impl<B: NormGradients> Backward<B, 2> for NormaliseGradientBackward {
    type State = Kept<B>;

    fn backward(self, ops: Ops<Kept<B>, 2>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let (kept, epsilon) = ops.state;
        let gradient = gradients.consume::<B>(&ops.node);
        let by_inputs = B::normalise_gradient_backward(kept, gradient, epsilon);
        for (node, gradient) in ops.parents.into_iter().zip(by_inputs) {
            if let Some(node) = node {
                gradients.register::<B>(node.id, gradient);
            }
        }
    }
}

impl<B: NormBackend + NormGradients, C: CheckpointStrategy> NormBackend for Autodiff<B, C> {
    fn book_statistics(x: FloatTensor<Self>) -> FloatTensor<Self> {
        FloatTensor::<Self>::new(B::book_statistics(x.into_primitive()))
    }

    fn book_normalise(
        x: FloatTensor<Self>,
        statistics: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        epsilon: f64,
    ) -> FloatTensor<Self> {
        let parents = [x.node(), weight.node(), bias.node()];
        let kept = [x, statistics, weight].map(|tensor| tensor.into_primitive());
        let [x, statistics, weight] = kept.clone();
        let y = B::book_normalise(x, statistics, weight, bias.into_primitive(), epsilon);
        match NormaliseBackward.prepare::<C>(parents).compute_bound().stateful() {
            OpsKind::Tracked(prep) => prep.finish((kept, epsilon), y),
            OpsKind::UnTracked(prep) => prep.finish(y),
        }
    }

    fn book_normalise_gradient(
        x: FloatTensor<Self>,
        statistics: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        epsilon: f64,
    ) -> FloatTensor<Self> {
        let parents = [x.node(), gradient.node()];
        let kept = [x, statistics, gradient].map(|tensor| tensor.into_primitive());
        let [x, statistics, gradient] = kept.clone();
        let by_x = B::book_normalise_gradient(x, statistics, gradient, epsilon);
        match NormaliseGradientBackward.prepare::<C>(parents).compute_bound().stateful() {
            OpsKind::Tracked(prep) => prep.finish((kept, epsilon), by_x),
            OpsKind::UnTracked(prep) => prep.finish(by_x),
        }
    }
}
