//! Where the gates lie in the row of a step.
//!
//! The row holds first the sums that go into the gates, then what came out of them, then their gradients. The products of the input
//! and of the hidden state are added to ranges of it that overlap where a gate takes their sum.

use std::ops::Range;

use super::Gates;

/// The columns of a step's row, in units of the hidden size.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    /// All of them.
    pub width: usize,
    /// The gates that the input's product feeds, in PyTorch's numbering, from column 0 on.
    pub input: &'static [usize],
    /// The gates that the hidden state's product feeds, in the last columns.
    pub hidden: &'static [usize],
}

impl Layout {
    pub fn of(gates: Gates) -> Self {
        match gates {
            Gates::Rnn => Self { width: 1, input: &[0], hidden: &[0] },
            Gates::Lstm => Self { width: 4, input: &[0, 1, 2, 3], hidden: &[0, 1, 2, 3] },
            // Candidate of the input, reset, update, candidate of the hidden state: these two candidates meet behind the reset gate.
            Gates::Gru => Self { width: 4, input: &[2, 0, 1], hidden: &[0, 1, 2] },
        }
    }

    /// The first column that the hidden state's product feeds.
    pub fn hidden_start(&self) -> usize {
        self.width - self.hidden.len()
    }
}

/// A weight `[gates·size, columns]` with its gates in another order.
pub fn ordered(weight: &[f32], order: &[usize], gate: usize) -> Vec<f32> {
    order.iter().flat_map(|&at| &weight[gate_range(at, gate)]).copied().collect()
}

/// Adds to the gates of `sum`, in PyTorch's order, those of `part`, which are in the given order.
pub fn add_in_order(sum: &mut [f32], part: &[f32], order: &[usize], gate: usize) {
    for (&at, part) in order.iter().zip(part.chunks_exact(gate.max(1))) {
        for (sum, part) in sum[gate_range(at, gate)].iter_mut().zip(part) {
            *sum += part;
        }
    }
}

fn gate_range(at: usize, gate: usize) -> Range<usize> {
    at * gate..(at + 1) * gate
}
