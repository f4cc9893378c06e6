//! Section 17.1: two dense networks play against each other until one draws digits.
//! With `--book` 100 epochs of 60,000 digits; by default shapes of digits in half a minute.

use mlbook::prelude::*;

use crate::dense::{DenseDiscriminator, DenseGenerator};
use crate::game::{Gan, Rates};
use crate::learn::{Course, Described, DigitFlags, Reals, learn};
use crate::noise::Mode;
use crate::report::report;

mlbook::settings! {
    /// Settings of the dense GAN.
    pub struct GanSettings, flags GanFlags {
        /// Passes over the digits
        num_epochs: usize, at_least_one, quick 60, book 100;
        /// Digits in a mini-batch
        batch_size: usize, at_least_one, quick 64, book 64;
        /// Numbers in a vector of noise
        z_size: usize, at_least_one, quick 20, book 20;
        /// Hidden units of both networks
        hidden_size: usize, at_least_one, quick 100, book 100;
        /// Adam's learning rate for the generator
        lr_generator: f64, positive, quick 0.001, book 0.001;
        /// Adam's learning rate for the discriminator
        lr_discriminator: f64, positive, quick 0.001, book 0.001;
        /// Real digits that the score compares with
        score_digits: usize, at_least_one, quick 2000, book 10_000;
    }
}

/// The book's two runs: generator and discriminator loss after epochs 1, 2 and 100.
const BOOK: [(usize, f64, f64); 3] = [(1, 0.9546, 0.8957), (2, 0.9571, 1.0841), (100, 0.8622, 1.2878)];

/// Data in, two networks, a game, figures out.
pub fn run(run: &Run, mode: Mode, digits: &DigitFlags, settings: &GanSettings) -> anyhow::Result<()> {
    let reals = Reals::load(digits, settings.batch_size, run)?;
    let course = Course {
        num_epochs: settings.num_epochs,
        batch_size: settings.batch_size,
        z_size: settings.z_size,
        mode,
        rates: Rates { generator: settings.lr_generator, discriminator: settings.lr_discriminator },
    };
    let new = |generator: &Generator, device: &Device| Gan {
        generator: DenseGenerator::new(settings.z_size, settings.hidden_size, generator, device),
        discriminator: DenseDiscriminator::new(settings.hidden_size, generator, device),
    };
    let described = Described { game: "gan", noise: mode, digits: digits.digits, settings };
    let played = learn(new, &reals, &course, &described, run)?;
    report(&played, &reals, settings.score_digits, &BOOK, "discriminator loss", run)
}
