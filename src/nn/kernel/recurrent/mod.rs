//! Recurrent cells over whole sequences, on the processor in one operation.
//!
//! Made of tensor operations, a step is a dozen of them, each tracked, and the way back fills tensors of the whole sequence for every
//! slice that was taken of one. Here a sequence is one product of all inputs, one product of the hidden state a step, and
//! a way back written by hand.

mod backward;
mod batch;
mod cells;
mod forward;
mod lanes;
mod layout;
mod op;
mod plan;

pub use op::recurrent;

/// Kinds of cells, by their gates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gates {
    /// No gates: one sum through tanh.
    Rnn,
    /// Input, forget, candidate, output.
    Lstm,
    /// Reset, update, candidate.
    Gru,
}

impl Gates {
    /// Parts of the weights, of `hidden` rows each.
    pub fn count(self) -> usize {
        match self {
            Self::Rnn => 1,
            Self::Lstm => 4,
            Self::Gru => 3,
        }
    }

    /// Parts of the state: hidden, and in an LSTM cell.
    pub fn states(self) -> usize {
        1 + usize::from(self == Self::Lstm)
    }
}

/// How a cell goes through a batch of sequences.
#[derive(Clone, Debug)]
pub struct Direction {
    pub gates: Gates,
    /// Real steps of each row.
    pub lengths: Vec<usize>,
    /// From the last real step to the first.
    pub reverse: bool,
}

impl Direction {
    /// The steps in the order in which they are read.
    pub fn order(&self, steps: usize) -> impl Iterator<Item = usize> {
        let reverse = self.reverse;
        (0..steps).map(move |step| if reverse { steps - 1 - step } else { step })
    }
}
