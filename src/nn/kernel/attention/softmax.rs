//! Rows of scores into rows of weights.

use super::heads::Keys;
use crate::nn::kernel::activation::exp;
use crate::nn::kernel::vectorised;

const LANES: usize = 16;
const NOTHING: f32 = f32::NEG_INFINITY;

/// Scores that do not count.
fn hide(scores: &mut [f32], marks: &[bool]) {
    for (score, &counts) in scores.iter_mut().zip(marks) {
        if !counts {
            *score = NOTHING;
        }
    }
}

#[inline(always)]
fn largest(row: &[f32]) -> f32 {
    let more = |a: f32, b: f32| if b > a { b } else { a };
    let (vectors, rest) = row.as_chunks::<LANES>();
    let mut most = [NOTHING; LANES];
    for vector in vectors {
        for (most, &value) in most.iter_mut().zip(vector) {
            *most = more(*most, value);
        }
    }
    most.iter().chain(rest).fold(NOTHING, |most, &value| more(most, value))
}

/// Puts e^(scale·x − shift) in place of each and returns their sum.
#[inline(always)]
fn exponentials(row: &mut [f32], scale: f32, shift: f32) -> f32 {
    let (vectors, rest) = row.as_chunks_mut::<LANES>();
    let mut sums = [0.0; LANES];
    for vector in vectors {
        for (sum, value) in sums.iter_mut().zip(vector) {
            *value = exp(*value * scale - shift);
            *sum += *value;
        }
    }
    let mut sum: f32 = sums.iter().sum();
    for value in rest {
        *value = exp(*value * scale - shift);
        sum += *value;
    }
    sum
}

vectorised! {
    /// Softmax of a row of scores times `scale`. `log_sum` becomes the logarithm of what the exponentials were divided by.
    fn normalise_row(row: &mut [f32], scale: f32, log_sum: &mut f32) {
        let most = largest(row) * scale;
        if most == NOTHING {
            row.fill(0.0);
            *log_sum = f32::INFINITY;
            return;
        }
        let sum = exponentials(row, scale, most);
        let share = 1.0 / sum;
        for value in row {
            *value *= share;
        }
        *log_sum = most + sum.ln();
    }
}

vectorised! {
    fn again_row(row: &mut [f32], scale: f32, log_sum: f32) {
        exponentials(row, scale, log_sum);
    }
}

/// The weights of rows of scores. The first is row `first` of its head; a row is `reach` long. A row that sees no key weighs none.
pub fn weights(
    scores: &mut [f32],
    reach: usize,
    first: usize,
    keys: Keys<'_>,
    scale: f32,
    log_sums: &mut [f32],
) {
    each_row(scores, reach, first, keys, |i, row| normalise_row(row, scale, &mut log_sums[i]));
}

/// [`weights`] once more, from the logarithms that it returned.
pub fn weights_again(
    scores: &mut [f32],
    reach: usize,
    first: usize,
    keys: Keys<'_>,
    scale: f32,
    log_sums: &[f32],
) {
    each_row(scores, reach, first, keys, |i, row| again_row(row, scale, log_sums[i]));
}

fn each_row(
    scores: &mut [f32],
    reach: usize,
    first: usize,
    keys: Keys<'_>,
    mut weigh: impl FnMut(usize, &mut [f32]),
) {
    for (i, row) in scores.chunks_exact_mut(reach.max(1)).enumerate() {
        let (seen, unseen) = row.split_at_mut(keys.reach(first + i + 1).min(reach));
        if let Keys::Marked(marks) = keys {
            hide(seen, marks);
        }
        weigh(i, seen);
        unseen.fill(0.0);
    }
}
