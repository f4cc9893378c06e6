//! Rows of a table as an operation of burn, one of which never learns.

// burn-ndarray is part of the project's brief, though burn 0.22 deprecates it.
#![allow(deprecated)]

use burn::backend::autodiff::Autodiff;
use burn::backend::autodiff::checkpoint::{base::Checkpointer, strategy::CheckpointStrategy};
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::{FloatTensor, IntTensor};
use burn::backend::{Backend, Cube, Dispatch, Flex, NdArray, TensorMetadata, backend_extension};
use burn::tensor::{Int, Shape, Slice, Tensor};

/// The rows of `table` at `tokens`; the row of `padding` gets no gradient.
///
/// burn's own operation knows no padding: to hold its row, a mask would go over every vector twice.
pub fn embedding(table: Tensor<2>, tokens: Tensor<2, Int>, padding: Option<usize>) -> Tensor<3> {
    Tensor::from_dispatch(Dispatch::book_embedding(table.into_dispatch(), tokens.into_dispatch(), padding))
}

#[backend_extension(Cube, Flex, NdArray, Autodiff)]
trait EmbeddingBackend: Backend {
    fn book_embedding(
        table: FloatTensor<Self>,
        tokens: IntTensor<Self>,
        _padding: Option<usize>,
    ) -> FloatTensor<Self> {
        Self::embedding(table, tokens)
    }
}

impl EmbeddingBackend for Cube {}
impl EmbeddingBackend for Flex {}
impl EmbeddingBackend for NdArray {}

#[derive(Debug)]
struct EmbeddingBackward;

impl<B: Backend> Backward<B, 1> for EmbeddingBackward {
    /// The table, the tokens, the token that gets no gradient.
    type State = (FloatTensor<B>, IntTensor<B>, Option<usize>);

    fn backward(self, ops: Ops<Self::State, 1>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let (table, tokens, padding) = ops.state;
        let by_vectors = gradients.consume::<B>(&ops.node);
        let [Some(node)] = ops.parents else { return };
        let size = table.shape()[1];
        let mut by_table = B::embedding_backward(table, by_vectors, tokens);
        if let Some(row) = padding {
            let zeros = B::float_zeros(Shape::new([1, size]), &by_table.device(), by_table.dtype().into());
            let place = [Slice::from(row..row + 1), Slice::from(0..size)];
            by_table = B::float_slice_assign(by_table, &place, zeros);
        }
        gradients.register::<B>(node.id, by_table);
    }
}

impl<B: EmbeddingBackend, C: CheckpointStrategy> EmbeddingBackend for Autodiff<B, C> {
    fn book_embedding(
        table: FloatTensor<Self>,
        tokens: IntTensor<Self>,
        padding: Option<usize>,
    ) -> FloatTensor<Self> {
        let parents = [table.node()];
        let table = table.into_primitive();
        match EmbeddingBackward.prepare::<C>(parents).compute_bound().stateful() {
            OpsKind::Tracked(prep) => {
                let vectors = B::book_embedding(table.clone(), tokens.clone(), padding);
                prep.finish((table, tokens, padding), vectors)
            }
            OpsKind::UnTracked(prep) => prep.finish(B::book_embedding(table, tokens, padding)),
        }
    }
}
