//! What PyTorch's data loaders and `random_split` draw from the global generator, and in which order.

use super::torch::TorchRng;
use super::{Result, RngError};

/// Fractions may miss a sum of 1 by this much, as `math.isclose` allows.
const FRACTION_TOLERANCE: f64 = 1e-9;

impl TorchRng {
    /// The order of one pass over `DataLoader(dataset, shuffle=True)` with `n` examples.
    ///
    /// Such a pass takes two numbers of 63 bits from the global generator: a seed for workers (drawn even
    /// without any) when the pass begins, and a seed for the order when the first batch is asked for. The
    /// order comes from a generator of its own, so its length does not matter to what is drawn later. PyTorch
    /// 1.10 (the book's) to 2.15 agree.
    pub fn loader_order(&mut self, n: usize) -> Vec<usize> {
        self.random_i64();
        let order_seed = self.random_i64() as u64;
        TorchRng::new(order_seed).randperm(n)
    }

    /// The first `count` examples of [`loader_order`](Self::loader_order), without drawing the rest: what
    /// `next(iter(DataLoader(dataset, batch_size=count, shuffle=True)))` gives.
    pub fn loader_first(&mut self, n: usize, count: usize) -> Vec<usize> {
        self.random_i64();
        let order_seed = self.random_i64() as u64;
        TorchRng::new(order_seed).randperm_first(n, count)
    }

    /// The order of one pass over `DataLoader(dataset, shuffle=False)`: 0 to n-1, after drawing the seed for
    /// workers that PyTorch draws here too. Validation passes between epochs thereby change the next epoch's
    /// order.
    pub fn loader_sequential(&mut self, n: usize) -> Vec<usize> {
        self.random_i64();
        (0..n).collect()
    }

    /// The order of one pass over `DataLoader(dataset, shuffle=True, generator=self)`: both draws come from
    /// this generator, and it shuffles itself.
    pub fn loader_order_own_generator(&mut self, n: usize) -> Vec<usize> {
        self.random_i64();
        let order = self.randperm(n);
        // The sampler asks for the remainder of a further permutation, which is empty but drawn nevertheless.
        self.randperm(n);
        order
    }

    /// `random_split(dataset, lengths)`: the indices of `n` examples, shuffled and cut into parts.
    ///
    /// # Errors
    /// [`RngError::Split`] if the lengths do not add up to `n`.
    pub fn random_split(&mut self, n: usize, lengths: &[usize]) -> Result<Vec<Vec<usize>>> {
        let total = lengths.iter().try_fold(0_usize, |total, &length| total.checked_add(length));
        if total != Some(n) {
            let rule = format!("the lengths {lengths:?} must add up to that");
            return Err(RngError::Split { rows: n, rule });
        }
        let order = self.randperm(n);
        let mut rest = order.as_slice();
        let parts = lengths.iter().map(|&length| {
            let (part, after) = rest.split_at(length);
            rest = after;
            part.to_vec()
        });
        Ok(parts.collect())
    }

    /// `random_split(dataset, fractions)`: each part gets its fraction of `n`, rounded down; what is left
    /// over goes to the parts in turn, one each.
    ///
    /// # Errors
    /// [`RngError::Split`] if a fraction is not within 0..=1, or they do not add up to 1.
    pub fn random_split_fractions(&mut self, n: usize, fractions: &[f64]) -> Result<Vec<Vec<usize>>> {
        let refuse = |rule: String| Err(RngError::Split { rows: n, rule });
        if let Some(fraction) = fractions.iter().find(|fraction| !(0.0..=1.0).contains(*fraction)) {
            return refuse(format!("fraction {fraction} is not between 0 and 1"));
        }
        let total: f64 = fractions.iter().sum();
        if (total - 1.0).abs() > FRACTION_TOLERANCE {
            return refuse(format!("the fractions {fractions:?} must add up to 1, not {total}"));
        }
        let mut lengths: Vec<usize> =
            fractions.iter().map(|fraction| (n as f64 * fraction).floor() as usize).collect();
        let left_over = n.saturating_sub(lengths.iter().sum());
        for part in 0..left_over {
            let parts = lengths.len();
            lengths[part % parts] += 1;
        }
        self.random_split(n, &lengths)
    }
}
