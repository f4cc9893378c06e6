//! Monte Carlo: values are means of what whole episodes brought. No model is needed, but an episode must end before it teaches.

use mlbook::rng::NumpyRng;

use super::{Policy, TabularError, check, check_discount, sizes};
use crate::env::Env;

/// Steps after which an episode is cut off; a policy may go round in circles.
const MOST_STEPS: usize = 10_000;

/// How far a return moves a value in control.
const FORGETTING: f64 = 0.05;

/// Means of returns, and how many returns each is the mean of.
#[derive(Clone, Debug, PartialEq)]
pub struct Visits {
    pub means: Vec<f64>,
    pub counts: Vec<usize>,
}

impl Visits {
    fn new(length: usize) -> Self {
        Self { means: vec![0.0; length], counts: vec![0; length] }
    }

    fn add(&mut self, place: usize, value: f64) {
        self.counts[place] += 1;
        self.means[place] += (value - self.means[place]) / self.counts[place] as f64;
    }
}

/// The value of each state under a policy: the mean return after the first visit in each episode. States that no episode came to
/// keep a count of 0.
///
/// # Errors
/// [`TabularError`]: a discount outside of 0 to 1, an environment whose states are not counted or that refuses a step.
pub fn monte_carlo_prediction<E>(
    env: &mut E,
    policy: &Policy,
    discount: f64,
    episodes: usize,
    seed: u32,
) -> Result<Visits, TabularError>
where
    E: Env<Observation = usize, Action = usize>,
{
    check_discount(discount)?;
    let (states, _) = sizes(env)?;
    let mut rng = NumpyRng::new(seed);
    let mut visits = Visits::new(states);
    for _ in 0..episodes {
        let steps = episode(env, policy, &mut rng)?;
        for (state, value) in first_returns(&steps, discount, |step| step.state, states) {
            visits.add(state, value);
        }
    }
    Ok(visits)
}

/// The value of each action in each state, and the greedy policy for them, from episodes of an ε-greedy policy that follows its
/// own values: on-policy first-visit control. Each return moves a value a twentieth of the way, so that what an earlier, worse
/// policy brought is forgotten. ε falls from 1 to `epsilon` over the first half of the episodes.
///
/// # Errors
/// As [`monte_carlo_prediction`].
pub fn monte_carlo_control<E>(
    env: &mut E,
    discount: f64,
    epsilon: f64,
    episodes: usize,
    seed: u32,
) -> Result<(Vec<Vec<f64>>, Policy), TabularError>
where
    E: Env<Observation = usize, Action = usize>,
{
    check_discount(discount)?;
    check("epsilon", epsilon, (0.0..=1.0).contains(&epsilon), "from 0 to 1")?;
    let (states, actions) = sizes(env)?;
    let mut rng = NumpyRng::new(seed);
    let mut table = vec![vec![0.0; actions]; states];
    for number in 0..episodes {
        let share = (2.0 * number as f64 / episodes as f64).min(1.0);
        let policy = Policy::greedy(&table).softened(1.0 + share * (epsilon - 1.0));
        let steps = episode(env, &policy, &mut rng)?;
        let place = |step: &Move| step.state * actions + step.action;
        for (place, value) in first_returns(&steps, discount, place, states * actions) {
            let old = &mut table[place / actions][place % actions];
            *old += FORGETTING * (value - *old);
        }
    }
    let policy = Policy::greedy(&table);
    Ok((table, policy))
}

struct Move {
    state: usize,
    action: usize,
    reward: f64,
}

fn episode<E>(env: &mut E, policy: &Policy, rng: &mut NumpyRng) -> Result<Vec<Move>, TabularError>
where
    E: Env<Observation = usize, Action = usize>,
{
    let (mut state, _) = env.reset(None);
    let mut steps = Vec::new();
    for _ in 0..MOST_STEPS {
        let action = policy.draw(state, rng);
        let step = env.step(action)?;
        steps.push(Move { state, action, reward: step.reward });
        state = step.observation;
        if step.done() {
            break;
        }
    }
    Ok(steps)
}

/// Each place that an episode came to, with the discounted rewards after it came there first.
fn first_returns(
    steps: &[Move],
    discount: f64,
    place: impl Fn(&Move) -> usize,
    places: usize,
) -> Vec<(usize, f64)> {
    let mut first = vec![None; places];
    let mut value = 0.0;
    // From the end: the last one written is the first visit.
    for step in steps.iter().rev() {
        value = step.reward + discount * value;
        first[place(step)] = Some(value);
    }
    first.into_iter().enumerate().filter_map(|(place, value)| Some((place, value?))).collect()
}
