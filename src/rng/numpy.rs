//! NumPy's `RandomState`, the generator behind `numpy.random.seed` and every `random_state` of scikit-learn.

use serde::{Deserialize, Serialize};

use super::mt::Mt19937;
use super::{Result, RngError};

/// How far probabilities may miss a sum of 1: the square root of the 64-bit float's resolution.
const SUM_TOLERANCE: f64 = 1.490_116_119_384_765_6e-8;

/// `numpy.random.RandomState(seed)`; each method draws what the method of the same name draws, in 64-bit
/// floats.
///
/// A multi-dimensional draw in NumPy is the flat one in row-major order. The whole state is serialisable.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NumpyRng {
    mt: Mt19937,
    /// The second normal of a pair, kept for the next draw. Its bits, since decimals may lose the last one.
    cached_normal: Option<u64>,
}

impl NumpyRng {
    /// `RandomState(seed)`, or what `numpy.random.seed(seed)` sets up.
    pub fn new(seed: u32) -> Self {
        Self { mt: Mt19937::new(seed), cached_normal: None }
    }

    /// `rand(n)`: `n` numbers from [0, 1).
    pub fn rand(&mut self, n: usize) -> Vec<f64> {
        (0..n).map(|_| self.unit()).collect()
    }

    /// `uniform(low, high, n)`: `n` numbers from [low, high). As in NumPy, `low` may be the larger.
    ///
    /// # Errors
    /// [`RngError::Interval`] if the distance of the ends is not finite.
    pub fn uniform(&mut self, n: usize, low: f64, high: f64) -> Result<Vec<f64>> {
        let width = high - low;
        if !width.is_finite() {
            return Err(RngError::Interval { low, high, rule: "the distance of the ends must be finite" });
        }
        Ok((0..n).map(|_| low + width * self.unit()).collect())
    }

    /// `randn(n)`: `n` numbers from the standard normal distribution.
    pub fn randn(&mut self, n: usize) -> Vec<f64> {
        (0..n).map(|_| self.standard_normal()).collect()
    }

    /// `normal(loc, scale, n)`: `n` numbers from the normal distribution with mean `loc` and deviation
    /// `scale`.
    ///
    /// # Errors
    /// [`RngError::Spread`] if `scale` is negative or not a number.
    pub fn normal(&mut self, n: usize, loc: f64, scale: f64) -> Result<Vec<f64>> {
        if scale >= 0.0 {
            Ok((0..n).map(|_| loc + scale * self.standard_normal()).collect())
        } else {
            Err(RngError::Spread { what: "scale", value: scale, rule: "0 or more" })
        }
    }

    /// `randint(low, high, n)`: `n` integers from `low..high`.
    ///
    /// # Errors
    /// [`RngError::EmptyRange`] if `low >= high`.
    pub fn randint(&mut self, n: usize, low: i64, high: i64) -> Result<Vec<i64>> {
        if low >= high {
            return Err(RngError::EmptyRange { low, high });
        }
        let largest = high.wrapping_sub(low) as u64 - 1;
        Ok((0..n).map(|_| low.wrapping_add(self.up_to(largest) as i64)).collect())
    }

    /// `shuffle(items)`, in place.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let place = self.up_to(last as u64) as usize;
            items.swap(last, place);
        }
    }

    /// `permutation(n)`: the numbers 0 to n-1 in random order. Also the order of `sklearn.utils.shuffle`.
    pub fn permutation(&mut self, n: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..n).collect();
        self.shuffle(&mut order);
        order
    }

    /// `choice(n, size, replace, p)`: `size` of the numbers 0 to n-1, with equal chances or the given ones.
    ///
    /// # Errors
    /// [`RngError::TooMany`] if more are wanted without replacement than there are (with chances above 0);
    /// [`RngError::Weights`] if `n` is 0, or `p` is not `n` probabilities that add up to 1.
    pub fn choice(&mut self, n: usize, size: usize, replace: bool, p: Option<&[f64]>) -> Result<Vec<usize>> {
        if let Some(p) = p {
            check_chances(n, p)?;
        }
        if n == 0 && size > 0 {
            return Err(RngError::Weights {
                rule: "there must be something to choose from",
                found: "n is 0".into(),
            });
        }
        let available = p.map_or(n, |p| p.iter().filter(|&&chance| chance > 0.0).count());
        if !replace && size > available {
            return Err(RngError::TooMany { wanted: size, available });
        }
        Ok(match (p, replace) {
            (Some(p), true) => self.pick(p, size),
            (Some(p), false) => self.pick_distinct(p, size),
            (None, true) => (0..size).map(|_| self.up_to(n as u64 - 1) as usize).collect(),
            (None, false) => {
                let mut order = self.permutation(n);
                order.truncate(size);
                order
            }
        })
    }

    /// `size` indices, each with its chance.
    fn pick(&mut self, chances: &[f64], size: usize) -> Vec<usize> {
        let mut total = 0.0;
        let mut sums: Vec<f64> = chances
            .iter()
            .map(|chance| {
                total += chance;
                total
            })
            .collect();
        sums.iter_mut().for_each(|sum| *sum /= total);
        (0..size)
            .map(|_| {
                let point = self.unit();
                sums.partition_point(|&sum| sum <= point)
            })
            .collect()
    }

    /// Rounds of [`Self::pick`]: each keeps the indices that are new, and takes their chances away for the
    /// next.
    fn pick_distinct(&mut self, chances: &[f64], size: usize) -> Vec<usize> {
        let mut chances = chances.to_vec();
        let mut found = Vec::with_capacity(size);
        while found.len() < size {
            for index in self.pick(&chances, size - found.len()) {
                if !found.contains(&index) {
                    found.push(index);
                }
            }
            found.iter().for_each(|&index| chances[index] = 0.0);
        }
        found
    }

    /// An integer from 0 to `largest`: the fewest random bits that can hold it, drawn until they do not
    /// exceed it.
    fn up_to(&mut self, largest: u64) -> u64 {
        if largest == 0 {
            return 0;
        }
        let mask = u64::MAX >> largest.leading_zeros();
        let narrow = largest <= u64::from(u32::MAX);
        loop {
            let bits = if narrow { u64::from(self.mt.next_u32()) } else { self.mt.next_u64() };
            if bits & mask <= largest {
                return bits & mask;
            }
        }
    }

    fn unit(&mut self) -> f64 {
        let high = f64::from(self.mt.next_u32() >> 5);
        let low = f64::from(self.mt.next_u32() >> 6);
        (high * 67_108_864.0 + low) / 9_007_199_254_740_992.0
    }

    /// Marsaglia's polar method, which gives two numbers at a time.
    fn standard_normal(&mut self) -> f64 {
        if let Some(bits) = self.cached_normal.take() {
            return f64::from_bits(bits);
        }
        loop {
            let x = 2.0 * self.unit() - 1.0;
            let y = 2.0 * self.unit() - 1.0;
            let square = x * x + y * y;
            if square < 1.0 && square != 0.0 {
                let factor = (-2.0 * square.ln() / square).sqrt();
                self.cached_normal = Some((factor * x).to_bits());
                return factor * y;
            }
        }
    }
}

fn check_chances(n: usize, chances: &[f64]) -> Result<()> {
    let refuse = |rule, found| Err(RngError::Weights { rule, found });
    if chances.len() != n {
        return refuse("there must be one for each choice", format!("there are {} for {n}", chances.len()));
    }
    if let Some(&chance) = chances.iter().find(|chance| !(0.0..=1.0 + SUM_TOLERANCE).contains(*chance)) {
        return Err(RngError::Probability(chance));
    }
    let total: f64 = chances.iter().sum();
    if (total - 1.0).abs() > SUM_TOLERANCE {
        return refuse("they must add up to 1", format!("their sum is {total}"));
    }
    Ok(())
}
