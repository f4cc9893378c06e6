//! Recurrent layers: PyTorch's `nn.RNN`, `nn.LSTM` and `nn.GRU`, batch first, with its weights under its names.
//!
//! A layer reads `[batch, steps, features]` and returns what it thought at every step, and its state at the end. Rows of different
//! lengths are *packed*: padded to the longest, with the lengths beside them. Padding then counts for nothing: the
//! output there is zero, the final state is that of a row's last real step, and a backward direction begins there.

mod builder;
mod cell;
#[cfg(test)]
mod fused_tests;
mod gru;
mod lengths;
mod lstm;
mod names;
mod plain;
mod rnn;
mod stack;

pub use builder::RecurrentBuilder;
pub use gru::{Gru, gru};
pub use lstm::{Lstm, LstmOutput, lstm};
pub use rnn::{Rnn, RnnOutput, rnn};

pub(super) use names::{from_torch, to_torch};
