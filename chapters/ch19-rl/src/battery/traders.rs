//! What the agent is compared with: two rules, a planner who trusts the forecast, and the best that could have been done.

use super::market::{ACTIONS, Battery};
use super::prices::{HOURS, Prices};

/// Hours that the planner looks ahead.
const HORIZON: usize = 36;

/// The most that a battery can earn from known prices, and by which actions: backward induction over its levels, exact. What is
/// left in it at the end is worth nothing.
pub fn optimum(battery: &Battery, prices: &[f64], level: usize) -> (f64, Vec<usize>) {
    let levels = battery.levels + 1;
    let mut worth = vec![0.0; levels];
    let mut choices = vec![vec![1; levels]; prices.len()];
    for (hour, &price) in prices.iter().enumerate().rev() {
        let later = worth.clone();
        for from in 0..levels {
            let value = |action: usize| {
                let to = battery.next_level(from, action);
                battery.earned(from, to, price) + later[to]
            };
            // Waiting comes first, so that nothing moves without a gain.
            let best = [0, 2]
                .into_iter()
                .fold(1, |best, action| if value(action) > value(best) { action } else { best });
            worth[from] = value(best);
            choices[hour][from] = best;
        }
    }
    let mut at = level;
    let actions = choices.iter().map(|by_level| {
        let action = by_level[at];
        at = battery.next_level(at, action);
        action
    });
    (worth[level], actions.collect())
}

/// Someone who decides for each hour.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Trader {
    /// Charges at three in the morning and at noon, sells at the peaks: no look at prices at all.
    Clock,
    /// Charges in the `hours` cheapest of the next 24 hours as far as they are known or forecast, sells in the dearest, if the
    /// dearest pay for losses and wear.
    Rule { hours: usize },
    /// Plans the next 36 hours by [`optimum`], as if forecasts were true, does the first action, and plans anew.
    Planner,
}

impl Trader {
    /// The action for an hour.
    pub fn action(&self, battery: &Battery, prices: &Prices, hour: usize, level: usize) -> usize {
        match *self {
            Self::Clock => match hour % HOURS {
                2..=5 | 11..=14 => 2,
                7..=9 | 18..=21 => 0,
                _ => 1,
            },
            Self::Rule { hours } => {
                let seen = prices.seen_from(hour, HOURS);
                let mut sorted = seen.clone();
                sorted.sort_by(f64::total_cmp);
                let cheap = sorted[hours - 1];
                let dear = sorted[HOURS - hours];
                let pays = battery.earned(1, 0, dear) + battery.earned(0, 1, cheap) > 0.0;
                match seen[0] {
                    price if pays && price <= cheap => 2,
                    price if pays && price >= dear => 0,
                    _ => 1,
                }
            }
            Self::Planner => {
                let length = HORIZON.min(prices.hourly().len() - hour);
                let (_, actions) = optimum(battery, &prices.seen_from(hour, length), level);
                actions.first().copied().unwrap_or(1)
            }
        }
    }

    /// Euros from trading through these hours, beginning empty, and the level after each.
    pub fn trade(
        &self,
        battery: &Battery,
        prices: &Prices,
        hours: std::ops::Range<usize>,
    ) -> (f64, Vec<usize>) {
        trade(battery, prices, hours, |hour, level| self.action(battery, prices, hour, level))
    }

    /// The rule whose number of hours earns most in these hours.
    pub fn best_rule(battery: &Battery, prices: &Prices, hours: std::ops::Range<usize>) -> Self {
        let earns = |rule: &Self| rule.trade(battery, prices, hours.clone()).0;
        let rules = (1..HOURS / 2).map(|hours| Self::Rule { hours });
        rules.max_by(|a, b| earns(a).total_cmp(&earns(b))).unwrap_or(Self::Rule { hours: 4 })
    }
}

/// Euros from doing what `choose` says for each hour and level, beginning empty, and the level after each hour.
pub fn trade(
    battery: &Battery,
    prices: &Prices,
    hours: std::ops::Range<usize>,
    mut choose: impl FnMut(usize, usize) -> usize,
) -> (f64, Vec<usize>) {
    let (mut earned, mut level, mut levels) = (0.0, 0, Vec::with_capacity(hours.len()));
    for hour in hours {
        let action = choose(hour, level).min(ACTIONS - 1);
        let next = battery.next_level(level, action);
        earned += battery.earned(level, next, prices.at(hour));
        level = next;
        levels.push(level);
    }
    (earned, levels)
}
