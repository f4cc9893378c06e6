//! The replay memory: the latest transitions, to learn from in random order.

use mlbook::rng::NumpyRng;

use super::{DqnError, Transition};

/// The latest transitions, up to a number; beyond it the oldest make room. Numbers of a kind lie side by side.
#[derive(Clone, Debug)]
pub struct ReplayMemory {
    width: usize,
    capacity: usize,
    /// Where the next one goes.
    next: usize,
    states: Vec<f32>,
    next_states: Vec<f32>,
    actions: Vec<usize>,
    rewards: Vec<f32>,
    discounts: Vec<f32>,
}

/// Transitions drawn from the memory, in columns.
#[derive(Clone, Debug, Default)]
pub struct Sample {
    pub states: Vec<f32>,
    pub next_states: Vec<f32>,
    pub actions: Vec<usize>,
    pub rewards: Vec<f32>,
    /// What a unit of value in the next state is worth; 0 at the end of an episode.
    pub discounts: Vec<f32>,
}

impl ReplayMemory {
    /// An empty memory for `capacity` transitions between states of `width` numbers.
    ///
    /// # Errors
    /// [`DqnError::Setting`] for a capacity of 0.
    pub fn new(width: usize, capacity: usize) -> Result<Self, DqnError> {
        if capacity == 0 {
            return Err(DqnError::Setting {
                what: "the memory's size",
                rule: "at least 1",
                found: "0".into(),
            });
        }
        let (states, next_states) = (Vec::new(), Vec::new());
        let (actions, rewards, discounts) = (Vec::new(), Vec::new(), Vec::new());
        Ok(Self { width, capacity, next: 0, states, next_states, actions, rewards, discounts })
    }

    /// How many transitions it holds.
    pub fn len(&self) -> usize {
        self.actions.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.actions.is_empty()
    }

    /// Adds a transition, in place of the oldest if the memory is full.
    ///
    /// # Errors
    /// [`DqnError`] if a state has another width, or holds NaN or infinity, or the reward does.
    pub fn push(&mut self, transition: &Transition) -> Result<(), DqnError> {
        super::check_state(&transition.state, self.width)?;
        super::check_state(&transition.next_state, self.width)?;
        crate::env::EnvError::check_finite("the reward", transition.reward)?;
        let Transition { state, action, reward, next_state, discount } = transition;
        if self.len() < self.capacity {
            self.states.extend_from_slice(state);
            self.next_states.extend_from_slice(next_state);
            self.actions.push(*action);
            self.rewards.push(*reward as f32);
            self.discounts.push(*discount as f32);
        } else {
            let place = self.next;
            self.states[place * self.width..(place + 1) * self.width].copy_from_slice(state);
            self.next_states[place * self.width..(place + 1) * self.width].copy_from_slice(next_state);
            self.actions[place] = *action;
            self.rewards[place] = *reward as f32;
            self.discounts[place] = *discount as f32;
        }
        self.next = (self.next + 1) % self.capacity;
        Ok(())
    }

    /// Draws `size` different transitions into `sample`, each as likely as any other.
    ///
    /// # Errors
    /// [`DqnError::BatchTooLarge`] if it holds fewer.
    pub fn sample(&self, size: usize, rng: &mut NumpyRng, sample: &mut Sample) -> Result<(), DqnError> {
        if size == 0 || size > self.len() {
            return Err(DqnError::BatchTooLarge { batch: size, held: self.len() });
        }
        let places = distinct(self.len(), size, rng);
        let width = self.width;
        sample.clear();
        for place in places {
            sample.states.extend_from_slice(&self.states[place * width..(place + 1) * width]);
            sample.next_states.extend_from_slice(&self.next_states[place * width..(place + 1) * width]);
            sample.actions.push(self.actions[place]);
            sample.rewards.push(self.rewards[place]);
            sample.discounts.push(self.discounts[place]);
        }
        Ok(())
    }
}

impl Sample {
    fn clear(&mut self) {
        self.states.clear();
        self.next_states.clear();
        self.actions.clear();
        self.rewards.clear();
        self.discounts.clear();
    }
}

/// `size` different numbers of `0..count`: what was drawn before is drawn again, unless most are wanted.
fn distinct(count: usize, size: usize, rng: &mut NumpyRng) -> Vec<usize> {
    if 2 * size > count {
        let mut all = rng.permutation(count);
        all.truncate(size);
        return all;
    }
    let mut places: Vec<usize> = Vec::with_capacity(size);
    while places.len() < size {
        let missing = size - places.len();
        for place in rng.randint(missing, 0, count as i64).unwrap_or_default() {
            if !places.contains(&(place as usize)) {
                places.push(place as usize);
            }
        }
    }
    places
}
