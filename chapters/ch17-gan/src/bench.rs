//! How long a step of this chapter's networks takes.

use mlbook::bench::{Measures, median_ms};
use mlbook::prelude::*;
use mlbook::train::Descent;

use crate::convolutional::{ConvDiscriminator, ConvGenerator, Kind, critic};
use crate::game::{CRITIC_STEPS, Gan, Wgan};
use crate::noise::{Mode, create_noise};

const Z_SIZE: usize = 100;
const FILTERS: usize = 32;

/// Noise, forward, backward and one Adam step.
pub fn measures(steps: usize, device: &Device) -> Measures {
    Measures::from([
        ("ch17 DCGAN generator step, batch 32, cpu".to_owned(), generator_step(steps, device)),
        ("ch17 WGAN-GP critic step, batch 64, cpu".to_owned(), critic_step(steps, device)),
    ])
}

fn generator_step(steps: usize, device: &Device) -> f64 {
    let (training, generator) = (device.clone().autodiff(), Generator::seeded(1));
    let game = Gan {
        generator: ConvGenerator::new(Kind::Dcgan, Z_SIZE, FILTERS, &generator, &training),
        discriminator: ConvDiscriminator::new(FILTERS, &generator, &training),
    };
    let mut learner = Descent::new(game, adam(), 0.0003);
    median_ms(steps, || {
        let noise = create_noise(32, Z_SIZE, Mode::Uniform, &generator, &training);
        learner.step(learner.model().generator_loss(noise));
    })
}

fn critic_step(steps: usize, device: &Device) -> f64 {
    let (training, generator) = (device.clone().autodiff(), Generator::seeded(1));
    let batch = 64;
    let game = Wgan {
        generator: ConvGenerator::new(Kind::Wgan, Z_SIZE, FILTERS, &generator, &training),
        critic: critic(FILTERS, &generator, &training),
        critic_steps: CRITIC_STEPS,
    };
    let uniform = |shape: [usize; 4]| {
        let values = generator.lock().rand(shape.iter().product());
        Tensor::<4>::from_data(TensorData::new(values, shape), &training)
    };
    let real = uniform([batch, 1, 28, 28]) * 2.0 - 1.0;
    let mut learner = Descent::new(game, adam(), 0.0002);
    median_ms(steps, || {
        let noise = create_noise(batch, Z_SIZE, Mode::Uniform, &generator, &training);
        let shares = uniform([batch, 1, 1, 1]);
        learner.step(learner.model().critic_loss(real.clone(), noise, shares).loss);
    })
}
