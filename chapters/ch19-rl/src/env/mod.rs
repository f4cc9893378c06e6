//! What an agent acts in. The trait has the shape of Python's Gymnasium (and of the crate gymnasium-rs): `reset` gives an
//! observation and an info, `step` an observation, a reward, whether the episode terminated or was cut off, and an info.
//! What Gymnasium warns of or leaves to luck is a typed error here.

#[cfg(feature = "gymnasium")]
pub mod gymnasium;
mod pcg;
mod space;
mod time_limit;

use std::collections::BTreeMap;

use mlbook::plot::Image;

pub use pcg::GymRng;
pub use space::Space;
pub use time_limit::TimeLimit;

/// Numbers beside the observation, by name.
pub type Info = BTreeMap<&'static str, f64>;

/// What an environment answers to an action.
#[derive(Clone, Debug, PartialEq)]
pub struct Step<O> {
    pub observation: O,
    pub reward: f64,
    /// The episode came to its end: the pole fell, the gold was found.
    pub terminated: bool,
    /// The episode was cut off, though it could have gone on.
    pub truncated: bool,
    pub info: Info,
}

impl<O> Step<O> {
    /// Whether the episode is over, in whatever way.
    pub fn done(&self) -> bool {
        self.terminated || self.truncated
    }
}

/// An environment, `gymnasium.Env`.
pub trait Env {
    type Observation: Clone;
    type Action;

    /// What observations look like.
    fn observation_space(&self) -> Space;

    /// Which actions there are.
    fn action_space(&self) -> Space;

    /// Begins an episode. A seed makes this episode and those after it the same each time.
    fn reset(&mut self, seed: Option<u64>) -> (Self::Observation, Info);

    /// Acts.
    ///
    /// # Errors
    /// [`EnvError`]: an action that there is not, a step before the first `reset` or after the end of an episode, a state that
    /// is no number any more.
    fn step(&mut self, action: Self::Action) -> Result<Step<Self::Observation>, EnvError>;

    /// The state as a picture, if the environment can draw itself.
    fn render(&self) -> Option<Image> {
        None
    }
}

/// What an environment refuses.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum EnvError {
    #[error("action {action} is out of range: there are {actions} actions, from 0 to {}", actions - 1)]
    Action { action: usize, actions: usize },
    #[error("{what} is {value}; a state must be finite numbers. Look at where it comes from.")]
    NotANumber { what: &'static str, value: f64 },
    #[error("the episode is over; a step after its end means nothing. Begin the next one with reset.")]
    EpisodeOver,
    #[error("no episode has begun. Begin one with reset.")]
    NotReset,
    #[error("{what} must be {rule}, but is {found}")]
    Setting { what: &'static str, rule: &'static str, found: String },
}

impl EnvError {
    /// Refuses an action that is not one of `0..actions`.
    pub fn check_action(action: usize, actions: usize) -> Result<(), Self> {
        if action < actions { Ok(()) } else { Err(Self::Action { action, actions }) }
    }

    /// Refuses NaN and infinity.
    pub fn check_finite(what: &'static str, value: f64) -> Result<(), Self> {
        if value.is_finite() { Ok(()) } else { Err(Self::NotANumber { what, value }) }
    }
}

/// Where an episode stands; environments keep one to refuse steps out of turn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Episode {
    #[default]
    NotBegun,
    UnderWay,
    Over,
}

impl Episode {
    /// Whether a step may be taken now.
    ///
    /// # Errors
    /// Before the first `reset` and after the end.
    pub fn check(self) -> Result<(), EnvError> {
        match self {
            Self::NotBegun => Err(EnvError::NotReset),
            Self::UnderWay => Ok(()),
            Self::Over => Err(EnvError::EpisodeOver),
        }
    }
}
