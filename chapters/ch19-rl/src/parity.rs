//! The Q-network with PyTorch's weights: same values, targets, losses, gradients and steps as PyTorch, by hand and by burn.

use std::path::Path;

use mlbook::nn::weights::Arrays;
use mlbook::parity::{self, Fixture, ParityError, Row, largest_error};
use mlbook::prelude::*;
use mlbook::show;

use crate::dqn::by_hand::HandNetwork;
use crate::dqn::{Batch, Loss, QNetwork};

/// The book's discount, which the fixture's targets have.
const DISCOUNT: f32 = 0.95;
/// PyTorch numbers the ReLUs too.
const LAYERS: [(&str, &str); 4] =
    [("0", "layers.0"), ("2", "layers.1"), ("4", "layers.2"), ("6", "layers.3")];

/// Compares this chapter's network with its fixture in `dir`.
pub fn rows(dir: &Path, device: &Device) -> Result<Vec<Row>, ParityError> {
    let mut rows = Vec::new();
    for name in Fixture::names(dir, "ch19_")? {
        if name.starts_with("ch19_dqn") {
            let fixture = Fixture::read(dir, &name)?.renamed(&LAYERS);
            rows.push(by_burn(&fixture, device)?);
            rows.push(by_hand(&fixture)?);
        } else {
            say!("{name}: this model is not ported yet");
        }
    }
    Ok(rows)
}

/// The fixture's batch; shapes come from the file.
struct Replay<'a> {
    states: &'a [f32],
    next_states: &'a [f32],
    actions: Vec<usize>,
    rewards: &'a [f32],
    done: Vec<bool>,
    sizes: Vec<usize>,
}

impl<'a> Replay<'a> {
    fn read(fixture: &'a Fixture) -> Result<Self, ParityError> {
        let numbers = |name: &str| -> Result<&'a [f32], ParityError> { Ok(&fixture.array(name)?.values) };
        let mut sizes = vec![fixture.array("in.state")?.shape.last().copied().unwrap_or_default()];
        for (_, layer) in LAYERS {
            sizes.push(fixture.array(&format!("param.{layer}.bias"))?.values.len());
        }
        Ok(Self {
            states: numbers("in.state")?,
            next_states: numbers("in.next_state")?,
            actions: numbers("in.action")?.iter().map(|&action| action as usize).collect(),
            rewards: numbers("in.reward")?,
            done: numbers("in.done")?.iter().map(|&done| done != 0.0).collect(),
            sizes,
        })
    }

    /// What the actions turned out to be worth, by the values of the next states.
    fn targets(&self, next_values: &[f32]) -> Vec<f32> {
        let actions = self.sizes.last().copied().unwrap_or(1);
        let best = next_values.chunks(actions).map(|values| values.iter().copied().fold(f32::MIN, f32::max));
        let outcomes = self.rewards.iter().zip(&self.done).zip(best);
        outcomes
            .map(|((reward, done), best)| if *done { *reward } else { reward + DISCOUNT * best })
            .collect()
    }

    /// The book's target vectors: the network's own values but for the action taken.
    fn target_rows(&self, values: &[f32], targets: &[f32]) -> Vec<f32> {
        let mut rows = values.to_vec();
        let actions = self.sizes.last().copied().unwrap_or(1);
        for (row, (&action, &target)) in self.actions.iter().zip(targets).enumerate() {
            rows[row * actions + action] = target;
        }
        rows
    }

    fn batch<'b>(&'b self, targets: &'b [f32]) -> Batch<'b> {
        Batch { states: self.states, actions: &self.actions, targets }
    }
}

fn by_burn(fixture: &Fixture, device: &Device) -> Result<Row, ParityError> {
    let replay = Replay::read(fixture)?;
    let generator = Generator::seeded(1);
    let targets = |model: &QNetwork, device: &Device| -> Result<Vec<f32>, ParityError> {
        Ok(replay.targets(&show::floats(&model.forward(fixture.tensor("in.next_state", device)?))))
    };
    parity::supervised(
        fixture,
        device,
        |device| QNetwork::new(&replay.sizes, &generator, device),
        |model, device| {
            let values = model.forward(fixture.tensor("in.state", device)?); // [batch, actions]
            let targets = targets(model, device)?;
            let rows = replay.target_rows(&show::floats(&values), &targets);
            Ok(vec![
                ("q_next", model.forward(fixture.tensor("in.next_state", device)?)),
                ("target", Tensor::from_data(TensorData::new(rows, values.dims()), device)),
                ("q", values),
            ])
        },
        |model, device| {
            let values = model.forward(fixture.tensor("in.state", device)?); // [batch, actions]
            let targets = targets(model, device)?;
            Ok(Loss::SquaredOverAllActions.of(values, &replay.batch(&targets)))
        },
        adam(),
    )
}

/// The same on plain slices, which is what learns on the cpu.
fn by_hand(fixture: &Fixture) -> Result<Row, ParityError> {
    let replay = Replay::read(fixture)?;
    let missing =
        || ParityError::Missing { fixture: fixture.name.clone(), name: "param.layers.0.weight".to_owned() };
    let mut network = HandNetwork::from_weights(&fixture.parameters()?).ok_or_else(missing)?;
    let error = |got: &[f32], name: &str| -> Result<f64, ParityError> {
        Ok(largest_error(got, &fixture.array(name)?.values))
    };
    let values = network.values(replay.states).to_vec();
    let next_values = network.values(replay.next_states).to_vec();
    let targets = replay.targets(&next_values);
    let outputs = error(&values, "out.q")?
        .max(error(&next_values, "out.q_next")?)
        .max(error(&targets, "out.target_value")?)
        .max(error(&replay.target_rows(&values, &targets), "out.target")?);

    let rate = fixture.learning_rate()?;
    let (mut losses, mut gradients, mut steps) = (Vec::new(), 0.0_f64, 0.0_f64);
    for step in 0..5 {
        let next_values = network.values(replay.next_states).to_vec();
        let targets = replay.targets(&next_values);
        losses.push(network.differentiate(&replay.batch(&targets), Loss::SquaredOverAllActions));
        network.step(rate);
        if step == 0 {
            let worst = |arrays: &Arrays, prefix: &str| -> Result<f64, ParityError> {
                let mut worst = 0.0_f64;
                for (name, array) in arrays {
                    worst = worst.max(error(&array.values, &format!("{prefix}.{name}"))?);
                }
                Ok(worst)
            };
            gradients = worst(&network.gradients(), "grad")?;
            steps = worst(&network.weights(), "step")?;
        }
    }
    Ok(Row {
        model: "… by hand".to_owned(),
        outputs: Some(outputs),
        loss: Some(error(&losses[..1], "loss")?),
        gradients: Some(gradients),
        step: Some(steps),
        losses: Some(error(&losses, "losses")?),
    })
}
