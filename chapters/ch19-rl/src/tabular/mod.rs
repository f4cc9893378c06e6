//! Section 19.1: values and policies in tables, from dynamic programming over Monte Carlo to temporal differences.

mod agent;
mod learning;
mod mdp;
mod monte_carlo;
mod planning;
mod policy;

pub use agent::{Rates, TableAgent};
pub use learning::{EpisodeRecord, Learned, Rule, learn, q_learning, sarsa};
pub use mdp::{Mdp, Outcome};
pub use monte_carlo::{Visits, monte_carlo_control, monte_carlo_prediction};
pub use planning::{Solution, evaluate_policy, policy_iteration, solve_policy, value_iteration};
pub use policy::Policy;

use crate::env::{Env, EnvError, Space};

/// What tables and the algorithms on them refuse.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum TabularError {
    #[error("a decision process needs at least one state and one action")]
    Empty,
    #[error(
        "state {state}, action {action}: {problem}. Next states must exist, rewards be finite, probabilities add up to 1."
    )]
    Outcome { state: usize, action: usize, problem: String },
    #[error(
        "the policy is for {} states and {} actions, the process has {} and {}",
        found.0, found.1, expected.0, expected.1
    )]
    Policy { found: (usize, usize), expected: (usize, usize) },
    #[error("{what} is {value}, but must be {rule}")]
    Setting { what: &'static str, value: f64, rule: &'static str },
    #[error("state {state} is out of range: the table has {states}")]
    State { state: usize, states: usize },
    #[error("the values grow without end: with discount 1 every episode must end under this policy")]
    Endless,
    #[error(transparent)]
    Env(#[from] EnvError),
}

/// A discount must lie in 0 to 1; 1 only where episodes are sure to end.
fn check_discount(discount: f64) -> Result<(), TabularError> {
    check("the discount", discount, (0.0..=1.0).contains(&discount), "from 0 to 1, for example 0.9")
}

fn check(what: &'static str, value: f64, fine: bool, rule: &'static str) -> Result<(), TabularError> {
    if fine { Ok(()) } else { Err(TabularError::Setting { what, value, rule }) }
}

/// How many states and actions an environment counts.
fn sizes<E>(env: &E) -> Result<(usize, usize), TabularError>
where
    E: Env<Observation = usize, Action = usize>,
{
    match (env.observation_space(), env.action_space()) {
        (Space::Discrete(states), Space::Discrete(actions)) => Ok((states, actions)),
        _ => Err(TabularError::Empty),
    }
}
