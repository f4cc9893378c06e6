//! Q-learning with one seed after the other, and how it goes on average.

use mlbook::plot::{self, Figure, Panel, PlotError, Series};
use mlbook::say;

use super::project::GridSettings;
use super::{GridWorld, Walk};
use crate::seeds::mean_and_spread;
use crate::tabular::{EpisodeRecord, Learned, Rates, TabularError, q_learning};

/// What many seeds came to.
pub(super) struct Many {
    /// Moves of each episode, the mean over the seeds, and the share of seeds that ended at the gold.
    pub moves: Vec<f64>,
    pub rewards: Vec<f64>,
    /// Seeds whose policy leads to the gold; by the shortest route that there is; and how long the shortest found is.
    pub at_gold: usize,
    pub on_shortest: usize,
    pub shortest: usize,
    /// The share of +1 after episode 20: mean and spread over the seeds.
    pub steady: (f64, f64),
}

pub(super) fn many_seeds(
    grid: &mut GridWorld,
    rates: Rates,
    settings: &GridSettings,
    episodes: usize,
    first_seed: u32,
) -> Result<Many, TabularError> {
    let learned: Vec<Learned> = (0..settings.seeds as u32)
        .map(|seed| q_learning(grid, rates, episodes, first_seed.wrapping_add(seed)))
        .collect::<Result<_, _>>()?;
    let over_seeds = |of: &dyn Fn(&EpisodeRecord) -> f64| -> Vec<f64> {
        let mean = |episode: usize| {
            learned.iter().map(|one| of(&one.history[episode])).sum::<f64>() / learned.len() as f64
        };
        (0..episodes).map(mean).collect()
    };
    let moves = over_seeds(&|episode| episode.moves as f64);
    let rewards = over_seeds(&|episode| episode.reward_before_last);
    let mut routes = Vec::new();
    let mut steady = Vec::new();
    for one in &learned {
        routes.extend(Walk::along(grid, &one.agent.policy())?.moves_to_gold);
        let late = one.history.iter().skip(20);
        let good = late.clone().filter(|episode| episode.reward_before_last == 1.0).count();
        steady.push(good as f64 / late.count().max(1) as f64);
    }
    let best = grid.distances()[0].unwrap_or(0);
    let many = Many {
        moves,
        rewards,
        at_gold: routes.len(),
        on_shortest: routes.iter().filter(|&&route| route == best).count(),
        shortest: routes.iter().copied().min().unwrap_or(0),
        steady: mean_and_spread(&steady),
    };
    let (share, spread) = many.steady;
    let plus_one = if rates.epsilon_min < 1.0 {
        format!("; +1 in {share:.3} ± {spread:.3} of the episodes after 20")
    } else {
        String::new()
    };
    say!(
        "{} seeds, {episodes} episodes: {} find the gold, {} of them in {best} moves, the fewest there are{plus_one}",
        settings.seeds,
        many.at_gold,
        many.on_shortest
    );
    Ok(many)
}

/// Listing 19.1.5: moves and reward by episode, of the book's seed and as a mean over all.
pub(super) fn learning_figure(history: &[EpisodeRecord], many: &Many) -> Result<Figure, PlotError> {
    let moves: Vec<f64> = history.iter().map(|episode| episode.moves as f64).collect();
    let rewards: Vec<f64> = history.iter().map(|episode| episode.reward_before_last).collect();
    plot::curves(&[
        Panel::new("Moves", "episode", "moves")
            .with(Series::by_epoch("the seed of the run", &moves))
            .with(Series::by_epoch("mean of all seeds", &many.moves))
            .y_shows(0.0),
        Panel::new("Final reward", "episode", "reward")
            .with(Series::by_epoch("the seed of the run", &rewards))
            .with(Series::by_epoch("mean of all seeds", &many.rewards)),
    ])
}
