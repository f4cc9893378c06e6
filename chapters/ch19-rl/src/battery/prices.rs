//! Hourly prices of electricity, generated or from a file, and what is known of them when.

use std::path::{Path, PathBuf};

use mlbook::files::{self, FileError};
use mlbook::rng::NumpyRng;

pub const HOURS: usize = 24;
/// From this hour on the prices of the next day are known: the auction closes at noon, results follow.
pub const PUBLISHED: usize = 13;
/// Days that a forecast looks back upon.
const WEEK: usize = 7;

/// Prices that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PriceError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error("{}, line {line}: {text:?} is no price. Each line must end in a number, its hour's price per MWh.", path.display())]
    NotAPrice { path: PathBuf, line: usize, text: String },
    #[error(
        "{days} whole days of prices, but at least {least} are needed: a week to forecast from, and weeks to trade in"
    )]
    TooFew { days: usize, least: usize },
    #[error("hour {hour} has a price of {price}; prices must be finite numbers")]
    NotFinite { hour: usize, price: f64 },
}

/// One price for each hour of whole days, in euros per MWh.
#[derive(Clone, Debug, PartialEq)]
pub struct Prices {
    hourly: Vec<f64>,
}

impl Prices {
    /// The fewest days that can be traded on: a week to look back upon, some to trade in, one to look ahead to.
    pub const LEAST_DAYS: usize = 2 * WEEK + 2;

    /// Prices hour by hour; a last day that is not whole is left out.
    ///
    /// # Errors
    /// Too few days, or a price that is no finite number.
    pub fn new(mut hourly: Vec<f64>) -> Result<Self, PriceError> {
        hourly.truncate(hourly.len() / HOURS * HOURS);
        let days = hourly.len() / HOURS;
        if days < Self::LEAST_DAYS {
            return Err(PriceError::TooFew { days, least: Self::LEAST_DAYS });
        }
        match hourly.iter().position(|price| !price.is_finite()) {
            Some(hour) => Err(PriceError::NotFinite { hour, price: hourly[hour] }),
            None => Ok(Self { hourly }),
        }
    }

    /// The last number of each line of a file (comma, semicolon, tab or space between fields); a first line of words is skipped.
    ///
    /// # Errors
    /// A file that cannot be read, a line without a price, too few days.
    pub fn read(path: &Path) -> Result<Self, PriceError> {
        let text = String::from_utf8_lossy(&files::read(path)?).into_owned();
        let mut hourly = Vec::new();
        for (i, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let field =
                line.trim().rsplit([',', ';', '\t', ' ']).next().unwrap_or_default().trim_matches('"');
            match field.parse::<f64>() {
                Ok(price) => hourly.push(price),
                Err(_) if i == 0 => {}
                Err(_) => {
                    let (path, text) = (path.to_path_buf(), field.to_owned());
                    return Err(PriceError::NotAPrice { path, line: i + 1, text });
                }
            }
        }
        Self::new(hourly)
    }

    /// Prices as a market with much sun and wind has them: dear in the morning and in the evening, cheap at night and at noon when
    /// the sun shines (sometimes below zero), cheaper at weekends, with days of calm and of wind, and now and then a peak.
    ///
    /// # Errors
    /// Too few days.
    pub fn generate(days: usize, seed: u32) -> Result<Self, PriceError> {
        let mut rng = NumpyRng::new(seed);
        let (mut level, mut wind, mut sun, mut noise) = (0.0, 0.0, 0.5, 0.0);
        let mut hourly = Vec::with_capacity(days * HOURS);
        for day in 0..days {
            let drawn = rng.randn(2);
            level = 0.9 * level + 0.12 * drawn[0];
            wind = 0.7 * wind + 0.7 * drawn[1];
            let chances = rng.rand(5);
            sun = 0.5 * sun + 0.5 * chances[0];
            let season = (std::f64::consts::TAU * day as f64 / 365.0).cos(); // 1 in midwinter
            let weekend = day % 7 >= 5;
            let peak = if chances[1] < 0.06 { 60.0 + 120.0 * chances[2] } else { 0.0 };
            let base = 78.0 * f64::exp(level) * (1.0 + 0.15 * season) * if weekend { 0.82 } else { 1.0 };
            for (hour, shock) in rng.randn(HOURS).into_iter().enumerate() {
                noise = 0.6 * noise + 9.0 * shock;
                let bump = |at: f64, width: f64| f64::exp(-((hour as f64 - at) / width).powi(2));
                let shape = 40.0 * chances[3] * bump(8.0, 2.0) * if weekend { 0.4 } else { 1.0 }
                    + (20.0 + 35.0 * chances[4]) * bump(19.0, 2.2)
                    - 18.0 * bump(3.0, 3.0)
                    - 62.0 * (1.0 - 0.5 * season) * sun * bump(13.0, 2.8);
                hourly.push(base + shape - 11.0 * wind + peak * bump(18.5, 1.2) + noise);
            }
        }
        Self::new(hourly)
    }

    /// How many days there are.
    pub fn days(&self) -> usize {
        self.hourly.len() / HOURS
    }

    /// All prices.
    pub fn hourly(&self) -> &[f64] {
        &self.hourly
    }

    /// The price of an hour.
    pub fn at(&self, hour: usize) -> f64 {
        self.hourly[hour]
    }

    /// The prices of the next `length` hours as they are seen from `hour`: known as far as they are published, beyond that a
    /// forecast from the same hour of the day before, the week before and the seven days' mean.
    pub fn seen_from(&self, hour: usize, length: usize) -> Vec<f64> {
        let today = hour / HOURS;
        let known_days = if hour % HOURS >= PUBLISHED { 2 } else { 1 };
        let known_until = (today + known_days) * HOURS;
        (hour..hour + length)
            .map(|later| if later < known_until { self.at(later) } else { self.forecast(later, today) })
            .collect()
    }

    fn forecast(&self, later: usize, today: usize) -> f64 {
        let clock = later % HOURS;
        let before = |days: usize| self.at((today + 1).saturating_sub(days) * HOURS + clock);
        let mean = (1..=WEEK).map(before).sum::<f64>() / WEEK as f64;
        0.5 * before(1) + 0.2 * before(WEEK) + 0.3 * mean
    }
}
