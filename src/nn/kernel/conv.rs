//! Two-dimensional convolution on the processor: each image becomes a matrix of patches, the rest is matrix products.
//!
//! All arrays are row-major: images `[channels, height, width]`, weights `[out, in·k·k]`, patches `[in·k·k, places]`, where a place is a
//! position of the kernel, that is a pixel of the output.

use rayon::prelude::*;

use crate::nn::matrix::{Matrix, add, product};

/// Weight gradients are summed in this many parts, one after the other within a part: the same sums, bit for bit, on any
/// number of cores.
const PARTS: usize = 8;

/// The sizes of a convolution with square stride and padding, no dilation, no groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Geometry {
    pub batch: usize,
    pub in_channels: usize,
    pub out_channels: usize,
    pub height: usize,
    pub width: usize,
    pub kernel: [usize; 2],
    pub stride: usize,
    pub padding: usize,
}

impl Geometry {
    /// Height and width of the output.
    ///
    /// # Panics
    /// If the kernel is larger than the padded image, or the stride is zero.
    pub fn out_size(&self) -> [usize; 2] {
        let side = |length: usize, kernel: usize| {
            let padded = length + 2 * self.padding;
            assert!(kernel <= padded, "a kernel of {kernel} does not fit a padded image of {padded}");
            (padded - kernel) / self.stride + 1
        };
        [side(self.height, self.kernel[0]), side(self.width, self.kernel[1])]
    }

    fn places(&self) -> usize {
        self.out_size().iter().product()
    }

    fn patch(&self) -> usize {
        self.in_channels * self.kernel[0] * self.kernel[1]
    }

    fn image(&self) -> usize {
        self.in_channels * self.height * self.width
    }

    /// For every row of the patch matrix and every row of the output: where its pixels lie. Calls `visit` with the offset in the
    /// patch matrix, the offset in the image, and how many pixels there are; what falls on the padding is left out.
    fn for_each_run(&self, mut visit: impl FnMut(usize, usize, usize)) {
        let [out_height, out_width] = self.out_size();
        let [kernel_height, kernel_width] = self.kernel;
        let mut row = 0;
        for channel in 0..self.in_channels {
            for ky in 0..kernel_height {
                for kx in 0..kernel_width {
                    let (first, count) = self.inside(kx, self.width, out_width);
                    let (top, rows) = self.inside(ky, self.height, out_height);
                    for oy in top..top + rows {
                        let y = oy * self.stride + ky - self.padding;
                        let x = (first * self.stride + kx).wrapping_sub(self.padding);
                        if count > 0 {
                            let patch = (row * out_height + oy) * out_width + first;
                            visit(patch, (channel * self.height + y) * self.width + x, count);
                        }
                    }
                    row += 1;
                }
            }
        }
    }

    /// The first output position whose input `o·stride + k − padding` lies in `0..length`, and how many such there are.
    fn inside(&self, k: usize, length: usize, out_length: usize) -> (usize, usize) {
        let first = self.padding.saturating_sub(k).div_ceil(self.stride);
        let end = match (length + self.padding).checked_sub(k + 1) {
            Some(last) => (last / self.stride + 1).min(out_length),
            None => 0,
        };
        (first, end.saturating_sub(first))
    }

    /// The patch matrix of one image.
    fn patches(&self, image: &[f32], patches: &mut [f32]) {
        if self.padding > 0 {
            patches.fill(0.0);
        }
        self.for_each_run(|to, from, count| {
            if self.stride == 1 {
                patches[to..to + count].copy_from_slice(&image[from..from + count]);
            } else {
                for (k, pixel) in patches[to..to + count].iter_mut().enumerate() {
                    *pixel = image[from + k * self.stride];
                }
            }
        });
    }

    /// The reverse of [`patches`](Self::patches): adds every entry of the patch matrix to the pixel it was taken from.
    fn add_patches(&self, patches: &[f32], image: &mut [f32]) {
        self.for_each_run(|from, to, count| {
            if self.stride == 1 {
                for (pixel, value) in image[to..to + count].iter_mut().zip(&patches[from..from + count]) {
                    *pixel += value;
                }
            } else {
                for (k, value) in patches[from..from + count].iter().enumerate() {
                    image[to + k * self.stride] += value;
                }
            }
        });
    }
}

/// Output `[batch, out, height, width]` of the convolution.
pub fn forward(images: &[f32], weight: &[f32], bias: Option<&[f32]>, g: &Geometry) -> Vec<f32> {
    let (places, patch) = (g.places(), g.patch());
    let mut output = vec![0.0; g.batch * g.out_channels * places];
    output
        .par_chunks_mut((g.out_channels * places).max(1))
        .zip(images.par_chunks(g.image().max(1)))
        .for_each_init(
            || vec![0.0; patch * places],
            |patches, (output, image)| {
                g.patches(image, patches);
                if let Some(bias) = bias {
                    for (plane, &bias) in output.chunks_mut(places).zip(bias) {
                        plane.fill(bias);
                    }
                }
                product(
                    Matrix::rows(weight, g.out_channels, patch),
                    Matrix::rows(patches, patch, places),
                    output,
                    bias.is_some(),
                );
            },
        );
    output
}

/// Gradient with respect to the images, from the output's gradient.
pub fn image_gradient(weight: &[f32], gradient: &[f32], g: &Geometry) -> Vec<f32> {
    let (places, patch) = (g.places(), g.patch());
    let mut images = vec![0.0; g.batch * g.image()];
    images
        .par_chunks_mut(g.image().max(1))
        .zip(gradient.par_chunks((g.out_channels * places).max(1)))
        .for_each_init(
            || vec![0.0; patch * places],
            |patches, (image, gradient)| {
                product(
                    Matrix::rows(weight, g.out_channels, patch).turned(),
                    Matrix::rows(gradient, g.out_channels, places),
                    patches,
                    false,
                );
                g.add_patches(patches, image);
            },
        );
    images
}

/// Gradients with respect to the weight `[out, in·k·k]` and the bias `[out]`, from the output's gradient.
pub fn weight_gradient(images: &[f32], gradient: &[f32], g: &Geometry) -> (Vec<f32>, Vec<f32>) {
    let (places, patch) = (g.places(), g.patch());
    let part = g.batch.div_ceil(PARTS).max(1);
    let parts: Vec<(Vec<f32>, Vec<f32>)> = images
        .par_chunks((part * g.image()).max(1))
        .zip(gradient.par_chunks((part * g.out_channels * places).max(1)))
        .map(|(images, gradient)| {
            let mut weight = vec![0.0; g.out_channels * patch];
            let mut bias = vec![0.0; g.out_channels];
            let mut patches = vec![0.0; patch * places];
            for (image, gradient) in images.chunks(g.image()).zip(gradient.chunks(g.out_channels * places)) {
                g.patches(image, &mut patches);
                product(
                    Matrix::rows(gradient, g.out_channels, places),
                    Matrix::rows(&patches, patch, places).turned(),
                    &mut weight,
                    true,
                );
                for (bias, plane) in bias.iter_mut().zip(gradient.chunks(places)) {
                    *bias += sum(plane);
                }
            }
            (weight, bias)
        })
        .collect();
    let mut sum = (vec![0.0; g.out_channels * patch], vec![0.0; g.out_channels]);
    for (weight, bias) in &parts {
        add(&mut sum.0, weight);
        add(&mut sum.1, bias);
    }
    sum
}

/// The sum of a plane, in eight sums at a time: one after the other, each addition would wait for the one before.
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
        (1..4usize, 1..4usize, 1..5usize, 1..9usize, 1..9usize, 1..6usize, 1..6usize, 1..4usize, 0..4usize)
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
