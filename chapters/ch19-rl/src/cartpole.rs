//! Section 19.2: a cart that keeps a pole upright, as Gymnasium's CartPole-v1, number for number.

use mlbook::plot::Image;

use crate::cartpole_picture;
use crate::env::{Env, EnvError, Episode, GymRng, Info, Space, Step, TimeLimit};

const GRAVITY: f64 = 9.8;
const CART_MASS: f64 = 1.0;
const POLE_MASS: f64 = 0.1;
const TOTAL_MASS: f64 = CART_MASS + POLE_MASS;
/// Half of the pole's length.
const LENGTH: f64 = 0.5;
const POLE_MASS_LENGTH: f64 = POLE_MASS * LENGTH;
const FORCE: f64 = 10.0;
/// Seconds from one state to the next.
const TAU: f64 = 0.02;
/// The episode ends beyond these: 12 degrees, and the ends of the track.
pub const ANGLE_LIMIT: f64 = 12.0 * 2.0 * std::f64::consts::PI / 360.0;
pub const TRACK_LIMIT: f64 = 2.4;

/// Push to the left or to the right.
pub const ACTIONS: usize = 2;
/// CartPole-v1 cuts episodes off here.
pub const MAX_STEPS: usize = 500;

/// Place and speed of the cart, angle and angular speed of the pole.
pub type State = [f64; 4];
const NAMES: [&str; 4] = ["the place of the cart", "its speed", "the angle of the pole", "its angular speed"];

/// `gymnasium.make("CartPole-v1")`: every step that the pole stands brings a reward of 1.
#[derive(Clone, Debug)]
pub struct CartPole {
    state: State,
    episode: Episode,
    rng: GymRng,
}

impl CartPole {
    /// A cart whose episodes begin where those of Gymnasium do after `env.reset(seed=seed)`.
    pub fn new(seed: u64) -> Self {
        Self { state: [0.0; 4], episode: Episode::NotBegun, rng: GymRng::new(seed) }
    }

    /// The same with episodes cut off after 500 steps: CartPole-v1 as Gymnasium registers it.
    pub fn v1(seed: u64) -> TimeLimit<Self> {
        TimeLimit::new(Self::new(seed), MAX_STEPS)
    }

    /// The state with all its digits; observations have 32 bits, as in Gymnasium.
    pub fn state(&self) -> State {
        self.state
    }

    /// Begins an episode in a state of one's choice.
    ///
    /// # Errors
    /// [`EnvError::NotANumber`] if the state holds NaN or infinity.
    pub fn begin_at(&mut self, state: State) -> Result<[f32; 4], EnvError> {
        for (name, value) in NAMES.into_iter().zip(state) {
            EnvError::check_finite(name, value)?;
        }
        self.state = state;
        self.episode = Episode::UnderWay;
        Ok(self.observation())
    }

    fn observation(&self) -> [f32; 4] {
        self.state.map(|value| value as f32)
    }
}

/// The state after a push, by one step of Euler's method.
pub fn next_state([x, x_dot, theta, theta_dot]: State, action: usize) -> State {
    let force = if action == 1 { FORCE } else { -FORCE };
    let (sin, cos) = theta.sin_cos();
    let push = (force + POLE_MASS_LENGTH * (theta_dot * theta_dot) * sin) / TOTAL_MASS;
    let theta_acc =
        (GRAVITY * sin - cos * push) / (LENGTH * (4.0 / 3.0 - POLE_MASS * (cos * cos) / TOTAL_MASS));
    let x_acc = push - POLE_MASS_LENGTH * theta_acc * cos / TOTAL_MASS;
    [x + TAU * x_dot, x_dot + TAU * x_acc, theta + TAU * theta_dot, theta_dot + TAU * theta_acc]
}

/// Whether the pole has fallen or the cart has left its track.
pub fn has_fallen([x, _, theta, _]: State) -> bool {
    x.abs() > TRACK_LIMIT || theta.abs() > ANGLE_LIMIT
}

impl Env for CartPole {
    type Observation = [f32; 4];
    type Action = usize;

    fn observation_space(&self) -> Space {
        let high = vec![2.0 * TRACK_LIMIT, f64::INFINITY, 2.0 * ANGLE_LIMIT, f64::INFINITY];
        Space::Box { low: high.iter().map(|bound| -bound).collect(), high }
    }

    fn action_space(&self) -> Space {
        Space::Discrete(ACTIONS)
    }

    fn reset(&mut self, seed: Option<u64>) -> ([f32; 4], Info) {
        if let Some(seed) = seed {
            self.rng = GymRng::new(seed);
        }
        self.state = std::array::from_fn(|_| self.rng.uniform(-0.05, 0.05));
        self.episode = Episode::UnderWay;
        (self.observation(), Info::new())
    }

    fn step(&mut self, action: usize) -> Result<Step<[f32; 4]>, EnvError> {
        self.episode.check()?;
        EnvError::check_action(action, ACTIONS)?;
        self.state = next_state(self.state, action);
        let terminated = has_fallen(self.state);
        if terminated {
            self.episode = Episode::Over;
        }
        let observation = self.observation();
        Ok(Step { observation, reward: 1.0, terminated, truncated: false, info: Info::new() })
    }

    fn render(&self) -> Option<Image> {
        cartpole_picture::picture(self.state)
    }
}
