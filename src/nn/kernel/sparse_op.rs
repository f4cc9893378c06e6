//! The product of a sparse and a dense matrix as an operation of burn. Gathering, scattering, summing by group and multiplying
//! by an adjacency matrix are all this one operation; its backward pass is the product with the transposed matrix.

// burn-ndarray is part of the project's brief, though burn 0.22 deprecates it.
#![allow(deprecated)]

use std::fmt;
use std::sync::{Arc, OnceLock};

use burn::backend::autodiff::Autodiff;
use burn::backend::autodiff::checkpoint::{base::Checkpointer, strategy::CheckpointStrategy};
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::flex::FlexTensor;
use burn::backend::ops::FloatTensorOps;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Cube, Dispatch, Flex, NdArray, TensorMetadata, backend_extension};
use burn::tensor::{DType, IndexingUpdateOp, Shape, Tensor, TensorData};

use super::floats::{Floats, flex_tensor};
use super::sparse::Compressed;

/// A sparse matrix of constants, in host memory; clones share it.
#[derive(Clone)]
pub struct Sparse(Arc<Matrix>);

struct Matrix {
    rows: usize,
    columns: usize,
    forward: Compressed,
    /// Made when the first gradient asks for it.
    backward: OnceLock<Compressed>,
}

impl Sparse {
    /// A matrix of `rows` by `columns` with entries at (row, column): ones, or `values`. Entries at the same place add up.
    ///
    /// # Panics
    /// If an entry lies outside, or there are not as many values as entries.
    pub fn new(rows: usize, columns: usize, entries: &[[u32; 2]], values: Option<&[f32]>) -> Self {
        let outside =
            entries.iter().find(|[row, column]| *row as usize >= rows || *column as usize >= columns);
        assert!(outside.is_none(), "the entry {outside:?} lies outside a matrix of {rows} by {columns}");
        let forward = Compressed::new(rows, entries, values);
        Self(Arc::new(Matrix { rows, columns, forward, backward: OnceLock::new() }))
    }

    /// Rows and columns.
    pub fn dims(&self) -> [usize; 2] {
        [self.0.rows, self.0.columns]
    }

    /// How many entries there are.
    pub fn entries(&self) -> usize {
        self.0.forward.columns.len()
    }

    /// The product with a dense matrix, with gradients for the dense one.
    ///
    /// # Shapes
    /// - dense: `[columns, width]`
    /// - returns `[rows, width]`
    ///
    /// # Panics
    /// If `dense` has another number of rows than this matrix columns.
    pub fn product(&self, dense: Tensor<2>) -> Tensor<2> {
        let [rows, columns] = self.dims();
        let found = dense.dims()[0];
        assert_eq!(found, columns, "a sparse matrix of {rows} by {columns} against {found} rows");
        Tensor::from_dispatch(Dispatch::book_sparse_product(dense.into_dispatch(), self.clone(), false))
    }

    fn compressed(&self, transposed: bool) -> &Compressed {
        if !transposed {
            return &self.0.forward;
        }
        self.0.backward.get_or_init(|| self.0.forward.transposed(self.0.columns))
    }
}

impl fmt::Debug for Sparse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sparse({} x {}, {} entries)", self.0.rows, self.0.columns, self.entries())
    }
}

/// The operation, by backend: made of burn's own selections unless a backend does better.
#[backend_extension(Cube, Flex, NdArray, Autodiff)]
trait SparseBackend: Backend {
    fn book_sparse_product(dense: FloatTensor<Self>, matrix: Sparse, transposed: bool) -> FloatTensor<Self> {
        let device = dense.device();
        let compressed = matrix.compressed(transposed);
        let (rows, width) = (compressed.starts.len() - 1, dense.shape()[1]);
        let zeros = Self::float_zeros(Shape::new([rows, width]), &device, dense.dtype().into());
        let entries = compressed.columns.len();
        if entries == 0 || width == 0 {
            return zeros;
        }
        let indices = |values: Vec<u32>| {
            let values: Vec<i32> = values.into_iter().map(|value| value as i32).collect();
            Self::int_from_data(TensorData::new(values, [entries]), &device)
        };
        let mut lines = Self::float_select(dense, 0, indices(compressed.columns.clone()));
        if let Some(values) = &compressed.values {
            let values = Self::float_from_data(TensorData::new(values.clone(), [entries, 1]), &device);
            lines = Self::float_mul(lines, values);
        }
        Self::float_select_assign(zeros, 0, indices(compressed.rows()), lines, IndexingUpdateOp::Add)
    }
}

impl SparseBackend for Cube {}
impl SparseBackend for NdArray {}

impl SparseBackend for Flex {
    fn book_sparse_product(dense: FlexTensor, matrix: Sparse, transposed: bool) -> FlexTensor {
        let width = dense.shape()[1];
        let compressed = matrix.compressed(transposed);
        let dense = match dense.dtype() {
            DType::F32 => Floats::of(dense),
            _ => Floats::of(Flex::float_cast(dense, burn::tensor::FloatDType::F32)),
        };
        flex_tensor(compressed.product(dense.values(), width), [compressed.starts.len() - 1, width])
    }
}

#[derive(Debug)]
struct SparseBackward;

impl<B: SparseBackend> Backward<B, 1> for SparseBackward {
    type State = (Sparse, bool);

    fn backward(self, ops: Ops<Self::State, 1>, gradients: &mut Gradients, _checkpointer: &mut Checkpointer) {
        let [dense] = ops.parents;
        let (matrix, transposed) = ops.state;
        let gradient = gradients.consume::<B>(&ops.node);
        if let Some(node) = dense {
            gradients.register::<B>(node.id, B::book_sparse_product(gradient, matrix, !transposed));
        }
    }
}

impl<B: SparseBackend, C: CheckpointStrategy> SparseBackend for Autodiff<B, C> {
    fn book_sparse_product(dense: FloatTensor<Self>, matrix: Sparse, transposed: bool) -> FloatTensor<Self> {
        match SparseBackward.prepare::<C>([dense.node()]).compute_bound().stateful() {
            OpsKind::Tracked(prep) => {
                let output = B::book_sparse_product(dense.into_primitive(), matrix.clone(), transposed);
                prep.finish((matrix, transposed), output)
            }
            OpsKind::UnTracked(prep) => {
                prep.finish(B::book_sparse_product(dense.into_primitive(), matrix, transposed))
            }
        }
    }
}
