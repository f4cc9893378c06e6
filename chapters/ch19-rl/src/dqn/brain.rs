//! The two networks of an agent, wherever they are computed.

use burn::module::Module;
use burn::tensor::Device;
use mlbook::nn::adam;
use mlbook::nn::weights::{self, Arrays, WeightsError};
use mlbook::rng::Generator;
use mlbook::show;
use mlbook::train::Descent;

use super::by_hand::HandNetwork;
use super::network::{QNetwork, descend, matrix};
use super::{Batch, Loss};

/// The network that learns, and the one that its targets come from.
#[derive(Debug)]
pub enum Brain {
    /// On the processor, by hand.
    ByHand { online: HandNetwork, target: Option<HandNetwork> },
    /// On any device, by burn.
    OnDevice { online: Descent<QNetwork>, target: Option<QNetwork>, device: Device },
}

impl Brain {
    /// Networks with layers of these sizes; the second begins as a copy of the first. On the cpu they are computed by hand, which
    /// takes half the time and less; elsewhere by burn. The weights are the same.
    pub fn new(sizes: &[usize], with_target: bool, generator: &Generator, device: &Device) -> Self {
        if *device != Device::flex() {
            return Self::on_device(sizes, with_target, generator, device);
        }
        let online = HandNetwork::new(sizes, generator);
        Self::ByHand { target: with_target.then(|| online.clone()), online }
    }

    /// The same by burn on every device.
    pub fn on_device(sizes: &[usize], with_target: bool, generator: &Generator, device: &Device) -> Self {
        let network = QNetwork::new(sizes, generator, &device.clone().autodiff());
        let target = with_target.then(|| network.valid());
        Self::OnDevice { online: Descent::new(network, adam(), 0.0), target, device: device.clone() }
    }

    /// The values of the actions in one state.
    pub fn values_of(&self, state: &[f32]) -> Vec<f32> {
        match self {
            Self::ByHand { online, .. } => online.values_of(state),
            Self::OnDevice { online, device, .. } => {
                show::floats(&online.model().valid().forward(matrix(state, 1, device)))
            }
        }
    }

    /// What each of the next states is worth: the best action's value by the target network; if `double`, of the action that the
    /// learning network takes for the best.
    pub fn best_values(&mut self, next_states: &[f32], rows: usize, double: bool) -> Vec<f32> {
        let (choosing, judging) = match self {
            Self::ByHand { online, target: None } => (None, online.values(next_states).to_vec()),
            Self::ByHand { online, target: Some(target) } => {
                let choosing = double.then(|| online.values(next_states).to_vec());
                (choosing, target.values(next_states).to_vec())
            }
            Self::OnDevice { online, target, device } => {
                let states = matrix(next_states, rows, device); // [rows, numbers]
                let online = online.model().valid();
                let judge = target.as_ref().unwrap_or(&online);
                let choosing =
                    (double && target.is_some()).then(|| show::floats(&online.forward(states.clone())));
                (choosing, show::floats(&judge.forward(states)))
            }
        };
        let actions = judging.len() / rows.max(1);
        let chooser = choosing.as_ref().unwrap_or(&judging);
        let choices = chooser.chunks_exact(actions).map(best);
        choices.zip(judging.chunks_exact(actions)).map(|(choice, values)| values[choice]).collect()
    }

    /// One learning step; returns the loss before it.
    pub fn learn(
        &mut self,
        batch: &Batch<'_>,
        loss: Loss,
        learning_rate: f64,
        target_share: Option<f64>,
    ) -> f32 {
        match self {
            Self::ByHand { online, target } => {
                let loss = online.differentiate(batch, loss);
                online.step(learning_rate);
                if let (Some(target), Some(share)) = (target, target_share) {
                    target.follow(online, share as f32);
                }
                loss
            }
            Self::OnDevice { online, target, device } => {
                online.set_learning_rate(learning_rate);
                let loss = descend(online, batch, loss, device);
                if let (Some(target), Some(share)) = (target, target_share) {
                    target.follow(&online.model().valid(), share);
                }
                loss
            }
        }
    }

    /// The weights of the learning network, by the names that burn and PyTorch know.
    ///
    /// # Errors
    /// None that a caller could cause.
    pub fn weights(&self) -> Result<Arrays, WeightsError> {
        match self {
            Self::ByHand { online, .. } => Ok(online.weights()),
            Self::OnDevice { online, .. } => weights::to_arrays(online.model()),
        }
    }
}

/// The first of the largest.
pub(super) fn best(values: &[f32]) -> usize {
    (1..values.len()).fold(0, |best, action| if values[action] > values[best] { action } else { best })
}
