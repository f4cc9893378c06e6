//! A cell over a whole batch: rows in blocks, blocks on cores.

use rayon::prelude::*;

use super::block::{self, Kept, Plan, RowMut, Share, Sizes, Weights};
use super::layout::{Layout, add_in_order, ordered};
use super::{Direction, Gates};
use crate::nn::layers::transposed;

/// The rows of a block. It does not depend on the number of cores, so nor does the order in which gradients are summed.
const BLOCK: usize = 16;

/// A cell's parameters in PyTorch's layout.
#[derive(Clone, Copy)]
pub struct Parameters<'a> {
    /// `[gates·hidden, features]`
    pub weight_ih: &'a [f32],
    /// `[gates·hidden, hidden]`
    pub weight_hh: &'a [f32],
    /// `[gates·hidden]`
    pub bias_ih: &'a [f32],
    pub bias_hh: &'a [f32],
}

impl Parameters<'_> {
    fn laid_out(&self, gates: Gates, sizes: Sizes) -> Weights {
        let Sizes { features, hidden: size, .. } = sizes;
        let layout = Layout::of(gates);
        let input = ordered(self.weight_ih, layout.input, size * features);
        let hidden = ordered(self.weight_hh, layout.hidden, size * size);
        let mut bias = vec![0.0; layout.width * size];
        let by_input = ordered(self.bias_ih, layout.input, size);
        let by_hidden = ordered(self.bias_hh, layout.hidden, size);
        add(&mut bias, &by_input);
        add(&mut bias[layout.hidden_start() * size..], &by_hidden);
        let input_turned = transposed(&input, layout.input.len() * size, features);
        let hidden_turned = transposed(&hidden, layout.hidden.len() * size, size);
        Weights { input, input_turned, hidden, hidden_turned, bias }
    }
}

/// The outputs `[batch, steps, hidden]`, the final state `[states, batch, hidden]`, and what the way back needs.
pub fn forward(
    input: &[f32],
    state: &[f32],
    parameters: Parameters<'_>,
    direction: &Direction,
    sizes: Sizes,
) -> (Vec<f32>, Vec<f32>, Vec<Kept>) {
    let weights = parameters.laid_out(direction.gates, sizes);
    let batch = direction.lengths.len();
    let mut outputs = vec![0.0; batch * sizes.steps * sizes.hidden];
    let mut state = state.to_vec();
    let plans = plans(direction, sizes.steps);
    let rows = rows_of(&plans, &mut outputs, sizes.steps * sizes.hidden, &mut state, sizes.hidden);
    let kept = plans
        .into_par_iter()
        .zip(rows)
        .map(|(plan, mut rows)| block::forward(plan, input, &mut rows, &weights, direction, sizes))
        .collect();
    (outputs, state, kept)
}

/// Gradients of a cell, in the shapes of what they belong to.
pub struct CellGradients {
    /// Empty if it was not asked for.
    pub input: Vec<f32>,
    pub state: Vec<f32>,
    pub weight_ih: Vec<f32>,
    pub weight_hh: Vec<f32>,
    pub bias_ih: Vec<f32>,
    pub bias_hh: Vec<f32>,
}

/// The gradients, from those of the outputs (if anyone used them) and of the final state.
pub fn backward(
    kept: Vec<Kept>,
    outputs: Option<&[f32]>,
    state: &[f32],
    parameters: Parameters<'_>,
    direction: &Direction,
    sizes: Sizes,
    with_input: bool,
) -> CellGradients {
    let Sizes { steps, features, hidden: size } = sizes;
    let weights = parameters.laid_out(direction.gates, sizes);
    let layout = Layout::of(direction.gates);
    let length = if with_input { steps * features } else { 0 };
    let mut input = vec![0.0; direction.lengths.len() * length];
    let mut state = state.to_vec();
    let plans: Vec<Plan> = plans(direction, steps);
    let rows = rows_of(&plans, &mut input, length, &mut state, size);
    let shares: Vec<Share> = kept
        .into_par_iter()
        .zip(rows)
        .map(|(kept, mut rows)| block::backward(kept, outputs, &mut rows, &weights, direction, sizes))
        .collect();
    let sum = |part: fn(&Share) -> &[f32]| {
        let mut sum = vec![0.0; shares.first().map_or(0, |share| part(share).len())];
        for share in &shares {
            add(&mut sum, part(share));
        }
        sum
    };
    let in_order = |part: &[f32], order: &[usize], gate: usize| {
        let mut turned = vec![0.0; part.len()];
        add_in_order(&mut turned, part, order, gate);
        turned
    };
    let bias = sum(|share| &share.bias);
    CellGradients {
        weight_ih: in_order(&sum(|share| &share.input), layout.input, size * features),
        weight_hh: in_order(&sum(|share| &share.hidden), layout.hidden, size * size),
        bias_ih: in_order(&bias[..layout.input.len() * size], layout.input, size),
        bias_hh: in_order(&bias[layout.hidden_start() * size..], layout.hidden, size),
        input,
        state,
    }
}

/// The rows in blocks, longest first.
fn plans(direction: &Direction, steps: usize) -> Vec<Plan> {
    let mut rows: Vec<usize> = (0..direction.lengths.len()).collect();
    rows.sort_by_key(|&row| std::cmp::Reverse(direction.lengths[row]));
    rows.chunks(BLOCK).map(|rows| Plan::new(rows.to_vec(), direction, steps)).collect()
}

/// The places of every block's rows in sequences of `length` numbers and in the parts of a state.
fn rows_of<'a>(
    plans: &[Plan],
    sequences: &'a mut [f32],
    length: usize,
    state: &'a mut [f32],
    size: usize,
) -> Vec<Vec<RowMut<'a>>> {
    let batch: usize = plans.iter().map(|plan| plan.rows.len()).sum();
    let (hidden, cell) = state.split_at_mut(batch * size);
    let mut sequences = sequences.chunks_exact_mut(length.max(1));
    let mut cells = cell.chunks_exact_mut(size);
    let mut rows: Vec<Option<RowMut<'a>>> = hidden
        .chunks_exact_mut(size)
        .map(|hidden| {
            let (sequence, cell) = (sequences.next().unwrap_or_default(), cells.next().unwrap_or_default());
            Some(RowMut { sequence, hidden, cell })
        })
        .collect();
    plans.iter().map(|plan| plan.rows.iter().filter_map(|&row| rows[row].take()).collect()).collect()
}

fn add(sum: &mut [f32], values: &[f32]) {
    for (sum, value) in sum.iter_mut().zip(values) {
        *sum += value;
    }
}
