//! Recurrent layers and embeddings.

mod embedding;
mod fixtures;
mod layers;
mod packed;
