//! The agents of section 19.2: what they refuse, by hand and by burn the same, and that they learn.

use burn::tensor::Device;
use ch19_rl::cartpole::CartPole;
use ch19_rl::dqn::project::reliable_schedule;
use ch19_rl::dqn::{
    AgentSettings, Batch, Brain, DqnAgent, DqnError, Lookahead, Loss, ReplayMemory, Sample, Schedule,
    Transition, mean_of_last_hundred, train,
};
use ch19_rl::env::{EnvError, Info, Step};
use mlbook::cli::StopFlag;
use mlbook::rng::{Generator, NumpyRng};
use proptest::prelude::*;

fn step(observation: Vec<f32>, reward: f64, terminated: bool) -> Step<Vec<f32>> {
    Step { observation, reward, terminated, truncated: false, info: Info::new() }
}

#[test]
fn by_hand_and_by_burn_learn_the_same() {
    let device = Device::flex();
    for (loss, target_share, double) in
        [(Loss::SquaredOverAllActions, None, false), (Loss::Huber, Some(0.1), true)]
    {
        let sizes = [4, 16, 8, 3];
        let mut hand = Brain::new(&sizes, target_share.is_some(), &Generator::seeded(3), &device);
        let mut burn = Brain::on_device(&sizes, target_share.is_some(), &Generator::seeded(3), &device);
        assert!(matches!(hand, Brain::ByHand { .. }));
        let generator = Generator::seeded(4);
        let states = generator.lock().randn(10 * 4);
        let actions: Vec<usize> = (0..10).map(|row| row % 3).collect();
        for _ in 0..20 {
            let later = [hand.best_values(&states, 10, double), burn.best_values(&states, 10, double)];
            let mut losses = [0.0; 2];
            for ((brain, later), learned) in [&mut hand, &mut burn].into_iter().zip(&later).zip(&mut losses) {
                let targets: Vec<f32> = later.iter().map(|value| 2.0 + 0.9 * value).collect();
                let batch = Batch { states: &states, actions: &actions, targets: &targets };
                *learned = brain.learn(&batch, loss, 0.01, target_share);
            }
            assert!((losses[0] - losses[1]).abs() < 1e-4 * losses[1].abs().max(0.1), "{losses:?}");
        }
        let [hand_values, burn_values] = [hand.values_of(&states[..4]), burn.values_of(&states[..4])];
        for (by_hand, by_burn) in hand_values.iter().zip(&burn_values) {
            assert!((by_hand - by_burn).abs() < 1e-3, "{by_hand} {by_burn}");
        }
        let (hand, burn) = (hand.weights().expect("weights"), burn.weights().expect("weights"));
        assert!(hand.keys().eq(burn.keys()));
    }
}

#[test]
fn the_same_seed_gives_the_same_training() {
    let run = || {
        let mut env = CartPole::v1(5);
        let mut agent = DqnAgent::new(&env, AgentSettings::book(), 5, &Device::flex()).expect("an agent");
        let schedule = Schedule { episodes: 20, ..Schedule::book() };
        train(&mut agent, &mut env, &schedule, &StopFlag::default(), |_, _| ()).expect("it trains")
    };
    let steps =
        |history: Vec<ch19_rl::dqn::EpisodeRecord>| history.iter().map(|e| e.steps).collect::<Vec<_>>();
    assert_eq!(steps(run()), steps(run()));
}

#[test]
fn the_books_agent_reaches_499_and_loses_it_again() {
    let mut env = CartPole::v1(1);
    let mut agent = DqnAgent::new(&env, AgentSettings::book(), 1, &Device::flex()).expect("an agent");
    let history =
        train(&mut agent, &mut env, &Schedule::book(), &StopFlag::default(), |_, _| ()).expect("it trains");
    assert_eq!(history.len(), 200);
    let first = history.iter().position(|episode| episode.steps == 500).expect("an episode of 500 steps");
    let worst = history[first..].iter().map(|episode| episode.steps).min().expect("episodes after it");
    assert!(worst < 250, "the shortest after it has {worst} steps");
}

#[test]
fn the_reliable_agent_solves_cartpole() {
    let mut env = CartPole::v1(4);
    let mut agent = DqnAgent::new(&env, AgentSettings::reliable(), 4, &Device::flex()).expect("an agent");
    let history = train(&mut agent, &mut env, &reliable_schedule(400), &StopFlag::default(), |_, _| ())
        .expect("it trains");
    assert!(mean_of_last_hundred(&history).is_some_and(|mean| mean >= 475.0), "{} episodes", history.len());
}

#[test]
fn what_cannot_be_is_refused() {
    let env = CartPole::v1(1);
    let device = Device::flex();
    let mut agent = DqnAgent::new(&env, AgentSettings::book(), 1, &device).expect("an agent");
    assert!(matches!(agent.choose_action(&[0.0; 3]), Err(DqnError::Width { found: 3, expected: 4 })));
    let with_nan = [0.0, f32::NAN, 0.0, 0.0];
    assert!(matches!(agent.choose_action(&with_nan), Err(DqnError::Env(EnvError::NotANumber { .. }))));
    assert!(agent.best_action(&with_nan).is_err());
    let good = step(vec![0.0; 4], 1.0, false);
    assert!(matches!(agent.remember(&[0.0; 4], 2, &good), Err(DqnError::Env(EnvError::Action { .. }))));
    assert!(agent.remember(&[0.0; 4], 0, &step(with_nan.to_vec(), 1.0, false)).is_err());
    assert!(agent.remember(&[0.0; 4], 0, &step(vec![0.0; 4], f64::NAN, false)).is_err());
    assert!(agent.memory().is_empty());
    agent.remember(&[0.0; 4], 0, &good).expect("fine");
    let refused = agent.replay().expect_err("one transition is no batch of 32");
    assert!(matches!(refused, DqnError::BatchTooLarge { batch: 32, held: 1 }));
    assert_eq!(
        refused.to_string(),
        "a batch of 32 cannot be drawn from a memory that holds 1. Fill it first, or draw fewer."
    );
    for settings in [
        AgentSettings { discount: 1.5, ..AgentSettings::book() },
        AgentSettings { learning_rate: f64::NAN, ..AgentSettings::book() },
        AgentSettings { batch_size: 0, ..AgentSettings::book() },
        AgentSettings { memory_size: 0, ..AgentSettings::book() },
        AgentSettings { hidden: vec![8, 0], ..AgentSettings::book() },
    ] {
        assert!(matches!(DqnAgent::new(&env, settings, 1, &device), Err(DqnError::Setting { .. })));
    }
}

#[test]
fn a_stop_ends_the_training() {
    let mut env = CartPole::v1(1);
    let mut agent = DqnAgent::new(&env, AgentSettings::book(), 1, &Device::flex()).expect("an agent");
    let stop = StopFlag::default();
    stop.set();
    let ended = train(&mut agent, &mut env, &Schedule::book(), &stop, |_, _| ());
    assert!(matches!(ended, Err(DqnError::Interrupted(_))));
}

proptest! {
    #[test]
    fn the_memory_keeps_the_latest_and_draws_each_once(
        capacity in 1_usize..20, pushed in 0_usize..50, size in 0_usize..25, seed in any::<u32>(),
    ) {
        let mut memory = ReplayMemory::new(1, capacity).expect("room");
        for number in 0..pushed {
            let state = vec![number as f32];
            let transition =
                Transition { next_state: state.clone(), state, action: number, reward: 0.0, discount: 0.9 };
            memory.push(&transition).expect("it fits");
        }
        let held = pushed.min(capacity);
        prop_assert_eq!(memory.len(), held);
        let mut sample = Sample::default();
        let drawn = memory.sample(size, &mut NumpyRng::new(seed), &mut sample);
        if size == 0 || size > held {
            prop_assert!(matches!(drawn, Err(DqnError::BatchTooLarge { .. })), "size {size} of {held}");
        } else {
            drawn.expect("there are enough");
            let mut numbers = sample.actions.clone();
            numbers.sort_unstable();
            numbers.dedup();
            prop_assert_eq!(numbers.len(), size);
            prop_assert!(numbers.iter().all(|&number| number + capacity >= pushed && number < pushed));
            prop_assert!(sample.actions.iter().zip(&sample.states).all(|(a, s)| *a as f32 == *s));
        }
    }

    #[test]
    fn several_steps_as_one_add_up(rewards in prop::collection::vec(-1.0..1.0_f64, 1..30), steps in 1_usize..6, ended in any::<bool>()) {
        let mut lookahead = Lookahead::new(steps, 0.9);
        let mut out = Vec::new();
        let last = rewards.len() - 1;
        for (i, &reward) in rewards.iter().enumerate() {
            let done = (ended && i == last, i == last);
            lookahead.push((&[i as f32], 0, reward), &[i as f32 + 1.0], done, |transition| out.push(transition));
        }
        prop_assert_eq!(out.len(), rewards.len());
        for (i, transition) in out.iter().enumerate() {
            let upto = (i + steps).min(rewards.len());
            let sum: f64 = (i..upto).map(|k| 0.9_f64.powi((k - i) as i32) * rewards[k]).sum();
            prop_assert!((transition.reward - sum).abs() < 1e-12);
            prop_assert_eq!(&transition.next_state, &vec![upto as f32]);
            let discount = if ended && upto == rewards.len() { 0.0 } else { 0.9_f64.powi((upto - i) as i32) };
            prop_assert!((transition.discount - discount).abs() < 1e-12);
        }
    }
}
