//! Sections 17.2.5 to 17.2.8: a critic in place of the discriminator, held in check by a gradient penalty.
//! With `--book` 100 epochs of 60,000 digits; by default shapes of digits in under a minute.

use mlbook::prelude::*;

use crate::convolutional::{ConvGenerator, Kind, critic};
use crate::game::{CRITIC_STEPS, Rates, Wgan};
use crate::learn::{Course, Described, DigitFlags, Reals, learn};
use crate::noise::Mode;
use crate::report::report;

mlbook::settings! {
    /// Settings of the Wasserstein GAN.
    pub struct WganSettings, flags WganFlags {
        /// Passes over the digits
        num_epochs: usize, at_least_one, quick 6, book 100;
        /// Digits in a mini-batch
        batch_size: usize, at_least_one, quick 32, book 64;
        /// Numbers in a vector of noise
        z_size: usize, at_least_one, quick 100, book 100;
        /// Channels of the generator's last maps and of the critic's first
        n_filters: usize, at_least_one, quick 12, book 32;
        /// Times that the critic learns from a batch before the generator learns once
        critic_steps: usize, at_least_one, quick 2, book CRITIC_STEPS;
        /// Adam's learning rate for the generator
        lr_generator: f64, positive, quick 0.002, book 0.0002;
        /// Adam's learning rate for the critic
        lr_discriminator: f64, positive, quick 0.002, book 0.0002;
        /// Real digits that the score compares with
        score_digits: usize, at_least_one, quick 2000, book 10_000;
    }
}

/// The book's losses of the critic; it does not give the generator's.
const BOOK: [(usize, f64, f64); 5] = [
    (1, f64::NAN, -0.5891),
    (2, f64::NAN, -0.6277),
    (4, f64::NAN, -0.6043),
    (10, f64::NAN, -0.4701),
    (100, f64::NAN, -0.4794),
];

/// Data in, two networks, a game, figures out.
pub fn run(run: &Run, mode: Mode, digits: &DigitFlags, settings: &WganSettings) -> anyhow::Result<()> {
    let reals = Reals::load(digits, settings.batch_size, run)?;
    let course = Course {
        num_epochs: settings.num_epochs,
        batch_size: settings.batch_size,
        z_size: settings.z_size,
        mode,
        rates: Rates { generator: settings.lr_generator, discriminator: settings.lr_discriminator },
    };
    let new = |generator: &Generator, device: &Device| Wgan {
        generator: ConvGenerator::new(Kind::Wgan, settings.z_size, settings.n_filters, generator, device),
        critic: critic(settings.n_filters, generator, device),
        critic_steps: settings.critic_steps,
    };
    let described = Described { game: "wgan-gp", noise: mode, digits: digits.digits, settings };
    let played = learn(new, &reals, &course, &described, run)?;
    report(&played, &reals, settings.score_digits, &BOOK, "critic loss", run)
}
