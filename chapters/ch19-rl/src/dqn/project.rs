//! Section 19.2: a network keeps a pole upright. The book's agent, which reaches 499 and loses it again, and one that solves the
//! problem: 500 steps in every episode, after some 200 episodes. Under a minute for two seeds of each.

use std::time::{Duration, Instant};

use mlbook::nn::weights;
use mlbook::plot::{self, Animation, Figure, Panel, PlotError, Series};
use mlbook::prelude::*;
use mlbook::train::WEIGHTS;

use super::train::{EpisodeRecord, Schedule, evaluate, mean_of_last_hundred, train};
use super::{AgentSettings, DqnAgent, DqnError};
use crate::cartpole::CartPole;
use crate::env::Env;
use crate::seeds::{mean_and_spread, over_seeds, threads};

mlbook::settings! {
    /// Settings of the CartPole project.
    pub struct CartPoleSettings, flags CartPoleFlags {
        /// Seeds that each agent is trained with, from the run's on
        seeds: usize, at_least_one, quick 2, book 5;
        /// Episodes of the book's agent
        episodes: usize, at_least_one, quick 200, book 200;
        /// Episodes after which the reliable agent gives up
        most_episodes: usize, at_least_one, quick 600, book 600;
        /// Episodes that the trained agents are judged by
        test_episodes: usize, at_least_one, quick 20, book 100;
    }
}

/// CartPole-v1 is solved when a hundred episodes in a row reach this on average.
const SOLVED: f64 = 475.0;
/// Episodes of which the curves show the mean.
const WINDOW: usize = 10;

/// One training.
struct Outcome {
    seed: u64,
    agent: DqnAgent,
    history: Vec<EpisodeRecord>,
    /// Mean steps of the trained agent without any chance left.
    tested: f64,
    seconds: f64,
}

/// Trains both agents with some seeds each, draws their curves and a film of each.
pub fn run(run: &Run, settings: &CartPoleSettings) -> anyhow::Result<()> {
    run.in_one_go()?;
    say!("\n19.2 the book's agent");
    let schedule = Schedule { episodes: settings.episodes, ..Schedule::book() };
    let book = train_all(run, settings, &AgentSettings::book(), &schedule)?;
    say!("\na reliable agent");
    let agent = AgentSettings::reliable();
    let schedule = reliable_schedule(settings.most_episodes);
    let reliable = train_all(run, settings, &agent, &schedule)?;
    run.save_json("book-agent.json", &AgentSettings::book())?;
    run.save_json("reliable-agent.json", &agent)?;
    run.save_json("history.json", &[histories(&book), histories(&reliable)])?;

    let figures = [curves("The book's agent", &book)?, curves("A reliable agent", &reliable)?];
    run.save("curves", &Figure::column(&figures)?)?;
    for (name, outcomes) in [("book", &book), ("reliable", &reliable)] {
        let path = run.path(format!("{name}.gif"));
        film(&outcomes[0].agent, run.flags.seed)?.save(&path)?;
        say!("film    {}", path.display());
    }
    let weights = weights::write_arrays(&reliable[0].agent.brain().weights()?)?;
    mlbook::files::write(&run.path(WEIGHTS), &weights)?;

    let (tested, tested_spread) = spread(&book, |outcome| outcome.tested);
    let (solid, solid_spread) = spread(&reliable, |outcome| outcome.tested);
    let first_499 = book[0].history.iter().position(|episode| episode.steps >= 500);
    let solved = reliable.iter().filter(|outcome| is_solved(outcome)).count();
    let mut report = run.report().data("CartPole-v1, computed here");
    if (run.flags.seed, settings.episodes) == (1, 200) {
        let first = first_499.map_or(f64::NAN, |place| place as f64 + 1.0);
        report = report.compare("book: first 499, episode", first, Book(156.0));
    }
    report
        .metric("book: mean of last 100", spread(&book, last_hundred).0)
        .metric("book: spread", spread(&book, last_hundred).1)
        .metric("book: tested, mean", tested)
        .metric("book: tested, spread", tested_spread)
        .metric("reliable: seeds solved", solved as f64)
        .metric("reliable: last 100", spread(&reliable, last_hundred).0)
        .metric("reliable: spread", spread(&reliable, last_hundred).1)
        .metric("reliable: episodes", spread(&reliable, |outcome| outcome.history.len() as f64).0)
        .metric("reliable: tested, mean", solid)
        .metric("reliable: tested, spread", solid_spread)
        .metric("reliable: seconds a seed", spread(&reliable, |outcome| outcome.seconds).0)
        .finish(run)?;
    Ok(())
}

/// How the reliable agent is trained: a learning step every other step, ever smaller ones, until CartPole is solved.
pub fn reliable_schedule(most_episodes: usize) -> Schedule {
    Schedule {
        episodes: most_episodes,
        warm_up: 1_000,
        learn_every: 2,
        learn_at_end: true,
        final_rate: 0.1,
        solved_at: Some(SOLVED),
    }
}

fn train_all(
    run: &Run,
    settings: &CartPoleSettings,
    agent: &AgentSettings,
    schedule: &Schedule,
) -> Result<Vec<Outcome>, DqnError> {
    let seeds: Vec<u64> = (0..settings.seeds as u64).map(|i| run.flags.seed.wrapping_add(i)).collect();
    let by_hand = run.device == Device::flex();
    let outcomes = over_seeds(&seeds, threads(by_hand), |seed| {
        let started = Instant::now();
        let mut env = CartPole::v1(seed);
        let mut agent = DqnAgent::new(&env, agent.clone(), seed, &run.device)?;
        let mut steps = 0;
        let history = train(&mut agent, &mut env, schedule, &run.stop, |number, episode| {
            steps += episode.steps;
            if number % 50 == 0 {
                let (mean, seconds) = (steps as f64 / 50.0, started.elapsed().as_secs_f64());
                say!(
                    "seed {seed}  episode {number:>3}/{}  mean steps {mean:>5.1}  epsilon {:.4}  loss {:.4}  {seconds:>4.0} s",
                    schedule.episodes,
                    episode.epsilon,
                    episode.loss
                );
                steps = 0;
            }
        })?;
        let seconds = started.elapsed().as_secs_f64();
        let tested = evaluate(&agent, &mut CartPole::v1(seed + 1_000_000), settings.test_episodes)?;
        Ok::<_, DqnError>(Outcome { seed, agent, history, tested: mean_and_spread(&tested).0, seconds })
    })?;
    for outcome in &outcomes {
        let best = outcome.history.iter().map(|episode| episode.steps).max().unwrap_or(0);
        say!(
            "seed {}: {} episodes, mean of the last 100 {:.1}, longest {best} steps, tested {:.1}, {:.1} s",
            outcome.seed,
            outcome.history.len(),
            last_hundred(outcome),
            outcome.tested,
            outcome.seconds
        );
    }
    Ok(outcomes)
}

/// The mean steps of the last hundred episodes, or of all if there are fewer.
fn last_hundred(outcome: &Outcome) -> f64 {
    let all = || {
        let rewards: Vec<f64> = outcome.history.iter().map(|episode| episode.reward).collect();
        mean_and_spread(&rewards).0
    };
    mean_of_last_hundred(&outcome.history).unwrap_or_else(all)
}

fn is_solved(outcome: &Outcome) -> bool {
    mean_of_last_hundred(&outcome.history).is_some_and(|mean| mean >= SOLVED)
}

fn spread(outcomes: &[Outcome], of: impl Fn(&Outcome) -> f64) -> (f64, f64) {
    mean_and_spread(&outcomes.iter().map(of).collect::<Vec<_>>())
}

fn histories(outcomes: &[Outcome]) -> Vec<&[EpisodeRecord]> {
    outcomes.iter().map(|outcome| outcome.history.as_slice()).collect()
}

/// Steps by episode: each of the first seed, then means of ten episodes for all seeds.
fn curves(title: &str, outcomes: &[Outcome]) -> Result<Figure, PlotError> {
    let steps =
        |outcome: &Outcome| outcome.history.iter().map(|episode| episode.steps as f64).collect::<Vec<_>>();
    let first = steps(&outcomes[0]);
    let mut means =
        Panel::new(&format!("{title}: means of {WINDOW}"), "episode", "steps").y_shows(0.0).y_shows(500.0);
    for outcome in outcomes {
        let means_of_ten: Vec<f64> =
            steps(outcome).chunks(WINDOW).map(|some| mean_and_spread(some).0).collect();
        let at: Vec<usize> = (1..=means_of_ten.len()).map(|window| window * WINDOW).collect();
        means = means.with(Series::line(&format!("seed {}", outcome.seed), &at, &means_of_ten));
    }
    plot::curves(&[
        Panel::new(&format!("{title}, seed {}", outcomes[0].seed), "episode", "steps")
            .with(Series::by_epoch("each episode", &first))
            .y_shows(0.0)
            .y_shows(500.0),
        means,
    ])
}

/// An episode of a trained agent, every fourth picture of it.
pub fn film(agent: &DqnAgent, seed: u64) -> Result<Animation, DqnError> {
    let mut env = CartPole::v1(seed);
    let mut film = Animation::new(Duration::from_millis(80));
    let (mut state, _) = env.reset(None);
    for number in 0.. {
        if number % 4 == 0
            && let Some(picture) = env.render()
        {
            film.push(picture)?;
        }
        let step = env.step(agent.best_action(&state)?)?;
        if step.done() {
            break;
        }
        state = step.observation;
    }
    Ok(film)
}
