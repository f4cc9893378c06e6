//! Sections 14.1.1 to 14.1.3: convolution by hand and on the device, an image file, and what a convolution makes of it.
//! Prints the book's numbers in a moment.

use std::path::Path;

use burn::tensor::{ops::PadMode, s};
use mlbook::prelude::*;
use mlbook::show;

use crate::by_hand::{conv1d, conv2d};
use crate::picture::{self, Picture};

/// Section 14.1.1: a signal, and its kernel.
const SIGNAL: [f32; 8] = [1.0, 3.0, 2.0, 4.0, 5.0, 6.0, 1.0, 3.0];
const SIGNAL_KERNEL: [f32; 5] = [1.0, 0.0, 3.0, 1.0, 2.0];
/// Section 14.1.2: an image, and its kernel.
const IMAGE: [[f32; 4]; 4] =
    [[1.0, 3.0, 2.0, 4.0], [5.0, 6.0, 1.0, 3.0], [1.0, 2.0, 0.0, 2.0], [3.0, 4.0, 3.0, 2.0]];
const IMAGE_KERNEL: [[f32; 3]; 3] = [[1.0, 0.0, 3.0], [1.0, 2.0, 1.0], [0.0, 1.0, 1.0]];

/// The book's numbers, 14.1.1 and 14.1.2.
const BOOK_SIGNAL: [f64; 8] = [5.0, 14.0, 16.0, 26.0, 24.0, 34.0, 19.0, 22.0];
const BOOK_IMAGE: [[f64; 4]; 4] =
    [[11.0, 25.0, 32.0, 13.0], [19.0, 25.0, 24.0, 13.0], [13.0, 28.0, 25.0, 17.0], [11.0, 17.0, 14.0, 9.0]];

/// The sections in order. `own_image` takes the place of a picture drawn here.
pub fn run(run: &Run, own_image: Option<&Path>) -> anyhow::Result<()> {
    run.in_one_go()?;
    say!("\n14.1.1 a signal, padding 2, stride 1");
    let x = Tensor::<1>::from_floats(SIGNAL, &run.device);
    let w = Tensor::<1>::from_floats(SIGNAL_KERNEL, &run.device);
    let signal = conv1d(&doubles(&SIGNAL), &doubles(&SIGNAL_KERNEL), 2, 1)?;
    say!("{:<28} {signal:?}", "by hand");
    let on_device = cross_correlate2d(x.unsqueeze(), w.flip([0]).unsqueeze(), [0, 2], [1, 1]); // [1, 8]
    show::vector("on the device", &on_device.flatten(0, 1));

    say!("\n14.1.2 an image, padding 1, stride 1");
    let x = Tensor::<2>::from_floats(IMAGE, &run.device);
    let w = Tensor::<2>::from_floats(IMAGE_KERNEL, &run.device);
    let image =
        conv2d(&IMAGE.map(|row| doubles(&row)), &IMAGE_KERNEL.map(|row| doubles(&row)), [1, 1], [1, 1])?;
    for (i, row) in image.iter().enumerate() {
        say!("{:<28} {row:?}", if i == 0 { "by hand" } else { "" });
    }
    show::matrix("on the device", &cross_correlate2d(x, w.flip([0, 1]), [1, 1], [1, 1])); // [4, 4]

    say!("\n14.1.3 an image file");
    let picture = Picture::read_or_draw(run, own_image)?;
    let patch = picture.print();
    run.save("kernels", &picture::figure(&picture, &run.device)?)?;

    let mut report = run.report().data(picture.description());
    for (i, &number) in signal.iter().enumerate() {
        report = report.compare(&format!("14.1.1 conv1d [{i}]"), number, Book(BOOK_SIGNAL[i]));
    }
    for (i, row) in image.iter().enumerate() {
        for (j, &number) in row.iter().enumerate() {
            report = report.compare(&format!("14.1.2 conv2d [{i}, {j}]"), number, Book(BOOK_IMAGE[i][j]));
        }
    }
    for (name, value, book) in patch {
        report = match book {
            Some(book) => report.compare(&name, value, book),
            None => report.metric(&name, value),
        };
    }
    report.finish(run)?;
    Ok(())
}

/// What a convolution layer computes of one image with one kernel: the sum of products without turning the kernel first. The
/// convolution of [`conv2d`] is this with `w.flip([0, 1])`.
///
/// mlbook's layer has one padding and one stride for both directions: what one side has more of, it gets before, and
/// different strides are taken after a convolution with stride 1.
///
/// # Shapes
/// - x: `[n1, n2]`, w: `[m1, m2]`, no larger than the padded x
/// - padding, stride: of rows, of columns
/// - returns sides `floor((n + 2·padding − m) / stride) + 1`
pub fn cross_correlate2d(x: Tensor<2>, w: Tensor<2>, padding: [usize; 2], stride: [usize; 2]) -> Tensor<2> {
    let both = padding[0].min(padding[1]);
    let more = padding.map(|side| (side - both, side - both));
    let x = if more == [(0, 0); 2] { x } else { x.pad(more, PadMode::Constant(0.0)) };
    let (x, w) = (x.unsqueeze::<4>(), w.unsqueeze::<4>()); // [1, 1, …]
    let product = if stride[0] == stride[1] {
        cross_correlate(x, w, stride[0], both)
    } else {
        let every = stride.map(|step| step as isize);
        cross_correlate(x, w, 1, both).slice(s![.., .., ..;every[0], ..;every[1]])
    };
    product.squeeze_dims(&[0, 1])
}

fn doubles(values: &[f32]) -> Vec<f64> {
    values.iter().map(|&value| f64::from(value)).collect()
}
