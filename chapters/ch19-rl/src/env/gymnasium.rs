//! Both ways between this chapter's [`Env`] and that of the crate gymnasium-rs, which has the same shape but no errors. Only with
//! the feature `gymnasium`, as the crate brings pyo3, whose symbols a shared library of notebooks must not miss.

use std::collections::HashMap;

use gymnasium_rs::core as theirs;
use ndarray::{Array1, Array3};

use super::{Env, EnvError, Info, Space, Step};

/// An environment of this chapter for code that is written for gymnasium-rs, for example its time limit.
///
/// There a step has no way to fail: one that is refused here ends the episode there (truncated, without a reward), and
/// [`ForGymnasium::refused`] says why.
#[derive(Clone, Debug)]
pub struct ForGymnasium<E: Env> {
    env: E,
    last: Option<E::Observation>,
    refused: Option<EnvError>,
}

impl<E: Env> ForGymnasium<E> {
    /// Wraps an environment.
    pub fn new(env: E) -> Self {
        Self { env, last: None, refused: None }
    }

    /// Why the last step was refused, if it was.
    pub fn refused(&self) -> Option<&EnvError> {
        self.refused.as_ref()
    }
}

impl<E: Env> theirs::Env<E::Observation, E::Action> for ForGymnasium<E> {
    fn observation_space(&self) -> theirs::Space {
        to_theirs(self.env.observation_space())
    }

    fn action_space(&self) -> theirs::Space {
        to_theirs(self.env.action_space())
    }

    fn reset(&mut self, seed: Option<i32>, _options: theirs::Options) -> (E::Observation, theirs::Info) {
        let (observation, info) = self.env.reset(seed.map(|seed| u64::from(seed.unsigned_abs())));
        self.last = Some(observation.clone());
        self.refused = None;
        (observation, info_to_theirs(info))
    }

    fn step(&mut self, action: E::Action) -> (E::Observation, f32, bool, bool, theirs::Info) {
        match self.env.step(action) {
            Ok(step) => {
                self.last = Some(step.observation.clone());
                self.refused = None;
                let info = info_to_theirs(step.info);
                (step.observation, step.reward as f32, step.terminated, step.truncated, info)
            }
            Err(error) => {
                self.refused = Some(error);
                let last = self.last.clone().unwrap_or_else(|| self.env.reset(None).0);
                (last, 0.0, false, true, HashMap::new())
            }
        }
    }

    fn render(&self) -> Option<Array3<u8>> {
        None
    }

    fn close(&mut self) {}
}

/// An environment of gymnasium-rs for the agents of this chapter.
#[derive(Clone, Debug)]
pub struct FromGymnasium<E>(pub E);

impl<E: theirs::Env<Array1<f32>, i32>> Env for FromGymnasium<E> {
    type Observation = Vec<f32>;
    type Action = usize;

    fn observation_space(&self) -> Space {
        from_theirs(self.0.observation_space())
    }

    fn action_space(&self) -> Space {
        from_theirs(self.0.action_space())
    }

    fn reset(&mut self, seed: Option<u64>) -> (Vec<f32>, Info) {
        let seed = seed.map(|seed| (seed % i32::MAX as u64) as i32);
        (self.0.reset(seed, HashMap::new()).0.to_vec(), Info::new())
    }

    fn step(&mut self, action: usize) -> Result<Step<Vec<f32>>, EnvError> {
        if let Space::Discrete(actions) = self.action_space() {
            EnvError::check_action(action, actions)?;
        }
        let (observation, reward, terminated, truncated, _) = self.0.step(action as i32);
        for &value in &observation {
            EnvError::check_finite("a number of the state", f64::from(value))?;
        }
        let (observation, reward) = (observation.to_vec(), f64::from(reward));
        Ok(Step { observation, reward, terminated, truncated, info: Info::new() })
    }
}

fn to_theirs(space: Space) -> theirs::Space {
    let bounds = |values: Vec<f64>| values.into_iter().map(|value| value as f32).collect::<Array1<f32>>();
    match space {
        Space::Discrete(count) => theirs::Space::Discrete(count as i32),
        Space::Box { low, high } => theirs::Space::Box { low: bounds(low), high: bounds(high) },
    }
}

fn from_theirs(space: theirs::Space) -> Space {
    let bounds = |values: Array1<f32>| values.into_iter().map(f64::from).collect();
    match space {
        theirs::Space::Discrete(count) => Space::Discrete(count.max(0) as usize),
        theirs::Space::Box { low, high } => Space::Box { low: bounds(low), high: bounds(high) },
    }
}

fn info_to_theirs(info: Info) -> theirs::Info {
    info.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect()
}
