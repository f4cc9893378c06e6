//! A cell over a whole batch: rows in blocks, blocks on cores.

use rayon::prelude::*;

use super::backward::{self, Ordered, Share};
use super::forward::{self, Kept, Weights};
use super::layout::{Layout, ordered, unordered};
use super::plan::{Plan, RowMut, Sizes};
use super::{Direction, Gates};
use crate::nn::layers::transposed;
use crate::nn::matrix::add;

/// Numbers that one core adds up at a time.
const PIECE: usize = 1 << 14;

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

impl<'a> Parameters<'a> {
    fn laid_out(self, gates: Gates, sizes: Sizes, turned: bool) -> Weights<'a> {
        let Sizes { features, hidden: size, .. } = sizes;
        let layout = Layout::of(gates);
        let mut bias = vec![0.0; layout.width * size];
        add(&mut bias, &ordered(self.bias_ih, layout.input, size));
        add(&mut bias[layout.hidden_start() * size..], &ordered(self.bias_hh, layout.hidden, size));
        let mut input = ordered(self.weight_ih, layout.input, size * features);
        let mut hidden = ordered(self.weight_hh, layout.hidden, size * size);
        if turned {
            input = transposed(&input, layout.input.len() * size, features).into();
            hidden = transposed(&hidden, layout.hidden.len() * size, size).into();
        }
        Weights { input, hidden, turned, bias }
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
    let weights = parameters.laid_out(direction.gates, sizes, direction.lengths.len() > 1);
    let length = sizes.steps * sizes.hidden;
    let mut outputs = vec![0.0; direction.lengths.len() * length];
    let mut state = state.to_vec();
    let plans = Plan::blocks(direction, sizes);
    let rows = RowMut::of_blocks(&plans, &mut outputs, length, &mut state, sizes.hidden);
    let kept = plans
        .into_par_iter()
        .zip(rows)
        .map(|(plan, mut rows)| forward::forward(plan, input, &mut rows, &weights, direction, sizes))
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
    let layout = Layout::of(direction.gates);
    let weight_ih = ordered(parameters.weight_ih, layout.input, size * features);
    let weight_hh = ordered(parameters.weight_hh, layout.hidden, size * size);
    let weights = Ordered { input: &weight_ih, hidden: &weight_hh };
    let length = if with_input { steps * features } else { 0 };
    let mut input = vec![0.0; direction.lengths.len() * length];
    let mut state = state.to_vec();
    let plans: Vec<Plan> = kept.iter().map(|kept| kept.plan.clone()).collect();
    let rows = RowMut::of_blocks(&plans, &mut input, length, &mut state, size);
    let shares: Vec<Share> = kept
        .into_par_iter()
        .zip(rows)
        .map(|(kept, mut rows)| backward::backward(kept, outputs, &mut rows, &weights, direction, sizes))
        .collect();
    let Share { input: by_ih, hidden: by_hh, bias } =
        summed(shares).unwrap_or_else(|| Share::zeros(&layout, sizes));
    let by_hidden = bias[layout.hidden_start() * size..].to_vec();
    let by_input = bias[..layout.input.len() * size].to_vec();
    CellGradients {
        input,
        state,
        weight_ih: unordered(by_ih, layout.input, size * features),
        weight_hh: unordered(by_hh, layout.hidden, size * size),
        bias_ih: unordered(by_input, layout.input, size),
        bias_hh: unordered(by_hidden, layout.hidden, size),
    }
}

/// The blocks' shares, added one after the other; none of a batch without rows.
fn summed(shares: Vec<Share>) -> Option<Share> {
    let mut shares = shares.into_iter();
    let mut sum = shares.next()?;
    for share in shares {
        add_on_all_cores(&mut sum.input, &share.input);
        add_on_all_cores(&mut sum.hidden, &share.hidden);
        add(&mut sum.bias, &share.bias);
    }
    Some(sum)
}

fn add_on_all_cores(sum: &mut [f32], values: &[f32]) {
    sum.par_chunks_mut(PIECE).zip(values.par_chunks(PIECE)).for_each(|(sum, values)| add(sum, values));
}
