//! Policies: how likely each action is in each state.

use mlbook::rng::NumpyRng;

use super::{Mdp, TabularError};

/// Values closer than this share of themselves count as equal, so that a greedy policy shows every best action. The values far from
/// the gold are as small as 1e-12 at first, and yet tell the way.
const EQUAL: f64 = 1e-9;

/// For every state the probabilities of the actions.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    probabilities: Vec<Vec<f64>>,
}

impl Policy {
    /// Every action as likely as any other.
    pub fn uniform(states: usize, actions: usize) -> Self {
        Self { probabilities: vec![vec![1.0 / actions as f64; actions]; states] }
    }

    /// The best actions by `action_values`, equally likely if there are several.
    pub fn greedy(action_values: &[Vec<f64>]) -> Self {
        let shares = |values: &Vec<f64>| {
            let best = best_actions(values);
            let share = 1.0 / best.len() as f64;
            (0..values.len()).map(|action| if best.contains(&action) { share } else { 0.0 }).collect()
        };
        Self { probabilities: action_values.iter().map(shares).collect() }
    }

    /// The best actions for who knows the model and the values of all states.
    pub fn greedy_for(mdp: &Mdp, values: &[f64], discount: f64) -> Self {
        let action_values: Vec<_> =
            (0..mdp.states()).map(|state| mdp.action_values(state, values, discount)).collect();
        Self::greedy(&action_values)
    }

    /// This policy, but any action with probability `epsilon`.
    pub fn softened(mut self, epsilon: f64) -> Self {
        for probabilities in &mut self.probabilities {
            let share = epsilon / probabilities.len() as f64;
            probabilities.iter_mut().for_each(|p| *p = *p * (1.0 - epsilon) + share);
        }
        self
    }

    /// The probabilities of the actions in a state.
    pub fn probabilities(&self, state: usize) -> &[f64] {
        &self.probabilities[state]
    }

    /// The likeliest actions in a state: one, or several that are equally likely.
    pub fn likeliest(&self, state: usize) -> Vec<usize> {
        best_actions(&self.probabilities[state])
    }

    /// An action, drawn.
    pub fn draw(&self, state: usize, rng: &mut NumpyRng) -> usize {
        let point = rng.rand(1)[0];
        let mut sum = 0.0;
        let probabilities = &self.probabilities[state];
        let drawn = probabilities.iter().position(|p| {
            sum += p;
            point < sum
        });
        drawn.unwrap_or(probabilities.len() - 1)
    }

    /// Refuses a policy for other states and actions.
    pub(super) fn check(&self, mdp: &Mdp) -> Result<(), TabularError> {
        let found = (self.probabilities.len(), self.probabilities.first().map_or(0, Vec::len));
        let expected = (mdp.states(), mdp.actions());
        if found == expected { Ok(()) } else { Err(TabularError::Policy { found, expected }) }
    }
}

/// The actions whose value is the largest.
fn best_actions(values: &[f64]) -> Vec<usize> {
    let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    (0..values.len()).filter(|&action| values[action] >= most - EQUAL * most.abs()).collect()
}
