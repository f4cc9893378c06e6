//! A `?` that ends a cell: where it stands, and what went wrong with all its causes. evcxr prints only the outermost error.

use std::error::Error;
use std::fmt::Display;

use crate::session::tell;

/// The kernel writes this around what a `?` stands behind, with the line of the cell.
#[macro_export]
macro_rules! at {
    ($line:expr, $value:expr) => {
        // A match, so that what the value borrows lives as long as it would without this.
        match $value {
            value => {
                // Methods are looked up by value, then by reference: the first trait that fits the type wins.
                #[allow(unused_imports)]
                use $crate::question::{ViaAnyhow as _, ViaDisplay as _, ViaError as _};
                if let ::std::result::Result::Err(error) = &value {
                    $crate::question::ends_cell($line, (&&&$crate::question::Cause(error)).text());
                }
                value
            }
        }
    };
}

/// The same where the type of the value is still open, as that of `.parse()`: the line only.
pub fn at<T, E>(line: usize, value: Result<T, E>) -> Result<T, E> {
    if value.is_err() {
        ends_cell(line, None);
    }
    value
}

/// Tells the kernel.
pub fn ends_cell(line: usize, message: Option<String>) {
    tell(&serde_json::json!({ "op": "question", "line": line, "message": message }));
}

/// An error.
pub struct Cause<'a, E: ?Sized>(pub &'a E);

/// For `anyhow::Error`.
pub trait ViaAnyhow {
    /// The error and its causes, on one line.
    fn text(&self) -> Option<String>;
}

impl ViaAnyhow for &&Cause<'_, anyhow::Error> {
    fn text(&self) -> Option<String> {
        Some(format!("{:#}", self.0))
    }
}

/// For errors with causes.
pub trait ViaError {
    /// The error and its causes, on one line.
    fn text(&self) -> Option<String>;
}

impl<E: Error> ViaError for &Cause<'_, E> {
    fn text(&self) -> Option<String> {
        let mut text = self.0.to_string();
        let mut cause = self.0.source();
        while let Some(next) = cause {
            let next_text = next.to_string();
            // An error that is transparent says what its cause says.
            if !text.ends_with(&next_text) {
                text = format!("{text}: {next_text}");
            }
            cause = next.source();
        }
        Some(text)
    }
}

/// For what can be printed.
pub trait ViaDisplay {
    /// Its text.
    fn text(&self) -> Option<String>;
}

impl<E: Display + ?Sized> ViaDisplay for Cause<'_, E> {
    fn text(&self) -> Option<String> {
        Some(self.0.to_string())
    }
}
