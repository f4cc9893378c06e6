//! The standard library.

/// Items that need no `use`.
pub mod prelude {
    pub use crate::boxed::Box;
    pub use crate::clone::Clone;
    pub use crate::convert::{AsMut, AsRef, From, Into, TryFrom, TryInto};
    pub use crate::default::Default;
    pub use crate::iter::{DoubleEndedIterator, ExactSizeIterator, Extend, IntoIterator, Iterator};
    pub use crate::macros::*;
    pub use crate::ops::{Drop, Fn, FnMut, FnOnce};
    pub use crate::option::Option::{self, *};
    pub use crate::primitive::*;
    pub use crate::result::Result::{self, *};
    pub use crate::string::{String, ToString};
    pub use crate::vec::Vec;
    pub use crate::cmp::{Eq, Ord, PartialEq, PartialOrd};
    pub use crate::fmt::{Debug, Display, Hash};
    pub use crate::marker::{Copy, Send, Sized, Sync};
}

pub mod marker {
    /// Values that are copied rather than moved.
    pub trait Copy {}
    /// May go to another thread.
    pub trait Send {}
    /// May be used from several threads at once.
    pub trait Sync {}
    /// Has a size that is known when compiling.
    pub trait Sized {}
    /// Stands for a type that is not stored.
    pub struct PhantomData<T>;
}

pub mod clone {
    /// Explicit copies.
    pub trait Clone {
        /// A copy of its own. Of a tensor: a second handle on the same numbers, which costs nothing.
        fn clone(&self) -> Self;
    }
}

pub mod default {
    /// Types with a natural first value.
    pub trait Default {
        /// The type's default value.
        fn default() -> Self;
    }
}

pub mod cmp {
    pub trait Eq {}
    /// Equality with `==`.
    pub trait PartialEq {}
    /// Order with `<`, perhaps not between all values: NaN compares with nothing.
    pub trait PartialOrd {
        /// How the two compare, or `None` if they don't.
        fn partial_cmp(&self, other: &Self) -> Option<Ordering>;
    }
    /// Order between all values.
    pub trait Ord {
        /// How the two compare.
        fn cmp(&self, other: &Self) -> Ordering;
    }
    /// How two values compare.
    pub enum Ordering { Less, Equal, Greater }
    impl Ordering {
        /// The opposite order; for sorting downwards.
        pub fn reverse(self) -> Ordering {}
        /// The second order where the first says equal.
        pub fn then(self, other: Ordering) -> Ordering {}
    }
    /// Orders the other way round.
    pub struct Reverse<T>(pub T);
    /// The smaller of two.
    pub fn min<T: Ord>(a: T, b: T) -> T {}
    /// The larger of two.
    pub fn max<T: Ord>(a: T, b: T) -> T {}
}

pub mod convert {
    /// Made from another type, without failing.
    pub trait From<T> {
        /// Makes the value from `value`.
        fn from(value: T) -> Self;
    }
    /// Turned into another type, without failing.
    pub trait Into<T> {
        /// Turns into the type that the place needs.
        fn into(self) -> T;
    }
    /// Made from another type, if the value allows.
    pub trait TryFrom<T> {
        /// Makes the value from `value`, or says why not.
        fn try_from(value: T) -> Result<Self>;
    }
    /// Turned into another type, if the value allows.
    pub trait TryInto<T> {
        /// Turns into the type that the place needs, or says why not.
        fn try_into(self) -> Result<T>;
    }
    /// Seen as another type.
    pub trait AsRef<T> {
        /// A reference to the value as another type.
        fn as_ref(&self) -> &T;
    }
    pub trait AsMut<T> {}
}

pub mod fmt {
    /// Shown with `{:?}`; usually derived.
    pub trait Debug {}
    /// Shown with `{}`.
    pub trait Display {}
    /// Can be a key of a `HashMap`.
    pub trait Hash {}
}

pub mod ops {
    /// Cleans up when a value goes away.
    pub trait Drop {}
    /// A function or closure that returns `R`.
    pub trait Fn<R> {}
    pub use self::Fn as FnMut;
    pub use self::Fn as FnOnce;
    /// Gives way to another type: its methods can be called, too.
    pub trait Deref {}
    pub trait DerefMut {}
    /// `start..end`.
    pub struct Range<T> {
        pub start: T,
        pub end: T,
    }
    impl<T> Iterator for Range<T> {
        type Item = T;
    }
    impl<T> Range<T> {
        /// Whether a value lies in the range.
        pub fn contains(&self, value: &T) -> bool {}
    }
}

pub mod boxed {
    /// A value on the heap.
    pub struct Box<T>;
    impl<T> Box<T> {
        /// Puts a value on the heap.
        pub fn new(value: T) -> Box<T> {}
    }
    impl<T> crate::ops::Deref for Box<T> {
        type Target = T;
    }
}

pub mod macros {
    /// Prints a line.
    #[macro_export]
    macro_rules! println { () => {} }
    /// Prints without ending the line.
    #[macro_export]
    macro_rules! print { () => {} }
    /// Prints a line to standard error.
    #[macro_export]
    macro_rules! eprintln { () => {} }
    /// Makes a `String`: `format!("{name}: {loss:.4}")`.
    #[macro_export]
    macro_rules! format { () => {} }
    /// Makes a `Vec`: `vec![1, 2, 3]` or `vec![0.0; 10]`.
    #[macro_export]
    macro_rules! vec { () => {} }
    /// Ends with a message: for what must not happen.
    #[macro_export]
    macro_rules! panic { () => {} }
    /// Panics unless the condition holds.
    #[macro_export]
    macro_rules! assert { () => {} }
    /// Panics unless the two are equal, and shows both.
    #[macro_export]
    macro_rules! assert_eq { () => {} }
    /// Prints an expression with its value, and passes the value on.
    #[macro_export]
    macro_rules! dbg { () => {} }
    /// Whether a value matches a pattern.
    #[macro_export]
    macro_rules! matches { () => {} }
    /// Marks what has yet to be written; panics.
    #[macro_export]
    macro_rules! todo { () => {} }
    /// Marks what can't be reached; panics.
    #[macro_export]
    macro_rules! unreachable { () => {} }
    /// Formats into a writer or a string.
    #[macro_export]
    macro_rules! writeln { () => {} }
    pub use crate::{assert, assert_eq, dbg, eprintln, format, matches, panic, print, println, todo, unreachable, vec, writeln};
}
