//! What notebooks show, and how it gets to the front end.
#![recursion_limit = "256"]

mod frames;
mod models;
mod tables;
mod tensors;

/// Runs one of the scenes of `frames` in a process of its own, where standard output is a notebook's.
#[test]
fn scene() {
    if let Ok(name) = std::env::var(frames::SCENE) {
        frames::play(&name);
    }
}
