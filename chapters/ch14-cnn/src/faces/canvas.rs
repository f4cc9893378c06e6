//! A painter of soft-edged shapes. A shape is a function that says how far a point lies outside (below 0: inside).

use image::RgbImage;

/// Red, green and blue, from 0 to 255.
pub type Colour = [f32; 3];

/// A point on the face: x to the viewer's right, y down, in heights of the picture; the face's middle is 0, 0.
pub type Point = (f32, f32);

/// How the face stands in the picture.
#[derive(Clone, Copy, Debug)]
pub struct Pose {
    /// Where its middle is, in heights from the picture's middle.
    pub centre: Point,
    /// Radians, clockwise.
    pub turn: f32,
    pub scale: f32,
}

/// A picture under the brush.
#[derive(Clone, Debug)]
pub struct Canvas {
    width: usize,
    height: usize,
    pub pixels: Vec<Colour>,
    pose: Pose,
}

impl Canvas {
    /// A picture whose pixels `ground` gives, by their place in heights from the middle.
    pub fn new(width: u32, height: u32, pose: Pose, ground: impl Fn(Point) -> Colour) -> Self {
        let (width, height) = (width as usize, height as usize);
        let mut canvas = Self { width, height, pixels: vec![[0.0; 3]; width * height], pose };
        for i in 0..canvas.pixels.len() {
            canvas.pixels[i] = ground(canvas.place(i));
        }
        canvas
    }

    /// Where pixel `i` is, in heights from the picture's middle.
    pub fn place(&self, i: usize) -> Point {
        let side = self.height as f32;
        let (x, y) = ((i % self.width) as f32 + 0.5, (i / self.width) as f32 + 0.5);
        ((x - self.width as f32 / 2.0) / side, (y - side / 2.0) / side)
    }

    /// Where a place of the picture is on the face.
    pub fn on_face(&self, (x, y): Point) -> Point {
        let (dx, dy) = (x - self.pose.centre.0, y - self.pose.centre.1);
        let (sin, cos) = self.pose.turn.sin_cos();
        ((dx * cos + dy * sin) / self.pose.scale, (dy * cos - dx * sin) / self.pose.scale)
    }

    /// Lays `colour` over the points where `distance` is below 0, all of which lie within `reach` of `middle`. Edges are `soft` wide,
    /// at least a pixel; `strength` 1 covers what was there.
    pub fn paint(
        &mut self,
        (middle, reach): (Point, f32),
        distance: impl Fn(Point) -> f32,
        (colour, strength): (Colour, f32),
        soft: f32,
    ) {
        let side = self.height as f32;
        let pixel = 1.0 / (side * self.pose.scale);
        let soft = soft.max(pixel);
        let (sin, cos) = self.pose.turn.sin_cos();
        let Pose { centre, scale, .. } = self.pose;
        let x = centre.0 + (middle.0 * cos - middle.1 * sin) * scale;
        let y = centre.1 + (middle.0 * sin + middle.1 * cos) * scale;
        let reach = (reach + soft) * scale;
        let range = |place: f32, length: usize| {
            let first = ((place - reach) * side + length as f32 / 2.0).floor().max(0.0) as usize;
            let end =
                ((place + reach) * side + length as f32 / 2.0).ceil().clamp(0.0, length as f32) as usize;
            first..end
        };
        for row in range(y, self.height) {
            for column in range(x, self.width) {
                let i = row * self.width + column;
                let covered = (0.5 - distance(self.on_face(self.place(i))) / soft).clamp(0.0, 1.0);
                if covered > 0.0 {
                    mix(&mut self.pixels[i], colour, covered * strength);
                }
            }
        }
    }

    /// Each pixel as a mean of its neighbours, `radius` pixels to each side, fading out with the distance.
    pub fn blur(&mut self, radius: f32) {
        if radius < 0.05 {
            return;
        }
        let reach = (2.0 * radius).ceil() as i32;
        let weights: Vec<f32> =
            (-reach..=reach).map(|k| (-0.5 * (k as f32 / radius).powi(2)).exp()).collect();
        let total: f32 = weights.iter().sum();
        for (step, length) in [(1, self.width), (self.width, self.height)] {
            let before = self.pixels.clone();
            for (i, pixel) in self.pixels.iter_mut().enumerate() {
                let place = (i / step % length) as i32;
                let mut sum = [0.0; 3];
                for (k, weight) in (-reach..=reach).zip(&weights) {
                    let other = (place + k).clamp(0, length as i32 - 1);
                    let neighbour = before[(i as i32 + (other - place) * step as i32) as usize];
                    for (sum, part) in sum.iter_mut().zip(neighbour) {
                        *sum += part * weight / total;
                    }
                }
                *pixel = sum;
            }
        }
    }

    /// The picture in 8 bits.
    pub fn finish(&self) -> RgbImage {
        let byte = |part: f32| part.round().clamp(0.0, 255.0) as u8;
        RgbImage::from_fn(self.width as u32, self.height as u32, |x, y| {
            image::Rgb(self.pixels[y as usize * self.width + x as usize].map(byte))
        })
    }
}

/// Moves a colour towards another by a share.
pub fn mix(colour: &mut Colour, other: Colour, share: f32) {
    for (part, other) in colour.iter_mut().zip(other) {
        *part += (other - *part) * share;
    }
}

/// A colour that many times as bright.
pub fn shade(colour: Colour, factor: f32) -> Colour {
    colour.map(|part| part * factor)
}

/// About how far a point is outside an ellipse.
pub fn ellipse((x, y): Point, middle: Point, (a, b): Point) -> f32 {
    let (x, y) = (x - middle.0, y - middle.1);
    let outside = (x / a).hypot(y / b);
    let slope = (x / (a * a)).hypot(y / (b * b)).max(1e-6);
    outside * (outside - 1.0) / slope
}

/// How far a point is from a line through `points`.
pub fn line((x, y): Point, points: &[Point]) -> f32 {
    let to_segment = |from: Point, to: Point| {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let share = ((x - from.0) * dx + (y - from.1) * dy) / (dx * dx + dy * dy).max(1e-12);
        let share = share.clamp(0.0, 1.0);
        (x - from.0 - share * dx).hypot(y - from.1 - share * dy)
    };
    points.windows(2).map(|pair| to_segment(pair[0], pair[1])).fold(f32::INFINITY, f32::min)
}

/// Seven points of the curve from one point to another that is drawn towards a third.
pub fn curve(from: Point, towards: Point, to: Point) -> [Point; 7] {
    std::array::from_fn(|k| {
        let t = k as f32 / 6.0;
        let [a, b, c] = [(1.0 - t) * (1.0 - t), 2.0 * t * (1.0 - t), t * t];
        (a * from.0 + b * towards.0 + c * to.0, a * from.1 + b * towards.1 + c * to.1)
    })
}
