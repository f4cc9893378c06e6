//! The rows in three parts, by seed.

use mlbook::prelude::*;
use mlbook::rng::RngError;

/// Rows to learn from, to stop by, and to test with.
#[derive(Clone, Debug)]
pub struct Parts {
    pub train: Vec<usize>,
    pub valid: Vec<usize>,
    pub test: Vec<usize>,
}

/// The fewest rows of a part.
const LEAST: usize = 3;

impl Parts {
    /// Shuffles `rows` and cuts them.
    ///
    /// # Errors
    /// Shares that leave nothing to train on.
    pub fn new(rows: usize, valid_share: f64, test_share: f64, seed: u64) -> Result<Self, RngError> {
        let part = |share: f64| ((share * rows as f64).round() as usize).max(LEAST);
        let (valid, test) = (part(valid_share), part(test_share));
        let train = rows.saturating_sub(valid + test);
        if train < LEAST {
            let rule = format!(
                "{valid} for validation and {test} for the test leave {train} to train on; make --valid-share or --test-share smaller"
            );
            return Err(RngError::Split { rows, rule });
        }
        let mut parts = TorchRng::new(seed).random_split(rows, &[train, valid, test])?.into_iter();
        let mut next = || parts.next().unwrap_or_default();
        Ok(Self { train: next(), valid: next(), test: next() })
    }
}
