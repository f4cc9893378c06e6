//! The battery: its optimum by trying everything, its traders, its prices.

use std::sync::Arc;

use ch19_rl::battery::{
    Battery, BatteryMarket, HOURS, PUBLISHED, PriceError, Prices, Trader, WIDTH, optimum, trade,
};
use ch19_rl::env::{Env, EnvError};
use proptest::prelude::*;

/// The most that can be earned, by trying every sequence of actions.
fn by_trying(battery: &Battery, prices: &[f64], level: usize) -> f64 {
    let Some((&price, later)) = prices.split_first() else { return 0.0 };
    let after = |action: usize| {
        let to = battery.next_level(level, action);
        battery.earned(level, to, price) + by_trying(battery, later, to)
    };
    (0..3).map(after).fold(f64::NEG_INFINITY, f64::max)
}

proptest! {
    #[test]
    fn the_optimum_is_the_best_of_all_sequences(
        prices in prop::collection::vec(-100.0..300.0_f64, 0..8), levels in 1_usize..4, level in 0_usize..4, wear in 0.0..20.0_f64,
    ) {
        let battery = Battery { levels, wear, ..Battery::default() };
        let level = level.min(levels);
        let (most, actions) = optimum(&battery, &prices, level);
        prop_assert!((most - by_trying(&battery, &prices, level)).abs() < 1e-9);
        let mut at = level;
        let earned: f64 = actions.iter().zip(&prices).map(|(&action, &price)| {
            let to = battery.next_level(at, action);
            let euros = battery.earned(at, to, price);
            at = to;
            euros
        }).sum();
        prop_assert!((most - earned).abs() < 1e-9, "its actions earn it");
    }

    #[test]
    fn nothing_that_is_not_published_is_seen(hour in 7 * 24_usize..12 * 24, change in 10.0..100.0_f64) {
        let prices = Prices::generate(16, 3).expect("16 days");
        let known_until = (hour / HOURS + if hour % HOURS >= PUBLISHED { 2 } else { 1 }) * HOURS;
        let mut changed = prices.hourly().to_vec();
        changed[known_until..].iter_mut().for_each(|price| *price += change);
        let other = Prices::new(changed).expect("16 days");
        prop_assert_eq!(prices.seen_from(hour, 24), other.seen_from(hour, 24));
    }
}

#[test]
fn traders_stand_in_their_order() {
    let (battery, prices) = (Battery::default(), Prices::generate(120, 2).expect("enough days"));
    let hours = 60 * HOURS..118 * HOURS;
    let most = optimum(&battery, &prices.hourly()[hours.clone()], 0).0;
    let rule = Trader::best_rule(&battery, &prices, 7 * HOURS..60 * HOURS);
    let earned = |trader: Trader| trader.trade(&battery, &prices, hours.clone()).0;
    assert!(earned(rule) > 0.4 * most, "{} of {most}", earned(rule));
    assert!(earned(Trader::Planner) > 0.95 * most && earned(Trader::Planner) <= most + 1e-9);
    assert!(earned(Trader::Planner) > earned(rule));
    let (idle, levels) = trade(&battery, &prices, hours, |_, _| 1);
    assert_eq!(idle, 0.0);
    assert!(levels.iter().all(|&level| level == 0));
}

#[test]
fn the_environment_pays_what_trading_pays() {
    let prices = Arc::new(Prices::generate(20, 1).expect("20 days"));
    let battery = Battery::default();
    let mut env = BatteryMarket::new(battery, prices.clone(), (7, 18), 2, 1).expect("it fits");
    let state = env.begin_on(9);
    assert_eq!(state.len(), WIDTH);
    let actions: Vec<usize> = (0..48).map(|hour| [2, 2, 1, 0][hour % 4]).collect();
    let mut paid = 0.0;
    for (i, &action) in actions.iter().enumerate() {
        let step = env.step(action).expect("under way");
        paid += step.reward;
        assert_eq!(step.done(), i == 47);
    }
    let (earned, _) = trade(&battery, &prices, 9 * HOURS..11 * HOURS, |hour, _| actions[hour - 9 * HOURS]);
    assert!((paid - earned).abs() < 1e-9);
    assert_eq!(env.step(1), Err(EnvError::EpisodeOver));
    env.reset(None);
    assert_eq!(env.step(3), Err(EnvError::Action { action: 3, actions: 3 }));
    assert!(BatteryMarket::new(battery, prices.clone(), (6, 18), 2, 1).is_err(), "no week before it");
    assert!(BatteryMarket::new(battery, prices.clone(), (7, 20), 2, 1).is_err(), "no day after it");
    assert!(BatteryMarket::new(battery, prices, (7, 10), 4, 1).is_err(), "longer than the days");
}

#[test]
fn prices_are_read_or_refused_by_line() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let path = folder.path().join("prices.csv");
    let lines = |count: usize| {
        (0..count).map(|hour| format!("2024-01-01 {hour},{}.5\n", hour % 24)).collect::<String>()
    };
    std::fs::write(&path, format!("time,price\n{}", lines(16 * 24 + 5))).expect("written");
    let prices = Prices::read(&path).expect("16 days");
    assert_eq!((prices.days(), prices.at(25)), (16, 1.5));
    std::fs::write(&path, format!("time,price\n{}2024,much\n", lines(50))).expect("written");
    assert!(matches!(Prices::read(&path), Err(PriceError::NotAPrice { line: 52, .. })));
    std::fs::write(&path, lines(48)).expect("written");
    assert!(matches!(Prices::read(&path), Err(PriceError::TooFew { days: 2, .. })));
    std::fs::write(&path, format!("{}NaN\n{}", lines(400), lines(23))).expect("written");
    assert!(matches!(Prices::read(&path), Err(PriceError::NotFinite { .. })));
}
