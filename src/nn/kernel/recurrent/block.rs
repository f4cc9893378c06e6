//! A few rows of a batch through all steps of a cell, and back.
//!
//! Rows do not meet, so every block of them has a core to itself and no step waits for another core. The steps of a block lie one after
//! the other in memory, in the order of the input, without padding: rows are sorted by length, so those that are still going on at a
//! step are the first ones.

use std::ops::Range;

use super::cells::{self, Back};
use super::layout::Layout;
use super::{Direction, Gates};
use crate::nn::matrix::{Matrix, product, product_strided};

/// Sizes of a cell.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    pub steps: usize,
    pub features: usize,
    pub hidden: usize,
}

/// A cell's weights, laid out for the way forward and the way back.
pub struct Weights {
    /// Of the input, gates in the order of the row's columns: `[gates·hidden, features]`, and turned.
    pub input: Vec<f32>,
    pub input_turned: Vec<f32>,
    /// Of the hidden state, likewise.
    pub hidden: Vec<f32>,
    pub hidden_turned: Vec<f32>,
    /// What a step's row begins with.
    pub bias: Vec<f32>,
}

/// The rows of a block in the batch, longest first, and its steps in memory.
#[derive(Clone, Debug)]
pub struct Plan {
    pub rows: Vec<usize>,
    /// For every step, where its rows are among those of all steps; none once all sequences have ended.
    steps: Vec<Range<usize>>,
}

impl Plan {
    pub fn new(rows: Vec<usize>, direction: &Direction, steps: usize) -> Self {
        let mut end = 0;
        let steps = (0..steps).map(|step| {
            let start = end;
            end += rows.iter().filter(|&&row| direction.lengths[row] > step).count();
            start..end
        });
        Self { steps: steps.collect(), rows }
    }

    /// Rows of all steps together.
    fn len(&self) -> usize {
        self.steps.last().map_or(0, |last| last.end)
    }

    /// The rows of the batch at a step.
    fn at(&self, step: usize) -> &[usize] {
        &self.rows[..self.steps[step].len()]
    }
}

/// What the way back needs of the way forward.
#[derive(Clone, Debug)]
pub struct Kept {
    plan: Plan,
    input: Vec<f32>,
    gates: Vec<f32>,
    hidden_before: Vec<f32>,
    cell_before: Vec<f32>,
}

/// A row's places in the batch's tensors.
pub struct RowMut<'a> {
    /// `[steps, features]` on the way back, `[steps, hidden]` forward.
    pub sequence: &'a mut [f32],
    pub hidden: &'a mut [f32],
    /// Empty in a cell that has no such state.
    pub cell: &'a mut [f32],
}

/// Reads `input`, the batch's `[steps, features]` of each row; the state of `rows` goes from first to last, the outputs to their
/// sequences.
pub fn forward(
    plan: Plan,
    input: &[f32],
    rows: &mut [RowMut<'_>],
    weights: &Weights,
    direction: &Direction,
    sizes: Sizes,
) -> Kept {
    let Sizes { steps, features, hidden: size } = sizes;
    let layout = Layout::of(direction.gates);
    let width = layout.width * size;
    let input = gathered(&plan, input, steps, features);
    let mut gates = weights.bias.repeat(plan.len());
    let from_input = Matrix::rows(&weights.input_turned, features, layout.input.len() * size);
    product_strided(Matrix::rows(&input, plan.len(), features), from_input, &mut gates, width, true);

    let from_hidden = Matrix::rows(&weights.hidden_turned, size, layout.hidden.len() * size);
    let start = layout.hidden_start() * size;
    let mut hidden: Vec<f32> = rows.iter().flat_map(|row| row.hidden.iter().copied()).collect();
    let mut cell: Vec<f32> = rows.iter().flat_map(|row| row.cell.iter().copied()).collect();
    let has_cell = direction.gates == Gates::Lstm;
    let mut hidden_before = vec![0.0; plan.len() * size];
    let mut cell_before = vec![0.0; if has_cell { plan.len() * size } else { 0 }];
    for step in direction.order(steps) {
        let at = plan.steps[step].clone();
        let numbers = at.len() * size;
        if at.is_empty() {
            continue;
        }
        let before = &mut hidden_before[at.start * size..at.end * size];
        before.copy_from_slice(&hidden[..numbers]);
        if has_cell {
            cell_before[at.start * size..at.end * size].copy_from_slice(&cell[..numbers]);
        }
        let gates = &mut gates[at.start * width..at.end * width];
        let before = Matrix::rows(before, at.len(), size);
        product_strided(before, from_hidden, &mut gates[start..], width, true);
        let cell = if has_cell { &mut cell[..numbers] } else { &mut [] };
        cells::forward(direction.gates, size, gates, &mut hidden[..numbers], cell);
        for (row, hidden) in rows.iter_mut().zip(hidden[..numbers].chunks_exact(size)) {
            row.sequence[step * size..(step + 1) * size].copy_from_slice(hidden);
        }
    }
    for (row, hidden) in rows.iter_mut().zip(hidden.chunks_exact(size)) {
        row.hidden.copy_from_slice(hidden);
    }
    if has_cell {
        for (row, cell) in rows.iter_mut().zip(cell.chunks_exact(size)) {
            row.cell.copy_from_slice(cell);
        }
    }
    Kept { plan, input, gates, hidden_before, cell_before }
}

/// A block's share of the weights' gradients; gates in the order of the row's columns.
pub struct Share {
    /// `[gates·hidden, features]`
    pub input: Vec<f32>,
    /// `[gates·hidden, hidden]`
    pub hidden: Vec<f32>,
    /// Of all columns.
    pub bias: Vec<f32>,
}

/// From the gradients of the outputs (if anyone used them), `[steps, hidden]` of each row of the batch, and of the final state, which
/// is in `rows` and becomes that of the initial state. The input's goes to the rows' sequences, if they have any.
pub fn backward(
    kept: Kept,
    outputs: Option<&[f32]>,
    rows: &mut [RowMut<'_>],
    weights: &Weights,
    direction: &Direction,
    sizes: Sizes,
) -> Share {
    let Sizes { steps, features, hidden: size } = sizes;
    let Kept { plan, input, mut gates, hidden_before, cell_before } = kept;
    let layout = Layout::of(direction.gates);
    let width = layout.width * size;
    let start = layout.hidden_start() * size;
    let to_hidden = Matrix::rows(&weights.hidden, layout.hidden.len() * size, size);
    let mut hidden: Vec<f32> = rows.iter().flat_map(|row| row.hidden.iter().copied()).collect();
    let mut cell: Vec<f32> = rows.iter().flat_map(|row| row.cell.iter().copied()).collect();
    let has_cell = direction.gates == Gates::Lstm;
    // Only a GRU's state also goes on past its gates.
    let goes_on = direction.gates == Gates::Gru;
    let back = Direction { reverse: !direction.reverse, ..direction.clone() };
    for step in back.order(steps) {
        let at = plan.steps[step].clone();
        let numbers = at.len() * size;
        if at.is_empty() {
            continue;
        }
        if let Some(outputs) = outputs {
            for (&row, hidden) in plan.at(step).iter().zip(hidden.chunks_exact_mut(size)) {
                add(hidden, &outputs[(row * steps + step) * size..][..size]);
            }
        }
        let gates = &mut gates[at.start * width..at.end * width];
        let numbers_at = at.start * size..at.end * size;
        cells::backward(
            direction.gates,
            size,
            Back {
                gates,
                hidden_before: &hidden_before[numbers_at.clone()],
                cell_before: if has_cell { &cell_before[numbers_at] } else { &[] },
                hidden: &mut hidden[..numbers],
                cell: if has_cell { &mut cell[..numbers] } else { &mut [] },
            },
        );
        let sums = Matrix::strided(&gates[start..], at.len(), layout.hidden.len() * size, width);
        product(sums, to_hidden, &mut hidden[..numbers], goes_on);
    }
    for (row, hidden) in rows.iter_mut().zip(hidden.chunks_exact(size)) {
        row.hidden.copy_from_slice(hidden);
    }
    if has_cell {
        for (row, cell) in rows.iter_mut().zip(cell.chunks_exact(size)) {
            row.cell.copy_from_slice(cell);
        }
    }

    let (all, fed, feeding) = (plan.len(), layout.input.len() * size, layout.hidden.len() * size);
    let sums = Matrix::strided(&gates, all, fed, width);
    if rows.first().is_some_and(|row| !row.sequence.is_empty()) {
        let mut by_input = vec![0.0; all * features];
        product(sums, Matrix::rows(&weights.input, fed, features), &mut by_input, false);
        scattered(&plan, &by_input, rows, features);
    }
    let mut share =
        Share { input: vec![0.0; fed * features], hidden: vec![0.0; feeding * size], bias: vec![0.0; width] };
    product(sums.turned(), Matrix::rows(&input, all, features), &mut share.input, false);
    let sums = Matrix::strided(&gates[start..], all, feeding, width);
    product(sums.turned(), Matrix::rows(&hidden_before, all, size), &mut share.hidden, false);
    for row in gates.chunks_exact(width) {
        add(&mut share.bias, row);
    }
    share
}

/// The block's inputs, step after step.
fn gathered(plan: &Plan, input: &[f32], steps: usize, features: usize) -> Vec<f32> {
    let mut gathered = Vec::with_capacity(plan.len() * features);
    for step in 0..steps {
        for &row in plan.at(step) {
            gathered.extend_from_slice(&input[(row * steps + step) * features..][..features]);
        }
    }
    gathered
}

/// The reverse of [`gathered`].
fn scattered(plan: &Plan, gathered: &[f32], rows: &mut [RowMut<'_>], features: usize) {
    for (step, at) in plan.steps.iter().enumerate() {
        for (row, place) in rows.iter_mut().zip(at.clone()) {
            row.sequence[step * features..(step + 1) * features]
                .copy_from_slice(&gathered[place * features..(place + 1) * features]);
        }
    }
}

fn add(sum: &mut [f32], values: &[f32]) {
    for (sum, value) in sum.iter_mut().zip(values) {
        *sum += value;
    }
}
