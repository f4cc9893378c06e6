//! Layer normalisation on the processor in one operation, with its own way back.
//!
//! Made of tensor operations, each row goes through memory a dozen times on the way forward and more on the way back; here it
//! is read twice while it is in the cache.

mod op;
mod rows;

pub use op::layer_norm;
