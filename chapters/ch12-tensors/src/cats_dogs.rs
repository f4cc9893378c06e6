//! Six pictures of our own in place of the book's photographs: three cats, three dogs, each with a face of its own.

use std::path::{Path, PathBuf};

use image::RgbImage;
use mlbook::data::images::{self, ImageError};
use mlbook::plot::drawing::{Colour, Outline, Point, Scene};

const PINK: Colour = [232, 150, 158];
const BLACK: Colour = [28, 26, 28];
const WHITE: Colour = [248, 246, 240];

/// What tells one animal from another of its kind.
struct Look {
    fur: Colour,
    /// Stripes of a cat; ears and patch of a dog.
    marking: Colour,
    marked: bool,
    eyes: Colour,
    wall: Colour,
    floor: Colour,
    /// Height and width of the picture in pixels: a third of the book's.
    size: (u32, u32),
    /// Centre of the head, and its size.
    head: (f64, f64, f64),
}

/// Draws the six pictures: file name and pixels.
pub fn pictures() -> Vec<(&'static str, RgbImage)> {
    let look = |fur, marking, marked, eyes, wall, floor, size, head| Look {
        fur,
        marking,
        marked,
        eyes,
        wall,
        floor,
        size,
        head,
    };
    let (green, amber, brown) = ([120, 176, 84], [226, 168, 48], [92, 58, 34]);
    let (blue_wall, sand_wall, mint_wall) = ([186, 208, 226], [236, 220, 192], [198, 224, 204]);
    let (wood, grass, stone) = ([176, 132, 92], [124, 168, 88], [150, 150, 156]);
    let ginger =
        look([224, 148, 76], [178, 98, 38], true, green, blue_wall, wood, (300, 400), (0.66, 0.46, 0.30));
    let black =
        look([66, 64, 72], [44, 42, 48], false, amber, sand_wall, stone, (300, 400), (0.52, 0.5, 0.26));
    let gray =
        look([168, 172, 180], [112, 116, 126], true, amber, mint_wall, wood, (300, 247), (0.42, 0.45, 0.29));
    let spotted = look(WHITE, [120, 78, 44], true, brown, blue_wall, grass, (267, 400), (0.75, 0.42, 0.29));
    let golden =
        look([222, 178, 108], [186, 134, 66], false, brown, mint_wall, grass, (267, 400), (0.9, 0.46, 0.27));
    let dark =
        look([112, 74, 48], [68, 42, 28], false, amber, sand_wall, stone, (300, 400), (0.62, 0.44, 0.31));
    let draw = |look: &Look, animal: fn(&Look) -> Scene| animal(look).pixels(look.size.1, look.size.0);
    vec![
        ("cat-01.png", draw(&ginger, cat)),
        ("cat-02.png", draw(&black, cat)),
        ("cat-03.png", draw(&gray, cat)),
        ("dog-01.png", draw(&spotted, dog)),
        ("dog-02.png", draw(&golden, dog)),
        ("dog-03.png", draw(&dark, dog)),
    ]
}

/// Writes the six pictures into a folder and returns their paths, in order of their names.
pub fn write(folder: &Path) -> Result<Vec<PathBuf>, ImageError> {
    let mut paths = Vec::new();
    for (name, pixels) in pictures() {
        let path = folder.join(name);
        images::write_png(&path, &pixels)?;
        paths.push(path);
    }
    Ok(paths)
}

/// Places on a head, in sizes of the head from its centre.
fn on(look: &Look) -> impl Fn(f64, f64) -> Point + '_ {
    let (x, y, size) = look.head;
    move |dx, dy| (x + dx * size, y + dy * size)
}

fn ellipse(look: &Look, centre: (f64, f64), half: (f64, f64), turn: f64) -> Outline {
    let size = look.head.2;
    Outline::Ellipse(on(look)(centre.0, centre.1), (half.0 * size, half.1 * size), turn)
}

/// Pointed ears, slit pupils, whiskers, perhaps stripes, a tail.
fn cat(look: &Look) -> Scene {
    let at = on(look);
    let size = look.head.2;
    let mut scene = Scene::new(look.wall, look.floor);
    scene.paint(Outline::Stroke(at(0.7, 2.0), at(1.45, 0.9), 0.22 * size), look.fur);
    scene.paint(ellipse(look, (0.0, 1.75), (0.85, 1.15), 0.0), look.fur);
    for side in [-1.0, 1.0] {
        let ear = |inset: f64| {
            Outline::Triangle([
                at(side * (0.18 + inset), -0.72 + inset * 0.4),
                at(side * (0.86 - inset * 0.4), -1.32 + inset * 1.8),
                at(side * (0.96 - inset), -0.30 - inset * 0.6),
            ])
        };
        scene.paint(ear(0.0), look.fur);
        scene.paint(ear(0.14), PINK);
    }
    scene.paint(ellipse(look, (0.0, 0.0), (1.05, 0.9), 0.0), look.fur);
    if look.marked {
        for x in [-0.3, 0.0, 0.3] {
            scene.paint(Outline::Stroke(at(x, -0.8), at(x * 0.7, -0.48), 0.1 * size), look.marking);
        }
        for (y, half) in [(1.3, 0.55), (1.7, 0.7), (2.1, 0.65)] {
            scene.paint(Outline::Stroke(at(-half, y), at(half, y), 0.09 * size), look.marking);
        }
    }
    for side in [-1.0, 1.0] {
        scene.paint(ellipse(look, (side * 0.42, -0.12), (0.24, 0.2), 0.0), look.eyes);
        scene.paint(ellipse(look, (side * 0.42, -0.12), (0.06, 0.18), 0.0), BLACK);
        for (from, to) in [(0.2, 0.1), (0.3, 0.3), (0.4, 0.5)] {
            scene.paint(
                Outline::Stroke(at(side * 0.3, from), at(side * 1.35, to - 0.05), 0.025 * size),
                WHITE,
            );
        }
        scene.paint(Outline::Stroke(at(0.0, 0.34), at(side * 0.2, 0.48), 0.04 * size), BLACK);
    }
    scene.paint(Outline::Triangle([at(-0.13, 0.14), at(0.13, 0.14), at(0.0, 0.32)]), PINK);
    scene
}

/// Hanging ears, a long light muzzle, a round nose, a tongue, perhaps a patch around an eye.
fn dog(look: &Look) -> Scene {
    let at = on(look);
    let size = look.head.2;
    let mut scene = Scene::new(look.wall, look.floor);
    scene.paint(Outline::Stroke(at(0.8, 1.9), at(1.7, 1.25), 0.2 * size), look.fur);
    scene.paint(ellipse(look, (0.0, 1.85), (1.0, 1.15), 0.0), look.fur);
    scene.paint(ellipse(look, (0.0, 0.0), (0.86, 1.0), 0.0), look.fur);
    if look.marked {
        scene.paint(ellipse(look, (0.36, -0.22), (0.36, 0.42), 0.3), look.marking);
        scene.paint(ellipse(look, (0.5, 1.9), (0.3, 0.4), 0.5), look.marking);
    }
    for side in [-1.0, 1.0] {
        scene.paint(ellipse(look, (side * 0.95, 0.02), (0.3, 0.74), side * -0.25), look.marking);
        scene.paint(ellipse(look, (side * 0.34, -0.2), (0.15, 0.16), 0.0), BLACK);
        scene.paint(ellipse(look, (side * 0.34, -0.2), (0.1, 0.11), 0.0), look.eyes);
        scene.paint(ellipse(look, (side * 0.34 + 0.04, -0.25), (0.04, 0.04), 0.0), WHITE);
    }
    scene.paint(ellipse(look, (0.0, 0.82), (0.15, 0.3), 0.0), PINK);
    scene.paint(ellipse(look, (0.0, 0.46), (0.5, 0.42), 0.0), lighter(look.fur));
    scene.paint(Outline::Stroke(at(0.0, 0.4), at(0.0, 0.68), 0.04 * size), BLACK);
    for side in [-1.0, 1.0] {
        scene.paint(Outline::Stroke(at(0.0, 0.68), at(side * 0.26, 0.72), 0.04 * size), BLACK);
    }
    scene.paint(ellipse(look, (0.0, 0.28), (0.2, 0.14), 0.0), BLACK);
    scene
}

/// Half way to a warm white.
fn lighter(colour: Colour) -> Colour {
    let mut light = colour;
    for (part, white) in light.iter_mut().zip([238, 226, 208]) {
        *part = ((u16::from(*part) + white) / 2) as u8;
    }
    light
}
