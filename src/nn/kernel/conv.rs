//! Two-dimensional convolution on the processor: images become matrices of [patches](super::patches), the rest is matrix products.
//!
//! Images are `[batch, channels, height, width]`, weights `[out, in·k·k]`, all row-major.

use std::borrow::Cow;

use rayon::prelude::*;

pub use super::patches::Geometry;
use super::patches::{apart, side_by_side};
use crate::nn::matrix::{Matrix, add, product, turn};

/// Weight gradients are summed in this many parts, one after the other within a part: the same sums, bit for bit, on any
/// number of cores.
const PARTS: usize = 8;

/// What one core works with: the patches of a group of images, the group's maps side by side, an image whose channels lie together.
#[derive(Default)]
struct Work {
    patches: Vec<f32>,
    maps: Vec<f32>,
    image: Vec<f32>,
}

impl Work {
    /// All in their sizes for `count` images. What no patch is ever written to, the padding, is zero.
    fn sized(&mut self, g: &Geometry, count: usize) {
        let columns = count * g.places();
        if self.patches.len() != g.patch() * columns {
            self.patches = vec![0.0; g.patch() * columns];
        }
        self.maps.resize(g.out_channels * columns, 0.0);
        self.image.resize(if g.by_pixels() { g.image() } else { 0 }, 0.0);
    }

    /// Fills the matrix of patches, `[patch, count·places]`.
    fn read(&mut self, images: &[f32], g: &Geometry) -> Matrix<'_> {
        let columns = images.len() / g.image() * g.places();
        for (i, image) in images.chunks_exact(g.image()).enumerate() {
            if g.by_pixels() {
                turn(image, [g.in_channels, g.height * g.width], 0, &mut self.image);
                g.pixels(&self.image, &mut self.patches[i * g.places() * g.patch()..]);
            } else {
                g.planes(image, &mut self.patches, columns, i * g.places());
            }
        }
        self.matrix(g, columns)
    }

    fn matrix(&self, g: &Geometry, columns: usize) -> Matrix<'_> {
        match g.by_pixels() {
            true => Matrix::rows(&self.patches, columns, g.patch()).turned(),
            false => Matrix::rows(&self.patches, g.patch(), columns),
        }
    }

    /// Adds the patches up to images.
    fn write(&mut self, images: &mut [f32], g: &Geometry) {
        let columns = images.len() / g.image() * g.places();
        for (i, image) in images.chunks_exact_mut(g.image()).enumerate() {
            if g.by_pixels() {
                self.image.fill(0.0);
                g.add_pixels(&self.patches[i * g.places() * g.patch()..], &mut self.image);
                turn(&self.image, [g.height * g.width, g.in_channels], 0, image);
            } else {
                g.add_planes(&self.patches, columns, i * g.places(), image);
            }
        }
    }
}

/// The weight `[out, in·k·k]` in the order of the patches: by pixels it is `[out, k·k·in]`.
fn weight_of_patches<'a>(weight: &'a [f32], g: &Geometry) -> Cow<'a, [f32]> {
    if !g.by_pixels() {
        return Cow::Borrowed(weight);
    }
    Cow::Owned(each_turned(weight, g, [g.in_channels, g.patch() / g.in_channels]))
}

/// Every output's weights as a matrix turned.
fn each_turned(weight: &[f32], g: &Geometry, sides: [usize; 2]) -> Vec<f32> {
    let mut turned = vec![0.0; weight.len()];
    turned
        .par_chunks_mut(g.patch())
        .zip(weight.par_chunks(g.patch()))
        .with_min_len(16)
        .for_each(|(turned, weight)| turn(weight, sides, 0, turned));
    turned
}

/// Output `[batch, out, height, width]` of the convolution.
pub fn forward(images: &[f32], weight: &[f32], bias: Option<&[f32]>, g: &Geometry) -> Vec<f32> {
    let (places, patch, group) = (g.places(), g.patch(), g.group());
    let mut output = vec![0.0; g.batch * g.out_channels * places];
    if output.is_empty() {
        return output;
    }
    let weight = weight_of_patches(weight, g);
    let weight = Matrix::rows(&weight, g.out_channels, patch);
    output
        .par_chunks_mut(group * g.out_channels * places)
        .zip(images.par_chunks(group * g.image()))
        .for_each_init(Work::default, |work, (output, images)| {
            let count = images.len() / g.image();
            if g.is_whole() {
                product(Matrix::rows(images, count, patch), weight.turned(), output, false);
                add_bias(output, bias);
                return;
            }
            work.sized(g, count);
            let mut maps = std::mem::take(&mut work.maps);
            product(weight, work.read(images, g), &mut maps, false);
            apart(&maps, bias, places, output, g.out_channels);
            work.maps = maps;
        });
    output
}

/// Adds the biases to each row.
fn add_bias(rows: &mut [f32], bias: Option<&[f32]>) {
    if let Some(bias) = bias {
        rows.chunks_mut(bias.len()).for_each(|row| add(row, bias));
    }
}

/// Gradient with respect to the images, from the output's gradient. It is also the transposed convolution, whose weight `[in, out·k·k]` is
/// that of the convolution the other way.
pub fn image_gradient(weight: &[f32], gradient: &[f32], g: &Geometry) -> Vec<f32> {
    let (places, patch, group) = (g.places(), g.patch(), g.group());
    let mut images = vec![0.0; g.batch * g.image()];
    if images.is_empty() || gradient.is_empty() {
        return images;
    }
    let weight = weight_of_patches(weight, g);
    let weight = Matrix::rows(&weight, g.out_channels, patch);
    images
        .par_chunks_mut(group * g.image())
        .zip(gradient.par_chunks(group * g.out_channels * places))
        .for_each_init(Work::default, |work, (images, gradient)| {
            let count = images.len() / g.image();
            if g.is_whole() {
                product(Matrix::rows(gradient, count, g.out_channels), weight, images, false);
                return;
            }
            work.sized(g, count);
            let columns = count * places;
            side_by_side(gradient, g.out_channels, places, &mut work.maps);
            let maps = Matrix::rows(&work.maps, g.out_channels, columns);
            match g.by_pixels() {
                true => product(maps.turned(), weight, &mut work.patches, false),
                false => product(weight.turned(), maps, &mut work.patches, false),
            }
            work.write(images, g);
        });
    images
}

/// Gradients with respect to the weight `[out, in·k·k]` and the bias `[out]`, from the output's gradient.
pub fn weight_gradient(images: &[f32], gradient: &[f32], g: &Geometry) -> (Vec<f32>, Vec<f32>) {
    let (places, patch, group) = (g.places(), g.patch(), g.group());
    let mut sum = (vec![0.0; g.out_channels * patch], vec![0.0; g.out_channels]);
    if images.is_empty() || gradient.is_empty() {
        return sum;
    }
    if g.is_whole() {
        whole_weight_gradient(images, gradient, g, &mut sum);
        return sum;
    }
    let part = g.batch.div_ceil(PARTS);
    let parts: Vec<(Vec<f32>, Vec<f32>)> = images
        .par_chunks(part * g.image())
        .zip(gradient.par_chunks(part * g.out_channels * places))
        .map_init(Work::default, |work, (images, gradient)| {
            let mut weight = vec![0.0; g.out_channels * patch];
            let mut bias = vec![0.0; g.out_channels];
            let groups =
                images.chunks(group * g.image()).zip(gradient.chunks(group * g.out_channels * places));
            for (nth, (images, gradient)) in groups.enumerate() {
                let count = images.len() / g.image();
                work.sized(g, count);
                let columns = count * places;
                let mut maps = std::mem::take(&mut work.maps);
                side_by_side(gradient, g.out_channels, places, &mut maps);
                let patches = work.read(images, g).turned();
                product(Matrix::rows(&maps, g.out_channels, columns), patches, &mut weight, nth > 0);
                for (bias, row) in bias.iter_mut().zip(maps.chunks(columns)) {
                    *bias += self::sum(row);
                }
                work.maps = maps;
            }
            (weight, bias)
        })
        .collect();
    for (weight, bias) in parts {
        add(&mut sum.0, &weight);
        add(&mut sum.1, &bias);
    }
    if g.by_pixels() {
        sum.0 = each_turned(&sum.0, g, [patch / g.in_channels, g.in_channels]);
    }
    sum
}

/// [`weight_gradient`] of a kernel that covers the image: one product, of which each core has some rows.
fn whole_weight_gradient(images: &[f32], gradient: &[f32], g: &Geometry, sum: &mut (Vec<f32>, Vec<f32>)) {
    let (patch, out) = (g.patch(), g.out_channels);
    let rows = out.div_ceil(PARTS);
    let images = Matrix::rows(images, g.batch, patch);
    sum.0.par_chunks_mut(rows * patch).enumerate().for_each(|(nth, weight)| {
        let gradient = Matrix::strided(&gradient[nth * rows..], g.batch, weight.len() / patch, out);
        product(gradient.turned(), images, weight, false);
    });
    gradient.chunks_exact(out).for_each(|row| add(&mut sum.1, row));
}

/// The sum of a row, in eight sums at a time: one after the other, each addition would wait for the one before.
fn sum(values: &[f32]) -> f32 {
    let (groups, rest) = values.as_chunks::<8>();
    let mut sums = [0.0; 8];
    for group in groups {
        for (sum, value) in sums.iter_mut().zip(group) {
            *sum += value;
        }
    }
    sums.iter().chain(rest).sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The definition, one product at a time, in 64 bits.
    fn by_definition(
        images: &[f32],
        weight: &[f32],
        g: &Geometry,
        mut visit: impl FnMut(usize, usize, usize, f64),
    ) {
        let [out_height, out_width] = g.out_size();
        let [kernel_height, kernel_width] = g.kernel;
        for b in 0..g.batch {
            for (o, oy, ox) in (0..g.out_channels)
                .flat_map(|o| (0..out_height).flat_map(move |y| (0..out_width).map(move |x| (o, y, x))))
            {
                let place = ((b * g.out_channels + o) * out_height + oy) * out_width + ox;
                for (c, ky, kx) in (0..g.in_channels).flat_map(|c| {
                    (0..kernel_height).flat_map(move |y| (0..kernel_width).map(move |x| (c, y, x)))
                }) {
                    let y = (oy * g.stride + ky).wrapping_sub(g.padding);
                    let x = (ox * g.stride + kx).wrapping_sub(g.padding);
                    if y < g.height && x < g.width {
                        let pixel = ((b * g.in_channels + c) * g.height + y) * g.width + x;
                        let entry = ((o * g.in_channels + c) * kernel_height + ky) * kernel_width + kx;
                        visit(place, pixel, entry, f64::from(images[pixel]) * f64::from(weight[entry]));
                    }
                }
            }
        }
    }

    fn close(got: &[f32], expected: &[f64]) -> bool {
        got.len() == expected.len()
            && got
                .iter()
                .zip(expected)
                .all(|(&got, &expected)| (f64::from(got) - expected).abs() <= 1e-4 * (1.0 + expected.abs()))
    }

    fn geometries() -> impl Strategy<Value = Geometry> {
        (1..12usize, 1..4usize, 1..5usize, 1..9usize, 1..9usize, 1..6usize, 1..6usize, 1..4usize, 0..4usize)
            .prop_map(|(batch, in_channels, out_channels, height, width, kh, kw, stride, padding)| Geometry {
                batch,
                in_channels,
                out_channels,
                height,
                width,
                kernel: [kh.min(height + 2 * padding), kw.min(width + 2 * padding)],
                stride,
                padding,
            })
    }

    proptest! {
        #[test]
        fn convolution_and_its_gradients_follow_the_definition(g in geometries(), seed in 0..1000u64) {
            let mut rng = crate::rng::TorchRng::new(seed);
            let images = rng.randn(g.batch * g.image());
            let weight = rng.randn(g.out_channels * g.patch());
            let bias = rng.randn(g.out_channels);
            let gradient = rng.randn(g.batch * g.out_channels * g.places());

            let mut output: Vec<f64> = (0..gradient.len()).map(|i| f64::from(bias[i / g.places() % g.out_channels])).collect();
            let mut by_image = vec![0.0; images.len()];
            let mut by_weight = vec![0.0; weight.len()];
            by_definition(&images, &weight, &g, |place, pixel, entry, product| {
                output[place] += product;
                by_image[pixel] += f64::from(gradient[place]) * f64::from(weight[entry]);
                by_weight[entry] += f64::from(gradient[place]) * f64::from(images[pixel]);
            });
            prop_assert!(close(&forward(&images, &weight, Some(&bias), &g), &output));
            prop_assert!(close(&image_gradient(&weight, &gradient, &g), &by_image));
            prop_assert!(close(&weight_gradient(&images, &gradient, &g).0, &by_weight));
        }
    }
}
