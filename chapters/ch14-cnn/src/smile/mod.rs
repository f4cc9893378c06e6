//! Section 14.2: does a face smile? Drawn faces by default; the SMILEs faces or CelebA with `--data-dir`.

pub mod figures;
pub mod model;
mod sources;

pub use sources::{Faces, list_skipped};

use mlbook::prelude::*;

use crate::learn::{self, Recipe};
use model::NetShape;

mlbook::settings! {
    /// Settings of the smile project.
    pub struct SmileSettings, flags SmileFlags {
        /// Passes over the training faces
        num_epochs: usize, at_least_one, quick 8, book 30;
        /// Faces in a mini-batch
        batch_size: usize, at_least_one, quick 16, book 32;
        /// Adam's learning rate
        lr: f64, positive, quick 0.001, book 0.001;
        /// Share of the maps' numbers dropped while training
        drop_rate: f64, share, quick 0.0, book 0.5;
        /// Side of the pictures that the network sees, a multiple of 8
        image_size: usize, eighths, quick 32, book 64;
        /// Maps of the first convolution
        filters: usize, at_least_one, quick 32, book 32;
        /// Take each picture's pixels from their mean, in units of their deviation: yes or no
        standardise: bool, yes_or_no, quick true, book false;
        /// Train on the first so many faces; 0 means all
        train_faces: usize, count, quick 3_000, book 16_000;
        /// Validate on the first so many faces of the validation part
        valid_faces: usize, at_least_one, quick 300, book 1_000;
        /// Test on the first so many test faces; 0 means all
        test_faces: usize, count, quick 1_000, book 0;
    }
}

/// The book's numbers, 14.2.8 and 14.2.10: on CelebA.
const BOOK_ACCURACY: Book = Book(0.8767);
const BOOK_VALID_ACCURACY: Book = Book(0.8880);
const BOOK_TEST_ACCURACY: Book = Book(0.9021);

/// Faces in, figures of the augmentation, network, training, test, figures out.
///
/// # Errors
/// Faces that cannot be read; Ctrl-C; files.
pub fn run(run: &Run, faces: Option<Faces>, settings: &SmileSettings) -> anyhow::Result<()> {
    let sets = sources::load(run, faces, settings)?;
    figures::augmentation(run, &sets.train, settings.image_size as u32)?;
    let shape = NetShape {
        image_size: settings.image_size,
        filters: settings.filters,
        standardised: settings.standardise,
        outputs: 1,
    };
    let recipe = Recipe {
        num_epochs: settings.num_epochs,
        batch_size: settings.batch_size,
        lr: settings.lr,
        drop_rate: settings.drop_rate,
        shape,
    };
    let (history, result) = learn::learn(&sets, &recipe, settings, run)?;
    run.save("examples", &figures::examples(&sets.test, &result)?)?;
    run.report()
        .data(sets.source)
        .first_losses(&history.first_losses)
        .compare("accuracy", history.last("accuracy").unwrap_or(f64::NAN), BOOK_ACCURACY)
        .compare("valid accuracy", history.last("valid accuracy").unwrap_or(f64::NAN), BOOK_VALID_ACCURACY)
        .compare("test accuracy", result.accuracy(), BOOK_TEST_ACCURACY)
        .metric("balanced test accuracy", result.balanced_accuracy())
        .metric("test loss", result.loss)
        .finish(run)?;
    Ok(())
}
