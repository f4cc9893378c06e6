//! The figures of sections 14.2.2, 14.2.3, 14.2.5 and 14.2.11.

use image::RgbImage;
use mlbook::data::pictures::Pictures;
use mlbook::plot::{Figure, Image, PlotError, Tone};
use mlbook::prelude::*;

use crate::transforms::{Crop, brightness, contrast, crop, flip, random_flip, resize};
use crate::views;

/// A picture for a figure.
pub fn picture(image: &RgbImage) -> Result<Image, PlotError> {
    Image::rgb(image.width() as usize, image.height() as usize, image.as_raw())
}

/// Saves the three figures of what becomes of the training faces. Their draws are from a generator of their own, seeded as the run.
pub fn augmentation(run: &Run, faces: &Pictures, size: u32) -> anyhow::Result<()> {
    let seed = run.flags.seed;
    run.save("transformations", &transformations(faces)?)?;
    run.save("steps", &steps(faces, size, &mut TorchRng::new(seed))?)?;
    run.save("views", &random_views(faces, size, &mut TorchRng::new(seed))?)?;
    Ok(())
}

/// Section 14.2.2: five faces above five transformations. The book's crop is 128 of 178 pixels from the 50th row and 20th column; for
/// other sizes it is in proportion.
fn transformations(faces: &Pictures) -> Result<Figure, PlotError> {
    let shown: Vec<&RgbImage> = (0..5).map(|i| &faces.images[i % faces.len()]).collect();
    let (width, height) = shown[0].dimensions();
    let of = |length: u32, part: u32, whole: u32| (length * part / whole).max(1);
    let left_part = Crop {
        top: height * 50 / 218,
        left: width * 20 / 178,
        height: of(width, 128, 178).min(height - height * 50 / 218),
        width: of(width, 128, 178),
    };
    let middle = |image: &RgbImage| {
        let (width, height) = image.dimensions();
        let part = Crop::centre(image, of(height, 7, 10), of(width, 7, 10));
        resize(&crop(image, part), width, height)
    };
    let first = shown[0].clone();
    let changed = [
        (crop(&first, left_part), "crop"),
        (flip(shown[1]), "flip"),
        (contrast(shown[2], 2.0), "contrast × 2"),
        (brightness(shown[3], 1.3), "brightness × 1.3"),
        (middle(shown[4]), "middle, enlarged"),
    ];
    let mut pictures = shown.into_iter().map(picture).collect::<Result<Vec<_>, _>>()?;
    for (image, caption) in &changed {
        pictures.push(picture(image)?.caption(caption, Tone::Plain));
    }
    plot::image_grid(&pictures, 5)
}

/// Section 14.2.3: three faces, each as it is, cut at random, flipped or not, in the network's size.
fn steps(faces: &Pictures, size: u32, rng: &mut TorchRng) -> anyhow::Result<Figure> {
    let mut pictures = Vec::new();
    for i in 0..3 {
        let face = &faces.images[i % faces.len()];
        let side = views::crop_side(face);
        let cut = crop(face, Crop::random(face, side, side, rng)?);
        let flipped = if random_flip(rng) { flip(&cut) } else { cut.clone() };
        let seen = resize(&flipped, size, size);
        for (image, caption) in
            [(face, "the face"), (&cut, "random crop"), (&flipped, "random flip"), (&seen, "resized")]
        {
            pictures.push(picture(image)?.caption(caption, Tone::Plain));
        }
    }
    Ok(plot::image_grid(&pictures, 4)?)
}

/// Section 14.2.5: two faces as the network sees them in five epochs.
fn random_views(faces: &Pictures, size: u32, rng: &mut TorchRng) -> anyhow::Result<Figure> {
    let mut pictures = Vec::new();
    for _ in 0..5 {
        for i in 0..2 {
            let face = &faces.images[i % faces.len()];
            pictures.push(picture(&views::view(face, views::draw(face, rng)?, size))?);
        }
    }
    let by_face: Vec<Image> = (0..2).flat_map(|i| pictures.iter().skip(i).step_by(2).cloned()).collect();
    Ok(plot::image_grid(&by_face, 5)?)
}

/// Section 14.2.11: ten test faces, whether they smile, and the probability that the network gives it.
pub fn examples(faces: &Pictures, result: &Evaluation) -> Result<Figure, PlotError> {
    let mut pictures = Vec::new();
    // The book shows faces 10 to 19 of a batch; a small test has fewer.
    let first = if faces.len() >= 20 { 10 } else { 0 };
    let step = (faces.len().saturating_sub(first) / 10).max(1);
    for i in (first..faces.len()).step_by(step).take(10) {
        let sure = result.confidences[i];
        let smile = if result.predictions[i] == 1 { sure } else { 1.0 - sure };
        let truth = &faces.classes[usize::from(faces.labels[i])];
        let tone = if result.predictions[i] == result.labels[i] { Tone::Right } else { Tone::Wrong };
        let caption = format!("{truth}\nPr(smile) {:.0} %", 100.0 * smile);
        pictures.push(picture(&faces.images[i])?.caption(&caption, tone));
    }
    plot::image_grid(&pictures, 5)
}
