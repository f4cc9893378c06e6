//! A problem worth solving: a battery that buys electricity when it is cheap and sells it when it is dear.
//!
//! Each hour the battery charges, waits or discharges. Both ways lose energy and wear the cells. Prices are those of a day-ahead
//! market: at 13 o'clock those of the next day become known, beyond them there is a forecast.
//!
//! *Observed*: how full the battery is, the time of day (sine and cosine), the prices of the next 24 hours as far as they are
//! published, with the forecast beyond. *Reward*: euros earned in the hour, wear paid. *Episode*: some days, then cut off.

use std::sync::Arc;

use super::prices::{HOURS, Prices};
use crate::env::{Env, EnvError, Episode, GymRng, Info, Space, Step};

/// Discharge, wait, charge.
pub const ACTIONS: usize = 3;
/// Hours of prices that are observed.
pub const WINDOW: usize = 24;
/// Fullness, two numbers for the time of day, the prices.
pub const WIDTH: usize = 3 + WINDOW;

/// The battery.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Battery {
    /// Hours from empty to full.
    pub levels: usize,
    /// MWh that go in or out of the cells in an hour.
    pub energy: f64,
    /// The share that arrives, each way.
    pub efficiency: f64,
    /// Euros of wear for each MWh that goes in or out.
    pub wear: f64,
}

impl Default for Battery {
    /// 2 MWh at half a megawatt, nine tenths of which come back, as containers with lithium cells do.
    fn default() -> Self {
        Self { levels: 4, energy: 0.5, efficiency: 0.95, wear: 4.0 }
    }
}

impl Battery {
    /// The level after an action; a full battery cannot charge, an empty one not discharge, they wait.
    pub fn next_level(&self, level: usize, action: usize) -> usize {
        match action {
            0 => level.saturating_sub(1),
            1 => level,
            _ => (level + 1).min(self.levels),
        }
    }

    /// Euros from going between levels at a price.
    pub fn earned(&self, from: usize, to: usize, price: f64) -> f64 {
        let (wear, energy) = (self.wear * self.energy, self.energy);
        match to.cmp(&from) {
            std::cmp::Ordering::Less => price * energy * self.efficiency - wear,
            std::cmp::Ordering::Equal => 0.0,
            std::cmp::Ordering::Greater => -price * energy / self.efficiency - wear,
        }
    }
}

/// The battery on the market, as an environment.
#[derive(Clone, Debug)]
pub struct BatteryMarket {
    battery: Battery,
    prices: Arc<Prices>,
    /// The days that episodes may begin on, and how long they are.
    first_day: usize,
    last_day: usize,
    days: usize,
    hour: usize,
    end: usize,
    level: usize,
    episode: Episode,
    rng: GymRng,
}

impl BatteryMarket {
    /// Episodes of `days` days somewhere in `first_day..last_day`.
    ///
    /// # Errors
    /// [`EnvError::Setting`] if the first week is not left to forecast from, the last day not to look ahead to, or the days do
    /// not fit.
    pub fn new(
        battery: Battery,
        prices: Arc<Prices>,
        (first_day, last_day): (usize, usize),
        days: usize,
        seed: u64,
    ) -> Result<Self, EnvError> {
        let refuse =
            |what, rule, found: usize| Err(EnvError::Setting { what, rule, found: found.to_string() });
        if first_day < 7 {
            return refuse("the first day", "7 or later: forecasts look back on a week", first_day);
        }
        if last_day >= prices.days() {
            return refuse(
                "the last day",
                "before the last day that has prices: forecasts look ahead",
                last_day,
            );
        }
        if days == 0 || first_day + days > last_day {
            return refuse(
                "the length of an episode",
                "1 day or more, and fit between the first and the last",
                days,
            );
        }
        let (hour, end, level) = (first_day * HOURS, 0, 0);
        let (episode, rng) = (Episode::NotBegun, GymRng::new(seed));
        Ok(Self { battery, prices, first_day, last_day, days, hour, end, level, episode, rng })
    }

    /// The battery.
    pub fn battery(&self) -> &Battery {
        &self.battery
    }

    /// The prices.
    pub fn prices(&self) -> &Prices {
        &self.prices
    }

    /// The hour that comes next, counted from the first of all prices.
    pub fn hour(&self) -> usize {
        self.hour
    }

    /// How full the battery is.
    pub fn level(&self) -> usize {
        self.level
    }

    /// Begins an episode on a day of one's choice with an empty battery.
    pub fn begin_on(&mut self, day: usize) -> Vec<f32> {
        self.hour = day.clamp(self.first_day, self.last_day - self.days) * HOURS;
        self.end = self.hour + self.days * HOURS;
        self.level = 0;
        self.episode = Episode::UnderWay;
        self.observation()
    }

    fn observation(&self) -> Vec<f32> {
        let angle = std::f64::consts::TAU * (self.hour % HOURS) as f64 / HOURS as f64;
        let mut values = Vec::with_capacity(WIDTH);
        values.push(2.0 * self.level as f32 / self.battery.levels as f32 - 1.0);
        values.extend([angle.sin() as f32, angle.cos() as f32]);
        let seen = self.prices.seen_from(self.hour, WINDOW);
        values.extend(seen.into_iter().map(|price| ((price - 80.0) / 40.0) as f32));
        values
    }
}

impl Env for BatteryMarket {
    type Observation = Vec<f32>;
    type Action = usize;

    fn observation_space(&self) -> Space {
        let bounds = |first: f64, other: f64| [vec![first; 3], vec![other; WINDOW]].concat();
        Space::Box { low: bounds(-1.0, f64::NEG_INFINITY), high: bounds(1.0, f64::INFINITY) }
    }

    fn action_space(&self) -> Space {
        Space::Discrete(ACTIONS)
    }

    /// A day and a level at random.
    fn reset(&mut self, seed: Option<u64>) -> (Vec<f32>, Info) {
        if let Some(seed) = seed {
            self.rng = GymRng::new(seed);
        }
        let starts = self.last_day - self.days - self.first_day + 1;
        let day = self.first_day + (self.rng.random() * starts as f64) as usize;
        self.begin_on(day);
        self.level = (self.rng.random() * (self.battery.levels + 1) as f64) as usize;
        (self.observation(), Info::new())
    }

    fn step(&mut self, action: usize) -> Result<Step<Vec<f32>>, EnvError> {
        self.episode.check()?;
        EnvError::check_action(action, ACTIONS)?;
        let price = self.prices.at(self.hour);
        let level = self.battery.next_level(self.level, action);
        let reward = self.battery.earned(self.level, level, price);
        self.level = level;
        self.hour += 1;
        let truncated = self.hour >= self.end;
        if truncated {
            self.episode = Episode::Over;
        }
        let info = Info::from([("price", price), ("level", level as f64)]);
        Ok(Step { observation: self.observation(), reward, terminated: false, truncated, info })
    }
}
