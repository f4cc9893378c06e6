//! Section 14.2.4: what the network sees of a picture. While it learns, a square at random, flipped half of the time; in a test, the
//! square in the middle.

use image::RgbImage;
use mlbook::data::pictures::Pictures;
use mlbook::prelude::*;
use mlbook::rng;
use rayon::prelude::*;

use crate::smile::model::NetShape;
use crate::transforms::{Crop, crop, flip, random_flip, resize};

/// Pictures that go through the network at a time in a test.
const BATCH: usize = 250;

/// The side of the square that is cut out: all of the shorter side, as the book cuts 178 of 178 by 218; of a square picture seven
/// eighths.
pub fn crop_side(image: &RgbImage) -> u32 {
    let (width, height) = image.dimensions();
    if width == height { (width * 7).div_ceil(8) } else { width.min(height) }
}

/// A random square and whether it is flipped, drawn as the book's pipeline draws them.
///
/// # Errors
/// None that a picture could cause: the square fits.
pub fn draw(image: &RgbImage, rng: &mut TorchRng) -> rng::Result<(Crop, bool)> {
    let side = crop_side(image);
    Ok((Crop::random(image, side, side, rng)?, random_flip(rng)))
}

/// The square as `size` by `size` pixels, flipped or not.
pub fn view(image: &RgbImage, (part, flipped): (Crop, bool), size: u32) -> RgbImage {
    let square = crop(image, part);
    resize(&if flipped { flip(&square) } else { square }, size, size)
}

/// The view of a test: the square in the middle.
pub fn centre_view(image: &RgbImage, size: u32) -> RgbImage {
    let side = crop_side(image);
    view(image, (Crop::centre(image, side, side), false), size)
}

/// A batch under new random views, made on all cores. The draws come first, in the order of the rows.
///
/// # Shapes
/// - returns `[rows, 3, size, size]` with pixels in 0..=1, and labels `[rows]`
pub fn augmented(
    pictures: &Pictures,
    rows: &[usize],
    shape: &NetShape,
    generator: &Generator,
    device: &Device,
) -> rng::Result<(Tensor<4>, Tensor<1, Int>)> {
    let size = shape.image_size as u32;
    let mut rng = generator.lock();
    let draws =
        rows.iter().map(|&row| draw(&pictures.images[row], &mut rng)).collect::<rng::Result<Vec<_>>>()?;
    drop(rng);
    let views: Vec<RgbImage> =
        rows.par_iter().zip(draws).map(|(&row, drawn)| view(&pictures.images[row], drawn, size)).collect();
    Ok(on_device(&views, rows.iter().map(|&row| pictures.labels[row]), shape, device))
}

/// Pictures that are views already, in order, in batches.
pub fn batches<'a>(
    views: &'a Pictures,
    shape: &'a NetShape,
    device: &'a Device,
) -> impl Iterator<Item = (Tensor<4>, Tensor<1, Int>)> + 'a {
    let labels = views.labels.chunks(BATCH);
    views
        .images
        .chunks(BATCH)
        .zip(labels)
        .map(|(images, labels)| on_device(images, labels.iter().copied(), shape, device))
}

/// Views of one size as planes of red, green and blue, from 0 to 1, or standardised if the network wants them so.
pub fn on_device(
    views: &[RgbImage],
    labels: impl Iterator<Item = u8>,
    shape: &NetShape,
    device: &Device,
) -> (Tensor<4>, Tensor<1, Int>) {
    let (width, height) = views.first().map_or((0, 0), RgbImage::dimensions);
    let plane = width as usize * height as usize;
    let mut values = vec![0.0_f32; views.len() * 3 * plane];
    values.par_chunks_mut((3 * plane).max(1)).zip(views).for_each(|(planes, view)| {
        for (i, pixel) in view.pixels().enumerate() {
            for (channel, &part) in pixel.0.iter().enumerate() {
                planes[channel * plane + i] = f32::from(part) / 255.0;
            }
        }
        if shape.standardised {
            standardise(planes);
        }
    });
    let dims = [views.len(), 3, height as usize, width as usize];
    let labels: Vec<i32> = labels.map(i32::from).collect();
    let count = labels.len();
    let labels = Tensor::from_data(TensorData::new(labels, [count]), device);
    (Tensor::from_data(TensorData::new(values, dims), device), labels)
}

/// Takes numbers from their mean, in units of their deviation: dim and bright pictures become alike, and a network with small initial
/// weights sees more of them. A picture of one colour becomes 0.
fn standardise(values: &mut [f32]) {
    let count = values.len().max(1) as f32;
    let mean = values.iter().sum::<f32>() / count;
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f32>() / count;
    let scale = 1.0 / variance.sqrt().max(1.0 / 255.0);
    for value in values {
        *value = (*value - mean) * scale;
    }
}
