//! Section 19.1: from dynamic programming to temporal differences on thirty cells.
//! The book's fifty episodes move for move, the optimal values in closed form; a second.

use mlbook::plot::Figure;
use mlbook::prelude::*;

use super::picture::{animation, values_and_policy};
use super::repeated::{learning_figure, many_seeds};
use super::{ARROWS, Ending, GridWorld, Walk};
use crate::tabular::{
    EpisodeRecord, Policy, Rates, TabularError, evaluate_policy, monte_carlo_control, monte_carlo_prediction,
    policy_iteration, q_learning, sarsa, solve_policy, value_iteration,
};

mlbook::settings! {
    /// Settings of the grid world.
    pub struct GridSettings, flags GridFlags {
        /// Rows of the grid
        rows: usize, at_least_one, quick 5, book 5;
        /// Columns of the grid
        columns: usize, at_least_one, quick 6, book 6;
        /// Episodes of Q-learning
        episodes: usize, at_least_one, quick 50, book 50;
        /// Seeds that Q-learning is repeated with
        seeds: usize, at_least_one, quick 20, book 20;
        /// What a reward is worth one move later
        discount: f64, share, quick 0.9, book 0.9;
        /// Episodes of Monte Carlo and of SARSA
        long: usize, at_least_one, quick 5000, book 5000;
    }
}

const TOLERANCE: f64 = 1e-12;

/// Plans, tries out, learns; draws what comes of each.
pub fn run(run: &Run, settings: &GridSettings) -> anyhow::Result<()> {
    run.in_one_go()?;
    let (rows, columns, seed) = (settings.rows, settings.columns, run.flags.seed as u32);
    let mut book = GridWorld::new(rows, columns, Ending::OneMoveLate)?;
    let mut grid = GridWorld::new(rows, columns, Ending::OnEntry)?;
    say!("\n19.1.1 gold and traps stand on the cells {:?}", book.terminal_states());

    say!("\n19.1.2 a walk at random");
    print_walk(&Walk::at_random(&mut book, seed)?);

    say!("\nDynamic programming: the model is known");
    let planned = plan(&grid, settings.discount)?;

    say!("\nMonte Carlo: means of what whole episodes brought");
    let (monte_carlo, prediction_error) = monte_carlo(&mut grid, settings, seed)?;

    say!("\nTemporal differences: learning from every step");
    let rates = Rates {
        discount: settings.discount,
        learning_rate: 0.1,
        epsilon: 0.3,
        epsilon_decay: 0.9999,
        ..Rates::book()
    };
    let on_policy = sarsa(&mut grid, rates, settings.long, seed)?;
    let way = Walk::along(&mut grid, &on_policy.agent.policy())?;
    say!("SARSA, {} episodes: {}", settings.long, told(&way));

    say!("\n19.1.4 Q-learning, {} episodes of the book's agent", settings.episodes);
    let book_rates = Rates { discount: settings.discount, ..Rates::book() };
    let learned = q_learning(&mut book, book_rates, settings.episodes, seed)?;
    for (number, episode) in learned.history.iter().enumerate() {
        say!(
            "episode {:>3}: reward {:>4.1}, {:>4} moves",
            number + 1,
            episode.reward_before_last,
            episode.moves
        );
    }
    let way = Walk::along(&mut book, &learned.agent.policy())?;
    say!("its policy: {}", told(&way));
    let many = many_seeds(&mut book, book_rates, settings, settings.episodes, seed)?;
    // Q-learning learns the best policy's values from whatever is done, here from walks at random.
    say!("learning from walks at random:");
    let wandering = Rates { epsilon: 1.0, epsilon_min: 1.0, ..rates };
    let wanderers = many_seeds(&mut grid, wandering, settings, settings.long, seed)?;
    let wanderer = q_learning(&mut grid, wandering, settings.long, seed)?.agent;

    run.save("learning", &learning_figure(&learned.history, &many)?)?;
    let values =
        |title: &str, values: &[f64], policy: &Policy| values_and_policy(title, &grid, values, policy);
    let q = &learned.agent;
    let figures = [
        values("any action alike", &planned.uniform, &Policy::uniform(rows * columns, ARROWS.len()))?,
        values("best (value iteration)", &planned.values, &planned.policy)?,
        values("Monte Carlo control", &best_values(&monte_carlo.0), &monte_carlo.1)?,
        values("SARSA", &on_policy.agent.values(), &on_policy.agent.policy())?,
        values(&format!("Q-learning, {} episodes (book)", settings.episodes), &q.values(), &q.policy())?,
        values("Q-learning from walks at random", &wanderer.values(), &wanderer.policy())?,
    ];
    run.save("values", &Figure::grid(&figures, 2)?)?;
    animation(&way.frames(&book)?)?.save(&run.path("walk.gif"))?;
    say!("film    {}", run.path("walk.gif").display());

    let mut report = run.report().data("the grid world of section 19.1");
    if (rows, columns, settings.episodes, seed) == (5, 6, 50, 1) {
        report = beside_the_book(report, &learned.history);
    }
    report
        .metric("closed form: largest error", planned.error)
        .metric("Monte Carlo: largest error", prediction_error)
        .metric("Q-learning: seeds at gold", many.at_gold as f64)
        .metric("Q-learning: shortest route", many.shortest as f64)
        .metric("seeds on shortest route", many.on_shortest as f64)
        .metric("… from random walks", wanderers.on_shortest as f64)
        .metric("+1 after episode 20, mean", many.steady.0)
        .finish(run)?;
    Ok(())
}

fn print_walk(walk: &Walk) {
    let cells = walk.states.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    let last = walk.steps.last().map_or(0.0, |(_, step)| step.reward);
    let before = walk.steps.iter().rev().nth(1).map_or(0.0, |(_, step)| step.reward);
    say!("{cells}");
    say!("{} moves, rewards at the end {before} and {last}", walk.steps.len());
}

fn told(walk: &Walk) -> String {
    match walk.moves_to_gold {
        Some(moves) => {
            let way: String = walk.steps.iter().take(moves).map(|(action, _)| ARROWS[*action]).collect();
            format!("gold in {moves} moves {way}")
        }
        None => "no gold".to_owned(),
    }
}

struct Planned {
    uniform: Vec<f64>,
    values: Vec<f64>,
    policy: Policy,
    /// Of the optimal values, against γ to the power of the moves that are left.
    error: f64,
}

fn plan(grid: &GridWorld, discount: f64) -> Result<Planned, TabularError> {
    let mdp = grid.model();
    let uniform = Policy::uniform(mdp.states(), mdp.actions());
    let evaluated = evaluate_policy(mdp, &uniform, discount, TOLERANCE)?;
    let solved = solve_policy(mdp, &uniform, discount)?;
    let error = largest_distance(&evaluated.values, &solved);
    say!("policy evaluation  {:>3} sweeps, {error:.1e} from the solution of the equations", evaluated.sweeps);
    let improved = policy_iteration(mdp, discount)?;
    let best = value_iteration(mdp, discount, TOLERANCE)?;
    let error = largest_distance(&best.values, &improved.values);
    say!("policy iteration   {:>3} rounds", improved.sweeps);
    say!("value iteration    {:>3} sweeps, {error:.1e} from policy iteration", best.sweeps);
    let error = largest_distance(&best.values, &closed_form(grid, discount));
    say!(
        "closed form        {error:.1e} from discount^(moves left - 1); the start is worth {:.4}",
        best.values[0]
    );
    Ok(Planned { uniform: solved, values: best.values, policy: best.policy, error })
}

/// The optimal values without any iteration: a reward of 1 that is so many moves away.
pub fn closed_form(grid: &GridWorld, discount: f64) -> Vec<f64> {
    let worth = |moves: Option<usize>| moves.map_or(0.0, |moves| discount.powi(moves as i32 - 1));
    grid.distances().into_iter().map(worth).collect()
}

fn largest_distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

type Table = (Vec<Vec<f64>>, Policy);

fn monte_carlo(
    grid: &mut GridWorld,
    settings: &GridSettings,
    seed: u32,
) -> Result<(Table, f64), TabularError> {
    let uniform = Policy::uniform(grid.model().states(), grid.model().actions());
    let exact = solve_policy(grid.model(), &uniform, settings.discount)?;
    let seen = monte_carlo_prediction(grid, &uniform, settings.discount, settings.long, seed)?;
    let often = (0..exact.len()).filter(|&state| seen.counts[state] >= settings.long / 10);
    let errors: Vec<f64> = often.map(|state| (seen.means[state] - exact[state]).abs()).collect();
    let error = errors.iter().copied().fold(0.0, f64::max);
    say!(
        "prediction, {} episodes: at most {error:.3} off in the {} cells that a tenth of the episodes came to",
        settings.long,
        errors.len()
    );
    let table = monte_carlo_control(grid, settings.discount, 0.1, settings.long, seed)?;
    say!("control, {} episodes: {}", settings.long, told(&Walk::along(grid, &table.1)?));
    Ok((table, error))
}

fn best_values(table: &[Vec<f64>]) -> Vec<f64> {
    table.iter().map(|values| values.iter().copied().fold(f64::NEG_INFINITY, f64::max)).collect()
}

/// What can be read off the book's figure.
fn beside_the_book(report: mlbook::cli::Report, history: &[EpisodeRecord]) -> mlbook::cli::Report {
    let good = |episode: &EpisodeRecord| episode.reward_before_last == 1.0;
    let first = history.iter().position(good).map_or(f64::NAN, |place| place as f64 + 1.0);
    let longest = history.iter().max_by_key(|episode| episode.moves);
    let longest_at = history.iter().position(|episode| Some(episode) == longest).unwrap_or(0);
    let late = history.iter().skip(17).filter(|episode| good(episode)).count();
    report
        .compare("first +1, episode", first, Book(8.0))
        .compare("longest episode", longest_at as f64 + 1.0, Book(17.0))
        .compare("its moves", longest.map_or(f64::NAN, |episode| episode.moves as f64), Book(321.0))
        .compare("+1 from episode 18 on", late as f64, Book(31.0))
        .compare(
            "moves of the last",
            history.last().map_or(f64::NAN, |episode| episode.moves as f64),
            Book(11.0),
        )
}
