//! Beyond the book: adversarial networks on tables. Examples of a rare class, and rows that are out of place.

pub mod anomaly;
pub mod augment;
pub mod autoencoder;
pub mod classifier;
pub mod rows;
pub mod table_gan;
