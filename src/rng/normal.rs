//! PyTorch's normal draws: pairs by the Box-Muller transform, in two ways that give different numbers.
//!
//! Fewer than 16 numbers are drawn one by one in 64-bit floats, the second of a pair kept for the next call.
//! From 16 on the whole run is filled with 32-bit uniforms first, then turned into normals 16 at a time with
//! the polynomials of Moshier's Cephes library for `log`, `sin` and `cos`. The rounding of each step follows
//! PyTorch's AVX2 code, where the compiler fuses most multiplications with the addition after them.

use std::f64::consts::TAU;

use super::torch::TorchRng;
use super::{Result, RngError};

const BLOCK: usize = 16;
const HALF: usize = BLOCK / 2;

impl TorchRng {
    /// `torch.randn(n)`: `n` numbers from the standard normal distribution.
    pub fn randn(&mut self, n: usize) -> Vec<f32> {
        self.normal_unchecked(n, 0.0, 1.0)
    }

    /// `torch.normal(mean, std, (n,))` or `torch.empty(n).normal_(mean, std)`: `n` normal numbers.
    ///
    /// # Errors
    /// [`RngError::Spread`] if `std` is negative or not a number.
    pub fn normal(&mut self, n: usize, mean: f64, std: f64) -> Result<Vec<f32>> {
        if std >= 0.0 {
            Ok(self.normal_unchecked(n, mean, std))
        } else {
            Err(RngError::Spread { what: "standard deviation", value: std, rule: "0 or more" })
        }
    }

    /// [`Self::normal`] for a deviation that is known to be right.
    pub(super) fn normal_unchecked(&mut self, n: usize, mean: f64, std: f64) -> Vec<f32> {
        if n >= BLOCK {
            self.normal_blocks(n, mean as f32, std as f32)
        } else {
            (0..n).map(|_| self.standard_normal().mul_add(std, mean) as f32).collect()
        }
    }

    fn standard_normal(&mut self) -> f64 {
        if let Some(bits) = self.cached_normal.take() {
            return f64::from_bits(bits);
        }
        let angle = TAU * self.unit_f64();
        let radius = (-2.0 * (-self.unit_f64()).ln_1p()).sqrt();
        self.cached_normal = Some((radius * angle.sin()).to_bits());
        radius * angle.cos()
    }

    fn normal_blocks(&mut self, n: usize, mean: f32, std: f32) -> Vec<f32> {
        let mut values = self.rand(n);
        with_fma(&mut values, |values| {
            for block in values.as_chunks_mut::<BLOCK>().0 {
                box_muller(block, mean, std);
            }
        });
        if !n.is_multiple_of(BLOCK) {
            // PyTorch draws the last 16 again rather than leave a shorter block.
            let mut tail = [0.0; BLOCK];
            tail.copy_from_slice(&self.rand(BLOCK));
            box_muller(&mut tail, mean, std);
            values[n - BLOCK..].copy_from_slice(&tail);
        }
        values
    }
}

/// Turns 16 uniforms into 16 normals; the first eight give the radii, the last eight the angles.
#[inline(always)]
fn box_muller(block: &mut [f32; BLOCK], mean: f32, std: f32) {
    for lane in 0..HALF {
        let radius = (-2.0 * log(1.0 - block[lane])).sqrt();
        let (sin, cos) = sin_cos(std::f32::consts::TAU * block[lane + HALF]);
        block[lane] = (radius * cos).mul_add(std, mean);
        block[lane + HALF] = (radius * sin).mul_add(std, mean);
    }
}

/// Natural logarithm of a number from (0, 1].
#[inline(always)]
fn log(x: f32) -> f32 {
    const POLYNOMIAL: [f32; 9] = [
        7.037_683_6e-2,
        -1.151_461e-1,
        1.167_699_84e-1,
        -1.242_014_1e-1,
        1.424_932_3e-1,
        -1.666_805_8e-1,
        2.000_071_4e-1,
        -2.499_999_4e-1,
        3.333_333e-1,
    ];
    const LN_2_LOW: f32 = -2.121_944_4e-4;
    const LN_2_HIGH: f32 = 0.693_359_4;

    let bits = x.to_bits();
    let mantissa = f32::from_bits((bits & 0x007f_ffff) | 0x3f00_0000);
    let exponent = ((bits >> 23) as i32 - 126) as f32;
    let small = mantissa < std::f32::consts::FRAC_1_SQRT_2;
    let exponent = if small { exponent - 1.0 } else { exponent };
    let x = (mantissa - 1.0) + if small { mantissa } else { 0.0 };

    let z = x * x;
    let mut y = POLYNOMIAL[0];
    for coefficient in &POLYNOMIAL[1..] {
        y = y.mul_add(x, *coefficient);
    }
    y *= x;
    let y = y.mul_add(z, exponent * LN_2_LOW);
    let y = (-z).mul_add(0.5, y);
    exponent.mul_add(LN_2_HIGH, x + y)
}

/// Sine and cosine of an angle from [0, 2π).
#[inline(always)]
fn sin_cos(angle: f32) -> (f32, f32) {
    let octant = ((angle * std::f32::consts::FRAC_2_PI * 2.0) as i32 + 1) & !1;
    let turns = octant as f32;
    let x = turns.mul_add(-0.785_156_25, angle);
    let x = turns.mul_add(-2.418_756_5e-4, x);
    let x = turns.mul_add(-3.774_895e-8, x);

    let z = x * x;
    let cos = 2.443_315_7e-5_f32.mul_add(z, -1.388_731_6e-3).mul_add(z, 4.166_664_6e-2) * z;
    let cos = cos.mul_add(z, -(z * 0.5)) + 1.0;
    let sin = (-1.951_529_6e-4_f32).mul_add(z, 8.332_161e-3).mul_add(z, -1.666_665_5e-1) * z;
    let sin = sin.mul_add(x, x);

    let (sin, cos) = if octant & 2 == 0 { (sin, cos) } else { (cos, sin) };
    let sin_sign = if octant & 4 == 0 { 1.0 } else { -1.0 };
    let cos_sign = if (octant - 2) & 4 == 0 { -1.0 } else { 1.0 };
    (sin * sin_sign, cos * cos_sign)
}

/// Runs `work` on `values`, compiled for fused multiply-add where the processor has it. The numbers are the
/// same without, only slower: a fused multiply-add is then a call into the system's library.
#[inline(always)]
pub(super) fn with_fma(values: &mut [f32], work: impl Fn(&mut [f32])) {
    #[cfg(target_arch = "x86_64")]
    {
        #[target_feature(enable = "avx2,fma")]
        fn fused(values: &mut [f32], work: impl Fn(&mut [f32])) {
            work(values);
        }
        if std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma") {
            // SAFETY: the processor has both features, as just asked.
            return unsafe { fused(values, work) };
        }
    }
    work(values);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Processors without fused multiply-add get the same numbers as those with it.
    #[test]
    fn the_slow_way_gives_the_same_numbers() {
        let uniforms = TorchRng::new(3).rand(16 * 500);
        let normals = |values: &mut [f32]| {
            for block in values.as_chunks_mut::<BLOCK>().0 {
                box_muller(block, 0.5, 2.0);
            }
        };
        let (mut fused, mut plain) = (uniforms.clone(), uniforms);
        with_fma(&mut fused, normals);
        normals(&mut plain);
        assert_eq!(fused, plain);
    }
}
