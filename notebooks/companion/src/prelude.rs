//! What a cell sees: a chapter's imports, what shows things in a notebook, and the crates by their names.

pub use mlbook::notebook::prelude::*;
pub use mlbook::train::Descent;
pub use {mlbook, plotters, polars};
