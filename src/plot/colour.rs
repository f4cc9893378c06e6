//! Colours that people with any colour vision can tell apart.

use plotters::style::RGBColor;

/// Okabe and Ito's palette (jfly.uni-koeln.de/color, 2008) without its yellow, which is too pale for lines on
/// white.
pub(super) const PALETTE: [RGBColor; 7] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
    RGBColor(85, 85, 85),
];

pub(super) const INK: RGBColor = RGBColor(34, 34, 34);
pub(super) const FAINT_INK: RGBColor = RGBColor(150, 150, 150);
pub(super) const AXIS: RGBColor = RGBColor(110, 110, 110);
pub(super) const GRID: RGBColor = RGBColor(224, 224, 224);
pub(super) const PAPER: RGBColor = RGBColor(255, 255, 255);
/// Marks a value that is missing.
pub(super) const MISSING: RGBColor = RGBColor(205, 205, 205);

/// Right and wrong answers: blue against vermilion, which do not need red or green to be told apart.
pub(super) const RIGHT: RGBColor = PALETTE[0];
pub(super) const WRONG: RGBColor = RGBColor(189, 70, 0);

/// The colour of the `index`-th series or class; it repeats after seven.
pub(super) fn series(index: usize) -> RGBColor {
    PALETTE[index % PALETTE.len()]
}

/// From white over `middle` to `dark`, for `share` in 0..=1.
fn ramp(share: f64, middle: RGBColor, dark: RGBColor) -> RGBColor {
    let share = share.clamp(0.0, 1.0);
    if share < 0.6 { mix(PAPER, middle, share / 0.6) } else { mix(middle, dark, (share - 0.6) / 0.4) }
}

/// White to dark blue: small to large.
pub(super) fn blues(share: f64) -> RGBColor {
    ramp(share, RGBColor(78, 150, 201), RGBColor(4, 48, 95))
}

/// White to dark vermilion.
pub(super) fn oranges(share: f64) -> RGBColor {
    ramp(share, RGBColor(235, 140, 72), RGBColor(140, 45, 4))
}

/// Blue for -1, white for 0, vermilion for 1.
pub(super) fn diverging(share: f64) -> RGBColor {
    if share < 0.0 { blues(-share) } else { oranges(share) }
}

/// The colour that is `share` of the way from `from` to `to`.
pub(super) fn mix(from: RGBColor, to: RGBColor, share: f64) -> RGBColor {
    let channel = |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * share).round() as u8;
    RGBColor(channel(from.0, to.0), channel(from.1, to.1), channel(from.2, to.2))
}

/// Dark or white ink, whichever has the stronger contrast on `ground` (WCAG 2 relative luminance).
pub(super) fn ink_on(ground: RGBColor) -> RGBColor {
    let linear = |c: u8| {
        let c = f64::from(c) / 255.0;
        if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    };
    let luminance = 0.2126 * linear(ground.0) + 0.7152 * linear(ground.1) + 0.0722 * linear(ground.2);
    if luminance > 0.25 { INK } else { PAPER }
}
