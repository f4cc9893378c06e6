pub mod primitive {
    /// True or false.
    pub struct bool;
    /// A character.
    pub struct char;
    /// Text.
    pub struct str;
    /// 32-bit floating point: what tensors hold.
    pub struct f32;
    /// 64-bit floating point.
    pub struct f64;
    /// A size or an index.
    pub struct usize;
    /// A signed size.
    pub struct isize;
    /// 8 bits.
    pub struct u8;
    /// 16 bits.
    pub struct u16;
    /// 32 bits.
    pub struct u32;
    /// 64 bits.
    pub struct u64;
    /// 8 bits with a sign.
    pub struct i8;
    /// 16 bits with a sign.
    pub struct i16;
    /// 32 bits with a sign.
    pub struct i32;
    /// 64 bits with a sign.
    pub struct i64;

    impl bool {
        /// `Some` of the value if it is true.
        pub fn then_some<T>(self, value: T) -> Option<T> {}
        /// `Some` of what is computed if it is true.
        pub fn then<T>(self, value: impl FnOnce() -> T) -> Option<T> {}
    }

    impl char {
        /// Whether it is a letter.
        pub fn is_alphabetic(self) -> bool {}
        /// Whether it is a letter or a digit.
        pub fn is_alphanumeric(self) -> bool {}
        /// Whether it is white space.
        pub fn is_whitespace(self) -> bool {}
        /// Whether it is a decimal digit of ASCII.
        pub fn is_ascii_digit(&self) -> bool {}
        /// Whether it is a capital letter.
        pub fn is_uppercase(self) -> bool {}
        /// The digit's value in a number system.
        pub fn to_digit(self, radix: u32) -> Option<u32> {}
        /// As a small letter of ASCII.
        pub fn to_ascii_lowercase(&self) -> char {}
        /// As a capital letter of ASCII.
        pub fn to_ascii_uppercase(&self) -> char {}
    }
}

pub mod f32 {
    pub mod consts {
        /// π.
        pub const PI: f32 = 0;
        /// 2π.
        pub const TAU: f32 = 0;
        /// e.
        pub const E: f32 = 0;
        /// The square root of 2.
        pub const SQRT_2: f32 = 0;
        /// ln 2.
        pub const LN_2: f32 = 0;
    }
}

pub mod f64 {
    pub mod consts {
        /// π.
        pub const PI: f64 = 0;
        /// 2π.
        pub const TAU: f64 = 0;
        /// e.
        pub const E: f64 = 0;
        /// The square root of 2.
        pub const SQRT_2: f64 = 0;
        /// ln 2.
        pub const LN_2: f64 = 0;
    }
}
