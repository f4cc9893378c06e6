//! What tells one face from another: everything that is drawn by lot.

use mlbook::rng::TorchRng;

use super::canvas::{Colour, Point, Pose, mix, shade};

/// How the hair lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hair {
    None,
    Short,
    Parted,
    Long,
    Curly,
    Hat,
}

/// What the mouth does.
#[derive(Clone, Copy, Debug)]
pub struct Mouth {
    pub middle: Point,
    /// Half its width.
    pub half: f32,
    /// How far the corners are above the middle; below 0 they hang.
    pub lift: f32,
    /// Of one corner more than of the other.
    pub skew: f32,
    pub open: f32,
    pub lips: f32,
    pub teeth: bool,
    pub colour: Colour,
}

/// Glasses: half width and height of a lens, and how dark it is.
#[derive(Clone, Copy, Debug)]
pub struct Glasses {
    pub lens: Point,
    pub square: bool,
    pub tint: f32,
    pub frame: Colour,
}

/// A face, its place and its light.
#[derive(Clone, Debug)]
pub struct Look {
    pub smiles: bool,
    pub pose: Pose,
    pub ground: [Colour; 2],
    pub spots: Vec<(Point, f32, Colour)>,
    pub skin: Colour,
    pub head: Point,
    pub jaw: Point,
    pub hair: Hair,
    pub hair_colour: Colour,
    pub hair_line: f32,
    pub shirt: Colour,
    pub eye_height: f32,
    pub eye_distance: f32,
    pub eye: Point,
    pub iris: Colour,
    pub gaze: f32,
    pub brow_height: f32,
    pub brow_tilt: f32,
    pub brow_width: f32,
    pub nose: Point,
    pub cheeks: f32,
    pub folds: f32,
    pub beard: f32,
    pub moustache: f32,
    pub glasses: Option<Glasses>,
    pub mouth: Mouth,
    /// From where light falls, and how much brighter it is there.
    pub light: (Point, f32),
    /// A shadow's edge over the face: direction, place, darkness.
    pub shadow: (f32, f32, f32),
    pub tint: Colour,
    pub blur: f32,
    pub noise: f32,
}

const SKINS: [Colour; 5] = [
    [250.0, 220.0, 196.0],
    [232.0, 188.0, 152.0],
    [204.0, 152.0, 112.0],
    [150.0, 102.0, 70.0],
    [92.0, 60.0, 44.0],
];
const HAIRS: [Colour; 7] = [
    [24.0, 22.0, 26.0],
    [58.0, 40.0, 30.0],
    [104.0, 70.0, 42.0],
    [206.0, 168.0, 102.0],
    [150.0, 72.0, 36.0],
    [156.0, 154.0, 152.0],
    [232.0, 228.0, 220.0],
];
const IRISES: [Colour; 4] =
    [[74.0, 48.0, 30.0], [58.0, 104.0, 140.0], [78.0, 112.0, 66.0], [108.0, 84.0, 46.0]];

/// A lottery of plain numbers.
pub struct Lots(pub TorchRng);

impl Lots {
    /// Between `low` and `high`.
    pub fn between(&mut self, low: f32, high: f32) -> f32 {
        let drawn = self.0.rand(1).first().copied().unwrap_or_default();
        low + drawn * (high - low)
    }

    /// Around 0, at most `most` to each side, small ones more often.
    fn around(&mut self, most: f32) -> f32 {
        (self.between(-most, most) + self.between(-most, most)) / 2.0
    }

    fn chance(&mut self, probability: f32) -> bool {
        self.between(0.0, 1.0) < probability
    }

    fn one_of<T: Copy>(&mut self, things: &[T]) -> T {
        things[(self.between(0.0, things.len() as f32) as usize).min(things.len() - 1)]
    }

    fn colour(&mut self, low: f32, high: f32) -> Colour {
        std::array::from_fn(|_| self.between(low, high))
    }
}

impl Look {
    /// A face drawn by lot; half of them smile.
    pub fn draw(lots: &mut Lots) -> Self {
        let smiles = lots.chance(0.5);
        let place = lots.between(0.0, SKINS.len() as f32 - 1.001);
        let mut skin = SKINS[place as usize];
        mix(&mut skin, SKINS[place as usize + 1], place.fract());
        skin = skin.map(|part| part + lots.around(10.0));
        let hair_colour = if place > 2.2 { lots.one_of(&HAIRS[..3]) } else { lots.one_of(&HAIRS) };
        let hairs = [
            Hair::None,
            Hair::Short,
            Hair::Short,
            Hair::Parted,
            Hair::Long,
            Hair::Long,
            Hair::Curly,
            Hair::Hat,
        ];
        let hair = lots.one_of(&hairs);
        let head = (lots.between(0.225, 0.275), lots.between(0.31, 0.35));
        // Who smiles often narrows the eyes, lifts the cheeks and has folds; others do now and then.
        let narrowed = if smiles { lots.between(0.55, 1.0) } else { lots.between(0.65, 1.1) };
        let folds = if smiles { lots.between(0.0, 0.6) } else { lots.between(-0.35, 0.5).max(0.0) };
        let cheeks = if smiles { lots.between(0.0, 0.4) } else { lots.between(-0.15, 0.35).max(0.0) };
        let bearded = hair != Hair::Long && lots.chance(0.22);
        Self {
            smiles,
            pose: Pose {
                centre: (lots.around(0.05), lots.between(-0.03, 0.03)),
                turn: lots.around(0.22),
                scale: lots.between(0.98, 1.2),
            },
            ground: [lots.colour(30.0, 240.0), lots.colour(30.0, 240.0)],
            spots: (0..4)
                .map(|_| {
                    let place = (lots.between(-0.5, 0.5), lots.between(-0.6, 0.5));
                    (place, lots.between(0.05, 0.25), lots.colour(20.0, 250.0))
                })
                .collect(),
            skin,
            head,
            jaw: (head.0 * lots.between(0.72, 0.92), head.1 * lots.between(0.62, 0.74)),
            hair,
            hair_colour: hair_colour.map(|part| part + lots.around(12.0)),
            hair_line: lots.between(-0.26, -0.19),
            shirt: lots.colour(20.0, 235.0),
            eye_height: lots.between(-0.085, -0.05),
            eye_distance: lots.between(0.092, 0.115),
            eye: (lots.between(0.036, 0.047), lots.between(0.017, 0.025) * narrowed),
            iris: if place > 2.2 { IRISES[0] } else { lots.one_of(&IRISES) },
            gaze: lots.around(0.45),
            brow_height: lots.between(0.045, 0.07),
            brow_tilt: lots.around(0.03),
            brow_width: lots.between(0.008, 0.016),
            nose: (lots.between(0.032, 0.05), lots.between(0.06, 0.095)),
            cheeks,
            folds,
            beard: if bearded { lots.between(0.3, 0.9) } else { 0.0 },
            moustache: if bearded && lots.chance(0.7) { lots.between(0.5, 0.95) } else { 0.0 },
            glasses: lots.chance(0.22).then(|| Glasses::draw(lots)),
            mouth: Mouth::draw(smiles, skin, lots),
            light: ((lots.between(-0.6, 0.6), lots.between(-0.6, 0.3)), lots.between(0.0, 0.45)),
            shadow: (
                lots.between(0.0, std::f32::consts::TAU),
                lots.between(-0.05, 0.3),
                lots.between(-0.3, 0.5).max(0.0),
            ),
            tint: std::array::from_fn(|_| lots.between(0.88, 1.06))
                .map(|part: f32| part * lots.between(0.9, 1.05)),
            blur: lots.between(-0.004, 0.006).max(0.0),
            noise: lots.between(-4.0, 8.0).max(0.0),
        }
    }
}

impl Glasses {
    fn draw(lots: &mut Lots) -> Self {
        Self {
            lens: (lots.between(0.06, 0.078), lots.between(0.045, 0.062)),
            square: lots.chance(0.5),
            tint: if lots.chance(0.2) { lots.between(0.6, 0.92) } else { 0.06 },
            frame: lots.colour(10.0, 90.0),
        }
    }
}

impl Mouth {
    /// Smiles have their corners up; mouths without a smile are level, hang, are pressed together, round or speaking. Both
    /// kinds may be open or closed and show teeth or none.
    fn draw(smiles: bool, skin: Colour, lots: &mut Lots) -> Self {
        let open = if lots.chance(0.5) { lots.between(0.012, 0.07) } else { 0.0 };
        let (half, lift) = match smiles {
            true => (lots.between(0.095, 0.145), lots.between(0.045, 0.078)),
            false if open > 0.035 && lots.chance(0.5) => (lots.between(0.04, 0.065), lots.around(0.012)),
            false => (lots.between(0.06, 0.125), lots.between(-0.06, 0.0)),
        };
        let mut colour = shade(skin, 0.8);
        mix(&mut colour, [190.0, 60.0, 70.0], lots.between(0.15, 0.75));
        Self {
            middle: (lots.around(0.012), lots.between(0.15, 0.185)),
            half,
            lift,
            skew: lots.around(0.012),
            open,
            lips: lots.between(0.011, 0.022),
            teeth: open > 0.0 && lots.chance(0.75),
            colour,
        }
    }
}
