//! A block of a batch's rows, and the order in which its steps are read.
//!
//! Rows do not meet, so every block of them has a core to itself and no step waits for another core. The steps of a block lie one after
//! the other in memory as they are read, without padding: rows are sorted by length, so those that are going on at a step
//! are the first ones.

use std::cmp::Reverse;
use std::ops::Range;

use super::Direction;

/// Rows of steps that go through the products of the input together: as many as the caches hold between that and the steps.
const CHUNK: usize = 256;

/// From this hidden size on, a block's time is that of reading the weights.
const LARGE: usize = 256;

/// The rows of a block. It does not depend on the number of cores, so nor does the order in which gradients are summed.
fn block(hidden: usize) -> usize {
    if hidden < LARGE { 16 } else { 32 }
}

/// Sizes of a cell.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    pub steps: usize,
    pub features: usize,
    pub hidden: usize,
}

/// One step of the rows that are going on.
#[derive(Clone, Debug)]
pub struct Reading {
    pub step: usize,
    /// Its places among those of the block.
    pub places: Range<usize>,
}

/// The rows of a block, longest first, and their steps in the order in which they are read.
#[derive(Clone, Debug)]
pub struct Plan {
    pub rows: Vec<usize>,
    pub readings: Vec<Reading>,
}

impl Plan {
    /// All blocks of a batch. Each has long rows and short ones, so that no core waits for another.
    pub fn blocks(direction: &Direction, sizes: Sizes) -> Vec<Self> {
        let mut rows: Vec<usize> = (0..direction.lengths.len()).collect();
        rows.sort_by_key(|&row| Reverse(direction.lengths[row]));
        let blocks = rows.len().div_ceil(block(sizes.hidden));
        (0..blocks)
            .map(|first| {
                let rows = rows[first..].iter().step_by(blocks).copied().collect();
                Self::new(rows, direction, sizes.steps)
            })
            .collect()
    }

    fn new(rows: Vec<usize>, direction: &Direction, steps: usize) -> Self {
        let mut end = 0;
        let readings = direction.order(steps).map(|step| {
            let start = end;
            end += rows.iter().filter(|&&row| direction.lengths[row] > step).count();
            Reading { step, places: start..end }
        });
        Self { readings: readings.filter(|reading| !reading.places.is_empty()).collect(), rows }
    }

    /// Places of all steps together.
    pub fn len(&self) -> usize {
        self.readings.last().map_or(0, |last| last.places.end)
    }

    /// The readings in groups of about [`CHUNK`] places, and the places of each.
    pub fn chunks(&self) -> impl DoubleEndedIterator<Item = (&[Reading], Range<usize>)> {
        let readings = CHUNK.div_ceil(self.rows.len().max(1));
        self.readings.chunks(readings).map(|chunk| {
            let places = chunk[0].places.start..chunk[chunk.len() - 1].places.end;
            (chunk, places)
        })
    }
}

/// A row's places in tensors of the batch.
pub struct RowMut<'a> {
    /// Of all steps; empty if there is no such tensor.
    pub sequence: &'a mut [f32],
    pub hidden: &'a mut [f32],
    /// Empty in a cell that has no such state.
    pub cell: &'a mut [f32],
}

impl RowMut<'_> {
    /// Every block's rows in sequences of `length` numbers and in the parts of a state, `size` numbers each.
    pub fn of_blocks<'a>(
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
                let (sequence, cell) =
                    (sequences.next().unwrap_or_default(), cells.next().unwrap_or_default());
                Some(RowMut { sequence, hidden, cell })
            })
            .collect();
        plans.iter().map(|plan| plan.rows.iter().filter_map(|&row| rows[row].take()).collect()).collect()
    }
}

/// The states of a block's rows, side by side.
pub struct State {
    pub hidden: Vec<f32>,
    pub cell: Vec<f32>,
}

impl State {
    pub fn of(rows: &[RowMut<'_>]) -> Self {
        let mut state = Self { hidden: vec![], cell: vec![] };
        for row in rows {
            state.hidden.extend_from_slice(row.hidden);
            state.cell.extend_from_slice(row.cell);
        }
        state
    }

    /// Back to where they came from.
    pub fn store(&self, rows: &mut [RowMut<'_>]) {
        for (at, row) in rows.iter_mut().enumerate() {
            let size = row.hidden.len();
            row.hidden.copy_from_slice(&self.hidden[at * size..(at + 1) * size]);
            if !row.cell.is_empty() {
                row.cell.copy_from_slice(&self.cell[at * size..(at + 1) * size]);
            }
        }
    }

    /// Of the first rows; none of a state that the cell does not have.
    pub fn first(&mut self, numbers: usize) -> (&mut [f32], &mut [f32]) {
        let of_cell = numbers.min(self.cell.len());
        (&mut self.hidden[..numbers], &mut self.cell[..of_cell])
    }
}
