//! Images as matrices of patches, by which a convolution is a product of matrices.
//!
//! A patch is what the kernel sees at one place, a place is a pixel of the output. The places of several images may stand in one matrix. It has
//! one of two layouts, by what can be copied in long runs:
//! - *planes*, `[in·k·k, places]`: for a kernel that goes by single steps, a row of the output reads a row of the image.
//! - *pixels*, `[places, k·k·in]`: for one that leaves pixels out, what it sees of a row of an image whose channels lie together.

use crate::nn::matrix::add;

/// A matrix of patches gets this many places, where the batch has them.
const COLUMNS: usize = 256;
/// A batch is cut into this many groups of images at least, so that every core has one.
const GROUPS: usize = 4;

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

    pub fn places(&self) -> usize {
        self.out_size().iter().product()
    }

    pub fn patch(&self) -> usize {
        self.in_channels * self.kernel[0] * self.kernel[1]
    }

    pub fn image(&self) -> usize {
        self.in_channels * self.height * self.width
    }

    /// Whether the kernel covers the whole image: then the image is its only patch.
    pub fn is_whole(&self) -> bool {
        self.padding == 0 && self.kernel == [self.height, self.width]
    }

    /// Whether patches are laid out by pixels.
    pub fn by_pixels(&self) -> bool {
        self.stride > 1 && self.in_channels > 1 && !self.is_whole()
    }

    /// Images whose patches make one matrix. Small images have few places: a product for each alone would spend its time on
    /// beginning and ending.
    pub fn group(&self) -> usize {
        COLUMNS.div_ceil(self.places().max(1)).min(self.batch.div_ceil(GROUPS)).max(1)
    }

    /// For every row of the patch matrix by planes, whose columns are `columns`, and every row of the output: where its pixels lie. Calls
    /// `visit` with the offset in the patch matrix, the offset in the image, and how many pixels there are; what falls on the
    /// padding is left out.
    #[inline(always)]
    fn for_each_run(&self, columns: usize, mut visit: impl FnMut(usize, usize, usize)) {
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
                            let patch = row * columns + oy * out_width + first;
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

    /// Writes the patches of one image into a matrix by planes, zero where the padding is, with `columns` columns, from column `first`
    /// on.
    pub fn planes(&self, image: &[f32], patches: &mut [f32], columns: usize, first: usize) {
        let patches = &mut patches[first..];
        self.for_each_run(columns, |to, from, count| {
            if self.stride == 1 {
                patches[to..to + count].copy_from_slice(&image[from..from + count]);
            } else {
                for (k, pixel) in patches[to..to + count].iter_mut().enumerate() {
                    *pixel = image[from + k * self.stride];
                }
            }
        });
    }

    /// The reverse of [`planes`](Self::planes): adds every entry of an image's patches to the pixel it was taken from.
    pub fn add_planes(&self, patches: &[f32], columns: usize, first: usize, image: &mut [f32]) {
        let patches = &patches[first..];
        self.for_each_run(columns, |from, to, count| {
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

    /// For every place and every row of the kernel there: the offset in the patches by pixels, the offset in an image `[height, width,
    /// in]`, and how many numbers there are.
    #[inline(always)]
    fn for_each_sight(&self, mut visit: impl FnMut(usize, usize, usize)) {
        let [out_height, out_width] = self.out_size();
        let [kernel_height, kernel_width] = self.kernel;
        // Of the kernel at `o`: the first row or column that lies on the image, and the first that does not any more.
        let seen = |o: usize, kernel: usize, length: usize| {
            let start = o * self.stride;
            let first = self.padding.saturating_sub(start).min(kernel);
            (first, (length + self.padding).saturating_sub(start).clamp(first, kernel))
        };
        for oy in 0..out_height {
            let (top, bottom) = seen(oy, kernel_height, self.height);
            for ox in 0..out_width {
                let (left, right) = seen(ox, kernel_width, self.width);
                if left == right {
                    continue;
                }
                for ky in top..bottom {
                    let (y, x) =
                        (oy * self.stride + ky - self.padding, ox * self.stride + left - self.padding);
                    let patch =
                        (oy * out_width + ox) * self.patch() + (ky * kernel_width + left) * self.in_channels;
                    visit(patch, (y * self.width + x) * self.in_channels, (right - left) * self.in_channels);
                }
            }
        }
    }

    /// Writes the patches of an image `[height, width, in]` by pixels, into zeros where the padding is.
    pub fn pixels(&self, image: &[f32], patches: &mut [f32]) {
        self.for_each_sight(|to, from, count| {
            patches[to..to + count].copy_from_slice(&image[from..from + count]);
        });
    }

    /// The reverse of [`pixels`](Self::pixels).
    pub fn add_pixels(&self, patches: &[f32], image: &mut [f32]) {
        self.for_each_sight(|from, to, count| add(&mut image[to..to + count], &patches[from..from + count]));
    }
}

/// Images `[count, channels, places]` as one matrix `[channels, count·places]`.
pub fn side_by_side(images: &[f32], channels: usize, places: usize, matrix: &mut [f32]) {
    let columns = images.len() / channels.max(1);
    for (i, image) in images.chunks_exact((channels * places).max(1)).enumerate() {
        for (channel, plane) in image.chunks_exact(places).enumerate() {
            let to = channel * columns + i * places;
            matrix[to..to + places].copy_from_slice(plane);
        }
    }
}

/// The reverse of [`side_by_side`], with a number for each channel added.
pub fn apart(matrix: &[f32], bias: Option<&[f32]>, places: usize, images: &mut [f32], channels: usize) {
    let columns = images.len() / channels.max(1);
    for (i, image) in images.chunks_exact_mut((channels * places).max(1)).enumerate() {
        for (channel, plane) in image.chunks_exact_mut(places).enumerate() {
            let from = channel * columns + i * places;
            let bias = bias.map_or(0.0, |bias| bias[channel]);
            for (pixel, value) in plane.iter_mut().zip(&matrix[from..from + places]) {
                *pixel = value + bias;
            }
        }
    }
}
