//! A block of rows through all steps.

use std::borrow::Cow;

use super::cells;
use super::layout::Layout;
use super::plan::{Plan, RowMut, Sizes, State};
use super::{Direction, Gates};
use crate::nn::matrix::{Matrix, product_strided};

/// A cell's weights, with gates in the order of a step's columns.
pub struct Weights<'a> {
    /// `[gates·hidden, features]`, or turned
    pub input: Cow<'a, [f32]>,
    /// `[gates·hidden, hidden]`, or turned
    pub hidden: Cow<'a, [f32]>,
    /// Whether they lie as the product of many rows wants them, turned once for all steps. A single row is multiplied as fast
    /// with weights as they are.
    pub turned: bool,
    /// What the columns begin with.
    pub bias: Vec<f32>,
}

impl Weights<'_> {
    /// One of the weights as the right factor of a product.
    fn factor<'a>(&self, weight: &'a [f32], inputs: usize, outputs: usize) -> Matrix<'a> {
        if self.turned {
            Matrix::rows(weight, inputs, outputs)
        } else {
            Matrix::rows(weight, outputs, inputs).turned()
        }
    }
}

/// What the way back needs, place after place.
#[derive(Clone, Debug)]
pub struct Kept {
    pub plan: Plan,
    pub input: Vec<f32>,
    pub gates: Vec<f32>,
    pub hidden_before: Vec<f32>,
    /// Empty in a cell that has no such state.
    pub cell_before: Vec<f32>,
}

/// Reads the block's rows of `input`, `[batch, steps, features]`. The states of `rows` go from first to last, the outputs to
/// their sequences.
pub fn forward(
    plan: Plan,
    input: &[f32],
    rows: &mut [RowMut<'_>],
    weights: &Weights<'_>,
    direction: &Direction,
    sizes: Sizes,
) -> Kept {
    let Sizes { steps, features, hidden: size } = sizes;
    let layout = Layout::of(direction.gates);
    let (width, start) = (layout.width * size, layout.hidden_start() * size);
    let from_input = weights.factor(&weights.input, features, layout.input.len() * size);
    let from_hidden = weights.factor(&weights.hidden, size, layout.hidden.len() * size);
    let mut state = State::of(rows);
    let has_cell = direction.gates == Gates::Lstm;

    let places = plan.len();
    let mut read = Vec::with_capacity(places * features);
    let mut gates: Vec<f32> = Vec::with_capacity(places * width);
    let mut hidden_before = Vec::with_capacity(places * size);
    let mut cell_before = Vec::with_capacity(if has_cell { places * size } else { 0 });
    for (chunk, places) in plan.chunks() {
        for reading in chunk {
            for row in &plan.rows[..reading.places.len()] {
                read.extend_from_slice(&input[(row * steps + reading.step) * features..][..features]);
            }
        }
        for _ in places.clone() {
            gates.extend_from_slice(&weights.bias);
        }
        let inputs = Matrix::rows(&read[places.start * features..], places.len(), features);
        product_strided(inputs, from_input, &mut gates[places.start * width..], width, true);

        for reading in chunk {
            let (at, numbers) = (reading.places.start, reading.places.len() * size);
            let (hidden, cell) = state.first(numbers);
            hidden_before.extend_from_slice(hidden);
            cell_before.extend_from_slice(cell);
            let gates = &mut gates[at * width..reading.places.end * width];
            let before = Matrix::rows(&hidden_before[at * size..], reading.places.len(), size);
            product_strided(before, from_hidden, &mut gates[start..], width, true);
            cells::forward(direction.gates, size, gates, hidden, cell);
            for (row, hidden) in rows.iter_mut().zip(hidden.chunks_exact(size)) {
                row.sequence[reading.step * size..(reading.step + 1) * size].copy_from_slice(hidden);
            }
        }
    }
    state.store(rows);
    Kept { plan, input: read, gates, hidden_before, cell_before }
}
