//! eˣ, σ and tanh without branches, so that the compiler computes many at a time.

/// Adding and subtracting it rounds a small number to a whole one, which is then in its last bits.
const ROUND: f32 = 12_582_912.0;
/// ln 2 in two parts; the first has few digits, so that its small multiples are exact.
const LN_2_HIGH: f32 = 0.693_359_4;
const LN_2_LOW: f32 = -2.121_944_4e-4;

/// `(q, s)` with eˣ = s·q + s: s is a power of two, and q = eʳ − 1 for what is left, |r| ≤ ln 2 / 2, by Taylor's series.
/// For x from −87 to 88.
#[inline(always)]
fn exponential(x: f32) -> (f32, f32) {
    let rounded = x * std::f32::consts::LOG2_E + ROUND;
    let power = rounded - ROUND;
    let r = x - power * LN_2_HIGH - power * LN_2_LOW;
    let series = 1.0 / 720.0 + r * (1.0 / 5040.0);
    let series = 1.0 / 24.0 + r * (1.0 / 120.0 + r * series);
    let series = 0.5 + r * (1.0 / 6.0 + r * series);
    let scale = f32::from_bits((rounded.to_bits() << 23).wrapping_add(127 << 23));
    (r + r * r * series, scale)
}

/// eˣ for x up to 88, to a few units of the last place; 0 below −87.
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    let (q, scale) = exponential(x.clamp(-87.0, 88.0));
    if x < -87.0 { 0.0 } else { scale * q + scale }
}

/// 1 / (1 + e⁻ˣ), to a few units of the last place.
#[inline(always)]
pub fn sigmoid(x: f32) -> f32 {
    let (q, scale) = exponential((-x).clamp(-87.0, 88.0));
    1.0 / (1.0 + (scale * q + scale))
}

/// (e²ˣ − 1) / (e²ˣ + 1), to a few units of the last place, also where x is small.
#[inline(always)]
pub fn tanh(x: f32) -> f32 {
    let (q, scale) = exponential((2.0 * x).clamp(-40.0, 40.0));
    let less_one = scale * q + (scale - 1.0);
    less_one / (less_one + 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_are_right_to_the_last_digits_and_keep_what_is_no_number() {
        let mut x = 1e-6_f32;
        while x < 200.0 {
            for x in [x, -x] {
                let exact = f64::from(x).tanh();
                let error = (f64::from(tanh(x)) - exact).abs() / exact.abs();
                assert!(error < 5e-7, "tanh({x}) is off by {error}");
                let exact = 1.0 / (1.0 + (-f64::from(x)).exp());
                let error = (f64::from(sigmoid(x)) - exact).abs() / exact.max(1e-30);
                assert!(x < -69.0 || error < 5e-7, "sigmoid({x}) is off by {error}");
                assert!(sigmoid(x) >= 0.0 && sigmoid(x) <= 1.0);
                let exact = f64::from(x).exp();
                assert!(x.abs() > 86.9 || (f64::from(exp(x)) - exact).abs() < 5e-7 * exact, "exp({x})");
            }
            x *= 1.001;
        }
        assert_eq!((tanh(0.0), exp(0.0), exp(f32::NEG_INFINITY)), (0.0, 1.0, 0.0));
        assert_eq!((tanh(f32::INFINITY), tanh(f32::NEG_INFINITY)), (1.0, -1.0));
        assert!(tanh(f32::NAN).is_nan() && sigmoid(f32::NAN).is_nan() && exp(f32::NAN).is_nan());
    }
}
