//! How an agent learns: the book's way, and one that can be relied on.

use serde::{Deserialize, Serialize};

use super::{DqnError, Loss};

/// When ε, the probability of a random action, is multiplied by its factor.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Decay {
    /// Once for each sample of each batch, as in the book: 32 times in a learning step, so that 0.995 is 0.85 a step, and nothing
    /// is left to chance after 29 steps, when the agent has hardly seen anything.
    PerSample(f64),
    /// Once for each episode.
    PerEpisode(f64),
    /// Once for each step.
    PerStep(f64),
}

/// An agent's settings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AgentSettings {
    /// Sizes of the hidden layers.
    pub hidden: Vec<usize>,
    pub discount: f64,
    /// Steps of which a transition is made; the value of the state after them stands for all later ones.
    pub steps: usize,
    pub epsilon: f64,
    pub epsilon_min: f64,
    pub epsilon_decay: Decay,
    pub learning_rate: f64,
    pub batch_size: usize,
    pub memory_size: usize,
    pub loss: Loss,
    /// The next state's value comes from a second network, whose weights go this share of the way to the first's with each
    /// learning step. `None`: from the network itself, which then runs after its own shadow.
    pub target_share: Option<f64>,
    /// The first network says which action is best in the next state, the second what it is worth (van Hasselt, 2016): one alone
    /// picks the actions that it overrates.
    pub double: bool,
    /// Rewards are multiplied by this before they are learned from: a network learns best about numbers around 1.
    pub reward_scale: f64,
    /// An episode that was cut off goes on in the estimate. The book takes it for an end.
    pub goes_on_when_cut: bool,
}

impl AgentSettings {
    /// The book's.
    pub fn book() -> Self {
        Self {
            hidden: vec![256, 128, 64],
            discount: 0.95,
            steps: 1,
            epsilon: 1.0,
            epsilon_min: 0.01,
            epsilon_decay: Decay::PerSample(0.995),
            learning_rate: 1e-3,
            batch_size: 32,
            memory_size: 2_000,
            loss: Loss::SquaredOverAllActions,
            target_share: None,
            double: false,
            reward_scale: 1.0,
            goes_on_when_cut: false,
        }
    }

    /// One that solves CartPole with nearly every seed: a second network for the targets, double DQN, Huber's loss, ε by episode,
    /// a longer memory and a longer view.
    pub fn reliable() -> Self {
        Self {
            hidden: vec![128, 128],
            discount: 0.99,
            steps: 5,
            epsilon: 1.0,
            epsilon_min: 0.01,
            epsilon_decay: Decay::PerEpisode(0.97),
            learning_rate: 5e-4,
            batch_size: 64,
            memory_size: 50_000,
            loss: Loss::Huber,
            target_share: Some(0.005),
            double: true,
            reward_scale: 1.0,
            goes_on_when_cut: true,
        }
    }

    pub(super) fn check(&self) -> Result<(), DqnError> {
        let refuse = |what, rule, found: String| Err(DqnError::Setting { what, rule, found });
        let (Decay::PerSample(decay) | Decay::PerEpisode(decay) | Decay::PerStep(decay)) = self.epsilon_decay;
        for (what, share) in [
            ("the discount", self.discount),
            ("epsilon", self.epsilon),
            ("epsilon_min", self.epsilon_min),
            ("epsilon_decay", decay),
            ("target_share", self.target_share.unwrap_or(1.0)),
        ] {
            if !(0.0..=1.0).contains(&share) {
                return refuse(what, "from 0 to 1", share.to_string());
            }
        }
        if !(self.learning_rate > 0.0 && self.learning_rate.is_finite()) {
            return refuse("the learning rate", "above 0", self.learning_rate.to_string());
        }
        for (what, count) in [("batch_size", self.batch_size), ("memory_size", self.memory_size)]
            .into_iter()
            .chain(self.hidden.iter().map(|&units| ("a hidden layer's size", units)))
        {
            if count == 0 {
                return refuse(what, "at least 1", count.to_string());
            }
        }
        Ok(())
    }
}
