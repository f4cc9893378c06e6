//! Listing 19.1.4: temporal differences. Every step teaches, by the value that the table already gives to where it led.

use super::{Rates, TableAgent, TabularError, sizes};
use crate::env::Env;

/// Where the value of the next state comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// From the best action there, whatever is done next: off-policy, Q-learning (Watkins, 1989).
    QLearning,
    /// From the action that is in fact taken next: on-policy, SARSA (Rummery and Niranjan, 1994).
    Sarsa,
}

/// One episode of a training.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct EpisodeRecord {
    pub moves: usize,
    pub last_reward: f64,
    /// The book's grid ends an episode one move late; there this is the reward that counts.
    pub reward_before_last: f64,
}

/// What a training leaves: the agent with its table, and its episodes.
#[derive(Clone, Debug)]
pub struct Learned {
    pub agent: TableAgent,
    pub history: Vec<EpisodeRecord>,
}

/// The book's `run_qlearning`.
///
/// # Errors
/// As [`learn`].
pub fn q_learning<E>(env: &mut E, rates: Rates, episodes: usize, seed: u32) -> Result<Learned, TabularError>
where
    E: Env<Observation = usize, Action = usize>,
{
    learn(env, Rule::QLearning, rates, episodes, seed)
}

/// The same by [`Rule::Sarsa`].
///
/// # Errors
/// As [`learn`].
pub fn sarsa<E>(env: &mut E, rates: Rates, episodes: usize, seed: u32) -> Result<Learned, TabularError>
where
    E: Env<Observation = usize, Action = usize>,
{
    learn(env, Rule::Sarsa, rates, episodes, seed)
}

/// Lets a new agent learn from so many episodes.
///
/// # Errors
/// [`TabularError`]: rates out of range, an environment whose states or actions are not counted, or one that refuses a step.
pub fn learn<E>(
    env: &mut E,
    rule: Rule,
    rates: Rates,
    episodes: usize,
    seed: u32,
) -> Result<Learned, TabularError>
where
    E: Env<Observation = usize, Action = usize>,
{
    let (states, actions) = sizes(env)?;
    let mut agent = TableAgent::new(states, actions, rates, seed)?;
    let mut history = Vec::with_capacity(episodes);
    for _ in 0..episodes {
        history.push(episode(env, &mut agent, rule)?);
    }
    Ok(Learned { agent, history })
}

fn episode<E>(env: &mut E, agent: &mut TableAgent, rule: Rule) -> Result<EpisodeRecord, TabularError>
where
    E: Env<Observation = usize, Action = usize>,
{
    let mut record = EpisodeRecord::default();
    let (mut state, _) = env.reset(None);
    let mut action = agent.choose_action(state)?;
    loop {
        let step = env.step(action)?;
        let next = step.observation;
        record.moves += 1;
        record.reward_before_last = record.last_reward;
        record.last_reward = step.reward;
        match rule {
            Rule::QLearning => {
                let later = (!step.terminated).then(|| agent.value(next, None));
                agent.learn(state, action, step.reward, later)?;
                if step.done() {
                    return Ok(record);
                }
                action = agent.choose_action(next)?;
            }
            Rule::Sarsa => {
                let next_action = agent.choose_action(next)?;
                let later = (!step.terminated).then(|| agent.value(next, Some(next_action)));
                agent.learn(state, action, step.reward, later)?;
                if step.done() {
                    return Ok(record);
                }
                action = next_action;
            }
        }
        state = next;
    }
}
