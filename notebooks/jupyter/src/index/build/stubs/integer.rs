impl INTEGER {
    /// To a power; beyond the type's range it panics or wraps.
    pub fn pow(self, n: u32) -> INTEGER {}
    /// The smaller of two.
    pub fn min(self, other: INTEGER) -> INTEGER {}
    /// The larger of two.
    pub fn max(self, other: INTEGER) -> INTEGER {}
    /// Held between two bounds.
    pub fn clamp(self, min: INTEGER, max: INTEGER) -> INTEGER {}
    /// The distance to another number.
    pub fn abs_diff(self, other: INTEGER) -> INTEGER {}
    /// The quotient, rounded up.
    pub fn div_ceil(self, other: INTEGER) -> INTEGER {}
    /// The next multiple of `other`.
    pub fn next_multiple_of(self, other: INTEGER) -> INTEGER {}
    /// The whole part of the square root.
    pub fn isqrt(self) -> INTEGER {}
    /// The whole part of the logarithm to base 2.
    pub fn ilog2(self) -> u32 {}
    /// The remainder that is never negative.
    pub fn rem_euclid(self, other: INTEGER) -> INTEGER {}
    /// The sum, or `None` beyond the type's range.
    pub fn checked_add(self, other: INTEGER) -> Option<INTEGER> {}
    /// The difference, or `None` beyond the type's range.
    pub fn checked_sub(self, other: INTEGER) -> Option<INTEGER> {}
    /// The product, or `None` beyond the type's range.
    pub fn checked_mul(self, other: INTEGER) -> Option<INTEGER> {}
    /// The quotient, or `None` if `other` is 0.
    pub fn checked_div(self, other: INTEGER) -> Option<INTEGER> {}
    /// The sum, held at the type's bounds.
    pub fn saturating_add(self, other: INTEGER) -> INTEGER {}
    /// The difference, held at the type's bounds.
    pub fn saturating_sub(self, other: INTEGER) -> INTEGER {}
    /// The sum, wrapped round at the type's bounds.
    pub fn wrapping_add(self, other: INTEGER) -> INTEGER {}
    /// The difference, wrapped round at the type's bounds.
    pub fn wrapping_sub(self, other: INTEGER) -> INTEGER {}
    /// The product, wrapped round at the type's bounds.
    pub fn wrapping_mul(self, other: INTEGER) -> INTEGER {}
    /// How many bits are 1.
    pub fn count_ones(self) -> u32 {}
    /// How many bits are 0 before the first 1.
    pub fn leading_zeros(self) -> u32 {}
    /// Whether exactly one bit is 1.
    pub fn is_power_of_two(self) -> bool {}
    /// The smallest power of two that is not below this.
    pub fn next_power_of_two(self) -> INTEGER {}
    /// Its bytes, the lowest first.
    pub fn to_le_bytes(self) -> [u8] {}
    /// The largest value.
    pub const MAX: INTEGER = 0;
    /// The smallest value.
    pub const MIN: INTEGER = 0;
    /// Its size in bits.
    pub const BITS: u32 = 0;
}

impl ToString for INTEGER {}
