//! Listing 19.1.3: an agent with a table of action values.

use mlbook::rng::NumpyRng;

use super::{Policy, TabularError, check, check_discount};
use crate::env::EnvError;

/// How an agent learns and explores.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rates {
    /// How far a value moves towards its target.
    pub learning_rate: f64,
    pub discount: f64,
    /// The probability of a random action: at first, at least, and its factor after every step.
    pub epsilon: f64,
    pub epsilon_min: f64,
    pub epsilon_decay: f64,
}

impl Rates {
    /// The book's. As ε falls with every step, it is at its least after 43 of them, long before the first gold is found.
    pub fn book() -> Self {
        Self { learning_rate: 0.01, discount: 0.9, epsilon: 0.9, epsilon_min: 0.1, epsilon_decay: 0.95 }
    }

    fn check(&self) -> Result<(), TabularError> {
        check_discount(self.discount)?;
        let rate = self.learning_rate;
        check("the learning rate", rate, rate > 0.0 && rate <= 1.0, "above 0, up to 1")?;
        for (what, share) in [
            ("epsilon", self.epsilon),
            ("epsilon_min", self.epsilon_min),
            ("epsilon_decay", self.epsilon_decay),
        ] {
            check(what, share, (0.0..=1.0).contains(&share), "from 0 to 1")?;
        }
        Ok(())
    }
}

/// A table of action values and an ε-greedy way to act on it. It draws NumPy's random numbers in the order in which the book's
/// agent does, so that a seed gives the book's own episodes.
#[derive(Clone, Debug)]
pub struct TableAgent {
    q: Vec<Vec<f64>>,
    rates: Rates,
    epsilon: f64,
    rng: NumpyRng,
}

impl TableAgent {
    /// An agent to whom all actions are worth 0.
    ///
    /// # Errors
    /// [`TabularError::Setting`] if a rate is out of range.
    pub fn new(states: usize, actions: usize, rates: Rates, seed: u32) -> Result<Self, TabularError> {
        rates.check()?;
        if states == 0 || actions == 0 {
            return Err(TabularError::Empty);
        }
        let (q, rng) = (vec![vec![0.0; actions]; states], NumpyRng::new(seed));
        Ok(Self { q, rates, epsilon: rates.epsilon, rng })
    }

    /// The values of all actions in all states.
    pub fn q(&self) -> &[Vec<f64>] {
        &self.q
    }

    /// The best value of each state.
    pub fn values(&self) -> Vec<f64> {
        self.q.iter().map(|values| most(values)).collect()
    }

    /// The policy without exploration.
    pub fn policy(&self) -> Policy {
        Policy::greedy(&self.q)
    }

    /// The current probability of a random action.
    pub fn epsilon(&self) -> f64 {
        self.epsilon
    }

    /// A random action with probability ε, else the best one, equal ones in random order.
    ///
    /// # Errors
    /// [`TabularError::State`] for a state that is not in the table.
    pub fn choose_action(&mut self, state: usize) -> Result<usize, TabularError> {
        let states = self.q.len();
        let values = self.q.get(state).ok_or(TabularError::State { state, states })?;
        if self.rng.rand(1)[0] < self.epsilon {
            // numpy.random.choice(4) takes the fewest random bits that can hold the number.
            return Ok(self.rng.randint(1, 0, values.len() as i64).map_or(0, |drawn| drawn[0] as usize));
        }
        let order = self.rng.permutation(values.len());
        let mut best = order[0];
        for action in order {
            if values[action] > values[best] {
                best = action;
            }
        }
        Ok(best)
    }

    /// Moves a value towards what a step has shown: the reward and, unless the episode is over, `later` discounted. Lowers ε.
    ///
    /// # Errors
    /// A state or action that is not in the table, or a reward that is no number.
    pub fn learn(
        &mut self,
        state: usize,
        action: usize,
        reward: f64,
        later: Option<f64>,
    ) -> Result<(), TabularError> {
        EnvError::check_finite("the reward", reward)?;
        let states = self.q.len();
        let values = self.q.get_mut(state).ok_or(TabularError::State { state, states })?;
        EnvError::check_action(action, values.len())?;
        let target = reward + later.map_or(0.0, |later| self.rates.discount * later);
        values[action] += self.rates.learning_rate * (target - values[action]);
        if self.epsilon > self.rates.epsilon_min {
            self.epsilon *= self.rates.epsilon_decay;
        }
        Ok(())
    }

    /// The value of an action, or of the best one.
    pub(super) fn value(&self, state: usize, action: Option<usize>) -> f64 {
        action.map_or_else(|| most(&self.q[state]), |action| self.q[state][action])
    }
}

fn most(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::NEG_INFINITY, f64::max)
}
