//! The context vectors of every head.

use rayon::prelude::*;

use super::heads::{Keys, Rows, Seen, Sizes, rows_by_head};
use super::softmax;
use crate::nn::matrix::{Matrix, product};

/// Queries that are looked at together: their scores fit into the cache.
pub const BLOCK: usize = 64;

/// Context vectors, `[batch, queries, heads · width]` in memory, and for each head's query (`[batch, heads, queries]`) the
/// logarithm of the sum that its weights were divided by.
pub fn forward(query: &Rows, key: &Rows, value: &Rows, seen: &Seen, sizes: Sizes) -> (Vec<f32>, Vec<f32>) {
    let Sizes { batch, heads, queries, width, .. } = sizes;
    let mut context = vec![0.0; batch * queries * heads * width];
    let mut log_sums = vec![0.0; batch * heads * queries];
    let rows = rows_by_head(&mut context, [batch, heads, queries, width], 1);
    let each = |scratch: &mut Scratch, (at, (rows, log_sums)): (usize, (Vec<&mut [f32]>, &mut [f32]))| {
        let (batch, head) = (at / heads, at % heads);
        let [query, key, value] = [query, key, value].map(|rows| rows.head(batch, head));
        let keys = Keys::of(seen, batch, sizes);
        let mut rows = rows.into_iter();
        for first in (0..queries).step_by(BLOCK) {
            let end = (first + BLOCK).min(queries);
            let (count, reach) = (end - first, keys.reach(end));
            let (scores, sums) = scratch.of(count * reach, count * width);
            product(query.rows(first, end), key.rows(0, reach).turned(), scores, false);
            softmax::weights(scores, reach, first, keys, sizes.scale(), &mut log_sums[first..end]);
            product(Matrix::rows(scores, count, reach), value.rows(0, reach), sums, false);
            for (sum, row) in sums.chunks_exact(width).zip(&mut rows) {
                row.copy_from_slice(sum);
            }
        }
    };
    rows.into_par_iter()
        .zip(log_sums.par_chunks_mut(queries.max(1)))
        .enumerate()
        .for_each_init(Scratch::default, each);
    (context, log_sums)
}

/// Memory that a thread uses again for each block.
#[derive(Default)]
pub struct Scratch(Vec<f32>, Vec<f32>);

impl Scratch {
    /// Two slices of these lengths, with anything in them.
    pub fn of(&mut self, first: usize, second: usize) -> (&mut [f32], &mut [f32]) {
        let grown = |buffer: &mut Vec<f32>, length| {
            if buffer.len() < length {
                buffer.resize(length, 0.0);
            }
        };
        grown(&mut self.0, first);
        grown(&mut self.1, second);
        (&mut self.0[..first], &mut self.1[..second])
    }
}
