//! Episodes of a limited length.

use mlbook::plot::Image;

use super::{Env, EnvError, Episode, Info, Space, Step};

/// `gymnasium.wrappers.TimeLimit`: cuts an episode off after so many steps. That is no end of the episode, so what it would have
/// brought still counts for whoever learns from it.
#[derive(Clone, Debug)]
pub struct TimeLimit<E> {
    env: E,
    max_steps: usize,
    steps: usize,
    episode: Episode,
}

impl<E> TimeLimit<E> {
    /// Cuts episodes of `env` off after `max_steps` steps.
    pub fn new(env: E, max_steps: usize) -> Self {
        Self { env, max_steps, steps: 0, episode: Episode::NotBegun }
    }

    /// The environment inside.
    pub fn inner(&self) -> &E {
        &self.env
    }
}

impl<E: Env> Env for TimeLimit<E> {
    type Observation = E::Observation;
    type Action = E::Action;

    fn observation_space(&self) -> Space {
        self.env.observation_space()
    }

    fn action_space(&self) -> Space {
        self.env.action_space()
    }

    fn reset(&mut self, seed: Option<u64>) -> (E::Observation, Info) {
        self.steps = 0;
        self.episode = Episode::UnderWay;
        self.env.reset(seed)
    }

    fn step(&mut self, action: E::Action) -> Result<Step<E::Observation>, EnvError> {
        self.episode.check()?;
        let mut step = self.env.step(action)?;
        self.steps += 1;
        step.truncated |= self.steps >= self.max_steps;
        if step.done() {
            self.episode = Episode::Over;
        }
        Ok(step)
    }

    fn render(&self) -> Option<Image> {
        self.env.render()
    }
}
