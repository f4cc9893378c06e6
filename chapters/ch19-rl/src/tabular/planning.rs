//! Dynamic programming: who knows the model need not try anything out.

use super::{Mdp, Policy, TabularError, check, check_discount};

/// Sweeps after which values are taken to grow without end.
const MOST_SWEEPS: usize = 100_000;

/// The values of all states, the policy they belong to, and the sweeps over all states that it took.
#[derive(Clone, Debug, PartialEq)]
pub struct Solution {
    pub values: Vec<f64>,
    pub policy: Policy,
    pub sweeps: usize,
}

/// What each state is worth under a policy: Bellman's equation as an update, until no value moves by more than `tolerance`.
///
/// # Errors
/// [`TabularError`]: a policy for another process, a discount outside of 0 to 1, values that never settle.
pub fn evaluate_policy(
    mdp: &Mdp,
    policy: &Policy,
    discount: f64,
    tolerance: f64,
) -> Result<Solution, TabularError> {
    policy.check(mdp)?;
    let expected = |state: usize, values: &[f64]| {
        let probabilities = policy.probabilities(state).iter().enumerate();
        probabilities.map(|(action, p)| p * mdp.action_value(state, action, values, discount)).sum()
    };
    let (values, sweeps) = settle(mdp, discount, tolerance, expected)?;
    Ok(Solution { values, policy: policy.clone(), sweeps })
}

/// The best values and a policy that has them: Bellman's optimality equation as an update.
///
/// # Errors
/// As [`evaluate_policy`].
pub fn value_iteration(mdp: &Mdp, discount: f64, tolerance: f64) -> Result<Solution, TabularError> {
    let best = |state: usize, values: &[f64]| {
        let action_values =
            (0..mdp.actions()).map(|action| mdp.action_value(state, action, values, discount));
        action_values.fold(f64::NEG_INFINITY, f64::max)
    };
    let (values, sweeps) = settle(mdp, discount, tolerance, best)?;
    let policy = Policy::greedy_for(mdp, &values, discount);
    Ok(Solution { values, policy, sweeps })
}

/// Evaluates a policy, makes it greedy for its own values, and so on until it does not change. `sweeps` counts the rounds.
///
/// # Errors
/// As [`evaluate_policy`].
pub fn policy_iteration(mdp: &Mdp, discount: f64) -> Result<Solution, TabularError> {
    let mut policy = Policy::uniform(mdp.states(), mdp.actions());
    for round in 1..=MOST_SWEEPS {
        let values = solve_policy(mdp, &policy, discount)?;
        let better = Policy::greedy_for(mdp, &values, discount);
        if better == policy {
            return Ok(Solution { values, policy, sweeps: round });
        }
        policy = better;
    }
    Err(TabularError::Endless)
}

/// The values of a policy in closed form: v = r + γ P v is a system of linear equations, solved by elimination.
///
/// # Errors
/// As [`evaluate_policy`]; with discount 1 also a policy under which some episode never ends.
pub fn solve_policy(mdp: &Mdp, policy: &Policy, discount: f64) -> Result<Vec<f64>, TabularError> {
    policy.check(mdp)?;
    check_discount(discount)?;
    let states = mdp.states();
    // Row by row: the identity minus γP, and the expected reward at the end.
    let mut rows = vec![vec![0.0; states + 1]; states];
    for (state, row) in rows.iter_mut().enumerate() {
        row[state] = 1.0;
        for (action, &chance) in policy.probabilities(state).iter().enumerate() {
            for outcome in mdp.outcomes(state, action) {
                let weight = chance * outcome.probability;
                row[states] += weight * outcome.reward;
                if !outcome.done {
                    row[outcome.next] -= weight * discount;
                }
            }
        }
    }
    eliminate(rows).ok_or(TabularError::Endless)
}

/// Sweeps over all states until no value moves by more than `tolerance`; new values count at once.
fn settle(
    mdp: &Mdp,
    discount: f64,
    tolerance: f64,
    update: impl Fn(usize, &[f64]) -> f64,
) -> Result<(Vec<f64>, usize), TabularError> {
    check_discount(discount)?;
    check("the tolerance", tolerance, tolerance > 0.0, "above 0, for example 1e-10")?;
    let mut values = vec![0.0; mdp.states()];
    for sweep in 1..=MOST_SWEEPS {
        let mut largest = 0.0_f64;
        for state in 0..mdp.states() {
            let value = update(state, &values);
            largest = largest.max((value - values[state]).abs());
            values[state] = value;
        }
        if largest <= tolerance {
            return Ok((values, sweep));
        }
    }
    Err(TabularError::Endless)
}

/// Gauss and Jordan's elimination with the largest pivots; `None` if there is no single solution.
fn eliminate(mut rows: Vec<Vec<f64>>) -> Option<Vec<f64>> {
    let count = rows.len();
    for column in 0..count {
        let size = |row: &usize| rows[*row][column].abs();
        let pivot = (column..count).max_by(|a, b| size(a).total_cmp(&size(b)))?;
        if size(&pivot) < 1e-12 {
            return None;
        }
        rows.swap(column, pivot);
        let divisor = rows[column][column];
        rows[column].iter_mut().for_each(|value| *value /= divisor);
        let line = rows[column].clone();
        for (_, row) in rows.iter_mut().enumerate().filter(|(row, _)| *row != column) {
            let factor = row[column];
            if factor != 0.0 {
                row.iter_mut().zip(&line).for_each(|(value, above)| *value -= factor * above);
            }
        }
    }
    rows.iter().map(|row| row.last().copied()).collect()
}
