/// A value that may be missing.
pub enum Option<T> {
    /// No value.
    None,
    /// A value.
    Some(T),
}

impl<T> Option<T> {
    /// Whether there is a value.
    pub fn is_some(&self) -> bool {}
    /// Whether there is none.
    pub fn is_none(&self) -> bool {}
    /// Whether there is a value and it passes the test.
    pub fn is_some_and(self, test: impl FnOnce(T) -> bool) -> bool {}
    /// The value; panics if there is none.
    pub fn unwrap(self) -> T {}
    /// The value; panics with `message` if there is none.
    pub fn expect(self, message: &str) -> T {}
    /// The value, or `other`.
    pub fn unwrap_or(self, other: T) -> T {}
    /// The value, or what `other` computes.
    pub fn unwrap_or_else(self, other: impl FnOnce() -> T) -> T {}
    /// The value, or the type's default.
    pub fn unwrap_or_default(self) -> T {}
    /// Changes the value, if there is one.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Option<U> {}
    /// The changed value, or `other`.
    pub fn map_or<U>(self, other: U, change: impl FnOnce(T) -> U) -> U {}
    /// Goes on with a function that may find nothing.
    pub fn and_then<U>(self, next: impl FnOnce(T) -> Option<U>) -> Option<U> {}
    /// The value if it passes the test.
    pub fn filter(self, test: impl FnOnce(&T) -> bool) -> Option<T> {}
    /// This value, or else the other.
    pub fn or(self, other: Option<T>) -> Option<T> {}
    /// This value, or else what `other` finds.
    pub fn or_else(self, other: impl FnOnce() -> Option<T>) -> Option<T> {}
    /// A `Result` in which a missing value is `error`.
    pub fn ok_or<E>(self, error: E) -> Result<T, E> {}
    /// A `Result` in which a missing value is the error that is computed.
    pub fn ok_or_else<E>(self, error: impl FnOnce() -> E) -> Result<T, E> {}
    /// A reference to the value.
    pub fn as_ref(&self) -> Option<&T> {}
    /// A mutable reference to the value.
    pub fn as_mut(&mut self) -> Option<&mut T> {}
    /// The value seen through its `Deref`: `Option<&str>` of an `Option<String>`.
    pub fn as_deref(&self) -> Option<&T> {}
    /// Takes the value and leaves `None`.
    pub fn take(&mut self) -> Option<T> {}
    /// Puts a value in and returns the old one.
    pub fn replace(&mut self, value: T) -> Option<T> {}
    /// The value, put there first if it is missing.
    pub fn get_or_insert_with(&mut self, value: impl FnOnce() -> T) -> &mut T {}
    /// Both values, if both are there.
    pub fn zip<U>(self, other: Option<U>) -> Option<(T, U)> {}
    /// An owned value from one behind a reference.
    pub fn cloned(self) -> Option<T> {}
    /// An owned value from one behind a reference.
    pub fn copied(self) -> Option<T> {}
    /// An iterator over the value, or over nothing.
    pub fn iter(&self) -> impl Iterator<Item = &T> {}
}
