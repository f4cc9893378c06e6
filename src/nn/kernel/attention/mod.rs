//! Scaled dot-product attention on the processor in one operation.
//!
//! Made of tensor operations, the scores of every position with every other go through memory half a dozen times, and the way back
//! keeps them all. Here a block of rows is scored, weighed and summed while it is in the cache; what is kept is one number a row,
//! from which the way back makes the weights again (as in FlashAttention, Dao et al., 2022).

mod backward;
mod forward;
mod heads;
mod op;
mod softmax;

pub use heads::Seen;
pub use op::{attention, self_attention};
