//! Head, hair, neck and shoulders.

use super::canvas::{Canvas, Colour, Point, ellipse, line, mix, shade};
use super::look::{Hair, Look};

const WHOLE: (Point, f32) = ((0.0, 0.0), 2.0);

/// How far a point is outside the head: a skull and a narrower jaw below it.
pub fn outline(look: &Look, point: Point) -> f32 {
    let skull = ellipse(point, (0.0, -0.04), (look.head.0, look.head.1 - 0.05));
    let jaw = ellipse(point, (0.0, look.head.1 - look.jaw.1), look.jaw);
    skull.min(jaw)
}

/// What is behind the face: shoulders, neck, long hair, ears; then the head itself.
pub fn head(canvas: &mut Canvas, look: &Look) {
    let (skin, hair) = (look.skin, look.hair_colour);
    let head = look.head;
    if look.hair == Hair::Long {
        let fall = |p| ellipse(p, (0.0, 0.05), (head.0 + 0.055, head.1 + 0.08));
        canvas.paint(WHOLE, fall, (shade(hair, 0.8), 1.0), 0.01);
    }
    canvas.paint(WHOLE, |p| ellipse(p, (0.0, 0.72), (0.46, 0.3)), (look.shirt, 1.0), 0.0);
    let neck = |p| line(p, &[(0.0, 0.2), (0.0, 0.42)]) - 0.115;
    canvas.paint(WHOLE, neck, (shade(skin, 0.8), 1.0), 0.0);
    if look.hair == Hair::Curly {
        let around = |p: Point| {
            let angle = p.1.atan2(p.0);
            ellipse(p, (0.0, -0.12), (head.0 + 0.07, head.1 - 0.03)) - 0.012 * (angle * 17.0).sin()
        };
        canvas.paint(WHOLE, around, (hair, 1.0), 0.0);
    }
    for side in [-1.0, 1.0] {
        let middle = (side * (head.0 - 0.002), -0.01);
        canvas.paint((middle, 0.1), |p| ellipse(p, middle, (0.032, 0.06)), (shade(skin, 0.93), 1.0), 0.0);
        canvas.paint((middle, 0.1), |p| ellipse(p, middle, (0.014, 0.035)), (shade(skin, 0.75), 0.7), 0.01);
    }
    canvas.paint(WHOLE, |p| outline(look, p), (skin, 1.0), 0.0);
    // Rounder: darker towards the edge, lighter on the forehead and the nose's ridge.
    let edge = |p| -outline(look, p) - 0.035;
    canvas.paint(WHOLE, |p| edge(p).max(outline(look, p)), (shade(skin, 0.72), 0.55), 0.09);
    canvas.paint(WHOLE, |p| ellipse(p, (0.0, -0.17), (0.13, 0.06)), (lighter(skin), 0.35), 0.09);
}

/// Beard: the lower part of the head, with the mouth left free.
pub fn beard(canvas: &mut Canvas, look: &Look) {
    let mouth = look.mouth.middle;
    if look.beard > 0.0 {
        let free = |p| -ellipse(p, (mouth.0, mouth.1 - 0.01), (0.1, 0.05));
        let cheek = |p: Point| 0.09 - p.1 - 0.25 * p.0.abs();
        let area = |p| outline(look, p).max(free(p)).max(cheek(p)) - 0.006;
        canvas.paint(WHOLE, area, (look.hair_colour, look.beard), 0.03);
    }
    if look.moustache > 0.0 {
        let middle = (0.0, mouth.1 - 0.045);
        let hang = |x: f32| middle.1 + 1.6 * x * x;
        let area = |p: Point| ((p.1 - hang(p.0)).abs() - 0.017).max(p.0.abs() - 0.095);
        canvas.paint((middle, 0.15), area, (look.hair_colour, look.moustache), 0.015);
    }
}

/// Hair over the forehead, or a hat.
pub fn hair(canvas: &mut Canvas, look: &Look) {
    let (head, colour) = (look.head, look.hair_colour);
    let top = |extra: f32| move |p: Point| ellipse(p, (0.0, -0.05), (head.0 + extra, head.1 - 0.045 + extra));
    let line_at = look.hair_line;
    let mut locks = |area: &dyn Fn(Point) -> f32, colour: Colour| {
        canvas.paint(WHOLE, area, (colour, 1.0), 0.008);
    };
    match look.hair {
        Hair::None => {}
        Hair::Short => locks(&|p| top(0.018)(p).max(p.1 - line_at - 0.9 * p.0 * p.0 * 2.2), colour),
        Hair::Parted => {
            locks(&|p: Point| top(0.028)(p).max(p.1 - line_at - 0.03 - 0.55 * (p.0 + 0.12).abs()), colour);
            let mut glow = colour;
            mix(&mut glow, [255.0; 3], 0.25);
            canvas.paint(WHOLE, |p| line(p, &[(-0.12, -0.33), (-0.1, -0.25)]) - 0.004, (glow, 0.6), 0.02);
        }
        Hair::Long => locks(&|p: Point| top(0.035)(p).max(p.1 - line_at - 0.02 - 7.5 * p.0 * p.0), colour),
        Hair::Curly => {
            let wave = |p: Point| 0.012 * (p.0 * 60.0).sin();
            locks(&|p| top(0.03)(p).max(p.1 - line_at - 3.2 * p.0 * p.0 + wave(p)), colour);
        }
        Hair::Hat => {
            locks(&|p| top(0.03)(p).max(p.1 - line_at + 0.01), look.shirt);
            let band = shade(look.shirt, 0.7);
            let brim = |p: Point| line(p, &[(-head.0 - 0.02, line_at), (head.0 + 0.02, line_at)]) - 0.022;
            canvas.paint(WHOLE, brim, (band, 1.0), 0.0);
        }
    }
}

fn lighter(colour: Colour) -> Colour {
    let mut light = colour;
    mix(&mut light, [255.0, 246.0, 235.0], 0.5);
    light
}
