//! A WGAN with gradient penalty whose pictures are rows of a table: dense networks, the same critic and the same penalty as in 17.2.

use mlbook::nn::critic::{gradient_penalty, interpolated};
use mlbook::prelude::*;
use mlbook::train::Descent;

use crate::noise::{Mode, create_noise};

/// Hidden units of both networks.
const HIDDEN: usize = 64;
/// Numbers in a vector of noise.
const Z_SIZE: usize = 16;
const BATCH: usize = 32;
const CRITIC_STEPS: usize = 5;
const PENALTY_WEIGHT: f64 = 10.0;
const LEARNING_RATE: f64 = 0.0005;
const SLOPE: f64 = 0.2;

/// Makes rows of noise.
#[derive(Module, Debug)]
pub struct RowGenerator {
    hidden1: Linear,
    hidden2: Linear,
    output: Linear,
}

impl RowGenerator {
    fn new(columns: usize, rng: &Generator, device: &Device) -> Self {
        Self {
            hidden1: linear(Z_SIZE, HIDDEN).init(rng, device),
            hidden2: linear(HIDDEN, HIDDEN).init(rng, device),
            output: linear(HIDDEN, columns).init(rng, device),
        }
    }

    /// # Shapes
    /// - noise: `[batch, 16]`; returns `[batch, columns]`, in units of deviations
    pub fn forward(&self, noise: Tensor<2>) -> Tensor<2> {
        let x = leaky_relu(self.hidden1.forward(noise), SLOPE); // [batch, 64]
        let x = leaky_relu(self.hidden2.forward(x), SLOPE); // [batch, 64]
        self.output.forward(x) // [batch, columns]
    }
}

/// Both networks.
#[derive(Module, Debug)]
pub struct TableGan {
    pub generator: RowGenerator,
    pub critic: Critic,
}

impl TableGan {
    fn new(columns: usize, rng: &Generator, device: &Device) -> Self {
        let leaky = || LeakyRelu::new(SLOPE).into();
        let critic = Critic::new(vec![
            linear(columns, HIDDEN).init(rng, device).into(),
            leaky(),
            linear(HIDDEN, HIDDEN).init(rng, device).into(),
            leaky(),
            linear(HIDDEN, 1).init(rng, device).into(),
        ]);
        Self { generator: RowGenerator::new(columns, rng, device), critic }
    }

    /// Learns from rows, `[rows, columns]`, in `steps` rounds of five steps of the critic and one of the generator.
    ///
    /// # Errors
    /// Ctrl-C.
    pub fn fit(rows: &Tensor<2>, steps: usize, rng: &Generator, run: &Run) -> anyhow::Result<Self> {
        let device = run.training_device();
        let [count, columns] = rows.dims();
        let rows = Tensor::<2>::from_inner(rows.clone());
        let mut learner = Descent::new(Self::new(columns, rng, &device), adam(), LEARNING_RATE);
        let noise = || create_noise(BATCH, Z_SIZE, Mode::Normal, rng, &device);
        for _ in 0..steps {
            if run.stop.is_set() {
                let at = "while rows were learnt".to_owned();
                return Err(mlbook::cli::Interrupted { at, resumable: false }.into());
            }
            for _ in 0..CRITIC_STEPS {
                let (chosen, shares) = {
                    let mut rng = rng.lock();
                    (rng.randint(BATCH, 0, count as i64)?, rng.rand(BATCH))
                };
                let chosen = Tensor::<1, Int>::from_data(TensorData::new(chosen, [BATCH]), &device);
                let real = rows.clone().select(0, chosen);
                let shares = Tensor::from_data(TensorData::new(shares, [BATCH, 1, 1, 1]), &device);
                let game = learner.model();
                let fake = game.generator.clone().no_grad().forward(noise()).detach();
                let [real, fake] = [real, fake].map(as_images);
                let penalty = gradient_penalty(
                    &game.critic,
                    interpolated(real.clone(), fake.clone(), shares),
                    PENALTY_WEIGHT,
                );
                let loss = game.critic.forward(fake).mean() - game.critic.forward(real).mean() + penalty;
                learner.step(loss);
            }
            let game = learner.model();
            let fake = as_images(game.generator.forward(noise()));
            let loss = game.critic.clone().no_grad().forward(fake).mean().neg();
            learner.step(loss);
        }
        Ok(learner.into_model().valid())
    }

    /// `count` new rows, `[count, columns]`.
    pub fn rows(&self, count: usize, rng: &Generator, device: &Device) -> Tensor<2> {
        self.generator.forward(create_noise(count, Z_SIZE, Mode::Normal, rng, device))
    }

    /// How real the critic finds rows: `[rows, columns]` to `[rows]`.
    pub fn judge(&self, rows: Tensor<2>) -> Vec<f32> {
        mlbook::show::floats(&self.critic.forward(as_images(rows)))
    }
}

/// Rows as images of one pixel with a channel for each column.
fn as_images(rows: Tensor<2>) -> Tensor<4> {
    rows.unsqueeze_dims(&[2, 3])
}
