//! Sections 14.2.2 to 14.2.4: what torchvision's transformations make of a picture, and what they draw at random; pixel for pixel
//! and number for number (`tests/transforms.rs` compares them).

use image::{Rgb, RgbImage, imageops};
use mlbook::rng::{self, TorchRng};

pub use mlbook::data::resize::resize;

/// A part of a picture: its place and size in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crop {
    pub top: u32,
    pub left: u32,
    pub height: u32,
    pub width: u32,
}

impl Crop {
    /// `transforms.RandomCrop.get_params`: a place for `height` by `width` pixels, the top first. If that is the whole picture
    /// nothing is drawn.
    ///
    /// # Errors
    /// A picture that is smaller.
    pub fn random(image: &RgbImage, height: u32, width: u32, rng: &mut TorchRng) -> rng::Result<Self> {
        if image.dimensions() == (width, height) {
            return Ok(Self { top: 0, left: 0, height, width });
        }
        let mut place = |whole: u32, part: u32| -> rng::Result<u32> {
            let places = i64::from(whole) - i64::from(part) + 1;
            Ok(rng.randint(1, 0, places)?.into_iter().next().unwrap_or_default() as u32)
        };
        let top = place(image.height(), height)?;
        Ok(Self { top, left: place(image.width(), width)?, height, width })
    }

    /// `functional.center_crop`: the part in the middle, as much of it as there is. Halves go to the even pixel, as Python rounds.
    pub fn centre(image: &RgbImage, height: u32, width: u32) -> Self {
        let (height, width) = (height.min(image.height()), width.min(image.width()));
        let middle = |whole: u32, part: u32| (f64::from(whole - part) / 2.0).round_ties_even() as u32;
        Self { top: middle(image.height(), height), left: middle(image.width(), width), height, width }
    }
}

/// `functional.crop`: a part of the picture.
pub fn crop(image: &RgbImage, part: Crop) -> RgbImage {
    imageops::crop_imm(image, part.left, part.top, part.width, part.height).to_image()
}

/// `functional.hflip`: left is right.
pub fn flip(image: &RgbImage) -> RgbImage {
    imageops::flip_horizontal(image)
}

/// What `transforms.RandomHorizontalFlip()` draws: yes in half of the cases.
pub fn random_flip(rng: &mut TorchRng) -> bool {
    rng.rand(1).first().is_some_and(|&drawn| drawn < 0.5)
}

/// `functional.adjust_contrast`: away from the mean brightness for a factor above 1, towards it below.
pub fn contrast(image: &RgbImage, factor: f32) -> RgbImage {
    let gray = |pixel: &Rgb<u8>| {
        let [red, green, blue] = pixel.0.map(u64::from);
        (19_595 * red + 38_470 * green + 7_471 * blue + 0x8000) >> 16
    };
    let sum: u64 = image.pixels().map(gray).sum();
    let mean = (sum as f64 / f64::from(image.width() * image.height()) + 0.5).floor() as f32;
    blend(image, mean, factor)
}

/// `functional.adjust_brightness`: away from black for a factor above 1, towards it below.
pub fn brightness(image: &RgbImage, factor: f32) -> RgbImage {
    blend(image, 0.0, factor)
}

/// From a gray value (factor 0) through the picture (factor 1) and beyond it. Fractions are cut off, as Pillow does.
fn blend(image: &RgbImage, gray: f32, factor: f32) -> RgbImage {
    let mut blended = image.clone();
    for part in blended.iter_mut() {
        *part = (gray + factor * (f32::from(*part) - gray)).clamp(0.0, 255.0) as u8;
    }
    blended
}
