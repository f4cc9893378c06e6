//! A finished figure: one description, saved as SVG and as PNG.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree};

use super::canvas::{Align, Canvas, Label, UNITS};
use super::colour::INK;
use super::text::{self, LINE, TITLE};
use super::{PlotError, fonts};
use crate::files;

/// Pixels of the PNG per CSS pixel of the figure.
const PNG_SCALE: f64 = 2.0;
/// A figure with more pixels than this is saved smaller, so that memory stays below 300 MB.
const MOST_PIXELS: f64 = 64e6;
/// Room between figures that are put together.
const GAP: f64 = 24.0;

/// A drawing, complete with its texts; it can be saved, shown in a notebook, or put together with others.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    width: f64,
    height: f64,
    body: String,
}

impl Figure {
    pub(super) fn new(width: f64, height: f64, body: String) -> Self {
        Self { width, height, body }
    }

    /// Width and height in CSS pixels.
    pub fn size(&self) -> (f64, f64) {
        (self.width, self.height)
    }

    /// The figure as an SVG document. It shrinks to the width of the page that shows it.
    pub fn svg(&self) -> String {
        let (width, height) = (self.width, self.height);
        let (w, h) = (width * UNITS, height * UNITS);
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {w} {h}\" style=\"max-width:100%;height:auto\" stroke-linejoin=\"round\">\n\
             <rect width=\"{w}\" height=\"{h}\" fill=\"#FFFFFF\"/>\n{}</svg>\n",
            self.body
        )
    }

    /// The figure as a PNG file, with two pixels per CSS pixel.
    ///
    /// # Errors
    /// When the figure has more elements than the renderer takes (a million).
    pub fn png(&self) -> Result<Vec<u8>, PlotError> {
        let failed = |reason: String| PlotError::Render { format: "PNG", reason };
        let options = Options { fontdb: fonts(), ..Options::default() };
        let tree = Tree::from_str(&self.svg(), &options).map_err(|e| failed(e.to_string()))?;
        let scale = PNG_SCALE.min((MOST_PIXELS / (self.width * self.height)).sqrt());
        let pixels = |length: f64| (length * scale).round().max(1.0) as u32;
        let mut pixmap = Pixmap::new(pixels(self.width), pixels(self.height))
            .ok_or_else(|| failed(format!("{} × {} pixels are too many", self.width, self.height)))?;
        resvg::render(&tree, Transform::from_scale(scale as f32, scale as f32), &mut pixmap.as_mut());
        pixmap.encode_png().map_err(|e| failed(e.to_string()))
    }

    /// Writes `stem.svg` and `stem.png` and returns their paths. Each file is whole or absent.
    ///
    /// # Errors
    /// When a file cannot be written, or the figure cannot be rendered.
    pub fn save(&self, stem: &Path) -> Result<Vec<PathBuf>, PlotError> {
        let with_ending = |ending: &str| {
            let mut name = stem.as_os_str().to_owned();
            name.push(ending);
            PathBuf::from(name)
        };
        let (svg, png) = (with_ending(".svg"), with_ending(".png"));
        files::write(&svg, self.svg().as_bytes())?;
        files::write(&png, &self.png()?)?;
        Ok(vec![svg, png])
    }

    /// The same figure under a bold heading.
    pub fn heading(&self, heading: &str) -> Result<Self, PlotError> {
        let lines = text::wrap(heading, TITLE, true, self.width - 20.0, 3);
        let mut canvas = Canvas::default();
        for (i, line) in lines.iter().enumerate() {
            let label = Label {
                text: line.clone(),
                size: TITLE,
                bold: true,
                colour: INK,
                align: Align::Start,
                turned: false,
            };
            canvas.text((10.0, 10.0 + (i as f64 + 0.5) * TITLE * LINE), label);
        }
        let head = canvas.finish(self.width, 10.0 + lines.len() as f64 * TITLE * LINE)?;
        let height = head.height + self.height;
        Ok(Self::new(self.width, height, together([(0.0, 0.0, &head), (0.0, head.height, self)])))
    }

    /// Figures side by side, on one ground line, so that the x axes of charts line up.
    pub fn row(figures: &[Figure]) -> Result<Self, PlotError> {
        Self::grid(figures, figures.len())
    }

    /// Figures one below the other.
    pub fn column(figures: &[Figure]) -> Result<Self, PlotError> {
        Self::grid(figures, 1)
    }

    /// Figures in rows of `columns`, each column as wide as its widest figure.
    ///
    /// # Errors
    /// When there is no figure.
    pub fn grid(figures: &[Figure], columns: usize) -> Result<Self, PlotError> {
        PlotError::not_empty("figures put together", "figure", figures.len())?;
        let columns = columns.clamp(1, figures.len());
        let mut widths = vec![0.0_f64; columns];
        for row in figures.chunks(columns) {
            for (width, figure) in widths.iter_mut().zip(row) {
                *width = width.max(figure.width);
            }
        }
        let mut placed = Vec::with_capacity(figures.len());
        let mut top = 0.0;
        for row in figures.chunks(columns) {
            let mut left = 0.0;
            let height = row.iter().fold(0.0_f64, |most, figure| most.max(figure.height));
            for (width, figure) in widths.iter().zip(row) {
                placed.push((left, top + height - figure.height, figure));
                left += width + GAP;
            }
            top += height + GAP;
        }
        let width = widths.iter().sum::<f64>() + GAP * (columns - 1) as f64;
        Ok(Self::new(width, top - GAP, together(placed)))
    }
}

/// The elements of several figures, each moved to its place.
fn together<'a>(placed: impl IntoIterator<Item = (f64, f64, &'a Figure)>) -> String {
    let mut body = String::new();
    for (left, top, figure) in placed {
        let (x, y) = (left * UNITS, top * UNITS);
        let _ = write!(body, "<g transform=\"translate({x},{y})\">\n{}</g>\n", figure.body);
    }
    body
}
