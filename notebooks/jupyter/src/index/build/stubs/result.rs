/// A value, or an error.
pub enum Result<T, E = ()> {
    /// It worked: the value.
    Ok(T),
    /// It did not: why.
    Err(E),
}

impl<T, E> Result<T, E> {
    /// Whether it worked.
    pub fn is_ok(&self) -> bool {}
    /// Whether it failed.
    pub fn is_err(&self) -> bool {}
    /// The value; panics with the error if it failed. In a cell, `?` reads better.
    pub fn unwrap(self) -> T {}
    /// The value; panics with `message` and the error if it failed.
    pub fn expect(self, message: &str) -> T {}
    /// The error; panics if it worked.
    pub fn unwrap_err(self) -> E {}
    /// The value, or `other`.
    pub fn unwrap_or(self, other: T) -> T {}
    /// The value, or what `other` makes of the error.
    pub fn unwrap_or_else(self, other: impl FnOnce(E) -> T) -> T {}
    /// The value, or the type's default.
    pub fn unwrap_or_default(self) -> T {}
    /// Changes the value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Result<U, E> {}
    /// Changes the error.
    pub fn map_err<F>(self, change: impl FnOnce(E) -> F) -> Result<T, F> {}
    /// Goes on with a function that may fail.
    pub fn and_then<U>(self, next: impl FnOnce(T) -> Result<U, E>) -> Result<U, E> {}
    /// Tries something else after an error.
    pub fn or_else<F>(self, other: impl FnOnce(E) -> Result<T, F>) -> Result<T, F> {}
    /// The value, without the error.
    pub fn ok(self) -> Option<T> {}
    /// The error, without the value.
    pub fn err(self) -> Option<E> {}
    /// References to the value or the error.
    pub fn as_ref(&self) -> Result<&T, &E> {}
    /// Looks at the value on the way.
    pub fn inspect(self, look: impl FnOnce(&T)) -> Result<T, E> {}
    /// Looks at the error on the way.
    pub fn inspect_err(self, look: impl FnOnce(&E)) -> Result<T, E> {}
}
