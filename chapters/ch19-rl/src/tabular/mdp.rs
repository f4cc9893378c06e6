//! Section 19.1's model of the world: a Markov decision process as a table.

use super::TabularError;

/// One thing that can happen after an action.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outcome {
    pub probability: f64,
    pub next: usize,
    pub reward: f64,
    /// Whether the episode ends with it; then nothing more is to be had from `next`.
    pub done: bool,
}

/// A Markov decision process: for every state and action, what can happen and how likely that is.
#[derive(Clone, Debug, PartialEq)]
pub struct Mdp {
    states: usize,
    actions: usize,
    outcomes: Vec<Vec<Outcome>>,
}

impl Mdp {
    /// Asks `outcomes` for what can happen after each of `actions` in each of `states`.
    ///
    /// # Errors
    /// [`TabularError`] if there is no state or action, a next state is out of range, a reward is no number, or probabilities
    /// are negative or do not add up to 1.
    pub fn new(
        states: usize,
        actions: usize,
        mut outcomes: impl FnMut(usize, usize) -> Vec<Outcome>,
    ) -> Result<Self, TabularError> {
        if states == 0 || actions == 0 {
            return Err(TabularError::Empty);
        }
        let mut table = Vec::with_capacity(states * actions);
        for (state, action) in (0..states).flat_map(|state| (0..actions).map(move |action| (state, action))) {
            let after = outcomes(state, action);
            let refuse = |problem| Err(TabularError::Outcome { state, action, problem });
            if let Some(outcome) = after.iter().find(|outcome| outcome.next >= states) {
                return refuse(format!("next state {} of {states}", outcome.next));
            }
            if let Some(outcome) = after.iter().find(|outcome| !outcome.reward.is_finite()) {
                return refuse(format!("a reward of {}", outcome.reward));
            }
            if let Some(outcome) = after.iter().find(|outcome| !(0.0..=1.0).contains(&outcome.probability)) {
                return refuse(format!("a probability of {}", outcome.probability));
            }
            let total: f64 = after.iter().map(|outcome| outcome.probability).sum();
            if (total - 1.0).abs() > 1e-9 {
                return refuse(format!("probabilities that add up to {total}"));
            }
            table.push(after);
        }
        Ok(Self { states, actions, outcomes: table })
    }

    /// How many states there are.
    pub fn states(&self) -> usize {
        self.states
    }

    /// How many actions there are in each state.
    pub fn actions(&self) -> usize {
        self.actions
    }

    /// What can happen after an action.
    ///
    /// # Panics
    /// If there is no such state or action.
    pub fn outcomes(&self, state: usize, action: usize) -> &[Outcome] {
        assert!(action < self.actions, "action {action} of {}", self.actions);
        &self.outcomes[state * self.actions + action]
    }

    /// Bellman's right-hand side: what an action brings now and, by `values`, later.
    pub fn action_value(&self, state: usize, action: usize, values: &[f64], discount: f64) -> f64 {
        let worth = |outcome: &Outcome| {
            let later = if outcome.done { 0.0 } else { discount * values[outcome.next] };
            outcome.probability * (outcome.reward + later)
        };
        self.outcomes(state, action).iter().map(worth).sum()
    }

    /// The values of all actions in a state.
    pub fn action_values(&self, state: usize, values: &[f64], discount: f64) -> Vec<f64> {
        (0..self.actions).map(|action| self.action_value(state, action, values, discount)).collect()
    }
}
