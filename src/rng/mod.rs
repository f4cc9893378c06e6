//! The random numbers of PyTorch (CPU), NumPy and scikit-learn, digit for digit.
//!
//! The book seeds its generators, so its numbers can be had again: [`TorchRng`] is what
//! `torch.manual_seed(seed)` sets up, [`NumpyRng`] is `numpy.random.RandomState(seed)`, and
//! [`train_test_split`] is scikit-learn's. A model whose weights come from here starts equal on every device.
//!
//! ```
//! use mlbook::rng::TorchRng;
//!
//! let mut rng = TorchRng::new(1); // torch.manual_seed(1)
//! assert_eq!(rng.rand(3), [0.7576316, 0.27931088, 0.40306926]);
//! ```
//!
//! # How equal
//! Everything is compared bit for bit with torch 2.15, NumPy 2.4 and scikit-learn 1.9 on x86-64
//! (`reference/rng_numbers.py` makes the numbers). PyTorch on other processors computes `randn` of 16 and
//! more numbers with the system's `log`, `sin` and `cos`, whose last digit may differ; this module gives the
//! x86-64 numbers everywhere. Normals that NumPy draws, and PyTorch's runs of fewer than 16, go through the
//! system's `log`, `sin` and `cos` there and here: the same with glibc, possibly one unit in the last place
//! off elsewhere.

mod discrete;
mod generator;
mod init;
mod loader;
mod mt;
mod normal;
mod numpy;
mod split;
mod torch;

pub use generator::Generator;
pub use init::{Fan, Nonlinearity};
pub use numpy::NumpyRng;
pub use split::{Size, Sizes, Split, train_test_split, train_test_split_stratified};
pub use torch::TorchRng;

/// A request to a generator that has no answer.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum RngError {
    /// A probability outside 0..=1, or not a number.
    #[error("probability {0}: probabilities lie between 0 and 1")]
    Probability(f64),
    /// A list of weights from which nothing can be drawn.
    #[error("weights to draw from: {rule}, but {found}")]
    Weights {
        /// What must hold.
        rule: &'static str,
        /// What was given instead.
        found: String,
    },
    /// An interval whose ends are in the wrong order, not finite, or too far apart.
    #[error("interval from {low} to {high}: {rule}")]
    Interval {
        /// The lower end that was given.
        low: f64,
        /// The upper end that was given.
        high: f64,
        /// What must hold.
        rule: &'static str,
    },
    /// A range of integers with nothing in it.
    #[error("integers from {low} to {high} (excluded): the range is empty; the upper end must be the larger")]
    EmptyRange {
        /// First integer of the range.
        low: i64,
        /// First integer after the range.
        high: i64,
    },
    /// A spread (standard deviation, rate) of the wrong sign, or not a number.
    #[error("{what} {value}: it must be {rule}")]
    Spread {
        /// The name of the parameter.
        what: &'static str,
        /// The value given.
        value: f64,
        /// What must hold.
        rule: &'static str,
    },
    /// More draws without replacement than there are things to draw.
    #[error("{wanted} draws without replacement from {available}: draw fewer, or with replacement")]
    TooMany {
        /// How many were asked for.
        wanted: usize,
        /// How many there are.
        available: usize,
    },
    /// Parts of a split that do not fit the data.
    #[error("cannot split {rows} rows: {rule}")]
    Split {
        /// Rows in the data.
        rows: usize,
        /// The rule that the sizes broke, and what to do.
        rule: String,
    },
    /// A saved generator that is damaged.
    #[error("saved generator state: {0}; start from a seed or another checkpoint")]
    State(String),
}

/// What generator methods return that can be asked for something impossible.
pub type Result<T> = std::result::Result<T, RngError>;
