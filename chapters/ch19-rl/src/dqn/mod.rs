//! Section 19.2: a network in place of the table.

mod agent;
mod brain;
pub mod by_hand;
mod lookahead;
mod memory;
pub mod network;
pub mod project;
mod settings;
mod train;

pub use agent::DqnAgent;
pub use brain::Brain;
pub use lookahead::{Lookahead, Transition};
pub use memory::{ReplayMemory, Sample};
pub use network::{Batch, Loss, QNetwork};
pub use settings::{AgentSettings, Decay};
pub use train::{EpisodeRecord, Schedule, evaluate, mean_of_last_hundred, train};

use mlbook::cli::Interrupted;
use mlbook::nn::weights::WeightsError;
use mlbook::plot::PlotError;

use crate::env::EnvError;

/// What an agent and its training refuse.
#[derive(Debug, thiserror::Error)]
pub enum DqnError {
    #[error(transparent)]
    Env(#[from] EnvError),
    #[error(
        "a batch of {batch} cannot be drawn from a memory that holds {held}. Fill it first, or draw fewer."
    )]
    BatchTooLarge { batch: usize, held: usize },
    #[error("a state of {found} numbers, but the network takes {expected}")]
    Width { found: usize, expected: usize },
    #[error("{what} must be {rule}, but is {found}")]
    Setting { what: &'static str, rule: &'static str, found: String },
    #[error("the network needs numbers and counted actions: a box to observe and a discrete space to act in")]
    Spaces,
    #[error("the loss is {0}: the values have grown without end. A smaller learning rate helps.")]
    Diverged(f32),
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
    #[error(transparent)]
    Weights(#[from] WeightsError),
    #[error(transparent)]
    Plot(#[from] PlotError),
}

/// Refuses a state of another width, or one that is no number any more.
fn check_state(state: &[f32], width: usize) -> Result<(), DqnError> {
    if state.len() != width {
        return Err(DqnError::Width { found: state.len(), expected: width });
    }
    match state.iter().find(|value| !value.is_finite()) {
        Some(&value) => {
            Err(EnvError::NotANumber { what: "a number of the state", value: f64::from(value) }.into())
        }
        None => Ok(()),
    }
}
