impl FLOAT {
    /// Its absolute value.
    pub fn abs(self) -> FLOAT {}
    /// The square root.
    pub fn sqrt(self) -> FLOAT {}
    /// The cube root.
    pub fn cbrt(self) -> FLOAT {}
    /// To a whole power.
    pub fn powi(self, n: i32) -> FLOAT {}
    /// To any power.
    pub fn powf(self, n: FLOAT) -> FLOAT {}
    /// e to this power.
    pub fn exp(self) -> FLOAT {}
    /// 2 to this power.
    pub fn exp2(self) -> FLOAT {}
    /// e to this power, minus 1; exact near 0.
    pub fn exp_m1(self) -> FLOAT {}
    /// The natural logarithm.
    pub fn ln(self) -> FLOAT {}
    /// The natural logarithm of 1 plus this; exact near 0.
    pub fn ln_1p(self) -> FLOAT {}
    /// The logarithm to a base.
    pub fn log(self, base: FLOAT) -> FLOAT {}
    /// The logarithm to base 2.
    pub fn log2(self) -> FLOAT {}
    /// The logarithm to base 10.
    pub fn log10(self) -> FLOAT {}
    /// The sine; the angle is in radians.
    pub fn sin(self) -> FLOAT {}
    /// The cosine; the angle is in radians.
    pub fn cos(self) -> FLOAT {}
    /// The tangent; the angle is in radians.
    pub fn tan(self) -> FLOAT {}
    /// The hyperbolic tangent.
    pub fn tanh(self) -> FLOAT {}
    /// The hyperbolic sine.
    pub fn sinh(self) -> FLOAT {}
    /// The hyperbolic cosine.
    pub fn cosh(self) -> FLOAT {}
    /// The angle of the point (x, y), with `self` as y.
    pub fn atan2(self, x: FLOAT) -> FLOAT {}
    /// The angle whose tangent this is.
    pub fn atan(self) -> FLOAT {}
    /// The length of the hypotenuse.
    pub fn hypot(self, other: FLOAT) -> FLOAT {}
    /// Down to a whole number.
    pub fn floor(self) -> FLOAT {}
    /// Up to a whole number.
    pub fn ceil(self) -> FLOAT {}
    /// To the nearest whole number.
    pub fn round(self) -> FLOAT {}
    /// Towards zero to a whole number.
    pub fn trunc(self) -> FLOAT {}
    /// What is behind the point.
    pub fn fract(self) -> FLOAT {}
    /// -1 or 1, by the sign.
    pub fn signum(self) -> FLOAT {}
    /// `self * a + b` with one rounding.
    pub fn mul_add(self, a: FLOAT, b: FLOAT) -> FLOAT {}
    /// One divided by this.
    pub fn recip(self) -> FLOAT {}
    /// The smaller of two; NaN gives way.
    pub fn min(self, other: FLOAT) -> FLOAT {}
    /// The larger of two; NaN gives way.
    pub fn max(self, other: FLOAT) -> FLOAT {}
    /// Held between two bounds.
    pub fn clamp(self, min: FLOAT, max: FLOAT) -> FLOAT {}
    /// The remainder that is never negative.
    pub fn rem_euclid(self, other: FLOAT) -> FLOAT {}
    /// Radians into degrees.
    pub fn to_degrees(self) -> FLOAT {}
    /// Degrees into radians.
    pub fn to_radians(self) -> FLOAT {}
    /// Whether it is not a number.
    pub fn is_nan(self) -> bool {}
    /// Whether it is neither infinite nor NaN.
    pub fn is_finite(self) -> bool {}
    /// Whether it is infinite.
    pub fn is_infinite(self) -> bool {}
    /// Whether its sign is negative.
    pub fn is_sign_negative(self) -> bool {}
    /// An order of all values, NaN included: for sorting.
    pub fn total_cmp(&self, other: &FLOAT) -> Ordering {}
    /// Its bits as a whole number.
    pub fn to_bits(self) -> u64 {}
    /// The smallest step above 1.
    pub const EPSILON: FLOAT = 0;
    /// The largest finite value.
    pub const MAX: FLOAT = 0;
    /// The lowest finite value.
    pub const MIN: FLOAT = 0;
    /// Infinity.
    pub const INFINITY: FLOAT = 0;
    /// Not a number.
    pub const NAN: FLOAT = 0;
}

impl ToString for FLOAT {}
