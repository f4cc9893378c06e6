//! Faces of our own in place of CelebA's: drawn by lot, with head, skin, hair, eyes, brows, mouth, glasses, light, shadow, blur
//! and noise of their own. Whether the mouth smiles is the label.

mod canvas;
mod features;
mod head;
mod look;

use image::RgbImage;
use mlbook::data::pictures::Pictures;
use mlbook::rng::TorchRng;
use rayon::prelude::*;

use canvas::{Canvas, mix};
use look::{Look, Lots};

/// Width and height of a face for training: CelebA's proportions.
pub const SIZE: (u32, u32) = (72, 88);
/// Names of the classes.
pub const CLASSES: [&str; 2] = ["no smile", "smile"];

/// Draws `count` faces of this size on all cores. A seed gives the same faces in every size, on any number of cores; `first` is the number of
/// the first of them.
pub fn faces(seed: u64, first: u64, count: usize, (width, height): (u32, u32)) -> Pictures {
    let drawn: Vec<(RgbImage, bool)> = (first..first + count as u64)
        .into_par_iter()
        .map(|number| face(seed, number, width, height))
        .collect();
    let labels = drawn.iter().map(|(_, smiles)| u8::from(*smiles)).collect();
    Pictures {
        classes: CLASSES.map(str::to_owned).to_vec(),
        images: drawn.into_iter().map(|(image, _)| image).collect(),
        labels,
        names: (first..first + count as u64).map(|number| format!("face {number}")).collect(),
        skipped: vec![],
    }
}

/// Face `number` of a seed, and whether it smiles.
pub fn face(seed: u64, number: u64, width: u32, height: u32) -> (RgbImage, bool) {
    let mut lots = Lots(TorchRng::new(scrambled(seed, number)));
    let look = Look::draw(&mut lots);
    let ground = |(x, y): (f32, f32)| {
        let mut colour = look.ground[0];
        mix(&mut colour, look.ground[1], (y + 0.5 + 0.4 * x).clamp(0.0, 1.0));
        for &((spot_x, spot_y), reach, spot) in &look.spots {
            let near = 1.0 - ((x - spot_x).hypot(y - spot_y) / reach).min(1.0);
            mix(&mut colour, spot, near.min(0.5) * 1.2);
        }
        colour
    };
    let mut canvas = Canvas::new(width, height, look.pose, ground);
    head::head(&mut canvas, &look);
    features::eyes(&mut canvas, &look);
    features::nose_and_cheeks(&mut canvas, &look);
    head::beard(&mut canvas, &look);
    features::mouth(&mut canvas, &look);
    features::glasses(&mut canvas, &look);
    head::hair(&mut canvas, &look);
    light(&mut canvas, &look);
    canvas.blur(look.blur * height as f32);
    // The same grain in pictures of every size would need a size of its own; each pixel has its own here.
    let grain = lots.0.randn(canvas.pixels.len());
    for (pixel, grain) in canvas.pixels.iter_mut().zip(grain) {
        *pixel = pixel.map(|part| part + grain * look.noise);
    }
    (canvas.finish(), look.smiles)
}

/// Light from one side, a shadow with a soft edge across the face, the light's colour.
fn light(canvas: &mut Canvas, look: &Look) {
    let ((x, y), strength) = look.light;
    let (direction, edge, darkness) = look.shadow;
    let (sin, cos) = direction.sin_cos();
    for i in 0..canvas.pixels.len() {
        let place = canvas.place(i);
        let (face_x, face_y) = canvas.on_face(place);
        let lit = 1.0 + strength * (place.0 * x + place.1 * y) * 2.0;
        let behind = ((face_x * cos + face_y * sin - edge) / 0.06).clamp(0.0, 1.0);
        let factor = lit * (1.0 - darkness * behind);
        for (part, tint) in canvas.pixels[i].iter_mut().zip(look.tint) {
            *part *= factor * tint;
        }
    }
}

/// A seed of 32 bits for each face, far from those of its neighbours.
fn scrambled(seed: u64, number: u64) -> u64 {
    let mut mixed =
        seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ number.wrapping_add(1).wrapping_mul(0xD1B5_4A32_D192_ED03);
    mixed ^= mixed >> 29;
    mixed = mixed.wrapping_mul(0xBF58_476D_1CE4_E5B9);
    (mixed ^ (mixed >> 32)) & 0xFFFF_FFFF
}
