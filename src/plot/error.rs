//! What can go wrong when a figure is drawn.

use crate::files::FileError;

/// A figure that cannot be drawn or saved; the text says which rule was broken and what to do.
#[derive(Debug, thiserror::Error)]
pub enum PlotError {
    /// There is no data at all.
    #[error("{figure}: there is nothing to draw; a figure needs at least one {needed}. Pass one.")]
    Nothing { figure: String, needed: &'static str },
    /// Two lists that belong together differ in length.
    #[error(
        "{figure}: {left_len} values for {left}, but {right_len} for {right}; they must be equally many. \
             Cut or fill the shorter one."
    )]
    Lengths { figure: String, left: String, left_len: usize, right: String, right_len: usize },
    /// Every number is NaN, infinite, or not positive on a log axis.
    #[error(
        "{figure}: no value can be shown; at least one must be finite (and positive on a log axis). \
             Look for NaN or infinity in the numbers, or use a linear axis."
    )]
    NotFinite { figure: String },
    /// A number is outside of what can be drawn.
    #[error("{figure}: {what} is {found}, but must be in {low}..={high}. Correct it.")]
    OutOfRange { figure: String, what: &'static str, found: String, low: usize, high: usize },
    /// A frame is not as large as the first.
    #[error(
        "animation: frame {frame} is {found} pixels large, but the first is {expected}; all frames must be \
             equally large. Resize them."
    )]
    FrameSize { frame: usize, found: String, expected: String },
    /// The renderer or encoder refused.
    #[error("the figure cannot be turned into {format}: {reason}. Draw fewer or smaller elements.")]
    Render { format: &'static str, reason: String },
    /// A file could not be written.
    #[error(transparent)]
    File(#[from] FileError),
}

impl PlotError {
    /// Checks that two things that belong together are equally many.
    pub(super) fn same_length(figure: &str, left: (&str, usize), right: (&str, usize)) -> Result<(), Self> {
        if left.1 == right.1 {
            return Ok(());
        }
        Err(Self::Lengths {
            figure: figure.to_string(),
            left: left.0.to_string(),
            left_len: left.1,
            right: right.0.to_string(),
            right_len: right.1,
        })
    }

    /// Checks that there is something to draw.
    pub(super) fn not_empty(figure: &str, needed: &'static str, count: usize) -> Result<(), Self> {
        if count > 0 {
            return Ok(());
        }
        Err(Self::Nothing { figure: figure.to_string(), needed })
    }
}
