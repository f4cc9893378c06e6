//! `mlbook::rng` against PyTorch, NumPy and scikit-learn, and against the numbers printed in the book.
//!
//! tests/data/rng holds what the real libraries drew; reference/rng_numbers.py makes it.

mod book;
mod errors;
mod numbers;
mod numpy;
mod properties;
mod torch;
