//! The gradients of every head's queries, keys and values.

use rayon::prelude::*;

use super::forward::{BLOCK, Scratch};
use super::heads::{Head, Keys, Rows, Seen, Sizes};
use super::softmax;
use crate::nn::kernel::vectorised;
use crate::nn::matrix::{Matrix, product};

/// What the way back starts from.
pub struct Kept<'a> {
    pub query: &'a Rows,
    pub key: &'a Rows,
    pub value: &'a Rows,
    /// The context vectors.
    pub context: &'a Rows,
    /// The gradient of the context vectors.
    pub gradient: &'a Rows,
    /// As [`forward`](super::forward::forward) returned them.
    pub log_sums: &'a [f32],
}

/// Rows of a head that its gradients go to.
pub struct Gradients<'a> {
    pub query: Vec<&'a mut [f32]>,
    pub key: Vec<&'a mut [f32]>,
    pub value: Vec<&'a mut [f32]>,
}

/// Fills in the gradients of each batch's heads, in this order.
pub fn backward(kept: &Kept<'_>, seen: &Seen, sizes: Sizes, gradients: Vec<Gradients<'_>>) {
    gradients.into_par_iter().enumerate().for_each_init(
        || (Scratch::default(), Scratch::default(), Scratch::default()),
        |(pairs, sums, queries), (at, gradients)| {
            let (batch, head) = (at / sizes.heads, at % sizes.heads);
            let log_sums = &kept.log_sums[at * sizes.queries..(at + 1) * sizes.queries];
            let heads = [kept.query, kept.key, kept.value, kept.context, kept.gradient]
                .map(|rows| rows.head(batch, head));
            let keys = Keys::of(seen, batch, sizes);
            head_backward(heads, log_sums, keys, sizes, gradients, [pairs, sums, queries]);
        },
    );
}

fn head_backward(
    [query, key, value, context, gradient]: [Head<'_>; 5],
    log_sums: &[f32],
    keys: Keys<'_>,
    sizes: Sizes,
    gradients: Gradients<'_>,
    [pairs, sums, by_query]: [&mut Scratch; 3],
) {
    let Sizes { queries, keys: all_keys, width, .. } = sizes;
    let (by_key, by_value) = sums.of(all_keys * width, all_keys * width);
    by_key.fill(0.0);
    by_value.fill(0.0);
    let mut rows = gradients.query.into_iter();
    for first in (0..queries).step_by(BLOCK) {
        let end = (first + BLOCK).min(queries);
        let (count, reach) = (end - first, keys.reach(end));
        let (weights, by_weight) = pairs.of(count * reach, count * reach);
        product(query.rows(first, end), key.rows(0, reach).turned(), weights, false);
        softmax::weights_again(weights, reach, first, keys, sizes.scale(), &log_sums[first..end]);
        product(gradient.rows(first, end), value.rows(0, reach).turned(), by_weight, false);
        product(Matrix::rows(weights, count, reach).turned(), gradient.rows(first, end), by_value, true);
        for (i, (weights, by_weight)) in
            weights.chunks_exact(reach.max(1)).zip(by_weight.chunks_exact_mut(reach.max(1))).enumerate()
        {
            let mean = dot(gradient.row(first + i), context.row(first + i));
            by_score(by_weight, weights, mean, sizes.scale());
        }
        let by_score = Matrix::rows(by_weight, count, reach);
        product(by_score.turned(), query.rows(first, end), by_key, true);
        let (by_query, _) = by_query.of(count * width, 0);
        product(by_score, key.rows(0, reach), by_query, false);
        for (gradient, row) in by_query.chunks_exact(width).zip(&mut rows) {
            row.copy_from_slice(gradient);
        }
    }
    for (rows, sums) in [(gradients.key, by_key), (gradients.value, by_value)] {
        for (row, sum) in rows.into_iter().zip(sums.chunks_exact(width)) {
            row.copy_from_slice(sum);
        }
    }
}

fn dot(left: &[f32], right: &[f32]) -> f32 {
    left.iter().zip(right).map(|(left, right)| left * right).sum()
}

vectorised! {
    /// Gradients of a row's weights into those of its scores, by the softmax's rule: w · (g − mean), times the scale.
    fn by_score(gradients: &mut [f32], weights: &[f32], mean: f32, scale: f32) {
        for (gradient, weight) in gradients.iter_mut().zip(weights) {
            *gradient = weight * (*gradient - mean) * scale;
        }
    }
}
