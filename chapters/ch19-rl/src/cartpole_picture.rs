//! A cart and its pole as a picture, as Gymnasium draws it.

use mlbook::plot::Image;
use mlbook::plot::drawing::{Colour, Outline, Scene};

use crate::cartpole::{State, TRACK_LIMIT};

const PAPER: Colour = [255, 255, 255];
const TRACK: Colour = [110, 110, 110];
const CART: Colour = [34, 34, 34];
const POLE: Colour = [202, 152, 101];
const AXLE: Colour = [0, 114, 178];

const WIDTH: u32 = 300;
const HEIGHT: u32 = 200;
/// Everything below is measured in heights of the picture, as the painter wants it.
const FLOOR: f64 = 0.75;
const CART_HALF: (f64, f64) = (0.0625, 0.0375);
const POLE_LENGTH: f64 = 0.3125;
const POLE_WIDTH: f64 = 0.025;

/// The cart at its place with the pole at its angle.
pub fn picture([x, _, theta, _]: State) -> Option<Image> {
    let aspect = f64::from(WIDTH) / f64::from(HEIGHT);
    let centre = (1.0 + x / TRACK_LIMIT) * aspect / 2.0;
    let mut scene = Scene::new(PAPER, PAPER);
    scene.paint(Outline::Stroke((0.0, FLOOR), (aspect, FLOOR), 0.008), TRACK);
    rectangle(&mut scene, (centre, FLOOR), CART_HALF, CART);
    let axle = (centre, FLOOR - CART_HALF.1 / 2.0);
    let tip = (axle.0 + POLE_LENGTH * theta.sin(), axle.1 - POLE_LENGTH * theta.cos());
    scene.paint(Outline::Stroke(axle, tip, POLE_WIDTH), POLE);
    scene.paint(Outline::Ellipse(axle, (POLE_WIDTH / 2.0, POLE_WIDTH / 2.0), 0.0), AXLE);
    Image::rgb(WIDTH as usize, HEIGHT as usize, &scene.pixels(WIDTH, HEIGHT).into_raw()).ok()
}

/// A rectangle around `centre` with these half sides.
pub(crate) fn rectangle(scene: &mut Scene, centre: (f64, f64), half: (f64, f64), colour: Colour) {
    let corner = |right: f64, down: f64| (centre.0 + right * half.0, centre.1 + down * half.1);
    let [a, b, c, d] = [corner(-1.0, -1.0), corner(1.0, -1.0), corner(1.0, 1.0), corner(-1.0, 1.0)];
    scene.paint(Outline::Triangle([a, b, c]), colour);
    scene.paint(Outline::Triangle([a, c, d]), colour);
}
