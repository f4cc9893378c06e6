//! Sections 17.2.1 to 17.2.4: the game with transposed convolutions and batch normalisation (Radford et al., 2016).
//! With `--book` 100 epochs of 60,000 digits; by default shapes of digits in under a minute.

use mlbook::prelude::*;

use crate::convolutional::{ConvDiscriminator, ConvGenerator, Kind};
use crate::game::{Gan, Rates};
use crate::learn::{Course, Described, DigitFlags, Reals, learn};
use crate::noise::Mode;
use crate::report::report;

mlbook::settings! {
    /// Settings of the convolutional GAN.
    pub struct DcganSettings, flags DcganFlags {
        /// Passes over the digits
        num_epochs: usize, at_least_one, quick 7, book 100;
        /// Digits in a mini-batch
        batch_size: usize, at_least_one, quick 32, book 64;
        /// Numbers in a vector of noise
        z_size: usize, at_least_one, quick 100, book 100;
        /// Channels of the generator's last maps and of the discriminator's first
        n_filters: usize, at_least_one, quick 32, book 32;
        /// Adam's learning rate for the generator
        lr_generator: f64, positive, quick 0.0003, book 0.0003;
        /// Adam's learning rate for the discriminator
        lr_discriminator: f64, positive, quick 0.0002, book 0.0002;
        /// Real digits that the score compares with
        score_digits: usize, at_least_one, quick 2000, book 10_000;
    }
}

/// The book's losses of generator and discriminator.
const BOOK: [(usize, f64, f64); 5] = [
    (1, 4.5246, 0.1213),
    (2, 4.3550, 0.1622),
    (4, 3.0862, 0.3388),
    (10, 2.9754, 0.3221),
    (100, 5.1004, 0.1002),
];

/// Data in, two networks, a game, figures out.
pub fn run(run: &Run, mode: Mode, digits: &DigitFlags, settings: &DcganSettings) -> anyhow::Result<()> {
    let reals = Reals::load(digits, settings.batch_size, run)?;
    let course = Course {
        num_epochs: settings.num_epochs,
        batch_size: settings.batch_size,
        z_size: settings.z_size,
        mode,
        rates: Rates { generator: settings.lr_generator, discriminator: settings.lr_discriminator },
    };
    let new = |generator: &Generator, device: &Device| Gan {
        generator: ConvGenerator::new(Kind::Dcgan, settings.z_size, settings.n_filters, generator, device),
        discriminator: ConvDiscriminator::new(settings.n_filters, generator, device),
    };
    let described = Described { game: "dcgan", noise: mode, digits: digits.digits, settings };
    let played = learn(new, &reals, &course, &described, run)?;
    report(&played, &reals, settings.score_digits, &BOOK, "discriminator loss", run)
}
