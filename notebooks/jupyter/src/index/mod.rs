//! Completion and inspection in notebooks, from an index of the sources of burn, polars, plotters, mlbook and the chapters.
//!
//! `build` reads the sources with syn and follows their `use` lines; what is left is a list of definitions and implementations
//! ([`model`]) of a few megabytes. `query` reads the cell around the cursor with a tokenizer that half-written code can't
//! upset, and works out the types of expressions from the index; only where it can't is the compiler asked.

mod build;
mod members;
pub mod model;
pub mod query;
mod ty;
mod world;

use std::io;
use std::path::PathBuf;

use model::Layer;

pub use query::scope::Scope;

/// What there is in the crates that notebooks see.
pub struct Index {
    layer: Layer,
    notes: Vec<String>,
}

/// Why there is no index.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    #[error("cargo could not be started to find the sources: {0}")]
    Cargo(#[source] io::Error),
    #[error("cargo does not say where the sources are: {0}")]
    CargoSays(String),
    #[error("cargo's list of packages is not understood: {0}")]
    Metadata(#[source] serde_json::Error),
    #[error("the workspace has no package `companion`, the crate that notebooks load")]
    NoCompanion,
    #[error("the reader of sources panicked")]
    Panicked,
    #[error("the index can't be written as JSON: {0}")]
    Form(#[source] serde_json::Error),
    #[error("{}: the index can't be written: {error}", file.display())]
    Write { file: PathBuf, error: io::Error },
}

/// The nearest byte at or before `at` where a character begins.
fn floor(source: &str, at: usize) -> usize {
    (0..=at.min(source.len())).rev().find(|at| source.is_char_boundary(*at)).unwrap_or(0)
}
