//! Listing 19.2.1: an agent with a network, a memory, and less and less left to chance.

use burn::tensor::Device;
use mlbook::rng::{Generator, NumpyRng};

use super::brain::best;
use super::lookahead::Lookahead;
use super::memory::{ReplayMemory, Sample};
use super::{AgentSettings, Batch, Brain, Decay, DqnError, check_state};
use crate::env::{Env, EnvError, Space, Step};

/// The book's `DQNAgent`.
#[derive(Debug)]
pub struct DqnAgent {
    settings: AgentSettings,
    width: usize,
    actions: usize,
    brain: Brain,
    lookahead: Lookahead,
    memory: ReplayMemory,
    sample: Sample,
    targets: Vec<f32>,
    epsilon: f64,
    learning_rate: f64,
    rng: NumpyRng,
}

impl DqnAgent {
    /// An agent for an environment. The seed is that of its weights, of its random actions and of its batches.
    ///
    /// # Errors
    /// [`DqnError`]: settings out of range, or an environment that does not observe numbers and count its actions.
    pub fn new<E: Env<Action = usize>>(
        env: &E,
        settings: AgentSettings,
        seed: u64,
        device: &Device,
    ) -> Result<Self, DqnError> {
        settings.check()?;
        let (Space::Box { low, .. }, Space::Discrete(actions)) =
            (env.observation_space(), env.action_space())
        else {
            return Err(DqnError::Spaces);
        };
        let width = low.len();
        let sizes: Vec<usize> =
            std::iter::once(width).chain(settings.hidden.iter().copied()).chain([actions]).collect();
        Ok(Self {
            width,
            actions,
            brain: Brain::new(&sizes, settings.target_share.is_some(), &Generator::seeded(seed), device),
            lookahead: Lookahead::new(settings.steps, settings.discount),
            memory: ReplayMemory::new(width, settings.memory_size)?,
            sample: Sample::default(),
            targets: Vec::new(),
            epsilon: settings.epsilon,
            learning_rate: settings.learning_rate,
            rng: NumpyRng::new(seed as u32),
            settings,
        })
    }

    /// Its settings.
    pub fn settings(&self) -> &AgentSettings {
        &self.settings
    }

    /// Its networks.
    pub fn brain(&self) -> &Brain {
        &self.brain
    }

    /// What it remembers.
    pub fn memory(&self) -> &ReplayMemory {
        &self.memory
    }

    /// The probability of a random action, now.
    pub fn epsilon(&self) -> f64 {
        self.epsilon
    }

    /// Changes the length of learning steps from here on.
    pub fn set_learning_rate(&mut self, learning_rate: f64) {
        self.learning_rate = learning_rate;
    }

    /// A random action with probability ε, else the best.
    ///
    /// # Errors
    /// A state of another width, or with NaN or infinity in it.
    pub fn choose_action(&mut self, state: &[f32]) -> Result<usize, DqnError> {
        check_state(state, self.width)?;
        if self.rng.rand(1)[0] <= self.epsilon {
            return Ok(self.rng.randint(1, 0, self.actions as i64).map_or(0, |drawn| drawn[0] as usize));
        }
        self.best_action(state)
    }

    /// The best action by what it has learned.
    ///
    /// # Errors
    /// As [`DqnAgent::choose_action`].
    pub fn best_action(&self, state: &[f32]) -> Result<usize, DqnError> {
        check_state(state, self.width)?;
        Ok(best(&self.brain.values_of(state)))
    }

    /// Keeps a step. If it was cut off, the agent goes by its settings.
    ///
    /// # Errors
    /// An action that there is not; states of another width or with NaN in them.
    pub fn remember(
        &mut self,
        state: &[f32],
        action: usize,
        step: &Step<impl AsRef<[f32]>>,
    ) -> Result<(), DqnError> {
        EnvError::check_action(action, self.actions)?;
        let ended = step.terminated || (step.truncated && !self.settings.goes_on_when_cut);
        let next_state = step.observation.as_ref();
        let mut kept = Ok(());
        let memory = &mut self.memory;
        let reward = step.reward * self.settings.reward_scale;
        self.lookahead.push((state, action, reward), next_state, (ended, step.done()), |transition| {
            if kept.is_ok() {
                kept = memory.push(&transition);
            }
        });
        kept
    }

    /// Learns from a batch of memories; returns the loss.
    ///
    /// # Errors
    /// [`DqnError::BatchTooLarge`] if it remembers fewer; [`DqnError::Diverged`] when the loss is no number any more.
    pub fn replay(&mut self) -> Result<f32, DqnError> {
        let settings = &self.settings;
        self.memory.sample(settings.batch_size, &mut self.rng, &mut self.sample)?;
        let sample = &self.sample;
        let later = self.brain.best_values(&sample.next_states, sample.actions.len(), settings.double);
        self.targets.clear();
        for ((reward, discount), later) in sample.rewards.iter().zip(&sample.discounts).zip(later) {
            self.targets.push(reward + discount * later);
        }
        let batch = Batch { states: &sample.states, actions: &sample.actions, targets: &self.targets };
        let loss = self.brain.learn(&batch, settings.loss, self.learning_rate, settings.target_share);
        if let Decay::PerSample(factor) = settings.epsilon_decay {
            for _ in 0..settings.batch_size {
                self.decay(factor);
            }
        }
        if loss.is_finite() { Ok(loss) } else { Err(DqnError::Diverged(loss)) }
    }

    /// A step is over.
    pub(super) fn after_step(&mut self) {
        if let Decay::PerStep(factor) = self.settings.epsilon_decay {
            self.decay(factor);
        }
    }

    /// An episode is over.
    pub(super) fn after_episode(&mut self) {
        if let Decay::PerEpisode(factor) = self.settings.epsilon_decay {
            self.decay(factor);
        }
    }

    fn decay(&mut self, factor: f64) {
        if self.epsilon > self.settings.epsilon_min {
            self.epsilon *= factor;
        }
    }
}
