//! Attention as an operation of burn's processor backend, with its own way back.

use std::sync::Arc;

use burn::backend::autodiff::Autodiff;
use burn::backend::autodiff::checkpoint::{base::Checkpointer, strategy::CheckpointStrategy};
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::flex::FlexTensor;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, Flex, TensorMetadata, backend_extension};
use burn::tensor::Tensor;

use super::backward::{self, Kept};
use super::forward::forward;
use super::heads::{Rows, Seen, Sizes, rows_by_head};
use crate::nn::kernel::floats::flex_tensor;

/// Context vectors of queries, each the mean of the values weighted by softmax(query · key / √width).
///
/// # Shapes
/// - query: `[batch, heads, queries, width]`; key, value: `[batch, heads, keys, width]`
/// - returns `[batch, heads, queries, width]`
pub fn attention(query: Tensor<4>, key: Tensor<4>, value: Tensor<4>, seen: Seen) -> Tensor<4> {
    let [query, key, value] = [query, key, value].map(Tensor::into_dispatch);
    Tensor::from_dispatch(Dispatch::book_attention(query, key, value, seen))
}

/// [`attention`] of positions among themselves, with query, key and value side by side in each row, and the heads side by side in
/// each of these.
///
/// # Shapes
/// - packed: `[batch, positions, 3 · heads · width]`
/// - returns `[batch, positions, heads · width]`
pub fn self_attention(packed: Tensor<3>, heads: usize, seen: Seen) -> Tensor<3> {
    Tensor::from_dispatch(Dispatch::book_self_attention(packed.into_dispatch(), heads, seen))
}

/// The operations.
#[backend_extension(Flex, Autodiff)]
trait AttentionBackend: Backend {
    fn book_attention(
        query: FloatTensor<Self>,
        key: FloatTensor<Self>,
        value: FloatTensor<Self>,
        seen: Seen,
    ) -> FloatTensor<Self>;

    fn book_self_attention(packed: FloatTensor<Self>, heads: usize, seen: Seen) -> FloatTensor<Self>;
}

/// The ways forward that keep what the way back needs.
trait AttentionGradients: Backend {
    type Kept: Clone + Send + std::fmt::Debug + 'static;

    fn forward(inputs: [FloatTensor<Self>; 3], seen: Seen) -> (FloatTensor<Self>, Self::Kept);
    fn backward(kept: Self::Kept, gradient: FloatTensor<Self>) -> [FloatTensor<Self>; 3];
    fn packed_forward(packed: FloatTensor<Self>, heads: usize, seen: Seen)
    -> (FloatTensor<Self>, Self::Kept);
    fn packed_backward(kept: Self::Kept, gradient: FloatTensor<Self>) -> FloatTensor<Self>;
}

/// What [`Flex`] keeps.
#[derive(Clone, Debug)]
struct FlexKept {
    inputs: [Rows; 3],
    context: Rows,
    log_sums: Arc<Vec<f32>>,
    seen: Seen,
    sizes: Sizes,
}

impl FlexKept {
    /// The context vectors `[batch, queries, heads · width]`, and what is kept of them.
    fn forward(inputs: [Rows; 3], seen: Seen) -> (FlexTensor, Self) {
        let [batch, heads, queries, width] = inputs[0].dims();
        let sizes = Sizes { batch, heads, queries, keys: inputs[1].dims()[2], width };
        let (context, log_sums) = forward(&inputs[0], &inputs[1], &inputs[2], &seen, sizes);
        let context = flex_tensor(context, [batch, queries, heads * width]);
        let [rows] = Rows::parts(&context, heads);
        (context, Self { inputs, context: rows, log_sums: Arc::new(log_sums), seen, sizes })
    }

    fn backward(&self, gradient: &Rows, gradients: Vec<backward::Gradients<'_>>) {
        let [query, key, value] = &self.inputs;
        let kept = Kept { query, key, value, context: &self.context, gradient, log_sums: &self.log_sums };
        backward::backward(&kept, &self.seen, self.sizes, gradients);
    }
}

/// `[batch, positions, heads · width]` as `[batch, heads, positions, width]`; nothing moves in memory.
fn by_heads(tensor: &FlexTensor, heads: usize) -> FlexTensor {
    let [batch, positions, columns] = tensor.shape().dims();
    tensor.reshape([batch, positions, heads, columns / heads].into()).transpose(1, 2)
}

impl AttentionGradients for Flex {
    type Kept = FlexKept;

    fn forward(inputs: [FlexTensor; 3], seen: Seen) -> (FlexTensor, FlexKept) {
        let (context, kept) = FlexKept::forward(inputs.map(Rows::of), seen);
        (by_heads(&context, kept.sizes.heads), kept)
    }

    fn backward(kept: FlexKept, gradient: FlexTensor) -> [FlexTensor; 3] {
        let Sizes { batch, heads, queries, keys, width } = kept.sizes;
        let buffer = |positions| vec![0.0; batch * positions * heads * width];
        let (mut query, mut key, mut value) = (buffer(queries), buffer(keys), buffer(keys));
        let (by_query, by_key) = ([batch, heads, queries, width], [batch, heads, keys, width]);
        let gradients = rows_by_head(&mut query, by_query, 1)
            .into_iter()
            .zip(rows_by_head(&mut key, by_key, 1))
            .zip(rows_by_head(&mut value, by_key, 1))
            .map(|((query, key), value)| backward::Gradients { query, key, value })
            .collect();
        kept.backward(&Rows::of(gradient), gradients);
        [(query, queries), (key, keys), (value, keys)].map(|(buffer, positions)| {
            by_heads(&flex_tensor(buffer, [batch, positions, heads * width]), heads)
        })
    }

    fn packed_forward(packed: FlexTensor, heads: usize, seen: Seen) -> (FlexTensor, FlexKept) {
        FlexKept::forward(Rows::parts(&packed, heads), seen)
    }

    fn packed_backward(kept: FlexKept, gradient: FlexTensor) -> FlexTensor {
        let Sizes { batch, heads, queries, width, .. } = kept.sizes;
        let mut buffer = vec![0.0; batch * queries * 3 * heads * width];
        let gradients = rows_by_head(&mut buffer, [batch, heads, queries, width], 3)
            .into_iter()
            .map(|mut query| {
                let mut key = query.split_off(queries);
                let value = key.split_off(queries);
                backward::Gradients { query, key, value }
            })
            .collect();
        let [gradient] = Rows::parts(&gradient, heads);
        kept.backward(&gradient, gradients);
        flex_tensor(buffer, [batch, queries, 3 * heads * width])
    }
}

impl AttentionBackend for Flex {
    fn book_attention(query: FlexTensor, key: FlexTensor, value: FlexTensor, seen: Seen) -> FlexTensor {
        <Self as AttentionGradients>::forward([query, key, value], seen).0
    }

    fn book_self_attention(packed: FlexTensor, heads: usize, seen: Seen) -> FlexTensor {
        <Self as AttentionGradients>::packed_forward(packed, heads, seen).0
    }
}

#[derive(Debug)]
struct AttentionBackward;

impl<B: AttentionGradients> Backward<B, 3> for AttentionBackward {
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

#[derive(Debug)]
struct SelfAttentionBackward;

impl<B: AttentionGradients> Backward<B, 1> for SelfAttentionBackward {
    type State = B::Kept;

    fn backward(self, ops: Ops<Self::State, 1>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let gradient = gradients.consume::<B>(&ops.node);
        if let [Some(node)] = ops.parents {
            gradients.register::<B>(node.id, B::packed_backward(ops.state, gradient));
        }
    }
}

impl<B: AttentionBackend + AttentionGradients, C: CheckpointStrategy> AttentionBackend for Autodiff<B, C> {
    fn book_attention(
        query: FloatTensor<Self>,
        key: FloatTensor<Self>,
        value: FloatTensor<Self>,
        seen: Seen,
    ) -> FloatTensor<Self> {
        let inputs = [query, key, value];
        let parents = inputs.each_ref().map(|input| input.node());
        let (context, kept) = B::forward(inputs.map(|input| input.into_primitive()), seen);
        match AttentionBackward.prepare::<C>(parents).compute_bound().stateful() {
            OpsKind::Tracked(prep) => prep.finish(kept, context),
            OpsKind::UnTracked(prep) => prep.finish(context),
        }
    }

    fn book_self_attention(packed: FloatTensor<Self>, heads: usize, seen: Seen) -> FloatTensor<Self> {
        let parents = [packed.node()];
        let (context, kept) = B::packed_forward(packed.into_primitive(), heads, seen);
        match SelfAttentionBackward.prepare::<C>(parents).compute_bound().stateful() {
            OpsKind::Tracked(prep) => prep.finish(kept, context),
            OpsKind::UnTracked(prep) => prep.finish(context),
        }
    }
}
