//! Where the gates lie in the row of a step.
//!
//! The row holds first the sums that go into the gates, then what came out of them, then their gradients. The products of the input
//! and of the hidden state are added to ranges of it that overlap where a gate takes their sum.

use std::borrow::Cow;

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

/// A parameter whose gates are in PyTorch's order, with them in the given one. `gate` numbers belong to a gate.
pub fn ordered<'a>(parameter: &'a [f32], order: &[usize], gate: usize) -> Cow<'a, [f32]> {
    if order.is_sorted() {
        return Cow::Borrowed(parameter);
    }
    let mut ordered = Vec::with_capacity(parameter.len());
    for at in order {
        ordered.extend_from_slice(&parameter[at * gate..(at + 1) * gate]);
    }
    Cow::Owned(ordered)
}

/// The reverse of [`ordered`].
pub fn unordered(values: Vec<f32>, order: &[usize], gate: usize) -> Vec<f32> {
    if order.is_sorted() {
        return values;
    }
    let mut unordered = vec![0.0; values.len()];
    for (&at, values) in order.iter().zip(values.chunks_exact(gate.max(1))) {
        unordered[at * gate..(at + 1) * gate].copy_from_slice(values);
    }
    unordered
}
