//! Listing 19.2.2: episodes to learn from, and episodes to be judged by.

use mlbook::cli::{Interrupted, StopFlag};
use serde::{Deserialize, Serialize};

use super::{DqnAgent, DqnError};
use crate::env::Env;

/// How long to train, and when to learn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Schedule {
    pub episodes: usize,
    /// Steps at random before the first episode.
    pub warm_up: usize,
    /// A learning step each so many steps.
    pub learn_every: usize,
    /// Whether the last step of an episode is followed by a learning step; not in the book.
    pub learn_at_end: bool,
    /// The learning rate falls in a straight line to this share of itself.
    pub final_rate: f64,
    /// Training is over when the mean reward of the last hundred episodes reaches this.
    pub solved_at: Option<f64>,
}

impl Schedule {
    /// The book's.
    pub fn book() -> Self {
        Self {
            episodes: 200,
            warm_up: 500,
            learn_every: 1,
            learn_at_end: false,
            final_rate: 1.0,
            solved_at: None,
        }
    }
}

/// An episode of a training.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct EpisodeRecord {
    pub steps: usize,
    pub reward: f64,
    /// The mean loss of its learning steps; NaN without one.
    pub loss: f32,
    pub epsilon: f64,
}

/// Trains an agent; `watch` is told of each episode as it ends.
///
/// # Errors
/// [`DqnError`]: what agent or environment refuse, or a stop on request.
pub fn train<E>(
    agent: &mut DqnAgent,
    env: &mut E,
    schedule: &Schedule,
    stop: &StopFlag,
    mut watch: impl FnMut(usize, &EpisodeRecord),
) -> Result<Vec<EpisodeRecord>, DqnError>
where
    E: Env<Action = usize>,
    E::Observation: AsRef<[f32]>,
{
    warm_up(agent, env, schedule.warm_up)?;
    let rate = agent.settings().learning_rate;
    let mut history = Vec::with_capacity(schedule.episodes);
    let mut steps = 0;
    for number in 1..=schedule.episodes {
        let share = (number - 1) as f64 / schedule.episodes as f64;
        agent.set_learning_rate(rate * (1.0 + share * (schedule.final_rate - 1.0)));
        let mut record = EpisodeRecord { steps: 0, reward: 0.0, loss: 0.0, epsilon: agent.epsilon() };
        let mut losses = 0;
        let (mut state, _) = env.reset(None);
        loop {
            let (next, reward, done) = live(agent, env, &state)?;
            state = next;
            steps += 1;
            record.steps += 1;
            record.reward += reward;
            if steps % schedule.learn_every.max(1) == 0 && (schedule.learn_at_end || !done) {
                record.loss += agent.replay()?;
                losses += 1;
                if stop.is_set() {
                    let at = format!("in episode {number} of {}", schedule.episodes);
                    return Err(Interrupted { at, resumable: false }.into());
                }
            }
            agent.after_step();
            if done {
                break;
            }
        }
        agent.after_episode();
        record.loss /= losses as f32;
        watch(number, &record);
        history.push(record);
        if schedule
            .solved_at
            .is_some_and(|reward| mean_of_last_hundred(&history).is_some_and(|mean| mean >= reward))
        {
            break;
        }
    }
    Ok(history)
}

/// The mean reward of the last hundred episodes, once there are as many.
pub fn mean_of_last_hundred(history: &[EpisodeRecord]) -> Option<f64> {
    let last = history.len().checked_sub(100).and_then(|first| history.get(first..))?;
    Some(last.iter().map(|record| record.reward).sum::<f64>() / 100.0)
}

/// Fills the memory.
fn warm_up<E>(agent: &mut DqnAgent, env: &mut E, steps: usize) -> Result<(), DqnError>
where
    E: Env<Action = usize>,
    E::Observation: AsRef<[f32]>,
{
    let (mut state, _) = env.reset(None);
    for _ in 0..steps {
        let (next, _, done) = live(agent, env, &state)?;
        state = if done { env.reset(None).0 } else { next };
    }
    Ok(())
}

/// One step, acted and remembered: the next state, the reward, whether the episode is over.
fn live<E>(
    agent: &mut DqnAgent,
    env: &mut E,
    state: &E::Observation,
) -> Result<(E::Observation, f64, bool), DqnError>
where
    E: Env<Action = usize>,
    E::Observation: AsRef<[f32]>,
{
    let action = agent.choose_action(state.as_ref())?;
    let step = env.step(action)?;
    agent.remember(state.as_ref(), action, &step)?;
    let done = step.done();
    Ok((step.observation, step.reward, done))
}

/// The rewards of so many episodes in which the agent does what it takes for the best.
///
/// # Errors
/// [`DqnError`]: what agent or environment refuse.
pub fn evaluate<E>(agent: &DqnAgent, env: &mut E, episodes: usize) -> Result<Vec<f64>, DqnError>
where
    E: Env<Action = usize>,
    E::Observation: AsRef<[f32]>,
{
    let mut rewards = Vec::with_capacity(episodes);
    for _ in 0..episodes {
        let (mut state, _) = env.reset(None);
        let mut total = 0.0;
        loop {
            let step = env.step(agent.best_action(state.as_ref())?)?;
            total += step.reward;
            if step.done() {
                break;
            }
            state = step.observation;
        }
        rewards.push(total);
    }
    Ok(rewards)
}
