//! `predict FILE…`: what a saved network sees in pictures.

use std::path::PathBuf;

use clap::Args;
use mlbook::data::images;
use mlbook::device::{self, DeviceChoice};
use mlbook::prelude::*;
use mlbook::show;

use crate::saved::SavedNet;
use crate::views;

/// Flags of `predict`.
#[derive(Args, Clone, Debug)]
pub struct PredictFlags {
    /// PNG or JPEG files
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Folder that `smile` or `images` trained in
    #[arg(long, value_name = "DIR", default_value = "out/ch14-cnn/images")]
    pub model: PathBuf,
    /// Where to compute
    #[arg(long, value_enum, default_value_t)]
    pub device: DeviceChoice,
}

/// Prints a line for each file: the likeliest class and the probability of every class, the likeliest three first.
///
/// # Errors
/// No such network; files that are no pictures, once the others have had their line.
pub fn run(flags: &PredictFlags) -> anyhow::Result<()> {
    let device = device::open(flags.device)?;
    let (saved, model) = SavedNet::load(&flags.model, &device)?;
    let mut unreadable = Vec::new();
    for path in &flags.files {
        let image = match images::read(path) {
            Ok(image) => image,
            Err(error) => {
                unreadable.push(error.to_string());
                continue;
            }
        };
        let seen = views::centre_view(&image, saved.shape.image_size as u32);
        let (batch, _) = views::on_device(&[seen], std::iter::once(0), &saved.shape, &device); // [1, 3, size, size]
        let probabilities = show::floats(&softmax(model.scores(batch), 1));
        let mut ranked: Vec<(&String, f32)> = saved.classes.iter().zip(probabilities).collect();
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
        let texts: Vec<String> =
            ranked.iter().take(3).map(|(class, share)| format!("{class} {share:.4}")).collect();
        say!("{}  {}", path.display(), texts.join("  "));
    }
    anyhow::ensure!(unreadable.is_empty(), "{}", unreadable.join("; "));
    Ok(())
}
