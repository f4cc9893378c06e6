//! The transposed convolution as an operation of burn's processor backend.
//!
//! It is the way back of a convolution: what an output's gradient is to the input's. So the three products of a convolution serve
//! here in other places: forward is the convolution's image gradient, the input's gradient is a convolution, and the weight's
//! gradient is the convolution's with images and gradients exchanged.

use burn::backend::autodiff::Autodiff;
use burn::backend::autodiff::checkpoint::{base::Checkpointer, strategy::CheckpointStrategy};
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::flex::FlexTensor;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, Flex, TensorMetadata, backend_extension};
use burn::tensor::Tensor;
use burn::tensor::ops::ConvTransposeOptions;

use super::conv::{self, Geometry};
use super::fits;
use super::floats::{Floats, flex_tensor};

/// A transposed convolution without bias, with square stride and padding, no dilation and no groups.
///
/// # Shapes
/// - input: `[batch, in, height, width]`
/// - weight: `[in, out, kernel height, kernel width]`
/// - returns `[batch, out, …]` with sides `size`, of which a convolution with this kernel, stride and padding makes the sides of the input
///
/// # Panics
/// If no convolution does.
pub fn conv_transpose2d(
    input: Tensor<4>,
    weight: Tensor<4>,
    stride: usize,
    padding: usize,
    size: [usize; 2],
) -> Tensor<4> {
    let ([_, _, height, width], [_, _, kernel_height, kernel_width]) = (input.dims(), weight.dims());
    // The sides come out of more than one size if the stride leaves pixels over; this many are left over.
    let left_over = |size: usize, side: usize, kernel: usize| {
        let smallest = (side - 1) * stride + kernel;
        let left = (size + 2 * padding).checked_sub(smallest).filter(|&left| left < stride);
        left.unwrap_or_else(|| panic!("sides of {size} do not become {side} by a kernel of {kernel}"))
    };
    let left_over = [left_over(size[0], height, kernel_height), left_over(size[1], width, kernel_width)];
    if fits(&input) && fits(&weight) {
        let (input, weight) = (input.into_dispatch(), weight.into_dispatch());
        return Tensor::from_dispatch(Dispatch::book_conv_transpose2d(input, weight, stride, padding, size));
    }
    let options = ConvTransposeOptions::new([stride; 2], [padding; 2], left_over, [1, 1], 1);
    burn::tensor::module::conv_transpose2d(input, weight, None, options)
}

#[backend_extension(Flex, Autodiff)]
trait ConvTransposeBackend: Backend {
    fn book_conv_transpose2d(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        stride: usize,
        padding: usize,
        size: [usize; 2],
    ) -> FloatTensor<Self>;
}

/// The ways back.
trait ConvTransposeGradients: Backend {
    fn input_gradient(weight: FloatTensor<Self>, gradient: FloatTensor<Self>, at: At) -> FloatTensor<Self>;
    fn weight_gradient(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        at: At,
    ) -> FloatTensor<Self>;
}

/// Stride and padding.
type At = (usize, usize);

impl ConvTransposeBackend for Flex {
    fn book_conv_transpose2d(
        input: FlexTensor,
        weight: FlexTensor,
        stride: usize,
        padding: usize,
        size: [usize; 2],
    ) -> FlexTensor {
        let [batch, ..]: [usize; 4] = input.shape().dims();
        let [_, out, ..]: [usize; 4] = weight.shape().dims();
        let output = [batch, out, size[0], size[1]];
        let geometry = geometry(output, &weight, (stride, padding));
        let (input, weight) = (Floats::of(input), Floats::of(weight));
        flex_tensor(conv::image_gradient(weight.values(), input.values(), &geometry), output)
    }
}

impl ConvTransposeGradients for Flex {
    fn input_gradient(weight: FlexTensor, gradient: FlexTensor, at: At) -> FlexTensor {
        let geometry = geometry(gradient.shape().dims(), &weight, at);
        let (weight, gradient) = (Floats::of(weight), Floats::of(gradient));
        let [height, width] = geometry.out_size();
        let input = conv::forward(gradient.values(), weight.values(), None, &geometry);
        flex_tensor(input, [geometry.batch, geometry.out_channels, height, width])
    }

    fn weight_gradient(input: FlexTensor, weight: FlexTensor, gradient: FlexTensor, at: At) -> FlexTensor {
        let geometry = geometry(gradient.shape().dims(), &weight, at);
        let (input, gradient) = (Floats::of(input), Floats::of(gradient));
        let (by_weight, _) = conv::weight_gradient(gradient.values(), input.values(), &geometry);
        flex_tensor(by_weight, weight.shape())
    }
}

/// The convolution whose way back this is: from `output` to the input.
fn geometry(output: [usize; 4], weight: &FlexTensor, (stride, padding): At) -> Geometry {
    let [batch, in_channels, height, width] = output;
    let [out_channels, _, kernel_height, kernel_width] = weight.shape().dims();
    let kernel = [kernel_height, kernel_width];
    Geometry { batch, in_channels, out_channels, height, width, kernel, stride, padding }
}

#[derive(Debug)]
struct ConvTransposeBackward;

impl<B: ConvTransposeGradients> Backward<B, 2> for ConvTransposeBackward {
    /// The input, the weight, stride and padding.
    type State = (FloatTensor<B>, FloatTensor<B>, At);

    fn backward(self, ops: Ops<Self::State, 2>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let (input, weight, at) = ops.state;
        let [input_node, weight_node] = ops.parents;
        let gradient = gradients.consume::<B>(&ops.node);
        if let Some(node) = weight_node {
            let by_weight = B::weight_gradient(input, weight.clone(), gradient.clone(), at);
            gradients.register::<B>(node.id, by_weight);
        }
        if let Some(node) = input_node {
            gradients.register::<B>(node.id, B::input_gradient(weight, gradient, at));
        }
    }
}

impl<B: ConvTransposeBackend + ConvTransposeGradients, C: CheckpointStrategy> ConvTransposeBackend
    for Autodiff<B, C>
{
    fn book_conv_transpose2d(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        stride: usize,
        padding: usize,
        size: [usize; 2],
    ) -> FloatTensor<Self> {
        let parents = [input.node(), weight.node()];
        let (input, weight) = (input.into_primitive(), weight.into_primitive());
        let output = B::book_conv_transpose2d(input.clone(), weight.clone(), stride, padding, size);
        match ConvTransposeBackward.prepare::<C>(parents).compute_bound().stateful() {
            OpsKind::Tracked(prep) => prep.finish((input, weight, (stride, padding)), output),
            OpsKind::UnTracked(prep) => prep.finish(output),
        }
    }
}
