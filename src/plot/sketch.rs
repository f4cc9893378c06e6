//! Drawings of graphs: dots with a letter, lines between them.

use plotters::style::RGBColor;

use super::canvas::{Align, Canvas, Label, Point};
use super::colour::{self, AXIS, INK, ink_on};
use super::text::{self, LINE, TEXT};
use super::{Figure, PlotError};

/// Room around everything, and between two drawings.
const EDGE: f64 = 14.0;
const GAP: f64 = 26.0;
/// Pixels from the middle of a dot to the farthest that belongs to it.
const MARGIN: f64 = 20.0;
const LETTER: f64 = 13.0;
/// Between the strands of a double bond.
const STRANDS: f64 = 4.5;
const CAPTION_LINES: usize = 3;
const NARROWEST: f64 = 120.0;

/// A node.
#[derive(Clone, Debug, PartialEq)]
pub struct Dot {
    /// Where it stands, y upwards, in any unit.
    pub at: [f64; 2],
    /// What is written in it; a few letters.
    pub text: String,
    pub fill: Fill,
}

/// The colour of a dot.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fill {
    /// Red, green, blue.
    Rgb([u8; 3]),
    /// The house style's colour of this series or class.
    Series(usize),
    /// From −1, blue, over 0, white, to 1, vermilion.
    Share(f64),
}

/// A line between two dots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    pub ends: [usize; 2],
    pub stroke: Stroke,
}

/// How a line is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stroke {
    /// A thin gray one, for graphs of many lines.
    Thin,
    Single,
    Double,
    Triple,
    /// One solid and one dashed.
    Aromatic,
}

/// A graph to be drawn.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sketch {
    pub dots: Vec<Dot>,
    pub links: Vec<Link>,
    /// Below the drawing, of one line or several (`\n`).
    pub caption: String,
}

/// Graphs in rows of `columns`, each with its caption; one unit of length is `unit` pixels.
///
/// # Errors
/// No sketch, no column, a sketch without dots, a place that is no number, or a line to a dot that is not there.
pub fn sketches(sketches: &[Sketch], columns: usize, unit: f64) -> Result<Figure, PlotError> {
    PlotError::not_empty("sketches", "sketch", sketches.len())?;
    PlotError::not_empty("sketches", "column", columns)?;
    let columns = columns.min(sketches.len());
    let placed: Vec<Placed> =
        sketches.iter().map(|sketch| Placed::new(sketch, unit)).collect::<Result<_, _>>()?;
    let width = placed.iter().map(|placed| placed.size.0).fold(NARROWEST, f64::max);
    let mut canvas = Canvas::default();
    let mut top = EDGE;
    for row in placed.chunks(columns) {
        let height = row.iter().map(|placed| placed.size.1).fold(0.0, f64::max);
        let captions: Vec<Vec<String>> = row.iter().map(|placed| caption(placed.sketch, width)).collect();
        let lines = captions.iter().map(Vec::len).max().unwrap_or(0);
        for (column, (placed, caption)) in row.iter().zip(&captions).enumerate() {
            let left = EDGE + column as f64 * (width + GAP);
            let (x, y) = (left + (width - placed.size.0) / 2.0, top + (height - placed.size.1) / 2.0);
            placed.draw(&mut canvas, (x, y));
            for (i, line) in caption.iter().enumerate() {
                let y = top + height + 4.0 + (i as f64 + 0.5) * TEXT * LINE;
                canvas.text((left + width / 2.0, y), label(line, TEXT, INK));
            }
        }
        top += height + if lines > 0 { 4.0 + lines as f64 * TEXT * LINE } else { 0.0 } + GAP;
    }
    canvas.finish(2.0 * EDGE + columns as f64 * (width + GAP) - GAP, top - GAP + EDGE)
}

fn caption(sketch: &Sketch, room: f64) -> Vec<String> {
    let lines = sketch.caption.lines().flat_map(|line| text::wrap(line, TEXT, false, room + GAP / 2.0, 2));
    lines.take(CAPTION_LINES).collect()
}

fn label(text: &str, size: f64, colour: RGBColor) -> Label {
    Label { text: text.to_owned(), size, bold: false, colour, align: Align::Middle, turned: false }
}

/// A sketch in pixels, its upper left corner at 0, 0.
struct Placed<'a> {
    sketch: &'a Sketch,
    points: Vec<Point>,
    size: (f64, f64),
    radius: f64,
}

impl<'a> Placed<'a> {
    fn new(sketch: &'a Sketch, unit: f64) -> Result<Self, PlotError> {
        PlotError::not_empty("a sketch", "dot", sketch.dots.len())?;
        let figure = || "a sketch".to_owned();
        if sketch.dots.iter().any(|dot| dot.at.iter().any(|place| !place.is_finite())) {
            return Err(PlotError::NotFinite { figure: figure() });
        }
        let count = sketch.dots.len();
        if let Some(end) = sketch.links.iter().flat_map(|link| link.ends).find(|&end| end >= count) {
            let (what, found) = ("an end of a line", end.to_string());
            return Err(PlotError::OutOfRange { figure: figure(), what, found, low: 0, high: count - 1 });
        }
        let range = |axis: usize| {
            let values = || sketch.dots.iter().map(|dot| dot.at[axis]);
            (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max))
        };
        let ((left, right), (bottom, top)) = (range(0), range(1));
        let point = |dot: &Dot| (MARGIN + (dot.at[0] - left) * unit, MARGIN + (top - dot.at[1]) * unit);
        let size = (2.0 * MARGIN + (right - left) * unit, 2.0 * MARGIN + (top - bottom) * unit);
        let radius = (unit * 0.31).clamp(5.0, 15.0);
        Ok(Self { sketch, points: sketch.dots.iter().map(point).collect(), size, radius })
    }

    fn draw(&self, canvas: &mut Canvas, corner: Point) {
        let at = |number: usize| (corner.0 + self.points[number].0, corner.1 + self.points[number].1);
        for link in &self.sketch.links {
            self.line(canvas, link, at(link.ends[0]), at(link.ends[1]));
        }
        for (number, dot) in self.sketch.dots.iter().enumerate() {
            let fill = match dot.fill {
                Fill::Rgb([red, green, blue]) => RGBColor(red, green, blue),
                Fill::Series(index) => colour::series(index),
                Fill::Share(share) => colour::diverging(share),
            };
            canvas.disc(at(number), self.radius, fill);
            canvas.ring(at(number), self.radius, AXIS, 1.0);
            let size = LETTER.min(self.radius * 1.8 / text::width(&dot.text, 1.0, false).max(1.0));
            canvas.text(at(number), label(&dot.text, size, ink_on(fill)));
        }
    }

    fn line(&self, canvas: &mut Canvas, link: &Link, a: Point, b: Point) {
        let (x, y) = (b.0 - a.0, b.1 - a.1);
        let length = x.hypot(y).max(1e-9);
        let beside = |offset: f64| {
            let (dx, dy) = (-y / length * offset, x / length * offset);
            vec![(a.0 + dx, a.1 + dy), (b.0 + dx, b.1 + dy)]
        };
        let strands: &[f64] = match link.stroke {
            Stroke::Thin => return canvas.line(beside(0.0), AXIS, 1.0),
            Stroke::Single => &[0.0],
            Stroke::Double => &[-STRANDS / 2.0, STRANDS / 2.0],
            Stroke::Triple => &[-STRANDS, 0.0, STRANDS],
            Stroke::Aromatic => {
                canvas.dashed(beside(STRANDS / 2.0), INK, 1.6);
                &[-STRANDS / 2.0]
            }
        };
        strands.iter().for_each(|&offset| canvas.line(beside(offset), INK, 1.6));
    }
}
