//! Beyond 14.2: the smile network for a reader's own pictures, in one sub-folder per class.

use std::path::Path;

use mlbook::data::pictures::{Pictures, PicturesError, read_folders};
use mlbook::plot::{Figure, PlotError, Tone};
use mlbook::prelude::*;
use serde::Serialize;

use crate::learn::{self, Recipe, Sets};
use crate::smile::figures::picture;
use crate::smile::model::NetShape;
use crate::transforms::resize;

mlbook::settings! {
    /// Settings of the images project; the book has none for it.
    pub struct ImageSettings, flags ImageFlags {
        /// Passes over the training pictures
        num_epochs: usize, at_least_one, quick 15, book 30;
        /// Pictures in a mini-batch
        batch_size: usize, at_least_one, quick 16, book 32;
        /// Adam's learning rate
        lr: f64, positive, quick 0.001, book 0.001;
        /// Share of the maps' numbers dropped while training
        drop_rate: f64, share, quick 0.1, book 0.5;
        /// Side of the pictures that the network sees, a multiple of 8
        image_size: usize, eighths, quick 32, book 64;
        /// Maps of the first convolution
        filters: usize, at_least_one, quick 32, book 32;
        /// Take each picture's pixels from their mean, in units of their deviation: yes or no
        standardise: bool, yes_or_no, quick true, book false;
        /// Share of each class that is held out for the test
        test_share: f64, share, quick 0.2, book 0.2;
    }
}

/// Each class is split into three parts.
const LEAST: usize = 5;

/// What a resumed run must share with the run that it goes on from.
#[derive(Serialize)]
struct Described<'a> {
    #[serde(flatten)]
    settings: &'a ImageSettings,
    folder: String,
    pictures: usize,
}

/// Folders in, network, confusion matrix, the surest and the least sure pictures out.
///
/// # Errors
/// A folder without two classes of pictures; Ctrl-C; files.
pub fn run(run: &Run, folder: &Path, settings: &ImageSettings) -> anyhow::Result<()> {
    // The random square is seven eighths of a square picture: what is kept is that much larger than what the network sees.
    let kept = (settings.image_size * 8).div_ceil(7) as u32;
    let all =
        read_folders(folder, |image| shrunk(image, kept))?.without_copies().without_small_classes(LEAST);
    crate::smile::list_skipped(&[&all]);
    if all.classes.len() < 2 {
        let found = format!("{} classes have {LEAST} different pictures that can be read", all.classes.len());
        return Err(PicturesError::Classes { folder: folder.to_path_buf(), found }.into());
    }
    let counts = all.counts();
    for (class, count) in all.classes.iter().zip(&counts) {
        say!("class   {class}: {count} pictures");
    }
    let described = Described { settings, folder: folder.display().to_string(), pictures: all.len() };
    let source = format!("{} pictures in {}", all.len(), folder.display());
    let size = settings.image_size as u32;
    let sets = Sets::split(all, settings.test_share, size, run.flags.seed, source);
    let shape = NetShape {
        image_size: settings.image_size,
        filters: settings.filters,
        standardised: settings.standardise,
        outputs: sets.test.classes.len(),
    };
    let recipe = Recipe {
        num_epochs: settings.num_epochs,
        batch_size: settings.batch_size,
        lr: settings.lr,
        drop_rate: settings.drop_rate,
        shape,
    };
    let (history, result) = learn::learn(&sets, &recipe, &described, run)?;
    let mut order: Vec<usize> = (0..sets.test.len()).collect();
    order.sort_by(|&a, &b| result.confidences[b].total_cmp(&result.confidences[a]));
    run.save("surest", &ranked(&sets.test, &result, order.iter().copied())?)?;
    run.save("least-sure", &ranked(&sets.test, &result, order.iter().rev().copied())?)?;
    run.report()
        .data(sets.source)
        .first_losses(&history.first_losses)
        .metric("test accuracy", result.accuracy())
        .metric("balanced test accuracy", result.balanced_accuracy())
        .metric("test loss", result.loss)
        .finish(run)?;
    Ok(())
}

/// A picture whose shorter side is at most `side`, in its proportions.
fn shrunk(image: image::RgbImage, side: u32) -> image::RgbImage {
    let (width, height) = image.dimensions();
    let shorter = width.min(height);
    if shorter <= side {
        return image;
    }
    let scaled = |length: u32| (f64::from(length) * f64::from(side) / f64::from(shorter)).round() as u32;
    resize(&image, scaled(width), scaled(height))
}

/// The first ten pictures of an order, with their class, what was chosen and how surely.
fn ranked(
    pictures: &Pictures,
    result: &Evaluation,
    order: impl Iterator<Item = usize>,
) -> Result<Figure, PlotError> {
    let mut shown = Vec::new();
    for i in order.take(10) {
        let (truth, choice) = (&pictures.classes[result.labels[i]], &pictures.classes[result.predictions[i]]);
        let sure = 100.0 * result.confidences[i];
        let (caption, tone) = match truth == choice {
            true => (format!("{truth}\n{sure:.0} %"), Tone::Right),
            false => (format!("{truth} → {choice}\n{sure:.0} %"), Tone::Wrong),
        };
        shown.push(picture(&pictures.images[i])?.caption(&caption, tone));
    }
    plot::image_grid(&shown, 5)
}
