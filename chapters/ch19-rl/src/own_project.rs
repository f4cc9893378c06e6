//! Beyond the book: an agent for an environment of one's own ([`crate::own`]). It heats before the dear hours, which a thermostat
//! does not, and pays less in all; some seconds.

use mlbook::nn::weights;
use mlbook::plot::{self, Panel, Series};
use mlbook::prelude::*;
use mlbook::train::WEIGHTS;

use crate::dqn::{AgentSettings, Decay, DqnAgent, DqnError, Schedule, evaluate, train};
use crate::env::Env;
use crate::own::Room;
use crate::seeds::mean_and_spread;

mlbook::settings! {
    /// Settings of the project.
    pub struct OwnSettings, flags OwnFlags {
        /// Episodes of two days to learn from
        episodes: usize, at_least_one, quick 400, book 400;
        /// Episodes to be judged by
        test_episodes: usize, at_least_one, quick 100, book 100;
    }
}

/// Trains an agent and compares it with a thermostat and with chance.
pub fn run(run: &Run, settings: &OwnSettings) -> anyhow::Result<()> {
    run.in_one_go()?;
    let seed = run.flags.seed;
    let mut room = Room::new(seed);
    let agent = AgentSettings {
        hidden: vec![64, 64],
        epsilon_decay: Decay::PerEpisode(0.98),
        steps: 1,
        ..AgentSettings::reliable()
    };
    let agent = AgentSettings { learning_rate: 1e-3, discount: 0.97, ..agent };
    let mut agent = DqnAgent::new(&room, agent, seed, &run.device)?;
    let schedule = Schedule {
        episodes: settings.episodes,
        warm_up: 500,
        learn_every: 1,
        learn_at_end: true,
        final_rate: 0.1,
        solved_at: None,
    };
    let history = train(&mut agent, &mut room, &schedule, &run.stop, |number, episode| {
        if number % 50 == 0 {
            say!(
                "episode {number:>3}/{}  reward {:>7.2}  epsilon {:.3}",
                settings.episodes,
                episode.reward,
                episode.epsilon
            );
        }
    })?;

    let test = seed + 1_000_000;
    let trained = mean_and_spread(&evaluate(&agent, &mut Room::new(test), settings.test_episodes)?).0;
    let thermostat = |room: &Room| usize::from(room.temperature < 20.0);
    let mut rng = NumpyRng::new(seed as u32);
    let ruled = mean_reward(&mut Room::new(test), settings.test_episodes, thermostat)?;
    let chance =
        mean_reward(&mut Room::new(test), settings.test_episodes, |_| usize::from(rng.rand(1)[0] < 0.5))?;

    let (mut by_agent, mut by_rule) = (Vec::new(), Vec::new());
    follow(&mut Room::new(test), |room, state| {
        by_agent.push(room.temperature);
        agent.best_action(state)
    })?;
    follow(&mut Room::new(test), |room, _| {
        by_rule.push(room.temperature);
        Ok(thermostat(room))
    })?;
    let hours: Vec<usize> = (0..by_agent.len()).collect();
    let prices: Vec<f64> = hours.iter().map(|&hour| Room::price(hour)).collect();
    // The first episodes are so bad that nothing else would be seen.
    let rewards: Vec<f64> = history.iter().map(|episode| episode.reward.max(-100.0)).collect();
    let figure = plot::curves(&[
        Panel::new("Learning", "episode", "reward, from −100 on").with(Series::by_epoch("", &rewards)),
        Panel::new("Two days", "hour", "degrees")
            .with(Series::line("agent", &hours, &by_agent))
            .with(Series::dashed("thermostat", &hours, &by_rule)),
        Panel::new("Price of heating", "hour", "per hour")
            .with(Series::line("", &hours, &prices))
            .y_shows(0.0),
    ])?;
    run.save("room", &figure)?;
    mlbook::files::write(&run.path(WEIGHTS), &weights::write_arrays(&agent.brain().weights()?)?)?;
    run.report()
        .data("a room of our own, src/own.rs")
        .metric("agent: mean reward", trained)
        .metric("thermostat: mean reward", ruled)
        .metric("chance: mean reward", chance)
        .finish(run)?;
    Ok(())
}

/// The mean reward of a rule that looks at the room.
pub fn mean_reward(
    room: &mut Room,
    episodes: usize,
    mut rule: impl FnMut(&Room) -> usize,
) -> Result<f64, DqnError> {
    let rewards: Result<Vec<f64>, DqnError> =
        (0..episodes).map(|_| follow(room, |room, _| Ok(rule(room)))).collect();
    Ok(mean_and_spread(&rewards?).0)
}

/// One episode; returns its reward.
fn follow(
    room: &mut Room,
    mut choose: impl FnMut(&Room, &[f32]) -> Result<usize, DqnError>,
) -> Result<f64, DqnError> {
    let (mut state, _) = room.reset(None);
    let mut total = 0.0;
    loop {
        let action = choose(room, &state)?;
        let step = room.step(action)?;
        total += step.reward;
        if step.done() {
            return Ok(total);
        }
        state = step.observation;
    }
}
