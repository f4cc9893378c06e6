//! A block of rows back through all steps.

use super::cells::{self, Back};
use super::forward::Kept;
use super::layout::Layout;
use super::plan::{Reading, RowMut, Sizes, State};
use super::{Direction, Gates};
use crate::nn::matrix::{Matrix, add, product};

/// A cell's weights with gates in the order of a step's columns.
pub struct Ordered<'a> {
    /// `[gates·hidden, features]`
    pub input: &'a [f32],
    /// `[gates·hidden, hidden]`
    pub hidden: &'a [f32],
}

/// A block's share of the weights' gradients; gates in the order of a step's columns.
pub struct Share {
    /// `[gates·hidden, features]`
    pub input: Vec<f32>,
    /// `[gates·hidden, hidden]`
    pub hidden: Vec<f32>,
    /// Of all columns.
    pub bias: Vec<f32>,
}

impl Share {
    pub fn zeros(layout: &Layout, Sizes { features, hidden: size, .. }: Sizes) -> Self {
        Self {
            input: vec![0.0; layout.input.len() * size * features],
            hidden: vec![0.0; layout.hidden.len() * size * size],
            bias: vec![0.0; layout.width * size],
        }
    }
}

/// From the gradients of the outputs (if anyone used them), `[batch, steps, hidden]`, and of the final state, which is in `rows` and
/// becomes that of the initial state. The input's goes to the rows' sequences, if they have any.
pub fn backward(
    kept: Kept,
    outputs: Option<&[f32]>,
    rows: &mut [RowMut<'_>],
    weights: &Ordered<'_>,
    direction: &Direction,
    sizes: Sizes,
) -> Share {
    let Sizes { steps, features, hidden: size } = sizes;
    let Kept { plan, input, mut gates, hidden_before, cell_before } = kept;
    let layout = Layout::of(direction.gates);
    let (width, start) = (layout.width * size, layout.hidden_start() * size);
    let (fed, feeding) = (layout.input.len() * size, layout.hidden.len() * size);
    let to_hidden = Matrix::rows(weights.hidden, feeding, size);
    let has_cell = direction.gates == Gates::Lstm;
    // Only a GRU's state also goes on past its gates.
    let goes_on = direction.gates == Gates::Gru;
    let with_input = rows.first().is_some_and(|row| !row.sequence.is_empty());
    let mut state = State::of(rows);
    let mut share =
        Share { input: vec![0.0; fed * features], hidden: vec![0.0; feeding * size], bias: vec![0.0; width] };
    let mut by_input = vec![];
    for (chunk, places) in plan.chunks().rev() {
        for Reading { step, places } in chunk.iter().rev() {
            let (hidden, cell) = state.first(places.len() * size);
            if let Some(outputs) = outputs {
                for (row, hidden) in plan.rows.iter().zip(hidden.chunks_exact_mut(size)) {
                    add(hidden, &outputs[(row * steps + step) * size..][..size]);
                }
            }
            let gates = &mut gates[places.start * width..places.end * width];
            let numbers = places.start * size..places.end * size;
            let hidden_before = &hidden_before[numbers.clone()];
            let cell_before = if has_cell { &cell_before[numbers] } else { &[] };
            cells::backward(direction.gates, size, Back { gates, hidden_before, cell_before, hidden, cell });
            let sums = Matrix::strided(&gates[start..], places.len(), feeding, width);
            product(sums, to_hidden, hidden, goes_on);
        }

        // While the chunk's gradients are still in the caches.
        let gates = &gates[places.start * width..places.end * width];
        let sums = Matrix::strided(gates, places.len(), fed, width);
        if with_input {
            by_input.resize(places.len() * features, 0.0);
            product(sums, Matrix::rows(weights.input, fed, features), &mut by_input, false);
            scatter(&by_input, chunk, rows, features);
        }
        let inputs = Matrix::rows(&input[places.start * features..], places.len(), features);
        product(sums.turned(), inputs, &mut share.input, true);
        let sums = Matrix::strided(&gates[start..], places.len(), feeding, width);
        let before = Matrix::rows(&hidden_before[places.start * size..], places.len(), size);
        product(sums.turned(), before, &mut share.hidden, true);
        for row in gates.chunks_exact(width) {
            add(&mut share.bias, row);
        }
    }
    state.store(rows);
    share
}

/// The gradients of a chunk's inputs, to the rows' sequences.
fn scatter(by_input: &[f32], chunk: &[Reading], rows: &mut [RowMut<'_>], features: usize) {
    let mut gradients = by_input.chunks_exact(features.max(1));
    for Reading { step, places } in chunk {
        for (row, gradient) in rows[..places.len()].iter_mut().zip(&mut gradients) {
            row.sequence[step * features..(step + 1) * features].copy_from_slice(gradient);
        }
    }
}
