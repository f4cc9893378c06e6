//! PyTorch's CPU generator and its uniform draws.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::mt::Mt19937;
use super::{Result, RngError};

/// `torch.rand` keeps this many of the 32 bits: the digits of a 32-bit float.
const FLOAT_MASK: u32 = (1 << 24) - 1;
const FLOAT_STEP: f32 = 1.0 / (1 << 24) as f32;
const DOUBLE_STEP: f64 = 1.0 / (1_u64 << 53) as f64;

/// From this many integers on, `torch.randint` takes 64 random bits for each.
/// PyTorch before 2.7 did so only from 2³² on.
const WIDE_RANGE: u64 = 1 << 28;

/// From here on `torch.randperm` takes 64 random bits for each place.
const WIDE_PERMUTATION: usize = (u32::MAX / 20) as usize;

/// PyTorch's CPU generator after `torch.manual_seed(seed)`: each method draws what the torch function of the
/// same name draws, and leaves the generator where that function leaves it.
///
/// The whole state is serialisable; a generator read back goes on as the one that was saved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TorchRng {
    pub(super) mt: Mt19937,
    /// The second normal of a pair, kept for the next short `randn`. Its bits, since decimals may lose the
    /// last one.
    pub(super) cached_normal: Option<u64>,
}

impl TorchRng {
    /// `torch.manual_seed(seed)`. As there, only the lower 32 bits matter.
    pub fn new(seed: u64) -> Self {
        Self { mt: Mt19937::new(seed as u32), cached_normal: None }
    }

    /// `torch.rand(n)`: `n` numbers from [0, 1).
    pub fn rand(&mut self, n: usize) -> Vec<f32> {
        let mut values = Vec::with_capacity(n);
        self.mt.take(n, |bits| values.extend(bits.iter().map(|&bits| unit_f32(bits))));
        values
    }

    /// `torch.rand(n, dtype=torch.float64)`: `n` numbers from [0, 1) with all digits of a 64-bit float.
    pub fn rand_f64(&mut self, n: usize) -> Vec<f64> {
        (0..n).map(|_| self.unit_f64()).collect()
    }

    /// `torch.empty(n).uniform_(low, high)`: `n` numbers from [low, high).
    ///
    /// Older versions of PyTorch let a number that rounds up to `high` stand; here, as in 2.15, it becomes
    /// `low`.
    ///
    /// # Errors
    /// [`RngError::Interval`] if `low > high`, or an end or their distance is not a finite 32-bit float.
    pub fn uniform(&mut self, n: usize, low: f64, high: f64) -> Result<Vec<f32>> {
        let rule = if !(low as f32).is_finite() || !(high as f32).is_finite() {
            Some("both ends must be finite 32-bit floats")
        } else if low > high {
            Some("the upper end must not be below the lower end")
        } else if !(high as f32 - low as f32).is_finite() {
            Some("the ends are too far apart for 32-bit floats")
        } else {
            None
        };
        match rule {
            Some(rule) => Err(RngError::Interval { low, high, rule }),
            None => Ok(self.uniform_unchecked(n, low, high)),
        }
    }

    /// [`Self::uniform`] for bounds that are known to be in order.
    pub(super) fn uniform_unchecked(&mut self, n: usize, low: f64, high: f64) -> Vec<f32> {
        let (low, high) = (low as f32, high as f32);
        let mut values = self.rand(n);
        scale(&mut values, low, high);
        values
    }

    /// `torch.randint(low, high, (n,))`: `n` integers from `low..high`.
    ///
    /// # Errors
    /// [`RngError::EmptyRange`] if `low >= high`.
    pub fn randint(&mut self, n: usize, low: i64, high: i64) -> Result<Vec<i64>> {
        if low >= high {
            return Err(RngError::EmptyRange { low, high });
        }
        let range = high.wrapping_sub(low) as u64;
        let draw = |_| {
            let bits = if range >= WIDE_RANGE { self.mt.next_u64() } else { u64::from(self.mt.next_u32()) };
            low.wrapping_add((bits % range) as i64)
        };
        Ok((0..n).map(draw).collect())
    }

    /// `torch.empty((), dtype=torch.int64).random_()`: one integer of 63 random bits, as data loaders draw
    /// for seeds.
    pub fn random_i64(&mut self) -> i64 {
        (self.mt.next_u64() & i64::MAX as u64) as i64
    }

    /// `torch.randperm(n)`: the numbers 0 to n-1 in random order.
    pub fn randperm(&mut self, n: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..n).collect();
        for place in 0..n.saturating_sub(1) {
            order.swap(place, self.later_place(n, place));
        }
        order
    }

    /// `torch.randperm(n)[:count]`, with work and draws for `count` numbers alone.
    pub fn randperm_first(&mut self, n: usize, count: usize) -> Vec<usize> {
        let mut moved = HashMap::new();
        let mut first = Vec::with_capacity(count.min(n));
        for place in 0..count.min(n) {
            let other = if place + 1 < n { self.later_place(n, place) } else { place };
            let here = moved.remove(&place).unwrap_or(place);
            first.push(if other == place { here } else { moved.insert(other, here).unwrap_or(other) });
        }
        first
    }

    /// The place from `place` on that `randperm` changes it with.
    fn later_place(&mut self, n: usize, place: usize) -> usize {
        let bits = if n < WIDE_PERMUTATION { u64::from(self.mt.next_u32()) } else { self.mt.next_u64() };
        place + (bits % (n - place) as u64) as usize
    }

    /// One number from [0, 1) with the digits of a 64-bit float.
    pub(super) fn unit_f64(&mut self) -> f64 {
        double_bits(self.mt.next_u64()) as f64 * DOUBLE_STEP
    }
}

pub(super) fn unit_f32(bits: u32) -> f32 {
    (bits & FLOAT_MASK) as f32 * FLOAT_STEP
}

/// As many of 64 random bits as a 64-bit float has digits.
pub(super) fn double_bits(bits: u64) -> u64 {
    bits & ((1 << 53) - 1)
}

/// Maps [0, 1) to [low, high) with one rounding per number, as PyTorch's fused multiply-add does.
fn scale(values: &mut [f32], low: f32, high: f32) {
    let width = high - low;
    super::normal::with_fma(values, |values| {
        for value in values {
            let scaled = value.mul_add(width, low);
            *value = if scaled == high { low } else { scaled };
        }
    });
}
