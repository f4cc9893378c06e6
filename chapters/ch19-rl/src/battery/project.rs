//! Beyond the book: a battery trades electricity for ninety days that no agent has seen. The agent earns over nine tenths of what
//! could have been earned by who knew all prices, the rule three quarters; two seeds in half a minute.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use mlbook::nn::weights;
use mlbook::plot::{self, Figure, Panel, PlotError, Series};
use mlbook::prelude::*;
use mlbook::train::WEIGHTS;

use super::{Battery, BatteryMarket, HOURS, Prices, Trader, optimum, trade};
use crate::dqn::{AgentSettings, Decay, DqnAgent, DqnError, Schedule, train};
use crate::env::Env;
use crate::seeds::{mean_and_spread, over_seeds, threads};

mlbook::settings! {
    /// Settings of the battery project.
    pub struct BatterySettings, flags BatteryFlags {
        /// Seeds that the agent is trained with, from the run's on
        seeds: usize, at_least_one, quick 2, book 5;
        /// Episodes of two weeks to learn from
        episodes: usize, at_least_one, quick 200, book 200;
        /// Days of generated prices to learn from
        train_days: usize, at_least_one, quick 730, book 730;
        /// Days to be judged by, after those
        test_days: usize, at_least_one, quick 90, book 90;
        /// Euros of wear for each MWh that goes in or out
        wear: f64, positive, quick 4.0, book 4.0;
    }
}

/// Prices of one's own.
#[derive(Args, Clone, Debug, Default)]
pub struct PriceFlags {
    /// Hourly prices per MWh, one a line, from midnight on; else they are generated
    #[arg(long, value_name = "FILE")]
    pub prices: Option<PathBuf>,
}

/// Days of an episode.
const EPISODE: usize = 14;
/// The first day that can be traded on; the week before it is looked back upon.
const FIRST: usize = 7;
/// Seed of the generated prices, the same for every run.
const MARKET: u32 = 1;

/// What is the same for all traders.
struct Task {
    battery: Battery,
    prices: Arc<Prices>,
    /// Days to learn from end here, days to be judged by begin here.
    boundary: usize,
    test: std::ops::Range<usize>,
}

/// Compares a trained agent with rules, a planner and the optimum, on days that come after those it has learned from.
pub fn run(run: &Run, flags: &PriceFlags, settings: &BatterySettings) -> anyhow::Result<()> {
    run.in_one_go()?;
    let task = Task::new(flags, settings)?;
    let (battery, prices, test) = (&task.battery, &*task.prices, task.test.clone());
    say!("prices  {} days to learn from, {} to be judged by", task.boundary - FIRST, test.len() / HOURS);
    let best = optimum(battery, &prices.hourly()[test.clone()], 0);
    let rule = Trader::best_rule(battery, prices, FIRST * HOURS..task.boundary * HOURS);
    let rows = [("by the clock", Trader::Clock), ("rule", rule), ("planner", Trader::Planner)];
    let traded = rows.map(|(name, trader)| (name, trader.trade(battery, prices, test.clone())));

    let trained = task.train(run, settings)?;
    let shares: Vec<f64> = trained.iter().map(|(_, (earned, _))| earned / best.0).collect();
    let (share, spread) = mean_and_spread(&shares);
    say!("\n{:<16} {:>9} {:>9}", "", "euros", "share");
    for (name, (earned, _)) in &traded {
        say!("{name:<16} {earned:>9.0} {:>9.3}", earned / best.0);
    }
    for (number, (_, (earned, _))) in trained.iter().enumerate() {
        let name = format!("DQN, seed {}", run.flags.seed + number as u64);
        say!("{name:<16} {earned:>9.0} {:>9.3}", earned / best.0);
    }
    say!("{:<16} {:>9.0} {:>9.3}", "optimum", best.0, 1.0);

    let mut levels = 0;
    let optimal: Vec<usize> = best
        .1
        .iter()
        .map(|&action| {
            levels = battery.next_level(levels, action);
            levels
        })
        .collect();
    let (agent, (_, agent_levels)) = &trained[0];
    let week = Week { task: &task, hours: 7 * HOURS.min(test.len() / 7) };
    let named = [("rule", &traded[1].1.1), ("DQN", agent_levels), ("optimum", &optimal)];
    run.save("week", &week.figure(&named)?)?;
    let shares_by_name: Vec<(&str, f64)> =
        traded.iter().map(|(name, (earned, _))| (*name, earned / best.0)).collect();
    run.save("shares", &shares_figure(&shares_by_name, share)?)?;
    mlbook::files::write(&run.path(WEIGHTS), &weights::write_arrays(&agent.brain().weights()?)?)?;

    let data = match &flags.prices {
        Some(path) => format!("prices of {}", path.display()),
        None => "generated prices (your own: --prices FILE)".to_owned(),
    };
    let mut report = run.report().data(data).metric("optimum, euros", best.0);
    for (name, earned) in shares_by_name {
        report = report.metric(&format!("{name}: share"), earned);
    }
    report
        .metric("DQN: share, mean", share)
        .metric("DQN: share, spread", spread)
        .metric("DQN: share, least", shares.iter().copied().fold(f64::INFINITY, f64::min))
        .finish(run)?;
    Ok(())
}

/// An agent for the battery: as the reliable one on CartPole, but step by step, since the random steps of learning cost money here
/// that is not the action's fault.
pub fn agent_settings(episodes: usize) -> AgentSettings {
    AgentSettings {
        hidden: vec![64, 64],
        steps: 1,
        learning_rate: 1e-3,
        batch_size: 128,
        epsilon_min: 0.02,
        // At its least after half of the episodes.
        epsilon_decay: Decay::PerEpisode(0.02_f64.powf(2.0 / episodes as f64)),
        reward_scale: 0.05,
        ..AgentSettings::reliable()
    }
}

type Traded = (DqnAgent, (f64, Vec<usize>));

impl Task {
    fn new(flags: &PriceFlags, settings: &BatterySettings) -> anyhow::Result<Self> {
        let battery = Battery { wear: settings.wear, ..Battery::default() };
        // One more day to look ahead to, one more for its forecast.
        let wanted = FIRST + settings.train_days + settings.test_days + 2;
        let prices = match &flags.prices {
            Some(path) => Prices::read(path)?,
            None => Prices::generate(wanted, MARKET)?,
        };
        let test_days = settings.test_days.min((prices.days() - FIRST - 2) / 3).max(1);
        let end = (prices.days() - 2).min(FIRST + settings.train_days + test_days);
        let boundary = end - test_days;
        let test = boundary * HOURS..end * HOURS;
        Ok(Self { battery, prices: Arc::new(prices), boundary, test })
    }

    /// Agents of several seeds, and what each earns in the test.
    fn train(&self, run: &Run, settings: &BatterySettings) -> Result<Vec<Traded>, DqnError> {
        let seeds: Vec<u64> = (0..settings.seeds as u64).map(|i| run.flags.seed.wrapping_add(i)).collect();
        let schedule = Schedule {
            episodes: settings.episodes,
            warm_up: 1_000,
            learn_every: 2,
            learn_at_end: true,
            final_rate: 0.1,
            solved_at: None,
        };
        let days = EPISODE.min(self.boundary - FIRST);
        over_seeds(&seeds, threads(run.device == Device::flex()), |seed| {
            let place = (FIRST, self.boundary);
            let mut env = BatteryMarket::new(self.battery, self.prices.clone(), place, days, seed)?;
            let mut agent = DqnAgent::new(&env, agent_settings(settings.episodes), seed, &run.device)?;
            let every = settings.episodes.div_ceil(4);
            train(&mut agent, &mut env, &schedule, &run.stop, |number, episode| {
                if number % every == 0 {
                    let daily = episode.reward / days as f64;
                    say!(
                        "seed {seed}  episode {number:>3}/{}  {daily:>6.1} euros a day  epsilon {:.3}",
                        settings.episodes,
                        episode.epsilon
                    );
                }
            })?;
            let traded = self.test(&agent)?;
            Ok((agent, traded))
        })
    }

    /// The test as one long episode, acted without chance.
    fn test(&self, agent: &DqnAgent) -> Result<(f64, Vec<usize>), DqnError> {
        let (first, end) = (self.test.start / HOURS, self.test.end / HOURS);
        let mut env = BatteryMarket::new(self.battery, self.prices.clone(), (first, end), end - first, 0)?;
        let mut state = env.begin_on(first);
        let mut actions = Vec::with_capacity(self.test.len());
        loop {
            let action = agent.best_action(&state)?;
            actions.push(action);
            let step = env.step(action)?;
            if step.done() {
                break;
            }
            state = step.observation;
        }
        let mut actions = actions.into_iter();
        Ok(trade(&self.battery, &self.prices, self.test.clone(), |_, _| actions.next().unwrap_or(1)))
    }
}

/// The first week of the test.
struct Week<'a> {
    task: &'a Task,
    hours: usize,
}

impl Week<'_> {
    /// The prices above how full each trader's battery is.
    fn figure(&self, traders: &[(&str, &Vec<usize>)]) -> Result<Figure, PlotError> {
        let start = self.task.test.start;
        let days: Vec<f64> = (0..self.hours).map(|hour| hour as f64 / HOURS as f64).collect();
        let prices = &self.task.prices.hourly()[start..start + self.hours];
        let above = Panel::new("Prices", "day", "euros per MWh").with(Series::line("", &days, prices));
        let mut figures = vec![plot::curves(&[above])?];
        for (name, levels) in traders {
            let stored: Vec<f64> =
                levels[..self.hours].iter().map(|&level| level as f64 * self.task.battery.energy).collect();
            let panel =
                Panel::new(name, "day", "MWh stored").with(Series::line("", &days, &stored)).y_shows(0.0);
            figures.push(plot::curves(&[panel])?);
        }
        Figure::grid(&figures, 2)
    }
}

fn shares_figure(shares: &[(&str, f64)], agent: f64) -> Result<Figure, PlotError> {
    let mut named = shares.to_vec();
    named.insert(2, ("DQN, mean of seeds", agent));
    let names: Vec<&str> = named.iter().map(|(name, _)| *name).collect();
    let values: Vec<f64> = named.iter().map(|(_, share)| *share).collect();
    plot::bars("Share of what could be earned", "share", &names, &[("", &values[..])])
}
