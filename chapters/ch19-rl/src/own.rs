//! An environment of your own: copy this file and change what is in it. Here a heater keeps a room near 20 degrees; heating costs
//! five times as much in the evening, so that it pays to heat before. `own_project.rs` trains an agent for it.

use crate::env::{Env, EnvError, Episode, GymRng, Info, Space, Step};

/// What the environment remembers from one hour to the next.
#[derive(Clone, Debug)]
pub struct Room {
    pub temperature: f64,
    outside: f64,
    pub hour: usize,
    episode: Episode,
    rng: GymRng,
}

impl Room {
    pub fn new(seed: u64) -> Self {
        Self { temperature: 20.0, outside: 5.0, hour: 0, episode: Episode::NotBegun, rng: GymRng::new(seed) }
    }

    /// What an hour of heating costs.
    pub fn price(hour: usize) -> f64 {
        if (17..21).contains(&(hour % 24)) { 1.5 } else { 0.3 }
    }

    /// What the agent is told: numbers around 1 are best.
    fn observation(&self) -> [f32; 4] {
        let angle = std::f64::consts::TAU * self.hour as f64 / 24.0;
        [(self.temperature - 20.0) / 3.0, self.outside / 10.0, angle.sin(), angle.cos()]
            .map(|value| value as f32)
    }
}

impl Env for Room {
    type Observation = [f32; 4];
    type Action = usize;

    fn observation_space(&self) -> Space {
        Space::Box { low: vec![-10.0, -3.0, -1.0, -1.0], high: vec![10.0, 3.0, 1.0, 1.0] }
    }

    /// Heater off, heater on.
    fn action_space(&self) -> Space {
        Space::Discrete(2)
    }

    /// Begins two days with a temperature at random.
    fn reset(&mut self, seed: Option<u64>) -> ([f32; 4], Info) {
        if let Some(seed) = seed {
            self.rng = GymRng::new(seed);
        }
        self.temperature = self.rng.uniform(17.0, 23.0);
        self.outside = self.rng.uniform(-5.0, 10.0);
        self.hour = 0;
        self.episode = Episode::UnderWay;
        (self.observation(), Info::new())
    }

    /// An hour passes: refuse what cannot be, change the state, say what it brought and whether it is over.
    fn step(&mut self, action: usize) -> Result<Step<[f32; 4]>, EnvError> {
        self.episode.check()?;
        EnvError::check_action(action, 2)?;
        self.outside += self.rng.uniform(-1.0, 1.0);
        self.temperature += 0.1 * (self.outside - self.temperature) + 4.0 * action as f64;
        EnvError::check_finite("the temperature", self.temperature)?;
        let reward = -0.1 * (self.temperature - 20.0).powi(2) - Self::price(self.hour) * action as f64;
        self.hour += 1;
        let truncated = self.hour == 48;
        if truncated {
            self.episode = Episode::Over;
        }
        Ok(Step { observation: self.observation(), reward, terminated: false, truncated, info: Info::new() })
    }
}
