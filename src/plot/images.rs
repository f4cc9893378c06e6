//! Grids of small images with captions.

use super::canvas::{self, Align, Canvas, Label, Rect};
use super::colour::{self, AXIS, INK, RIGHT, WRONG};
use super::frame::plain;
use super::series::Value;
use super::text::{self, LINE, TEXT};
use super::{Figure, PlotError};

/// Small images are magnified to at least this many pixels, large ones are shown no larger than `LARGEST`.
const MAGNIFIED: usize = 84;
const LARGEST: f64 = 180.0;
const GAP: f64 = 14.0;
const EDGE: f64 = 10.0;
const CAPTION_LINES: usize = 3;
const WIDEST_CAPTION: f64 = 170.0;

/// What a caption says, by its colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// Neither right nor wrong.
    #[default]
    Plain,
    /// A right answer: blue.
    Right,
    /// A wrong answer: vermilion and bold.
    Wrong,
}

/// An 8-bit colour image with a caption.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    pub(super) width: usize,
    pub(super) height: usize,
    /// Three bytes per pixel, row by row.
    pub(super) rgb: Vec<u8>,
    caption: String,
    tone: Tone,
}

impl Image {
    /// An image of `height` rows of `width` grey pixels.
    ///
    /// # Errors
    /// When `pixels` are not `width` × `height`, or there are none.
    pub fn gray(width: usize, height: usize, pixels: &[u8]) -> Result<Self, PlotError> {
        Self::check(width, height, 1, pixels.len())?;
        Ok(Self::new(width, height, pixels.iter().flat_map(|&p| [p, p, p]).collect()))
    }

    /// An image of `height` rows of `width` pixels, each red, green, blue.
    ///
    /// # Errors
    /// When `pixels` are not 3 × `width` × `height`, or there are none.
    pub fn rgb(width: usize, height: usize, pixels: &[u8]) -> Result<Self, PlotError> {
        Self::check(width, height, 3, pixels.len())?;
        Ok(Self::new(width, height, pixels.to_vec()))
    }

    /// An image as a network sees it: one plane (grey) or three (red, green, blue) of `height` rows of
    /// `width` numbers, one plane after the other. `low` is shown as black and `high` as full brightness; NaN
    /// is black.
    ///
    /// # Errors
    /// When `values` are not one or three planes of `width` × `height`, or there are none.
    pub fn planes<V: Value>(
        width: usize,
        height: usize,
        values: &[V],
        low: f64,
        high: f64,
    ) -> Result<Self, PlotError> {
        let byte = |v: &V| ((v.to_f64() - low) / (high - low) * 255.0).round().clamp(0.0, 255.0) as u8;
        let bytes: Vec<u8> = values.iter().map(byte).collect();
        let plane = width.saturating_mul(height);
        if plane == 0 || bytes.len() != plane.saturating_mul(3) {
            return Self::gray(width, height, &bytes);
        }
        let (red, rest) = bytes.split_at(plane);
        let (green, blue) = rest.split_at(plane);
        let pixels = red.iter().zip(green).zip(blue).flat_map(|((&r, &g), &b)| [r, g, b]);
        Ok(Self::new(width, height, pixels.collect()))
    }

    /// Numbers as colours: white for 0, blue below and vermilion above, or, if none of `low` and `high` is on the other side of 0,
    /// white for `low` and blue for `high`. What is not finite is black.
    ///
    /// # Errors
    /// When `values` are not `width` × `height`, or there are none.
    pub fn heat<V: Value>(
        width: usize,
        height: usize,
        values: &[V],
        low: f64,
        high: f64,
    ) -> Result<Self, PlotError> {
        Self::check(width, height, 1, values.len())?;
        let largest = low.abs().max(high.abs());
        let pixel = |value: &V| match value.to_f64() {
            value if !value.is_finite() => INK,
            value if low < 0.0 && high > 0.0 => colour::diverging(value / largest),
            value => colour::blues((value - low) / (high - low)),
        };
        let pixels = values.iter().map(pixel).flat_map(|colour| [colour.0, colour.1, colour.2]);
        Ok(Self::new(width, height, pixels.collect()))
    }

    /// The image as a PNG file, each pixel as a square of `scale` by `scale`.
    ///
    /// # Errors
    /// When the encoder refuses, as it does beyond 4 billion pixels a side.
    pub fn png(&self, scale: usize) -> Result<Vec<u8>, PlotError> {
        let scale = scale.max(1);
        let (pixels, _) = self.rgb.as_chunks::<3>();
        let mut rgb = Vec::with_capacity(self.rgb.len() * scale * scale);
        for row in pixels.chunks(self.width.max(1)) {
            let wide: Vec<u8> = row.iter().flat_map(|&pixel| [pixel].repeat(scale)).flatten().collect();
            for _ in 0..scale {
                rgb.extend_from_slice(&wide);
            }
        }
        canvas::png((self.width * scale, self.height * scale), &rgb)
    }

    fn check(width: usize, height: usize, channels: usize, given: usize) -> Result<(), PlotError> {
        let pixels = width.saturating_mul(height);
        PlotError::not_empty("image", "pixel", pixels)?;
        let expected = format!("an image of {width} × {height}");
        PlotError::same_length("image", (&expected, pixels.saturating_mul(channels)), ("the data", given))
    }

    fn new(width: usize, height: usize, rgb: Vec<u8>) -> Self {
        Self { width, height, rgb, caption: String::new(), tone: Tone::Plain }
    }

    /// The same image with a caption below it, of one line or several (`\n`).
    pub fn caption(mut self, caption: &str, tone: Tone) -> Self {
        self.caption = caption.to_string();
        self.tone = tone;
        self
    }

    /// The negative: the book prints MNIST's white digits on black as black on white.
    pub fn inverted(mut self) -> Self {
        self.rgb.iter_mut().for_each(|byte| *byte = 255 - *byte);
        self
    }

    /// Width and height in pixels.
    pub fn size(&self) -> (usize, usize) {
        (self.width, self.height)
    }

    /// How many CSS pixels one of the image's pixels is shown as.
    fn magnification(&self) -> f64 {
        let longest = self.width.max(self.height).max(1);
        if longest <= MAGNIFIED {
            MAGNIFIED.div_ceil(longest) as f64
        } else {
            (LARGEST / longest as f64).min(1.0)
        }
    }

    fn shown_size(&self) -> (f64, f64) {
        let magnification = self.magnification();
        ((self.width as f64 * magnification).max(1.0), (self.height as f64 * magnification).max(1.0))
    }
}

/// Images in rows of `columns`, each with a thin edge and its caption. Small ones are magnified by a whole
/// number, with crisp pixels.
///
/// # Errors
/// No image, or no column.
pub fn image_grid(images: &[Image], columns: usize) -> Result<Figure, PlotError> {
    PlotError::not_empty("image grid", "image", images.len())?;
    PlotError::not_empty("image grid", "column", columns)?;
    let columns = columns.min(images.len());
    let shown = || images.iter().map(Image::shown_size);
    let widest_caption = images.iter().map(caption_width).fold(44.0, f64::max).min(WIDEST_CAPTION);
    let cell_width = shown().map(|s| s.0).fold(widest_caption, f64::max);
    let cell_height = shown().map(|s| s.1).fold(0.0, f64::max);
    let mut canvas = Canvas::default();
    let mut top = EDGE;
    for row in images.chunks(columns) {
        let captions: Vec<Vec<String>> = row.iter().map(|image| caption_lines(image, cell_width)).collect();
        let lines = captions.iter().map(Vec::len).max().unwrap_or(0);
        for (column, (image, caption)) in row.iter().zip(&captions).enumerate() {
            let left = EDGE + column as f64 * (cell_width + GAP);
            draw_image(&mut canvas, image, Rect { left, top, width: cell_width, height: cell_height })?;
            for (i, line) in caption.iter().enumerate() {
                let y = top + cell_height + 4.0 + (i as f64 + 0.5) * TEXT * LINE;
                canvas.text((left + cell_width / 2.0, y), toned(line, image.tone));
            }
        }
        let captions_height = if lines > 0 { 4.0 + lines as f64 * TEXT * LINE } else { 0.0 };
        top += cell_height + captions_height + GAP;
    }
    canvas.finish(2.0 * EDGE + columns as f64 * (cell_width + GAP) - GAP, top - GAP + EDGE)
}

fn caption_width(image: &Image) -> f64 {
    let bold = image.tone == Tone::Wrong;
    image.caption.lines().map(|line| text::width(&text::clean(line), TEXT, bold) + 1.0).fold(0.0, f64::max)
}

fn caption_lines(image: &Image, room: f64) -> Vec<String> {
    let lines =
        image.caption.lines().flat_map(|line| text::wrap(line, TEXT, image.tone == Tone::Wrong, room, 2));
    lines.take(CAPTION_LINES).collect()
}

fn draw_image(canvas: &mut Canvas, image: &Image, cell: Rect) -> Result<(), PlotError> {
    let (width, height) = image.shown_size();
    let left = cell.left + (cell.width - width) / 2.0;
    let area = Rect { left, top: cell.bottom() - height, width, height };
    canvas.picture(area, image.size(), &image.rgb, image.magnification() >= 1.0)?;
    canvas.edge(area, AXIS, 1.0);
    Ok(())
}

fn toned(text: &str, tone: Tone) -> Label {
    let (colour, bold) = match tone {
        Tone::Plain => (INK, false),
        Tone::Right => (RIGHT, false),
        Tone::Wrong => (WRONG, true),
    };
    Label { colour, bold, ..plain(text.to_string(), Align::Middle) }
}
