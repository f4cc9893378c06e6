//! From the sources of crates to an index.

pub mod builder;
mod cfg;
mod collect;
mod defs;
mod derive;
pub mod prune;
pub mod read;
mod resolve;
mod settings;
mod sources;
mod store;
mod stubs;
#[cfg(test)]
mod tests;
mod text;
mod types;
mod typing;
