//! Markers that differ in shape, so that classes can be told apart without colour.

use std::f64::consts::{FRAC_1_SQRT_2, PI};

use plotters::style::{Color, RGBColor};

use super::canvas::{Canvas, Point, Rect, STROKE};
use super::colour::PAPER;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Marker {
    Disc,
    Square,
    Triangle,
    Diamond,
    Cross,
    Pointing,
    Plus,
}

const MARKERS: [Marker; 7] = [
    Marker::Disc,
    Marker::Square,
    Marker::Triangle,
    Marker::Cross,
    Marker::Diamond,
    Marker::Pointing,
    Marker::Plus,
];

impl Marker {
    /// The marker of the `index`-th class; it repeats after seven.
    pub fn of(index: usize) -> Self {
        MARKERS[index % MARKERS.len()]
    }

    /// Draws the marker around `centre` with a thin white rim that parts it from its neighbours.
    pub fn draw(self, canvas: &mut Canvas, centre: Point, radius: f64, colour: RGBColor) {
        if !matches!(self, Self::Cross | Self::Plus) {
            self.shape(canvas, centre, radius + 1.0, &PAPER);
        }
        self.shape(canvas, centre, radius, &colour);
    }

    /// Draws the marker without a rim, slightly transparent: for clouds of thousands of points.
    pub fn draw_light(self, canvas: &mut Canvas, centre: Point, radius: f64, colour: RGBColor) {
        self.shape(canvas, centre, radius, &colour.mix(0.6));
    }

    fn shape(self, canvas: &mut Canvas, (x, y): Point, radius: f64, colour: &impl Color) {
        let corners = |count: usize, first: f64, r: f64| -> Vec<Point> {
            let angle = |i: usize| first + 2.0 * PI * i as f64 / count as f64;
            (0..count).map(|i| (x + r * angle(i).sin(), y - r * angle(i).cos())).collect()
        };
        let mut strokes = |dx: f64, dy: f64| {
            canvas.line(vec![(x - dx, y - dy), (x + dx, y + dy)], colour.to_rgba(), STROKE);
            canvas.line(vec![(x - dy, y + dx), (x + dy, y - dx)], colour.to_rgba(), STROKE);
        };
        match self {
            Self::Cross => strokes(radius * FRAC_1_SQRT_2 * 1.1, radius * FRAC_1_SQRT_2 * 1.1),
            Self::Plus => strokes(radius * 1.1, 0.0),
            Self::Disc => canvas.disc((x, y), radius, colour.to_rgba()),
            Self::Square => {
                let half = radius * 0.88;
                let area = Rect { left: x - half, top: y - half, width: 2.0 * half, height: 2.0 * half };
                canvas.area(area, colour.to_rgba());
            }
            Self::Triangle => canvas.fill(corners(3, 0.0, radius * 1.25), colour.to_rgba()),
            Self::Pointing => canvas.fill(corners(3, PI, radius * 1.25), colour.to_rgba()),
            Self::Diamond => canvas.fill(corners(4, 0.0, radius * 1.2), colour.to_rgba()),
        }
    }
}
