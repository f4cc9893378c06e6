//! A list of shapes in CSS pixels, drawn by plotters into SVG once the figure's size is known.
//!
//! Plotters places everything on whole units; a unit here is a tenth of a pixel, so that curves stay smooth.

use std::error::Error;
use std::fmt::Write as _;

use image::{ExtendedColorType, ImageEncoder, codecs::png::PngEncoder};
use plotters::coord::Shift;
use plotters::element::{Circle, DashedPathElement, PathElement, Polygon, Rectangle};
use plotters::prelude::{DrawingArea, IntoDrawingArea, SVGBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontStyle, FontTransform, IntoFont, RGBAColor, RGBColor, ShapeStyle};

use super::text::{FAMILIES, clean};
use super::{Figure, PlotError, base64};

/// Units per pixel.
pub(super) const UNITS: f64 = 10.0;
/// The one width of data lines, in pixels.
pub(super) const STROKE: f64 = 2.0;

pub(super) type Point = (f64, f64);

#[derive(Clone, Copy, Debug)]
pub(super) struct Rect {
    pub left: f64,
    pub top: f64,
    pub width: f64,
    pub height: f64,
}

impl Rect {
    pub fn right(&self) -> f64 {
        self.left + self.width
    }

    pub fn bottom(&self) -> f64 {
        self.top + self.height
    }

    pub fn centre(&self) -> Point {
        (self.left + self.width / 2.0, self.top + self.height / 2.0)
    }
}

#[derive(Clone, Copy)]
pub(super) enum Align {
    Start,
    Middle,
    End,
}

#[derive(Clone)]
pub(super) struct Label {
    pub text: String,
    pub size: f64,
    pub bold: bool,
    pub colour: RGBColor,
    pub align: Align,
    /// Read from bottom to top.
    pub turned: bool,
}

enum Shape {
    Line { points: Vec<Point>, colour: RGBAColor, width: f64, dash: Option<(f64, f64)> },
    Fill { points: Vec<Point>, colour: RGBAColor },
    Box { area: Rect, colour: RGBAColor },
    Disc { centre: Point, radius: f64, colour: RGBAColor },
    Text { at: Point, label: Label },
    Picture { area: Rect, png: Vec<u8>, pixelated: bool },
}

#[derive(Default)]
pub(super) struct Canvas {
    shapes: Vec<Shape>,
}

impl Canvas {
    pub fn line(&mut self, points: Vec<Point>, colour: impl Color, width: f64) {
        self.shapes.push(Shape::Line { points, colour: colour.to_rgba(), width, dash: None });
    }

    pub fn dashed(&mut self, points: Vec<Point>, colour: impl Color, width: f64) {
        self.shapes.push(Shape::Line { points, colour: colour.to_rgba(), width, dash: Some((7.0, 5.0)) });
    }

    pub fn fill(&mut self, points: Vec<Point>, colour: impl Color) {
        self.shapes.push(Shape::Fill { points, colour: colour.to_rgba() });
    }

    pub fn area(&mut self, area: Rect, colour: impl Color) {
        self.shapes.push(Shape::Box { area, colour: colour.to_rgba() });
    }

    pub fn edge(&mut self, area: Rect, colour: impl Color, width: f64) {
        let (l, t, r, b) = (area.left, area.top, area.right(), area.bottom());
        self.line(vec![(l, t), (r, t), (r, b), (l, b), (l, t)], colour, width);
    }

    pub fn disc(&mut self, centre: Point, radius: f64, colour: impl Color) {
        self.shapes.push(Shape::Disc { centre, radius, colour: colour.to_rgba() });
    }

    pub fn ring(&mut self, (x, y): Point, radius: f64, colour: impl Color, width: f64) {
        let angle = |i: usize| std::f64::consts::TAU * i as f64 / 36.0;
        let around = (0..=36).map(|i| (x + radius * angle(i).cos(), y + radius * angle(i).sin()));
        self.line(around.collect(), colour, width);
    }

    /// A text whose vertical middle is at `at`.
    pub fn text(&mut self, at: Point, label: Label) {
        if !label.text.is_empty() {
            self.shapes.push(Shape::Text { at, label });
        }
    }

    /// An RGB picture of `size` pixels, stretched over `area`.
    pub fn picture(
        &mut self,
        area: Rect,
        size: (usize, usize),
        rgb: &[u8],
        pixelated: bool,
    ) -> Result<(), PlotError> {
        let png = png(size, rgb)?;
        self.shapes.push(Shape::Picture { area, png, pixelated });
        Ok(())
    }

    /// The figure of `width` by `height` pixels that shows all shapes, the first at the bottom.
    pub fn finish(self, width: f64, height: f64) -> Result<Figure, PlotError> {
        let (width, height) = (width.ceil(), height.ceil());
        let mut body = String::new();
        for run in self.shapes.chunk_by(|a, b| !a.is_picture() && !b.is_picture()) {
            match run {
                [Shape::Picture { area, png, pixelated }] => body += &picture_element(area, png, *pixelated),
                shapes => body += &plotted(shapes, (units(width) as u32, units(height) as u32))?,
            }
        }
        Ok(Figure::new(width, height, body))
    }
}

/// The PNG file of an RGB picture.
pub(super) fn png(size: (usize, usize), rgb: &[u8]) -> Result<Vec<u8>, PlotError> {
    let mut png = Vec::new();
    PngEncoder::new(&mut png)
        .write_image(rgb, size.0 as u32, size.1 as u32, ExtendedColorType::Rgb8)
        .map_err(|e| PlotError::Render { format: "PNG", reason: e.to_string() })?;
    Ok(png)
}

fn units(pixels: f64) -> i32 {
    (pixels * UNITS).round() as i32
}

fn unit_point((x, y): Point) -> (i32, i32) {
    (units(x), units(y))
}

fn picture_element(area: &Rect, png: &[u8], pixelated: bool) -> String {
    let rendering =
        if pixelated { " image-rendering=\"optimizeSpeed\" style=\"image-rendering:pixelated\"" } else { "" };
    let mut element = String::new();
    let _ = writeln!(
        element,
        "<image x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" preserveAspectRatio=\"none\"{rendering} \
         href=\"data:image/png;base64,{}\"/>",
        units(area.left),
        units(area.top),
        units(area.width).max(1),
        units(area.height).max(1),
        base64::encode(png),
    );
    element
}

/// What plotters writes for the shapes, without the `<svg>` element around it.
fn plotted(shapes: &[Shape], size: (u32, u32)) -> Result<String, PlotError> {
    let mut svg = String::new();
    let drawn = {
        let area = SVGBackend::with_string(&mut svg, size).into_drawing_area();
        shapes.iter().try_for_each(|shape| shape.draw(&area)).and_then(|()| Ok(area.present()?))
    };
    drawn.map_err(|e| PlotError::Render { format: "SVG", reason: e.to_string() })?;
    let inside = svg.split_once('\n').map_or("", |(_, rest)| rest).trim_end();
    Ok(inside.strip_suffix("</svg>").unwrap_or(inside).to_string())
}

impl Shape {
    fn is_picture(&self) -> bool {
        matches!(self, Self::Picture { .. })
    }

    fn draw(&self, area: &DrawingArea<SVGBackend<'_>, Shift>) -> Result<(), Box<dyn Error>> {
        match self {
            Self::Line { points, colour, width, dash } => {
                let style =
                    ShapeStyle { color: *colour, filled: false, stroke_width: units(*width).max(1) as u32 };
                let points: Vec<_> = points.iter().copied().map(unit_point).collect();
                match dash {
                    None => area.draw(&PathElement::new(points, style))?,
                    Some((on, off)) => {
                        area.draw(&DashedPathElement::new(points, units(*on), units(*off), style))?
                    }
                }
            }
            Self::Fill { points, colour } => {
                let points: Vec<_> = points.iter().copied().map(unit_point).collect();
                area.draw(&Polygon::new(points, colour.filled()))?;
            }
            Self::Box { area: place, colour } => {
                let corners = [(place.left, place.top), (place.right(), place.bottom())].map(unit_point);
                area.draw(&Rectangle::new(corners, colour.filled()))?;
            }
            Self::Disc { centre, radius, colour } => {
                area.draw(&Circle::new(unit_point(*centre), units(*radius).max(1), colour.filled()))?;
            }
            Self::Text { at, label } => draw_text(area, *at, label)?,
            Self::Picture { .. } => {}
        }
        Ok(())
    }
}

fn draw_text(
    area: &DrawingArea<SVGBackend<'_>, Shift>,
    at: Point,
    label: &Label,
) -> Result<(), Box<dyn Error>> {
    let align = match label.align {
        Align::Start => HPos::Left,
        Align::Middle => HPos::Center,
        Align::End => HPos::Right,
    };
    let weight = if label.bold { FontStyle::Bold } else { FontStyle::Normal };
    let turn = if label.turned { FontTransform::Rotate270 } else { FontTransform::None };
    // The SVG backend divides sizes by 1.24.
    let style = (FAMILIES, label.size * UNITS * 1.24).into_font().style(weight).transform(turn);
    let style = style.color(&label.colour).pos(Pos::new(align, VPos::Center));
    // SVG centres on small letters; digits and capitals are a tenth of the font size taller.
    let lower = label.size * 0.1;
    let at = if label.turned { (at.0 + lower, at.1) } else { (at.0, at.1 + lower) };
    area.draw_text(&clean(&label.text), &style, unit_point(at))?;
    Ok(())
}
