//! Section 14.1.3: an image file as a tensor, and what kernels of three by three see in it.

use std::path::{Path, PathBuf};

use image::RgbImage;
use mlbook::data::images::{self, ImageError};
use mlbook::files::{self, FileError};
use mlbook::plot::drawing::{Outline, Scene};
use mlbook::plot::{Figure, Image, PlotError, Tone};
use mlbook::prelude::*;
use mlbook::show;

/// The book's own example-image.png, and red, green and blue of its rows and columns 100 and 101.
const BOOK_FILE: &str = "7afab88f638880e5e651b0948b1f3768980eb370f550dc06b0021c0445da074a";
const BOOK_PATCH: [[f64; 4]; 3] =
    [[179.0, 182.0, 180.0, 182.0], [134.0, 136.0, 135.0, 137.0], [110.0, 112.0, 111.0, 113.0]];

const CHANNELS: [&str; 3] = ["R", "G", "B"];
/// The first row, and the first column, of the patch that is printed.
const PATCH: usize = 100;

/// Sobel's kernels: differences of neighbouring columns and of neighbouring rows, smoothed along the edge.
const KERNELS: [[[f32; 3]; 3]; 2] =
    [[[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]], [[-1.0, -2.0, -1.0], [0.0; 3], [1.0, 2.0, 1.0]]];

/// The kernels take a pixel from each side, and four by four pixels are pooled.
const SMALLEST: u32 = 6;

/// An image file that could not be read, or has too little to show.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    #[error(transparent)]
    Image(#[from] ImageError),
    #[error(transparent)]
    File(#[from] FileError),
    #[error("{}: {width} by {height} pixels; kernels and pooling need {SMALLEST} by {SMALLEST}. Give a larger image.",
        path.display())]
    TooSmall { path: PathBuf, width: u32, height: u32 },
}

/// A number of the patch: its name, itself, the book's if the file is the book's.
pub type Pixel = (String, f64, Option<Book>);

/// An image file that was read.
pub struct Picture {
    path: PathBuf,
    own: bool,
    of_the_book: bool,
    pixels: RgbImage,
}

impl Picture {
    /// Reads the file given; without one a picture is drawn, written into the run's folder and read from there.
    pub fn read_or_draw(run: &Run, file: Option<&Path>) -> Result<Self, PictureError> {
        let path = file.map_or_else(|| run.path("example-image.png"), Path::to_path_buf);
        if file.is_none() {
            images::write_png(&path, &drawn())?;
        }
        let pixels = images::read(&path)?;
        let (width, height) = pixels.dimensions();
        if width.min(height) < SMALLEST {
            return Err(PictureError::TooSmall { path, width, height });
        }
        let of_the_book = files::sha256(&files::read(&path)?) == BOOK_FILE;
        Ok(Self { path, own: file.is_some(), of_the_book, pixels })
    }

    /// What the run's table says of its data.
    pub fn description(&self) -> String {
        match (self.of_the_book, self.own) {
            (true, _) => "the book's numbers and its example-image.png".to_owned(),
            (false, true) => format!("the book's numbers and {}", self.path.display()),
            (false, false) => {
                "the book's numbers and a picture drawn here (its own: --image FILE)".to_owned()
            }
        }
    }

    /// Prints shape, kind of numbers and a patch of two by two in each channel; returns the patch.
    pub fn print(&self) -> Vec<Pixel> {
        let pixels = self.tensor_data(); // [height, width, 3]
        let [height, width, channels] = [0, 1, 2].map(|axis| pixels.shape()[axis]);
        say!("{:<28} {}", "file", self.path.display());
        show::shape("image", &[channels, height, width]);
        say!("{:<28} {:?}", "numbers", pixels.dtype());
        // Smaller images have their last two rows and columns printed.
        let [top, left] = [height, width].map(|side| PATCH.min(side - 2));
        let (bottom, right) = (top + 2, left + 2);
        let mut patch = Vec::new();
        for (channel, name) in CHANNELS.iter().enumerate() {
            let places = (top..bottom).flat_map(|row| (left..right).map(move |column| (row, column)));
            let values: Vec<u8> = places
                .clone()
                .map(|(row, column)| self.pixels.get_pixel(column as u32, row as u32)[channel])
                .collect();
            say!("{:<28} {values:?}", format!("{name} [{top}:{bottom}, {left}:{right}]"));
            for (k, ((row, column), value)) in places.zip(values).enumerate() {
                let book = self.of_the_book.then(|| Book(BOOK_PATCH[channel][k]));
                patch.push((format!("14.1.3 {name} [{row}, {column}]"), f64::from(value), book));
            }
        }
        patch
    }

    /// Bytes as they are in the file, `[height, width, 3]`.
    fn tensor_data(&self) -> TensorData {
        let (width, height) = self.pixels.dimensions();
        TensorData::new(self.pixels.as_raw().clone(), [height as usize, width as usize, 3])
    }

    /// Gray, from 0 to 1.
    ///
    /// # Shapes
    /// - returns `[1, 1, height, width]`
    pub fn gray(&self, device: &Device) -> Tensor<4> {
        let pixels = Tensor::<3>::from_data(self.tensor_data().convert::<f32>(), device); // [height, width, 3]
        (pixels.mean_dim(2) / 255.0).permute([2, 0, 1]).unsqueeze() // [1, 1, height, width]
    }
}

/// Edges of an image in two directions. No zeros are put around it: they would be edges too.
///
/// # Shapes
/// - gray: `[batch, 1, height, width]`
/// - returns `[batch, 2, height − 2, width − 2]`: between left and right, between above and below; 0 where there is none
pub fn edges(gray: Tensor<4>) -> Tensor<4> {
    let kernels = Tensor::<3>::from_floats(KERNELS, &gray.device()).unsqueeze_dim(1); // [2, 1, 3, 3]
    cross_correlate(gray, kernels, 1, 0).abs() // [batch, 2, height − 2, width − 2]
}

/// The image, its edges, and both kinds of edges after pooling.
pub fn figure(picture: &Picture, device: &Device) -> Result<Figure, PlotError> {
    let gray = picture.gray(device);
    let edges = edges(gray.clone()); // [1, 2, height − 2, width − 2]
    let (width, height) = (picture.pixels.width() as usize, picture.pixels.height() as usize);
    let mut images = vec![
        Image::rgb(width, height, picture.pixels.as_raw())?.caption("the image", Tone::Plain),
        plane(gray)?.caption("gray", Tone::Plain),
    ];
    for (channel, caption) in
        ["edges between\nleft and right", "edges between\nabove and below"].iter().enumerate()
    {
        images.push(plane(edges.clone().narrow(1, channel, 1))?.inverted().caption(caption, Tone::Plain));
    }
    let pooled = max_pool2d(4).forward(edges); // [1, 2, (height − 2) / 4, (width − 2) / 4]
    let caption = "the stronger of both,\nmax-pooled by 4";
    images.push(plane(pooled.max_dim(1))?.inverted().caption(caption, Tone::Plain));
    plot::image_grid(&images, images.len())
}

/// One plane of numbers from 0 to 1 as a picture.
fn plane(values: Tensor<4>) -> Result<Image, PlotError> {
    let [_, _, height, width] = values.dims();
    Image::planes(width, height, &show::floats(&values), 0.0, 1.0)
}

/// A picture of our own, as large as the book's: a house under the sun.
fn drawn() -> RgbImage {
    let mut scene = Scene::new([168, 204, 232], [112, 160, 84]);
    scene.paint(Outline::Ellipse((0.72, 0.16), (0.09, 0.09), 0.0), [246, 206, 82]);
    let mut wall = |corners: [(f64, f64); 4], colour| {
        let [a, b, c, d] = corners;
        scene.paint(Outline::Triangle([a, b, c]), colour);
        scene.paint(Outline::Triangle([a, c, d]), colour);
    };
    wall([(0.2, 0.42), (0.64, 0.42), (0.64, 0.82), (0.2, 0.82)], [226, 204, 170]);
    wall([(0.27, 0.5), (0.39, 0.5), (0.39, 0.62), (0.27, 0.62)], [92, 116, 140]);
    wall([(0.47, 0.54), (0.58, 0.54), (0.58, 0.82), (0.47, 0.82)], [122, 78, 48]);
    scene.paint(Outline::Triangle([(0.14, 0.42), (0.42, 0.2), (0.7, 0.42)]), [168, 70, 54]);
    scene.paint(Outline::Stroke((0.33, 0.5), (0.33, 0.62), 0.012), [240, 240, 236]);
    scene.paint(Outline::Stroke((0.27, 0.56), (0.39, 0.56), 0.012), [240, 240, 236]);
    scene.pixels(221, 252)
}
