//! Several steps as one: what n steps brought, and the state after them.

use std::collections::VecDeque;

/// A step that waits for those after it.
#[derive(Clone, Debug)]
struct Waiting {
    state: Vec<f32>,
    action: usize,
    /// Discounted sum of the rewards since.
    reward: f64,
    /// The discount of what comes next.
    discount: f64,
}

/// A transition over one or several steps.
#[derive(Clone, Debug, PartialEq)]
pub struct Transition {
    pub state: Vec<f32>,
    pub action: usize,
    /// What the steps brought, discounted.
    pub reward: f64,
    pub next_state: Vec<f32>,
    /// What a unit of value in the next state is worth now; 0 if nothing came after it.
    pub discount: f64,
}

/// Joins each step with the n − 1 steps after it. With n above 1 rewards are known in earlier states after fewer learning steps.
#[derive(Clone, Debug)]
pub struct Lookahead {
    steps: usize,
    discount: f64,
    waiting: VecDeque<Waiting>,
}

impl Lookahead {
    /// Transitions over `steps` steps.
    pub fn new(steps: usize, discount: f64) -> Self {
        Self { steps: steps.max(1), discount, waiting: VecDeque::new() }
    }

    /// Takes a step and hands `out` the transitions that are complete with it: all that wait if the episode is over (`done`), which
    /// are worth nothing afterwards if it `ended`.
    pub fn push(
        &mut self,
        (state, action, reward): (&[f32], usize, f64),
        next_state: &[f32],
        (ended, done): (bool, bool),
        mut out: impl FnMut(Transition),
    ) {
        self.waiting.push_back(Waiting { state: state.to_vec(), action, reward: 0.0, discount: 1.0 });
        for waiting in &mut self.waiting {
            waiting.reward += waiting.discount * reward;
            waiting.discount *= self.discount;
        }
        while self.waiting.len() >= self.steps || (done && !self.waiting.is_empty()) {
            let Some(Waiting { state, action, reward, discount }) = self.waiting.pop_front() else { break };
            let discount = if ended { 0.0 } else { discount };
            out(Transition { state, action, reward, next_state: next_state.to_vec(), discount });
        }
    }
}
