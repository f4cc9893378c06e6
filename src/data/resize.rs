//! Pictures in another size, pixel for pixel as Pillow makes them with its bilinear filter, which is what `torchvision.transforms.Resize`
//! does to pictures: each new pixel is a weighted mean of the old ones around it, over two of the larger of both steps
//! ("antialias"), first along rows, then along columns, rounded to 8 bits after each. For some sizes that flatten a picture Pillow 13
//! takes columns first, whose rounding differs by 1 at most; sizes in the picture's proportions are not among them.

use image::RgbImage;

/// Weights are whole numbers, in units of 2⁻²².
const PRECISION: u32 = 22;
const HALF: i32 = 1 << (PRECISION - 1);
const CHANNELS: usize = 3;

/// For each new pixel of a row or column: the first old pixel that counts, and the weights from there on.
struct Filter(Vec<(usize, Vec<i32>)>);

impl Filter {
    fn new(from: usize, to: usize) -> Self {
        let step = from as f64 / to as f64;
        let support = step.max(1.0);
        let pixels = (0..to).map(|place| {
            let centre = (place as f64 + 0.5) * step;
            let first = ((centre - support + 0.5) as usize).min(from - 1);
            let end = ((centre + support + 0.5) as usize).min(from).max(first + 1);
            let weight = |old: usize| (1.0 - ((old as f64 - centre + 0.5) / support).abs()).max(0.0);
            let weights: Vec<f64> = (first..end).map(weight).collect();
            let sum: f64 = weights.iter().sum();
            let whole = |weight: f64| (0.5 + weight / sum * f64::from(1 << PRECISION)) as i32;
            (first, weights.into_iter().map(whole).collect())
        });
        Self(pixels.collect())
    }
}

/// The picture as `width` by `height` pixels.
///
/// # Panics
/// If a side of the picture, or one asked for, is 0.
pub fn resize(image: &RgbImage, width: u32, height: u32) -> RgbImage {
    assert!(width > 0 && height > 0 && image.width() > 0 && image.height() > 0, "no side may be 0");
    let (old_width, old_height) = (image.width() as usize, image.height() as usize);
    let (new_width, new_height) = (width as usize, height as usize);
    let wide = match old_width == new_width {
        true => image.as_raw().clone(),
        false => along_rows(image.as_raw(), old_width, &Filter::new(old_width, new_width)),
    };
    let pixels = match old_height == new_height {
        true => wide,
        false => along_columns(&wide, new_width, &Filter::new(old_height, new_height)),
    };
    RgbImage::from_raw(width, height, pixels).expect("a row for each new row, a pixel for each new column")
}

fn along_rows(pixels: &[u8], width: usize, filter: &Filter) -> Vec<u8> {
    let mut resized = Vec::with_capacity(pixels.len() / width * filter.0.len());
    for row in pixels.chunks_exact(width * CHANNELS) {
        for (first, weights) in &filter.0 {
            let mut sums = [HALF; CHANNELS];
            let (old, _) = row[first * CHANNELS..(first + weights.len()) * CHANNELS].as_chunks::<CHANNELS>();
            for (pixel, &weight) in old.iter().zip(weights) {
                for (sum, &part) in sums.iter_mut().zip(pixel) {
                    *sum += i32::from(part) * weight;
                }
            }
            resized.extend(sums.map(byte));
        }
    }
    resized
}

fn along_columns(pixels: &[u8], width: usize, filter: &Filter) -> Vec<u8> {
    let row = width * CHANNELS;
    let mut resized = Vec::with_capacity(row * filter.0.len());
    let mut sums = vec![0; row];
    for (first, weights) in &filter.0 {
        sums.fill(HALF);
        for (old, &weight) in pixels[first * row..].chunks_exact(row).zip(weights) {
            for (sum, &part) in sums.iter_mut().zip(old) {
                *sum += i32::from(part) * weight;
            }
        }
        resized.extend(sums.iter().map(|&sum| byte(sum)));
    }
    resized
}

fn byte(sum: i32) -> u8 {
    (sum >> PRECISION).clamp(0, 255) as u8
}
