//! How long to wait between two attempts, and the text in which flags say it.

use std::fmt;
use std::ops::Add;
use std::str::FromStr;
use std::time::Duration;

/// A wait that never ends in practice; the ceiling of waits that name none.
const UNBOUNDED: Duration = Duration::from_secs(u32::MAX as u64);

/// How long to wait after a failed attempt. Attempts count from 1.
#[derive(Clone, Debug, PartialEq)]
pub enum Wait {
    /// No wait.
    None,
    /// Always the same wait.
    Fixed(Duration),
    /// Uniform between `min` and `max`.
    Random { min: Duration, max: Duration },
    /// `multiplier · base^(attempt − 1)`, held between `min` and `max`.
    Exponential { multiplier: Duration, base: f64, min: Duration, max: Duration },
    /// `initial · base^(attempt − 1)` plus a uniform draw from `0..jitter`, at most `max`.
    ExponentialJitter { initial: Duration, base: f64, jitter: Duration, max: Duration },
    /// Uniform between `min` and `multiplier · base^(attempt − 1)`, the latter at most `max`.
    FullJitter { multiplier: Duration, base: f64, min: Duration, max: Duration },
    /// `start + (attempt − 1) · step`, at most `max`.
    Incrementing { start: Duration, step: Duration, max: Duration },
    /// All of these waits, one after the other.
    Sum(Vec<Wait>),
    /// The first after attempt 1, the second after attempt 2, …; the last one from then on.
    Chain(Vec<Wait>),
}

impl Wait {
    /// Doubles from `first` up to `ceiling`.
    pub fn exponential(first: Duration, ceiling: Duration) -> Self {
        Self::Exponential { multiplier: first, base: 2.0, min: Duration::ZERO, max: ceiling }
    }

    /// Doubles from `first` up to `ceiling`, with up to one second more by chance.
    pub fn exponential_jitter(first: Duration, ceiling: Duration) -> Self {
        Self::ExponentialJitter { initial: first, base: 2.0, jitter: Duration::from_secs(1), max: ceiling }
    }

    /// Anything from nothing up to a bound that doubles from `first` up to `ceiling`.
    pub fn full_jitter(first: Duration, ceiling: Duration) -> Self {
        Self::FullJitter { multiplier: first, base: 2.0, min: Duration::ZERO, max: ceiling }
    }

    /// The wait after attempt number `attempt`, with chance drawn from `dice`.
    pub fn after(&self, attempt: u32, dice: &mut Dice) -> Duration {
        let steps = attempt.saturating_sub(1);
        match self {
            Self::None => Duration::ZERO,
            Self::Fixed(wait) => *wait,
            Self::Random { min, max } => dice.between(*min, *max),
            Self::Exponential { multiplier, base, min, max } => {
                grown(*multiplier, *base, steps, *max).max(*min)
            }
            Self::ExponentialJitter { initial, base, jitter, max } => grown(*initial, *base, steps, *max)
                .saturating_add(dice.between(Duration::ZERO, *jitter))
                .min(*max),
            Self::FullJitter { multiplier, base, min, max } => {
                dice.between(*min, grown(*multiplier, *base, steps, *max))
            }
            Self::Incrementing { start, step, max } => {
                start.saturating_add(step.checked_mul(steps).unwrap_or(UNBOUNDED)).min(*max)
            }
            Self::Sum(waits) => {
                waits.iter().fold(Duration::ZERO, |sum, wait| sum.saturating_add(wait.after(attempt, dice)))
            }
            Self::Chain(waits) => {
                let place = (steps as usize).min(waits.len().saturating_sub(1));
                waits.get(place).map_or(Duration::ZERO, |wait| wait.after(attempt, dice))
            }
        }
    }
}

impl Add for Wait {
    type Output = Wait;

    fn add(self, other: Wait) -> Wait {
        match self {
            Self::Sum(mut waits) => {
                waits.push(other);
                Self::Sum(waits)
            }
            first => Self::Sum(vec![first, other]),
        }
    }
}

/// `first · base^steps`, at most `ceiling`, without overflow.
fn grown(first: Duration, base: f64, steps: u32, ceiling: Duration) -> Duration {
    let exponent = i32::try_from(steps).unwrap_or(i32::MAX);
    Duration::try_from_secs_f64(first.as_secs_f64() * base.powi(exponent)).unwrap_or(UNBOUNDED).min(ceiling)
}

/// Chance for jitter: SplitMix64 (Steele, Lea and Flood 2014), seeded where runs must repeat.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// The same draws for the same seed.
    pub fn seeded(seed: u64) -> Self {
        Self(seed)
    }

    /// Different draws in each process, so that many clients do not come back at the same moment.
    pub fn unseeded() -> Self {
        use std::hash::{BuildHasher, RandomState};
        Self(RandomState::new().hash_one(std::process::id()))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Uniform in `min..max`; `min` if the interval is empty.
    pub fn between(&mut self, min: Duration, max: Duration) -> Duration {
        let share = (self.next() >> 11) as f64 / (1u64 << 53) as f64;
        min.saturating_add(max.saturating_sub(min).mul_f64(share))
    }
}

/// A duration or a wait that cannot be read from its text.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ParseError {
    #[error("`{text}` is no duration: {DURATION_RULE}")]
    Duration { text: String },
    #[error("`{text}` is no wait: {WAIT_RULE}")]
    Wait { text: String },
    #[error("`{text}` ends before it begins: write the shorter duration first, as in random:1s..3s")]
    Interval { text: String },
}

const DURATION_RULE: &str = "write a number and a unit (us, ms, s, m, h or d), as in 10ms, 1.5s or 2h";
const WAIT_RULE: &str = "write none, fixed:10ms, random:1s..3s, exponential:1s..60s, jitter:1s..60s, \
     full-jitter:1s..60s or incrementing:1s..10s; join with + for a sum, with , for one after the other";

/// Seconds in each unit; longer names first, so that `ms` is not taken for `s`.
const UNITS: [(&str, f64); 6] =
    [("us", 1e-6), ("ms", 1e-3), ("s", 1.0), ("m", 60.0), ("h", 3600.0), ("d", 86_400.0)];

/// Reads `10ms`, `1.5s`, `2h`.
///
/// # Errors
/// [`ParseError::Duration`] for anything but a number at least 0 with a unit, at most about 136 years.
pub fn parse_duration(text: &str) -> Result<Duration, ParseError> {
    let wrong = || ParseError::Duration { text: text.to_string() };
    let trimmed = text.trim();
    let (number, scale) =
        UNITS.iter().find_map(|(unit, s)| Some((trimmed.strip_suffix(unit)?, *s))).ok_or_else(wrong)?;
    let is_plain = !number.is_empty() && number.chars().all(|c| c.is_ascii_digit() || c == '.');
    let seconds = number.parse::<f64>().ok().filter(|_| is_plain).ok_or_else(wrong)? * scale;
    Duration::try_from_secs_f64(seconds).ok().filter(|d| *d <= UNBOUNDED).ok_or_else(wrong)
}

/// Writes a duration in the unit that reads best: `10ms`, `1.5s`, `2h`.
pub fn show_duration(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    let (unit, scale) = match seconds {
        0.0 => ("s", 1.0),
        s if s < 1e-3 => ("us", 1e-6),
        s if s < 1.0 => ("ms", 1e-3),
        s if s >= 3600.0 && s % 3600.0 == 0.0 => ("h", 3600.0),
        s if s >= 60.0 && s % 60.0 == 0.0 => ("m", 60.0),
        _ => ("s", 1.0),
    };
    let rounded = (seconds / scale * 1000.0).round() / 1000.0;
    format!("{rounded}{unit}")
}

impl FromStr for Wait {
    type Err = ParseError;

    /// Reads `none`, `fixed:10ms`, `random:1s..3s`, `exponential:1s..60s`, `jitter:1s..60s`,
    /// `full-jitter:1s..60s`, `incrementing:1s..10s`, sums (`a+b`) and chains (`a,b`).
    fn from_str(text: &str) -> Result<Self, ParseError> {
        let links = text.split(',').map(parse_sum).collect::<Result<Vec<_>, _>>()?;
        Ok(one_or(links, Wait::Chain))
    }
}

fn parse_sum(text: &str) -> Result<Wait, ParseError> {
    let terms = text.split('+').map(parse_term).collect::<Result<Vec<_>, _>>()?;
    Ok(one_or(terms, Wait::Sum))
}

fn one_or(mut waits: Vec<Wait>, many: fn(Vec<Wait>) -> Wait) -> Wait {
    if waits.len() == 1 { waits.remove(0) } else { many(waits) }
}

fn parse_term(text: &str) -> Result<Wait, ParseError> {
    let wrong = || ParseError::Wait { text: text.to_string() };
    let (kind, rest) = text.trim().split_once(':').unwrap_or((text.trim(), ""));
    if kind == "none" && rest.is_empty() {
        return Ok(Wait::None);
    }
    if kind == "fixed" {
        return parse_duration(rest).map(Wait::Fixed);
    }
    if !["random", "exponential", "jitter", "full-jitter", "incrementing"].contains(&kind) {
        return Err(wrong());
    }
    let (low, high) = rest.split_once("..").ok_or_else(wrong)?;
    let (low, high) = (parse_duration(low)?, parse_duration(high)?);
    if high < low {
        return Err(ParseError::Interval { text: text.to_string() });
    }
    Ok(match kind {
        "random" => Wait::Random { min: low, max: high },
        "exponential" => Wait::exponential(low, high),
        "jitter" => Wait::exponential_jitter(low, high),
        "full-jitter" => Wait::full_jitter(low, high),
        _ => Wait::Incrementing { start: low, step: low, max: high },
    })
}

impl fmt::Display for Wait {
    /// In the text form of flags where there is one; other bases and floors are not shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let range = |kind: &str, low: &Duration, high: &Duration| {
            format!("{kind}:{}..{}", show_duration(*low), show_duration(*high))
        };
        let join =
            |waits: &[Wait], with: &str| waits.iter().map(Wait::to_string).collect::<Vec<_>>().join(with);
        f.write_str(&match self {
            Self::None => "none".to_string(),
            Self::Fixed(wait) => format!("fixed:{}", show_duration(*wait)),
            Self::Random { min, max } => range("random", min, max),
            Self::Exponential { multiplier, max, .. } => range("exponential", multiplier, max),
            Self::ExponentialJitter { initial, max, .. } => range("jitter", initial, max),
            Self::FullJitter { multiplier, max, .. } => range("full-jitter", multiplier, max),
            Self::Incrementing { start, max, .. } => range("incrementing", start, max),
            Self::Sum(waits) => join(waits, "+"),
            Self::Chain(waits) => join(waits, ","),
        })
    }
}
