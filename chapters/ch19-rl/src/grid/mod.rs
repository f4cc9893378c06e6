//! Section 19.1: the grid world, its pictures, and what planning and learning make of it.

pub mod picture;
pub mod project;
mod repeated;
mod walk;
mod world;

pub use walk::Walk;
pub use world::{ACTIONS, ARROWS, Ending, GridWorld};
