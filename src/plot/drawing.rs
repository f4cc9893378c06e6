//! A small painter: coloured shapes on a two-coloured ground, the same pixels on every machine.

use image::{Rgb, RgbImage};

/// A place in the picture: x to the right, y down, both in heights of the picture.
pub type Point = (f64, f64);

/// Red, green, blue.
pub type Colour = [u8; 3];

/// Samples along each side of a pixel; their mean softens the edges.
const SAMPLES: u32 = 2;

/// A filled outline.
#[derive(Clone, Copy, Debug)]
pub enum Outline {
    /// Centre, half axes, and by how many radians it is turned clockwise.
    Ellipse(Point, Point, f64),
    /// Its corners.
    Triangle([Point; 3]),
    /// A straight stroke of a width, with round ends.
    Stroke(Point, Point, f64),
}

impl Outline {
    /// Whether a point lies inside.
    fn holds(&self, (x, y): Point) -> bool {
        match *self {
            Self::Ellipse((centre_x, centre_y), (half_x, half_y), turn) => {
                let (dx, dy) = (x - centre_x, y - centre_y);
                let (sin, cos) = turn.sin_cos();
                let (along, across) = (dx * cos + dy * sin, dy * cos - dx * sin);
                (along / half_x).powi(2) + (across / half_y).powi(2) <= 1.0
            }
            Self::Triangle([a, b, c]) => {
                let sides = [(a, b), (b, c), (c, a)]
                    .map(|(from, to)| (to.0 - from.0) * (y - from.1) - (to.1 - from.1) * (x - from.0));
                sides.iter().all(|&side| side >= 0.0) || sides.iter().all(|&side| side <= 0.0)
            }
            Self::Stroke(from, to, width) => {
                let (dx, dy) = (to.0 - from.0, to.1 - from.1);
                let share = ((x - from.0) * dx + (y - from.1) * dy) / (dx * dx + dy * dy);
                let share = share.clamp(0.0, 1.0);
                let (off_x, off_y) = (x - from.0 - share * dx, y - from.1 - share * dy);
                off_x.hypot(off_y) <= width / 2.0
            }
        }
    }
}

/// A picture as shapes, painted one over the other.
#[derive(Clone, Debug)]
pub struct Scene {
    wall: Colour,
    floor: Colour,
    shapes: Vec<(Outline, Colour)>,
}

impl Scene {
    /// Nothing yet but a wall above a floor.
    pub fn new(wall: Colour, floor: Colour) -> Self {
        Self { wall, floor, shapes: Vec::new() }
    }

    /// Paints a shape over those before it.
    pub fn paint(&mut self, outline: Outline, colour: Colour) {
        self.shapes.push((outline, colour));
    }

    /// The picture in pixels.
    pub fn pixels(&self, width: u32, height: u32) -> RgbImage {
        RgbImage::from_fn(width, height, |column, row| {
            let mut sums = [0_u32; 3];
            for sample in 0..SAMPLES * SAMPLES {
                let place = |pixel: u32, step: u32| {
                    (f64::from(pixel) + (f64::from(step) + 0.5) / f64::from(SAMPLES)) / f64::from(height)
                };
                let colour = self.colour((place(column, sample % SAMPLES), place(row, sample / SAMPLES)));
                for (sum, part) in sums.iter_mut().zip(colour) {
                    *sum += u32::from(part);
                }
            }
            Rgb(sums.map(|sum| (sum / (SAMPLES * SAMPLES)) as u8))
        })
    }

    fn colour(&self, point: Point) -> Colour {
        let ground = if point.1 < 0.72 { self.wall } else { self.floor };
        let on_top = self.shapes.iter().rev().find(|(outline, _)| outline.holds(point));
        on_top.map_or(ground, |&(_, colour)| colour)
    }
}
