//! One step of a cell, behind its two products: gates, new state; and the way back.
//!
//! Rows of the slices belong to rows of the batch. `gates` has a [`Layout`](super::layout::Layout)'s columns.

use super::Gates;
use super::activation::{sigmoid, tanh, vectorised};

/// Turns sums into gates, and the state into the next one. `hidden` (and `cell` of an LSTM) hold `size` numbers a row.
pub fn forward(kind: Gates, size: usize, gates: &mut [f32], hidden: &mut [f32], cell: &mut [f32]) {
    match kind {
        Gates::Rnn => vectorised(|| {
            for (gate, hidden) in gates.iter_mut().zip(hidden) {
                *gate = tanh(*gate);
                *hidden = *gate;
            }
        }),
        Gates::Lstm => vectorised(|| {
            let rows = gates.chunks_exact_mut(4 * size).zip(hidden.chunks_exact_mut(size));
            for ((gates, hidden), cell) in rows.zip(cell.chunks_exact_mut(size)) {
                lstm(gates, hidden, cell);
            }
        }),
        Gates::Gru => vectorised(|| {
            for (gates, hidden) in gates.chunks_exact_mut(4 * size).zip(hidden.chunks_exact_mut(size)) {
                gru(gates, hidden);
            }
        }),
    }
}

#[inline(always)]
fn lstm(gates: &mut [f32], hidden: &mut [f32], cell: &mut [f32]) {
    let [input, forget, candidate, output] = parts(gates, hidden.len());
    for j in 0..hidden.len() {
        input[j] = sigmoid(input[j]);
        forget[j] = sigmoid(forget[j]);
        candidate[j] = tanh(candidate[j]);
        output[j] = sigmoid(output[j]);
        cell[j] = forget[j] * cell[j] + input[j] * candidate[j];
        hidden[j] = output[j] * tanh(cell[j]);
    }
}

#[inline(always)]
fn gru(gates: &mut [f32], hidden: &mut [f32]) {
    let [candidate, reset, update, from_hidden] = parts(gates, hidden.len());
    for j in 0..hidden.len() {
        reset[j] = sigmoid(reset[j]);
        update[j] = sigmoid(update[j]);
        candidate[j] = tanh(candidate[j] + reset[j] * from_hidden[j]);
        hidden[j] = candidate[j] + update[j] * (hidden[j] - candidate[j]);
    }
}

/// The four columns of a row, each of `size` numbers: slices of one length, so that the loops above need no checks.
#[inline(always)]
fn parts(row: &mut [f32], size: usize) -> [&mut [f32]; 4] {
    let (first, rest) = row.split_at_mut(size);
    let (second, rest) = rest.split_at_mut(size);
    let (third, rest) = rest.split_at_mut(size);
    [first, second, third, &mut rest[..size]]
}

/// What a step's way back works on.
pub struct Back<'a> {
    /// In: the gates as [`forward`] left them; out: the gradients of their sums.
    pub gates: &'a mut [f32],
    /// The hidden state before the step.
    pub hidden_before: &'a [f32],
    /// The cell state before the step.
    pub cell_before: &'a [f32],
    /// In: the gradient of the hidden state after the step; out: the part of the gradient before it that does not go through
    /// the gates, if the kind of cell has one.
    pub hidden: &'a mut [f32],
    /// In: the gradient of the cell state after the step; out: before it.
    pub cell: &'a mut [f32],
}

/// From the state's gradient after a step to that of the gates' sums and of the state before.
pub fn backward(kind: Gates, size: usize, step: Back<'_>) {
    let Back { gates, hidden_before, cell_before, hidden, cell } = step;
    match kind {
        Gates::Rnn => vectorised(|| {
            for (gate, hidden) in gates.iter_mut().zip(hidden) {
                *gate = *hidden * (1.0 - *gate * *gate);
            }
        }),
        Gates::Lstm => vectorised(|| {
            let rows = gates.chunks_exact_mut(4 * size).zip(hidden.chunks_exact(size));
            let states = cell.chunks_exact_mut(size).zip(cell_before.chunks_exact(size));
            for ((gates, hidden), (cell, before)) in rows.zip(states) {
                lstm_back(gates, hidden, cell, before);
            }
        }),
        Gates::Gru => vectorised(|| {
            let rows = gates.chunks_exact_mut(4 * size).zip(hidden.chunks_exact_mut(size));
            for ((gates, hidden), before) in rows.zip(hidden_before.chunks_exact(size)) {
                gru_back(gates, hidden, before);
            }
        }),
    }
}

#[inline(always)]
fn lstm_back(gates: &mut [f32], by_hidden: &[f32], by_cell: &mut [f32], before: &[f32]) {
    let size = by_hidden.len();
    let [input, forget, candidate, output] = parts(gates, size);
    let (by_cell, before) = (&mut by_cell[..size], &before[..size]);
    for j in 0..size {
        let (i, f, g, o) = (input[j], forget[j], candidate[j], output[j]);
        // The cell state after the step was not kept; computing it again is less than reading it.
        let squashed = tanh(f * before[j] + i * g);
        let through = by_cell[j] + by_hidden[j] * o * (1.0 - squashed * squashed);
        input[j] = through * g * (i * (1.0 - i));
        forget[j] = through * before[j] * (f * (1.0 - f));
        candidate[j] = through * i * (1.0 - g * g);
        output[j] = by_hidden[j] * squashed * (o * (1.0 - o));
        by_cell[j] = through * f;
    }
}

#[inline(always)]
fn gru_back(gates: &mut [f32], by_hidden: &mut [f32], before: &[f32]) {
    let size = by_hidden.len();
    let [candidate, reset, update, from_hidden] = parts(gates, size);
    let before = &before[..size];
    for j in 0..size {
        let (n, r, z) = (candidate[j], reset[j], update[j]);
        let by_sum = by_hidden[j] * (1.0 - z) * (1.0 - n * n);
        candidate[j] = by_sum;
        reset[j] = by_sum * from_hidden[j] * (r * (1.0 - r));
        update[j] = by_hidden[j] * (before[j] - n) * (z * (1.0 - z));
        from_hidden[j] = by_sum * r;
        by_hidden[j] *= z;
    }
}
