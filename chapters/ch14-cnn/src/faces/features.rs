//! Eyes, brows, nose, cheeks, mouth and glasses.

use super::canvas::{Canvas, Colour, Point, curve, ellipse, line, mix, shade};
use super::look::{Look, Mouth};

const WHITE: Colour = [242.0, 240.0, 236.0];
const DARK: Colour = [40.0, 26.0, 26.0];
const TEETH: Colour = [244.0, 240.0, 230.0];

/// Eyes with iris, pupil and a glint of light, their lids and the brows above.
pub fn eyes(canvas: &mut Canvas, look: &Look) {
    for side in [-1.0_f32, 1.0] {
        let middle = (side * look.eye_distance, look.eye_height);
        let area = (middle, 0.1);
        let (half, height) = look.eye;
        let lid = |p| ellipse(p, middle, (half * 1.3, height * 2.0));
        canvas.paint(area, lid, (shade(look.skin, 0.78), 0.45), 0.02);
        let open = |p| ellipse(p, middle, (half, height));
        canvas.paint(area, open, (WHITE, 1.0), 0.0);
        let iris = (middle.0 + look.gaze * half * 0.6, middle.1 - 0.002);
        let radius = height.max(0.015) * 0.95;
        canvas.paint(area, |p| ellipse(p, iris, (radius, radius)).max(open(p)), (look.iris, 1.0), 0.0);
        canvas.paint(area, |p| ellipse(p, iris, (radius * 0.5, radius * 0.5)).max(open(p)), (DARK, 1.0), 0.0);
        let glint = (iris.0 + 0.006, iris.1 - 0.006);
        canvas.paint(area, |p| ellipse(p, glint, (0.004, 0.004)).max(open(p)), ([255.0; 3], 0.9), 0.0);
        let upper = curve(
            (middle.0 - half, middle.1),
            (middle.0, middle.1 - 2.0 * height),
            (middle.0 + half, middle.1),
        );
        canvas.paint(area, |p| line(p, &upper) - 0.0035, (DARK, 0.85), 0.006);

        let y = middle.1 - look.brow_height;
        let (inner, outer) = (middle.0 - side * half * 1.2, middle.0 + side * half * 1.35);
        let brow = curve(
            (inner, y + look.brow_tilt),
            (middle.0, y - 0.018),
            (outer, y - look.brow_tilt * 0.3 + 0.008),
        );
        let mut colour = shade(look.hair_colour, 0.75);
        mix(&mut colour, look.skin, 0.12);
        canvas.paint((middle, 0.2), |p| line(p, &brow) - look.brow_width * 0.6, (colour, 0.9), 0.006);
    }
}

/// The nose: a shadow along one side, its wings and nostrils; blush and folds on the cheeks.
pub fn nose_and_cheeks(canvas: &mut Canvas, look: &Look) {
    let (half, length) = look.nose;
    let tip = (0.0, look.eye_height + 0.02 + length);
    let dark = shade(look.skin, 0.66);
    let area = ((0.0, 0.03), 0.25);
    let bridge = curve((-0.022, look.eye_height), (-half * 0.35, tip.1 - 0.04), (-half * 0.95, tip.1));
    canvas.paint(area, |p| line(p, &bridge) - 0.003, (dark, 0.4), 0.02);
    canvas.paint(area, |p| ellipse(p, (0.004, tip.1 - 0.03), (0.012, 0.05)), ([255.0; 3], 0.18), 0.02);
    let under = curve((-half, tip.1 - 0.004), (0.0, tip.1 + 0.024), (half, tip.1 - 0.004));
    canvas.paint(area, |p| line(p, &under) - 0.0035, (dark, 0.75), 0.008);
    for side in [-1.0, 1.0] {
        let nostril = (side * half * 0.45, tip.1 + 0.002);
        canvas.paint(area, |p| ellipse(p, nostril, (0.009, 0.006)), (shade(look.skin, 0.35), 0.85), 0.005);
        let cheek = (side * 0.125, 0.07);
        canvas.paint(
            (cheek, 0.1),
            |p| ellipse(p, cheek, (0.055, 0.045)),
            ([226.0, 104.0, 96.0], look.cheeks),
            0.05,
        );
        let fold = curve(
            (side * (half + 0.012), tip.1 - 0.005),
            (side * (half + 0.06), tip.1 + 0.03),
            (side * (half + 0.072), look.mouth.middle.1 - 0.01),
        );
        canvas.paint(area, |p| line(p, &fold) - 0.002, (dark, look.folds), 0.012);
    }
}

impl Mouth {
    /// The line between the lips at `t` from −1 (left corner) to 1: the mean height is the same for every lift.
    fn between_lips(&self, t: f32) -> f32 {
        self.middle.1 + self.lift * (0.4 - t * t) * 1.1 + self.skew * t
    }

    /// How far `t` is from the corners: 1 in the middle, 0 there.
    fn fullness(t: f32) -> f32 {
        (1.0 - t * t).max(0.0)
    }
}

/// The mouth: lips around an opening, and teeth in it.
pub fn mouth(canvas: &mut Canvas, look: &Look) {
    let mouth = look.mouth;
    let area = (mouth.middle, mouth.half + mouth.open + 0.08);
    let at = |p: Point| (p.0 - mouth.middle.0) / mouth.half;
    let top = |t: f32| mouth.between_lips(t) - 0.3 * mouth.open * Mouth::fullness(t);
    let bottom = |t: f32| mouth.between_lips(t) + 0.7 * mouth.open * Mouth::fullness(t);
    let between = |p: Point, above: f32, below: f32| {
        (above - p.1).max(p.1 - below).max((at(p).abs() - 1.0) * mouth.half)
    };
    let upper = |p: Point| {
        let t = at(p);
        // Thinner in the very middle: the bow of the upper lip.
        let lip = mouth.lips * Mouth::fullness(t).sqrt() * (1.0 - 0.25 * (-t * t * 40.0).exp());
        between(p, top(t) - lip, top(t))
    };
    let lower = |p: Point| {
        between(p, bottom(at(p)), bottom(at(p)) + 1.35 * mouth.lips * Mouth::fullness(at(p)).sqrt())
    };
    let chin = (mouth.middle.0, mouth.middle.1 + 0.7 * mouth.open + 0.042 + mouth.lift.max(0.0) * 0.5);
    canvas.paint((chin, 0.1), |p| ellipse(p, chin, (0.05, 0.012)), (shade(look.skin, 0.62), 0.4), 0.025);
    canvas.paint(area, lower, (mouth.colour, 1.0), 0.005);
    canvas.paint(area, upper, (shade(mouth.colour, 0.86), 1.0), 0.005);
    if mouth.open > 0.0 {
        let opening = |p: Point| between(p, top(at(p)), bottom(at(p)));
        canvas.paint(area, opening, ([64.0, 22.0, 28.0], 1.0), 0.0);
        if mouth.teeth {
            let edge = |t: f32| top(t) + (0.55 * mouth.open + 0.006) * Mouth::fullness(t);
            canvas.paint(
                area,
                |p| between(p, top(at(p)), edge(at(p)).min(bottom(at(p)))),
                (TEETH, 0.96),
                0.0,
            );
        }
    } else {
        let seam = |p: Point| {
            ((p.1 - mouth.between_lips(at(p))).abs() - 0.003).max((at(p).abs() - 1.0) * mouth.half)
        };
        canvas.paint(area, seam, (shade(mouth.colour, 0.4), 0.9), 0.004);
    }
    for (side, t) in [(-1.0, -1.0), (1.0, 1.0)] {
        let corner = (mouth.middle.0 + side * mouth.half, mouth.between_lips(t));
        canvas.paint(
            (corner, 0.03),
            |p| ellipse(p, corner, (0.008, 0.007)),
            (shade(look.skin, 0.5), 0.7),
            0.008,
        );
    }
}

/// Lenses in a frame, with a bridge and temples.
pub fn glasses(canvas: &mut Canvas, look: &Look) {
    let Some(glasses) = look.glasses else { return };
    let (half, height) = glasses.lens;
    let y = look.eye_height + 0.006;
    for side in [-1.0_f32, 1.0] {
        let middle = (side * (look.eye_distance + 0.004), y);
        let lens = |p: Point| {
            if glasses.square {
                let (x, y) = ((p.0 - middle.0).abs() - half + 0.02, (p.1 - middle.1).abs() - height + 0.02);
                x.max(0.0).hypot(y.max(0.0)) + x.max(y).min(0.0) - 0.02
            } else {
                ellipse(p, middle, (half * 0.95, height * 1.08))
            }
        };
        canvas.paint((middle, 0.12), lens, (shade(glasses.frame, 0.5), glasses.tint), 0.0);
        canvas.paint((middle, 0.12), |p| lens(p).abs() - 0.0055, (glasses.frame, 1.0), 0.0);
        let temple = [(middle.0 + side * half, y - 0.01), (side * (look.head.0 + 0.005), y - 0.02)];
        canvas.paint(((side * 0.2, y), 0.15), |p| line(p, &temple) - 0.005, (glasses.frame, 1.0), 0.0);
        let sheen = [(middle.0 - 0.03, y + 0.015), (middle.0 - 0.005, y - 0.025)];
        canvas.paint((middle, 0.1), |p| line(p, &sheen) - 0.004, ([255.0; 3], 0.25), 0.01);
    }
    let inner = look.eye_distance + 0.004 - half * 0.95;
    let bridge = curve((-inner, y), (0.0, y - 0.022), (inner, y));
    canvas.paint(((0.0, y), 0.1), |p| line(p, &bridge) - 0.005, (glasses.frame, 1.0), 0.0);
}
