//! The Q-network on burn's tensors, for any device: what a state's actions are worth.

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};
use mlbook::nn::{Linear, linear, relu};
use mlbook::rng::Generator;
use mlbook::train::Descent;

/// Dense layers with ReLUs between them: 42,562 parameters in the book's sizes.
#[derive(Module, Debug)]
pub struct QNetwork {
    layers: Vec<Linear>,
}

impl QNetwork {
    /// Layers of these sizes, from the numbers of a state to the number of actions, with PyTorch's initial weights.
    pub fn new(sizes: &[usize], generator: &Generator, device: &Device) -> Self {
        let layer = |pair: &[usize]| linear(pair[0], pair[1]).init(generator, device);
        Self { layers: sizes.windows(2).map(layer).collect() }
    }

    /// The values of the actions.
    ///
    /// # Shapes
    /// - states: `[batch, numbers]`
    /// - returns `[batch, actions]`
    pub fn forward(&self, states: Tensor<2>) -> Tensor<2> {
        let mut values = states;
        for (i, layer) in self.layers.iter().enumerate() {
            let before = if i == 0 { values } else { relu(values) };
            values = layer.forward(before); // [batch, out]
        }
        values
    }

    /// Moves every weight `share` of the way to those of `other`.
    pub fn follow(&mut self, other: &Self, share: f64) {
        for (mine, theirs) in self.layers.iter_mut().zip(&other.layers) {
            let goal = theirs.weight.val();
            mine.weight = mine.weight.clone().map(|weight| weight.clone() + (goal - weight) * share);
            if let (Some(bias), Some(theirs)) = (mine.bias.take(), &theirs.bias) {
                let goal = theirs.val();
                mine.bias = Some(bias.map(|bias| bias.clone() + (goal - bias) * share));
            }
        }
    }
}

/// States, the actions taken in them, and what these turned out to be worth.
#[derive(Clone, Copy, Debug)]
pub struct Batch<'a> {
    /// Row by row.
    pub states: &'a [f32],
    pub actions: &'a [usize],
    pub targets: &'a [f32],
}

impl Batch<'_> {
    /// The states on a device, `[batch, numbers]`.
    pub fn states_on(&self, device: &Device) -> Tensor<2> {
        matrix(self.states, self.actions.len(), device)
    }
}

/// Numbers row by row as a tensor `[rows, numbers]`.
pub(super) fn matrix(values: &[f32], rows: usize, device: &Device) -> Tensor<2> {
    Tensor::from_data(TensorData::new(values.to_vec(), [rows, values.len() / rows.max(1)]), device)
}

/// How far a value is from its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Loss {
    /// The book's: `MSELoss` over the values of all actions, where those not taken are their own targets. So the mean is over
    /// actions as well, and gradients are half of what the action alone would give, with two actions.
    SquaredOverAllActions,
    /// `SmoothL1Loss` of the action taken: squares up to a distance of 1, straight beyond, so that no surprise moves far.
    Huber,
}

impl Loss {
    /// The loss of a batch on a device.
    ///
    /// # Shapes
    /// - values: `[batch, actions]`
    /// - returns `[1]`
    pub fn of(self, values: Tensor<2>, batch: &Batch<'_>) -> Tensor<1> {
        let [rows, actions] = values.dims();
        let device = values.device().inner();
        let mut taken = vec![0.0_f32; rows * actions];
        let mut targets = vec![0.0_f32; rows * actions];
        for (row, (&action, &target)) in batch.actions.iter().zip(batch.targets).enumerate() {
            taken[row * actions + action] = 1.0;
            targets[row * actions + action] = target;
        }
        let [taken, targets] = [taken, targets].map(|numbers| matrix(&numbers, rows, &device));
        let error = values * Tensor::from_inner(taken) - Tensor::from_inner(targets); // [batch, actions], 0 if not taken
        match self {
            Self::SquaredOverAllActions => (error.clone() * error).mean(),
            Self::Huber => {
                let distance = error.abs();
                let near = distance.clone().clamp_max(1.0);
                (near.clone() * (distance - near * 0.5)).sum() / rows as f64
            }
        }
    }

    /// The same by hand: the loss of a batch, and its gradient with respect to `values` (`[batch, actions]`).
    pub(super) fn gradient(
        self,
        values: &[f32],
        actions: usize,
        batch: &Batch<'_>,
        gradient: &mut Vec<f32>,
    ) -> f32 {
        gradient.clear();
        gradient.resize(values.len(), 0.0);
        let rows = batch.actions.len() as f32;
        let mut total = 0.0;
        for (row, (&action, target)) in batch.actions.iter().zip(batch.targets).enumerate() {
            let place = row * actions + action;
            let error = values[place] - target;
            let (loss, slope) = match self {
                Self::SquaredOverAllActions => (error * error / actions as f32, 2.0 * error / actions as f32),
                Self::Huber if error.abs() < 1.0 => (0.5 * error * error, error),
                Self::Huber => (error.abs() - 0.5, error.signum()),
            };
            total += loss;
            gradient[place] = slope / rows;
        }
        total / rows
    }
}

/// One learning step on a device; returns the loss before it.
pub(super) fn descend(
    descent: &mut Descent<QNetwork>,
    batch: &Batch<'_>,
    loss: Loss,
    device: &Device,
) -> f32 {
    let states = Tensor::from_inner(batch.states_on(device)); // [batch, numbers]
    let loss = loss.of(descent.model().forward(states), batch);
    let number = loss.clone().inner();
    descent.step(loss);
    number.into_scalar::<f32>()
}
