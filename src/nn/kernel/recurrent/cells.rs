//! One step of a cell, behind its two products: gates, new state; and the way back.
//!
//! Rows of the slices belong to rows of the batch. `gates` has a [`Layout`](super::layout::Layout)'s columns.

use super::Gates;
use super::lanes::{LANES, Lanes, NONE};
use crate::nn::kernel::activation::{sigmoid, tanh};
use crate::nn::kernel::vectorised;

/// Turns sums into gates, and the state into the next one. `hidden` (and `cell` of an LSTM) hold `size` numbers a row.
pub fn forward(kind: Gates, size: usize, gates: &mut [f32], hidden: &mut [f32], cell: &mut [f32]) {
    match kind {
        Gates::Rnn => rnn_rows(gates, hidden),
        Gates::Lstm => lstm_rows(size, gates, hidden, cell),
        Gates::Gru => gru_rows(size, gates, hidden),
    }
}

vectorised! {
    fn rnn_rows(gates: &mut [f32], hidden: &mut [f32]) {
        for (gate, hidden) in gates.iter_mut().zip(hidden) {
            *gate = tanh(*gate);
            *hidden = *gate;
        }
    }
}

vectorised! {
    fn lstm_rows(size: usize, gates: &mut [f32], hidden: &mut [f32], cell: &mut [f32]) {
        let rows = gates.chunks_exact_mut(4 * size).zip(hidden.chunks_exact_mut(size));
        for ((gates, hidden), cell) in rows.zip(cell.chunks_exact_mut(size)) {
            lstm(gates, hidden, cell);
        }
    }
}

vectorised! {
    fn gru_rows(size: usize, gates: &mut [f32], hidden: &mut [f32]) {
        for (gates, hidden) in gates.chunks_exact_mut(4 * size).zip(hidden.chunks_exact_mut(size)) {
            gru(gates, hidden);
        }
    }
}

#[inline(always)]
fn lstm(gates: &mut [f32], hidden: &mut [f32], cell: &mut [f32]) {
    let size = hidden.len();
    for lanes in Lanes::of(size) {
        let [mut input, mut forget, mut candidate, mut output] = lanes.columns(gates, size);
        let (mut memory, mut thought) = (lanes.load(cell), NONE);
        for j in 0..LANES {
            input[j] = sigmoid(input[j]);
            forget[j] = sigmoid(forget[j]);
            candidate[j] = tanh(candidate[j]);
            output[j] = sigmoid(output[j]);
            memory[j] = forget[j] * memory[j] + input[j] * candidate[j];
            thought[j] = output[j] * tanh(memory[j]);
        }
        lanes.store_columns(gates, size, [&input, &forget, &candidate, &output]);
        lanes.store(cell, &memory);
        lanes.store(hidden, &thought);
    }
}

#[inline(always)]
fn gru(gates: &mut [f32], hidden: &mut [f32]) {
    let size = hidden.len();
    for lanes in Lanes::of(size) {
        let [mut candidate, mut reset, mut update, from_hidden] = lanes.columns(gates, size);
        let mut thought = lanes.load(hidden);
        for j in 0..LANES {
            reset[j] = sigmoid(reset[j]);
            update[j] = sigmoid(update[j]);
            candidate[j] = tanh(candidate[j] + reset[j] * from_hidden[j]);
            thought[j] = candidate[j] + update[j] * (thought[j] - candidate[j]);
        }
        lanes.store_columns(gates, size, [&candidate, &reset, &update, &from_hidden]);
        lanes.store(hidden, &thought);
    }
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
        Gates::Rnn => rnn_rows_back(gates, hidden),
        Gates::Lstm => lstm_rows_back(size, gates, hidden, cell, cell_before),
        Gates::Gru => gru_rows_back(size, gates, hidden, hidden_before),
    }
}

vectorised! {
    fn rnn_rows_back(gates: &mut [f32], hidden: &[f32]) {
        for (gate, hidden) in gates.iter_mut().zip(hidden) {
            *gate = hidden * (1.0 - *gate * *gate);
        }
    }
}

vectorised! {
    fn lstm_rows_back(size: usize, gates: &mut [f32], hidden: &[f32], cell: &mut [f32], before: &[f32]) {
        let rows = gates.chunks_exact_mut(4 * size).zip(hidden.chunks_exact(size));
        let states = cell.chunks_exact_mut(size).zip(before.chunks_exact(size));
        for ((gates, hidden), (cell, before)) in rows.zip(states) {
            lstm_back(gates, hidden, cell, before);
        }
    }
}

vectorised! {
    fn gru_rows_back(size: usize, gates: &mut [f32], hidden: &mut [f32], before: &[f32]) {
        let rows = gates.chunks_exact_mut(4 * size).zip(hidden.chunks_exact_mut(size));
        for ((gates, hidden), before) in rows.zip(before.chunks_exact(size)) {
            gru_back(gates, hidden, before);
        }
    }
}

#[inline(always)]
fn lstm_back(gates: &mut [f32], by_hidden: &[f32], by_cell: &mut [f32], before: &[f32]) {
    let size = by_hidden.len();
    for lanes in Lanes::of(size) {
        let [mut input, mut forget, mut candidate, mut output] = lanes.columns(gates, size);
        let (by_thought, mut by_memory, before) =
            (lanes.load(by_hidden), lanes.load(by_cell), lanes.load(before));
        for j in 0..LANES {
            let (i, f, g, o) = (input[j], forget[j], candidate[j], output[j]);
            // The cell state after the step was not kept; computing it again is less than reading it.
            let squashed = tanh(f * before[j] + i * g);
            let through = by_memory[j] + by_thought[j] * o * (1.0 - squashed * squashed);
            input[j] = through * g * (i * (1.0 - i));
            forget[j] = through * before[j] * (f * (1.0 - f));
            candidate[j] = through * i * (1.0 - g * g);
            output[j] = by_thought[j] * squashed * (o * (1.0 - o));
            by_memory[j] = through * f;
        }
        lanes.store_columns(gates, size, [&input, &forget, &candidate, &output]);
        lanes.store(by_cell, &by_memory);
    }
}

#[inline(always)]
fn gru_back(gates: &mut [f32], by_hidden: &mut [f32], before: &[f32]) {
    let size = by_hidden.len();
    for lanes in Lanes::of(size) {
        let [mut candidate, mut reset, mut update, mut from_hidden] = lanes.columns(gates, size);
        let (mut by_thought, before) = (lanes.load(by_hidden), lanes.load(before));
        for j in 0..LANES {
            let (n, r, z) = (candidate[j], reset[j], update[j]);
            let by_sum = by_thought[j] * (1.0 - z) * (1.0 - n * n);
            candidate[j] = by_sum;
            reset[j] = by_sum * from_hidden[j] * (r * (1.0 - r));
            update[j] = by_thought[j] * (before[j] - n) * (z * (1.0 - z));
            from_hidden[j] = by_sum * r;
            by_thought[j] *= z;
        }
        lanes.store_columns(gates, size, [&candidate, &reset, &update, &from_hidden]);
        lanes.store(by_hidden, &by_thought);
    }
}
