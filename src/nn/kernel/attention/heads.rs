//! Heads as slices: where the rows of each lie, and which keys they may see.

use std::sync::Arc;

use burn::backend::TensorMetadata;
use burn::backend::flex::{FlexTensor, Layout};
use burn::tensor::Shape;

use crate::nn::matrix::Matrix;

/// Which keys a query sees.
#[derive(Clone, Debug)]
pub enum Seen {
    All,
    /// The queries are the last of the keys; each sees itself and those before.
    Earlier,
    /// For each row of the batch, whether its keys count: `[batch, keys]`.
    These(Arc<[bool]>),
}

/// Sizes of an attention.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    pub batch: usize,
    pub heads: usize,
    pub queries: usize,
    pub keys: usize,
    pub width: usize,
}

impl Sizes {
    /// What the scores are multiplied by: 1 / √width.
    pub fn scale(self) -> f32 {
        1.0 / (self.width as f32).sqrt()
    }
}

/// A tensor `[batch, heads, positions, width]` whose rows are whole in memory, wherever they lie.
#[derive(Clone, Debug)]
pub struct Rows(FlexTensor);

impl Rows {
    /// Copies the tensor only if its rows are not whole.
    pub fn of(tensor: FlexTensor) -> Self {
        let strides = tensor.layout().strides();
        let width = tensor.shape()[3];
        let whole = strides[3] == 1 && strides[2] >= width as isize && strides.iter().all(|&s| s >= 0);
        Self(if whole { tensor } else { tensor.to_contiguous() })
    }

    /// Parts of rows `[batch, positions, parts · heads · width]`: of a packed query, key and value, for example, the three.
    pub fn parts<const PARTS: usize>(packed: &FlexTensor, heads: usize) -> [Self; PARTS] {
        let packed = packed.to_contiguous();
        let [batch, positions, all] = packed.shape().dims();
        let (columns, start) = (all / PARTS, packed.layout().start_offset());
        let width = columns / heads;
        std::array::from_fn(|part| {
            let strides = [positions * all, width, all, 1].map(|stride| stride as isize);
            let shape = Shape::new([batch, heads, positions, width]);
            let layout = Layout::new(shape, strides.to_vec(), start + part * columns);
            Self(packed.clone().with_layout(layout))
        })
    }

    pub fn dims(&self) -> [usize; 4] {
        self.0.shape().dims()
    }

    /// The `[positions, width]` matrix of a head.
    pub fn head(&self, batch: usize, head: usize) -> Head<'_> {
        let [_, _, positions, width] = self.dims();
        let strides = self.0.layout().strides();
        let start = self.0.layout().start_offset() + batch * strides[0] as usize + head * strides[1] as usize;
        Head { values: &self.0.storage::<f32>()[start..], positions, width, stride: strides[2] as usize }
    }
}

/// The rows of one head.
#[derive(Clone, Copy)]
pub struct Head<'a> {
    values: &'a [f32],
    positions: usize,
    width: usize,
    stride: usize,
}

impl<'a> Head<'a> {
    /// Some of its rows.
    pub fn rows(self, start: usize, end: usize) -> Matrix<'a> {
        assert!(end <= self.positions, "row {end} of {}", self.positions);
        let from = if start < end { start * self.stride } else { 0 };
        Matrix::strided(&self.values[from..], end - start, self.width, self.stride)
    }

    pub fn row(self, position: usize) -> &'a [f32] {
        &self.values[position * self.stride..][..self.width]
    }
}

/// The rows of a buffer `[batch, positions, parts · heads · width]`, handed out to heads: for each batch and head (in this order)
/// the rows of its first part, then of its second, …
pub fn rows_by_head(
    buffer: &mut [f32],
    [batch, heads, positions, width]: [usize; 4],
    parts: usize,
) -> Vec<Vec<&mut [f32]>> {
    let mut by_head: Vec<Vec<Option<&mut [f32]>>> = Vec::new();
    by_head.resize_with(batch * heads, || (0..parts * positions).map(|_| None).collect());
    for (at, row) in buffer.chunks_exact_mut(width.max(1)).enumerate() {
        let (place, head) = (at / heads, at % heads);
        let (place, part) = (place / parts, place % parts);
        let (row_of_batch, position) = (place / positions, place % positions);
        by_head[row_of_batch * heads + head][part * positions + position] = Some(row);
    }
    by_head.into_iter().map(|rows| rows.into_iter().flatten().collect()).collect()
}

/// The keys that a head's rows see.
#[derive(Clone, Copy)]
pub enum Keys<'a> {
    /// The first so many.
    First(usize),
    /// Row `i` the first `before + i + 1`.
    UpTo { before: usize },
    /// Those marked.
    Marked(&'a [bool]),
}

impl<'a> Keys<'a> {
    pub fn of(seen: &'a Seen, batch: usize, sizes: Sizes) -> Self {
        match seen {
            Seen::All => Self::First(sizes.keys),
            Seen::Earlier => Self::UpTo { before: sizes.keys - sizes.queries },
            Seen::These(marks) => {
                let marks = &marks[batch * sizes.keys..(batch + 1) * sizes.keys];
                // Padding at the end, the usual case, is left out altogether.
                let end = marks.iter().rposition(|&counts| counts).map_or(0, |last| last + 1);
                if marks[..end].iter().all(|&counts| counts) {
                    Self::First(end)
                } else {
                    Self::Marked(&marks[..end])
                }
            }
        }
    }

    /// How many keys, counted from the first, the rows up to `end` look at.
    pub fn reach(self, end: usize) -> usize {
        match self {
            Self::First(count) => count,
            Self::UpTo { before } => before + end,
            Self::Marked(marks) => marks.len(),
        }
    }
}
