//! The chapter's library, part by part; one program, as each links all of burn.

mod battery;
mod cartpole;
mod dqn;
mod grid;
