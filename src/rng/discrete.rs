//! PyTorch's draws of yes or no and of one out of several, and the exponential numbers behind the latter.

use super::mt::pair;
use super::torch::{TorchRng, double_bits, unit_f32};
use super::{Result, RngError};

/// Modulus and multiplier of MCG31m1, the small generator in Intel's MKL.
const MCG31_MODULUS: u64 = (1 << 31) - 1;
const MCG31_MULTIPLIER: u64 = 1_132_489_760;

impl TorchRng {
    /// `torch.empty(n).bernoulli_(p)`: `n` times yes with probability `p`. `nn.Dropout(q)` keeps what is yes
    /// for `p = 1 - q`.
    ///
    /// This is what PyTorch draws since version 2.5 on any processor, and before that on processors not made
    /// by Intel; for the rest see [`Self::bernoulli_mkl`].
    ///
    /// # Errors
    /// [`RngError::Probability`] if `p` is not within 0..=1.
    pub fn bernoulli(&mut self, n: usize, p: f64) -> Result<Vec<bool>> {
        check_probability(p)?;
        // A uniform number is 53 random bits over 2⁵³; comparing the bits spares the conversion, and dropout
        // is drawn in every training step.
        let limit = (p * (1_u64 << 53) as f64).ceil() as u64;
        let mut words = Vec::with_capacity(2 * n);
        self.mt.take(2 * n, |outputs| words.extend_from_slice(outputs));
        let (pairs, _) = words.as_chunks::<2>();
        Ok(pairs.iter().map(|&[high, low]| double_bits(pair(high, low)) < limit).collect())
    }

    /// `torch.empty(n).bernoulli_(p)` of PyTorch 1.x to 2.4 on Intel processors: one draw seeds
    /// MKL's generator MCG31, and that gives the rest. PyTorch gave it up because those streams repeat (issue
    /// 132395). Not for 64-bit floats, whose seed is drawn otherwise.
    ///
    /// # Errors
    /// [`RngError::Probability`] if `p` is not within 0..=1.
    pub fn bernoulli_mkl(&mut self, n: usize, p: f64) -> Result<Vec<bool>> {
        check_probability(p)?;
        let mut state = (u64::from(self.mt.next_u32()) % MCG31_MODULUS).max(1);
        let draw = |_| {
            let yes = (state as f64 / MCG31_MODULUS as f64) < p;
            state = state * MCG31_MULTIPLIER % MCG31_MODULUS;
            yes
        };
        Ok((0..n).map(draw).collect())
    }

    /// `torch.bernoulli(probabilities)` for a tensor of 32-bit floats: one answer for each probability.
    ///
    /// # Errors
    /// [`RngError::Probability`] if one of them is not within 0..=1.
    pub fn bernoulli_each(&mut self, probabilities: &[f32]) -> Result<Vec<bool>> {
        probabilities.iter().try_for_each(|&p| check_probability(f64::from(p)))?;
        Ok(probabilities.iter().map(|&p| unit_f32(self.mt.next_u32()) < p).collect())
    }

    /// `torch.empty(n).exponential_(rate)`: `n` numbers with mean `1 / rate`.
    ///
    /// # Errors
    /// [`RngError::Spread`] if `rate` is not above 0.
    pub fn exponential(&mut self, n: usize, rate: f64) -> Result<Vec<f32>> {
        if rate > 0.0 {
            Ok((0..n).map(|_| (-1.0 / rate * (-self.unit_f64()).ln_1p()) as f32).collect())
        } else {
            Err(RngError::Spread { what: "rate", value: rate, rule: "above 0" })
        }
    }

    /// `torch.multinomial(weights, count, replacement)` for one row of 32-bit weights: `count` indices, each
    /// drawn with its weight's share. `torch.distributions.Categorical(probs).sample((count,))` is this with
    /// replacement.
    ///
    /// # Errors
    /// [`RngError::Weights`] if there are none, one is negative or not finite, or all are 0;
    /// [`RngError::TooMany`] if more are wanted without replacement than have a weight above 0.
    pub fn multinomial(&mut self, weights: &[f32], count: usize, replacement: bool) -> Result<Vec<usize>> {
        check_weights(weights)?;
        let available = weights.iter().filter(|&&weight| weight > 0.0).count();
        if !replacement && count > available {
            return Err(RngError::TooMany { wanted: count, available });
        }
        if replacement && count != 1 {
            Ok(self.by_shares(weights, count))
        } else {
            self.races(weights, count)
        }
    }

    /// Each index runs for an exponential time; those with the largest ratio of weight to time win.
    fn races(&mut self, weights: &[f32], count: usize) -> Result<Vec<usize>> {
        let times = self.exponential(weights.len(), 1.0)?;
        let speeds: Vec<f32> = weights.iter().zip(&times).map(|(weight, time)| weight / time).collect();
        let mut order: Vec<usize> = (0..weights.len()).collect();
        order.sort_by(|&a, &b| speeds[b].total_cmp(&speeds[a]));
        order.truncate(count);
        Ok(order)
    }

    /// Looks uniform numbers up in the running sums of the weights.
    fn by_shares(&mut self, weights: &[f32], count: usize) -> Vec<usize> {
        let mut total = 0.0_f32;
        let mut shares: Vec<f32> = weights
            .iter()
            .map(|weight| {
                total += weight;
                total
            })
            .collect();
        shares.iter_mut().for_each(|share| *share /= total);
        if let Some(last) = shares.last_mut() {
            *last = 1.0;
        }
        let draw = |_| {
            let point = self.unit_f64();
            shares.partition_point(|&share| f64::from(share) < point)
        };
        (0..count).map(draw).collect()
    }
}

fn check_probability(p: f64) -> Result<()> {
    if (0.0..=1.0).contains(&p) { Ok(()) } else { Err(RngError::Probability(p)) }
}

fn check_weights(weights: &[f32]) -> Result<()> {
    let refuse = |rule, found| Err(RngError::Weights { rule, found });
    if weights.is_empty() {
        return refuse("there must be at least one", "there is none".to_owned());
    }
    if let Some((index, weight)) = weights.iter().enumerate().find(|(_, w)| !w.is_finite() || **w < 0.0) {
        return refuse("each must be finite and not negative", format!("number {index} is {weight}"));
    }
    if weights.iter().all(|&weight| weight == 0.0) {
        return refuse("one must be above 0", "all are 0".to_owned());
    }
    Ok(())
}
