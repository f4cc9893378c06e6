//! Where values lie on an axis, and which round numbers mark it.

use super::text::{self, TEXT};

/// Values beyond this are shown at the end of the axis: differences of larger ones would overflow.
const LARGEST: f64 = 1e300;
/// The shortest axis, relative to the values on it; ticks closer together would read alike.
const SHORTEST: f64 = 1e-9;
/// Sizes of numbers that are written without a power of ten.
const PLAIN: std::ops::Range<f64> = 1e-3..1e5;
const MOST_TICKS: usize = 60;

/// The values that an axis must show.
#[derive(Clone, Copy, Debug)]
pub(super) struct Range {
    low: f64,
    high: f64,
    log: bool,
    whole: bool,
}

impl Range {
    /// The smallest range that holds every finite value (on a log axis: every positive one); `None` without
    /// any.
    pub fn of(values: impl IntoIterator<Item = f64>, log: bool) -> Option<Self> {
        let mut range: Option<Self> = None;
        for value in values.into_iter().filter(|&v| v.is_finite() && (!log || v > 0.0)) {
            let value = value.clamp(-LARGEST, LARGEST);
            let r = range.get_or_insert(Self { low: value, high: value, log, whole: true });
            r.low = r.low.min(value);
            r.high = r.high.max(value);
            r.whole &= value.fract() == 0.0;
        }
        range
    }

    /// Extended so that `value` is on the axis.
    pub fn including(self, value: f64) -> Self {
        Self { low: self.low.min(value), high: self.high.max(value), ..self }
    }

    fn ends(&self) -> (f64, f64) {
        if self.log { (self.low.log10(), self.high.log10()) } else { (self.low, self.high) }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Tick {
    /// Place on the axis, 0 at its low end, 1 at its high end.
    pub place: f64,
    pub label: String,
}

/// A range with ticks; places on it are fractions of its length.
#[derive(Clone, Debug)]
pub(super) struct Axis {
    low: f64,
    high: f64,
    log: bool,
    pub ticks: Vec<Tick>,
}

/// Which way tick labels follow one another.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Direction {
    Across,
    Up,
}

impl Axis {
    /// An axis of `pixels` length over `range`, widened by the fractions `margins` of its length at both
    /// ends.
    pub fn new(range: Range, margins: (f64, f64), pixels: f64, direction: Direction) -> Self {
        let (mut low, mut high) = range.ends();
        let shortest = (low.abs().max(high.abs()) * SHORTEST).max(1e-300);
        if high - low < shortest {
            let half = if range.log || range.whole { 0.5 } else { (low.abs() * 0.05).max(shortest) };
            let half = half.max(shortest);
            (low, high) = (low - half, high + half);
        } else {
            let length = high - low;
            (low, high) = (low - margins.0 * length, high + margins.1 * length);
        }
        let mut axis = Self { low, high, log: range.log, ticks: Vec::new() };
        axis.ticks = axis.fitting_ticks(range.whole, pixels, direction);
        axis
    }

    /// An axis of names instead of numbers; names without room are left out.
    pub fn named(ticks: Vec<Tick>, pixels: f64, direction: Direction) -> Self {
        Self { low: 0.0, high: 1.0, log: false, ticks: without_collisions(&ticks, pixels, direction) }
    }

    /// Where `value` lies, 0 to 1; `None` if the axis cannot show it.
    pub fn place(&self, value: f64) -> Option<f64> {
        if !value.is_finite() || (self.log && value <= 0.0) {
            return None;
        }
        let value = if self.log { value.log10() } else { value.clamp(-LARGEST, LARGEST) };
        Some(((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0))
    }

    /// The value at a place, 0 to 1.
    pub fn value(&self, place: f64) -> f64 {
        let value = self.low + place * (self.high - self.low);
        if self.log { 10_f64.powf(value) } else { value }
    }

    /// As many ticks as have room.
    fn fitting_ticks(&self, whole: bool, pixels: f64, direction: Direction) -> Vec<Tick> {
        let wanted = (pixels / if direction == Direction::Up { 40.0 } else { 52.0 }) as usize;
        let candidates = (2..=wanted.max(2)).rev().map(|count| self.ticks(count, whole));
        let mut last = Vec::new();
        for ticks in candidates {
            if without_collisions(&ticks, pixels, direction).len() == ticks.len() {
                return ticks;
            }
            last = ticks;
        }
        without_collisions(&last, pixels, direction)
    }

    fn ticks(&self, count: usize, whole: bool) -> Vec<Tick> {
        let values =
            if self.log { self.log_values(count) } else { linear_values(self.low, self.high, count, whole) };
        let labels = if self.log { log_labels(&values) } else { linear_labels(&values) };
        let ticks = values.iter().zip(labels);
        ticks.filter_map(|(&value, label)| Some(Tick { place: self.place(value)?, label })).collect()
    }

    /// Powers of ten; with less than three of them also 2 and 5 times these; on a short axis evenly spaced
    /// values.
    fn log_values(&self, count: usize) -> Vec<f64> {
        let (first, last) = (self.low.ceil() as i32, self.high.floor() as i32);
        let decades = (last - first + 1).max(0) as usize;
        if decades >= 3 {
            let step = decades.div_ceil(count.max(1)).max(1);
            return (first..=last)
                .filter(|e| e.rem_euclid(step as i32) == 0)
                .map(|e| 10_f64.powi(e))
                .collect();
        }
        let inside = |v: &f64| (self.low..=self.high).contains(&v.log10());
        let fine = (first - 1..=last).flat_map(|e| [1.0, 2.0, 5.0].map(|m| m * 10_f64.powi(e)));
        let fine: Vec<f64> = fine.filter(inside).collect();
        if fine.len() >= 3 {
            return fine;
        }
        linear_values(10_f64.powf(self.low), 10_f64.powf(self.high), count, false)
    }
}

/// Multiples of 1, 2 or 5 times a power of ten within `low..=high`, about `count` of them.
fn linear_values(low: f64, high: f64, count: usize, whole: bool) -> Vec<f64> {
    let rough = (high - low) / count.max(1) as f64;
    let power = 10_f64.powf(rough.log10().floor());
    let step =
        [1.0, 2.0, 5.0, 10.0].map(|m| m * power).into_iter().find(|&s| s >= rough * 0.999).unwrap_or(rough);
    let step = if whole { step.max(1.0) } else { step };
    let first = (low / step - 1e-9).ceil();
    let values = (0..MOST_TICKS).map(|i| (first + i as f64) * step);
    values.take_while(|v| *v <= high + step * 1e-9 && v.is_finite()).map(|v| v + 0.0).collect()
}

fn linear_labels(values: &[f64]) -> Vec<String> {
    let step = values.windows(2).map(|w| w[1] - w[0]).fold(f64::INFINITY, f64::min);
    let largest = values.iter().fold(0.0_f64, |most, v| most.max(v.abs()));
    let step = if step.is_finite() && step > 0.0 { step } else { largest.max(1e-300) };
    if largest >= 1e6 || (largest > 0.0 && largest < 1e-3) {
        let digits = (largest.log10().floor() - (step * 1.001).log10().floor()).clamp(0.0, 12.0) as usize;
        return values.iter().map(|&v| scientific(v, digits)).collect();
    }
    let decimals = (-(step * 1.001).log10().floor()).clamp(0.0, 12.0) as usize;
    values.iter().map(|&v| decimal(v, decimals)).collect()
}

/// Plain numbers, unless one of them is so small or large that all are better written as powers of ten.
fn log_labels(values: &[f64]) -> Vec<String> {
    let plain = values.iter().all(|v| PLAIN.contains(v));
    values.iter().map(|&v| if plain { number(v) } else { scientific(v, 3) }).collect()
}

/// `value` with thousands separated by commas and a true minus sign.
pub(super) fn decimal(value: f64, decimals: usize) -> String {
    let digits = format!("{:.decimals$}", value.abs());
    let (whole, fraction) = digits.split_once('.').map_or((digits.as_str(), None), |(w, f)| (w, Some(f)));
    let mut text = String::new();
    if value < 0.0 && digits.contains(|c: char| c.is_ascii_digit() && c != '0') {
        text.push('−');
    }
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) && whole.len() > 4 {
            text.push(',');
        }
        text.push(digit);
    }
    if let Some(fraction) = fraction {
        text.push('.');
        text.push_str(fraction);
    }
    text
}

/// `value` as 1.5×10⁶.
fn scientific(value: f64, digits: usize) -> String {
    if value == 0.0 {
        return "0".to_string();
    }
    let text = format!("{:.digits$e}", value.abs());
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let mantissa =
        if mantissa.contains('.') { mantissa.trim_end_matches('0').trim_end_matches('.') } else { mantissa };
    let raised: String = exponent.chars().map(superscript).collect();
    let sign = if value < 0.0 { "−" } else { "" };
    if mantissa == "1" { format!("{sign}10{raised}") } else { format!("{sign}{mantissa}×10{raised}") }
}

fn superscript(c: char) -> char {
    match c {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        digit => digit.to_digit(10).and_then(|d| char::from_u32(0x2070 + d)).unwrap_or(digit),
    }
}

/// A single number, short: up to four significant digits.
pub(super) fn number(value: f64) -> String {
    if !value.is_finite() {
        return value.to_string();
    }
    let size = value.abs();
    if size != 0.0 && !PLAIN.contains(&size) {
        return scientific(value, 3);
    }
    let before_point = if size < 1.0 { 0 } else { size.log10().floor() as usize + 1 };
    let decimals = if size < 1.0 { 4 } else { 4_usize.saturating_sub(before_point) };
    let text = decimal(value, decimals);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_string() } else { text }
}

/// Several numbers, short and with equally many decimals.
pub(super) fn numbers_alike(values: &[f64]) -> Vec<String> {
    let plain = |v: &&f64| **v == 0.0 || PLAIN.contains(&v.abs());
    let short: Vec<String> = values.iter().map(|&v| number(v)).collect();
    if !values.iter().filter(|v| v.is_finite()).all(|v| plain(&v)) {
        return short;
    }
    let decimals =
        short.iter().filter_map(|text| text.split_once('.')).map(|(_, fraction)| fraction.len()).max();
    values.iter().map(|&v| decimal(v, decimals.unwrap_or(0))).collect()
}

/// The ticks whose labels keep clear of the label before.
pub(super) fn without_collisions(ticks: &[Tick], pixels: f64, direction: Direction) -> Vec<Tick> {
    let mut free_from = f64::NEG_INFINITY;
    let mut kept = Vec::new();
    for tick in ticks {
        let (extent, gap) = match direction {
            Direction::Across => (text::width(&tick.label, TEXT, false), 12.0),
            Direction::Up => (TEXT * 1.2, 4.0),
        };
        let centre = tick.place * pixels;
        if centre - extent / 2.0 >= free_from {
            free_from = centre + extent / 2.0 + gap;
            kept.push(tick.clone());
        }
    }
    kept
}
