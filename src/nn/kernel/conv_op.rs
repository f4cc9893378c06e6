//! The convolution as an operation of burn: dispatched to the device's backend, with its own backward pass.

// burn-ndarray is part of the project's brief, though burn 0.22 deprecates it.
#![allow(deprecated)]

use burn::backend::autodiff::checkpoint::{base::Checkpointer, strategy::CheckpointStrategy};
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::autodiff::{Autodiff, NodeId};
use burn::backend::flex::FlexTensor;
use burn::backend::ops::ModuleOps;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Cube, Dispatch, Flex, NdArray, TensorMetadata, backend_extension};
use burn::tensor::ops::ConvOptions;
use burn::tensor::{DType, Tensor};

use super::conv::{self, Geometry};
use super::floats::{Floats, flex_tensor};

/// A convolution with bias, square stride and padding, no dilation and no groups.
///
/// # Shapes
/// - images: `[batch, in, height, width]`
/// - weight: `[out, in, kernel height, kernel width]`, bias: `[out]`
/// - returns `[batch, out, …]` with sides `(side + 2·padding − kernel) / stride + 1`
pub fn conv2d(
    images: Tensor<4>,
    weight: Tensor<4>,
    bias: Tensor<1>,
    stride: usize,
    padding: usize,
) -> Tensor<4> {
    Tensor::from_dispatch(Dispatch::book_conv2d(
        images.into_dispatch(),
        weight.into_dispatch(),
        bias.into_dispatch(),
        stride,
        padding,
    ))
}

/// Gradients of a convolution: burn's own unless a backend does better.
trait ConvGradients: Backend {
    fn image_gradient(
        images: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        stride: usize,
        padding: usize,
    ) -> FloatTensor<Self> {
        Self::conv2d_x_backward(images, weight, gradient, options(stride, padding))
    }

    /// Of the weight and of the bias.
    fn weight_gradient(
        images: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        stride: usize,
        padding: usize,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let by_weight =
            Self::conv2d_weight_backward(images.clone(), weight, gradient.clone(), options(stride, padding));
        (by_weight, Self::conv2d_bias_backward(images, bias, gradient))
    }
}

/// The operation, by backend.
#[backend_extension(Cube, Flex, NdArray, Autodiff)]
trait ConvBackend: Backend {
    fn book_conv2d(
        images: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        stride: usize,
        padding: usize,
    ) -> FloatTensor<Self> {
        Self::conv2d(images, weight, Some(bias), options(stride, padding))
    }
}

fn options(stride: usize, padding: usize) -> ConvOptions<2> {
    ConvOptions::new([stride; 2], [padding; 2], [1, 1], 1)
}

impl ConvGradients for Cube {}
impl ConvGradients for NdArray {}
impl ConvBackend for Cube {}
impl ConvBackend for NdArray {}

impl ConvBackend for Flex {
    fn book_conv2d(
        images: FlexTensor,
        weight: FlexTensor,
        bias: FlexTensor,
        stride: usize,
        padding: usize,
    ) -> FlexTensor {
        if images.dtype() != DType::F32 {
            return Flex::conv2d(images, weight, Some(bias), options(stride, padding));
        }
        let geometry = geometry(&images, &weight, stride, padding);
        let (images, weight, bias) = (Floats::of(images), Floats::of(weight), Floats::of(bias));
        let output = conv::forward(images.values(), weight.values(), Some(bias.values()), &geometry);
        let [height, width] = geometry.out_size();
        flex_tensor(output, [geometry.batch, geometry.out_channels, height, width])
    }
}

impl ConvGradients for Flex {
    fn image_gradient(
        images: FlexTensor,
        weight: FlexTensor,
        gradient: FlexTensor,
        stride: usize,
        padding: usize,
    ) -> FlexTensor {
        if images.dtype() != DType::F32 {
            return Flex::conv2d_x_backward(images, weight, gradient, options(stride, padding));
        }
        let geometry = geometry(&images, &weight, stride, padding);
        let (weight, gradient) = (Floats::of(weight), Floats::of(gradient));
        flex_tensor(conv::image_gradient(weight.values(), gradient.values(), &geometry), images.shape())
    }

    fn weight_gradient(
        images: FlexTensor,
        weight: FlexTensor,
        bias: FlexTensor,
        gradient: FlexTensor,
        stride: usize,
        padding: usize,
    ) -> (FlexTensor, FlexTensor) {
        if images.dtype() != DType::F32 {
            let options = options(stride, padding);
            let by_weight = Flex::conv2d_weight_backward(images.clone(), weight, gradient.clone(), options);
            return (by_weight, Flex::conv2d_bias_backward(images, bias, gradient));
        }
        let geometry = geometry(&images, &weight, stride, padding);
        let (images, gradient) = (Floats::of(images), Floats::of(gradient));
        let (by_weight, by_bias) = conv::weight_gradient(images.values(), gradient.values(), &geometry);
        (flex_tensor(by_weight, weight.shape()), flex_tensor(by_bias, bias.shape()))
    }
}

fn geometry(images: &FlexTensor, weight: &FlexTensor, stride: usize, padding: usize) -> Geometry {
    let [batch, in_channels, height, width] = images.shape().dims();
    let [out_channels, _, kernel_height, kernel_width] = weight.shape().dims();
    let kernel = [kernel_height, kernel_width];
    Geometry { batch, in_channels, out_channels, height, width, kernel, stride, padding }
}

/// What the backward pass needs: the nodes of images, weight and bias, then stride and padding.
type Kept = ([NodeId; 3], usize, usize);

#[derive(Debug)]
struct ConvBackward;

impl<B: ConvGradients> Backward<B, 3> for ConvBackward {
    type State = Kept;

    fn backward(self, ops: Ops<Kept, 3>, gradients: &mut Gradients, checkpointer: &mut Checkpointer) {
        let [images_node, weight_node, bias_node] = ops.parents;
        let (nodes, stride, padding) = ops.state;
        let gradient = gradients.consume::<B>(&ops.node);
        let [images, weight, bias]: [FloatTensor<B>; 3] =
            nodes.map(|node| checkpointer.retrieve_node_output(node));
        if weight_node.is_some() || bias_node.is_some() {
            let (by_weight, by_bias) =
                B::weight_gradient(images.clone(), weight.clone(), bias, gradient.clone(), stride, padding);
            if let Some(node) = weight_node {
                gradients.register::<B>(node.id, by_weight);
            }
            if let Some(node) = bias_node {
                gradients.register::<B>(node.id, by_bias);
            }
        }
        if let Some(node) = images_node {
            gradients.register::<B>(node.id, B::image_gradient(images, weight, gradient, stride, padding));
        }
    }
}

impl<B: ConvBackend + ConvGradients, C: CheckpointStrategy> ConvBackend for Autodiff<B, C> {
    fn book_conv2d(
        images: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        stride: usize,
        padding: usize,
    ) -> FloatTensor<Self> {
        let parents = [images.node(), weight.node(), bias.node()];
        match ConvBackward.prepare::<C>(parents).compute_bound().stateful() {
            OpsKind::Tracked(mut prep) => {
                let nodes = [prep.checkpoint(&images), prep.checkpoint(&weight), prep.checkpoint(&bias)];
                let output = B::book_conv2d(
                    images.into_primitive(),
                    weight.into_primitive(),
                    bias.into_primitive(),
                    stride,
                    padding,
                );
                prep.finish((nodes, stride, padding), output)
            }
            OpsKind::UnTracked(prep) => prep.finish(B::book_conv2d(
                images.into_primitive(),
                weight.into_primitive(),
                bias.into_primitive(),
                stride,
                padding,
            )),
        }
    }
}
