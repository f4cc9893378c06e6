//! CartPole against the trajectories that Python's Gymnasium recorded.

use std::path::Path;

use ch19_rl::cartpole::{CartPole, MAX_STEPS, State, has_fallen, next_state};
use ch19_rl::env::{Env, EnvError, Space, TimeLimit};
use proptest::prelude::*;
use serde_json::Value;

const TOLERANCE: f64 = 1e-9;

fn episodes() -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../reference/fixtures/ch19_cartpole.json");
    let text = std::fs::read_to_string(path).expect("the fixture is there");
    let fixture: Value = serde_json::from_str(&text).expect("it is JSON");
    fixture["episodes"].as_array().expect("episodes").clone()
}

fn state(numbers: &Value) -> State {
    let numbers = numbers.as_array().expect("a state");
    std::array::from_fn(|i| numbers[i].as_f64().expect("a number"))
}

fn close(here: State, there: State) -> bool {
    here.iter().zip(there).all(|(here, there)| (here - there).abs() <= TOLERANCE)
}

#[test]
fn sixty_steps_of_five_seeds_are_gymnasiums() {
    let episodes = episodes();
    assert_eq!(episodes.len(), 5);
    let mut ends = 0;
    for episode in &episodes {
        let seed = episode["seed"].as_u64().expect("a seed");
        let actions: Vec<usize> = episode["actions"]
            .as_array()
            .expect("actions")
            .iter()
            .map(|a| a.as_u64().expect("0 or 1") as usize)
            .collect();
        assert_eq!(actions.len(), 60);
        // The dynamics go on past the end of an episode …
        let mut at = state(&episode["reset_state"]);
        for (step, &action) in actions.iter().enumerate() {
            at = next_state(at, action);
            assert!(close(at, state(&episode["states"][step])), "seed {seed}, step {step}");
        }
        // … the environment does not; and it begins where Gymnasium's does with this seed.
        let mut env = CartPole::new(seed);
        let (observation, _) = env.reset(Some(seed));
        // Equal, but for the last bit of what serde_json reads.
        let begin = state(&episode["reset_state"]);
        assert!(
            env.state().iter().zip(begin).all(|(here, there)| (here - there).abs() < 1e-16),
            "seed {seed}"
        );
        let there = state(&episode["reset_observation_f32"]).map(|value| value as f32);
        assert_eq!(observation, there, "seed {seed}");
        for (step, &action) in actions.iter().enumerate() {
            let answer = env.step(action).expect("the episode is under way");
            assert!(close(env.state(), state(&episode["states"][step])), "seed {seed}, step {step}");
            assert_eq!(Some(answer.reward), episode["rewards"][step].as_f64(), "seed {seed}, step {step}");
            assert_eq!(
                Some(answer.terminated),
                episode["terminated"][step].as_bool(),
                "seed {seed}, step {step}"
            );
            if answer.terminated {
                assert_eq!(episode["first_terminated"].as_u64(), Some(step as u64));
                assert_eq!(env.step(action), Err(EnvError::EpisodeOver));
                ends += 1;
                break;
            }
        }
    }
    assert!(ends > 0, "some of the recorded episodes end");
}

#[test]
fn what_cannot_be_is_refused_by_name() {
    let mut env = CartPole::new(1);
    assert_eq!(env.step(0), Err(EnvError::NotReset));
    env.reset(None);
    assert_eq!(env.step(2), Err(EnvError::Action { action: 2, actions: 2 }));
    assert!(env.step(1).is_ok(), "a refused action leaves the episode as it was");
    let refused = env.begin_at([0.0, 0.0, f64::NAN, 0.0]).expect_err("NaN");
    assert_eq!(
        refused.to_string(),
        "the angle of the pole is NaN; a state must be finite numbers. Look at where it comes from."
    );
    assert!(env.begin_at([0.0, f64::INFINITY, 0.0, 0.0]).is_err());
}

#[test]
fn the_time_limit_cuts_off_and_then_refuses() {
    let mut env = TimeLimit::new(CartPole::new(1), 3);
    assert!(matches!(env.step(0), Err(EnvError::NotReset)));
    env.reset(None);
    for step in 1..=3 {
        let answer = env.step(step % 2).expect("under way");
        assert_eq!((answer.terminated, answer.truncated), (false, step == 3));
    }
    assert!(matches!(env.step(0), Err(EnvError::EpisodeOver)));
    env.reset(None);
    assert!(env.step(0).is_ok());
}

proptest! {
    #[test]
    fn episodes_end_when_the_pole_has_fallen_and_observations_fit_their_space(
        seed in any::<u64>(),
        actions in prop::collection::vec(0_usize..2, 1..600),
    ) {
        let mut env = CartPole::v1(seed);
        let space = env.observation_space();
        prop_assert_eq!(env.action_space(), Space::Discrete(2));
        env.reset(None);
        for (number, action) in actions.into_iter().enumerate() {
            let step = env.step(action).expect("under way");
            prop_assert_eq!(step.reward, 1.0);
            prop_assert_eq!(step.terminated, has_fallen(env.inner().state()));
            prop_assert_eq!(step.truncated, number + 1 == MAX_STEPS);
            prop_assert!(space.contains(&step.observation.map(f64::from)));
            if step.done() {
                break;
            }
        }
    }

    #[test]
    fn a_seed_gives_the_same_episodes_again(seed in any::<u64>()) {
        let begin = |env: &mut CartPole| [env.reset(None).0, env.reset(None).0];
        let first = begin(&mut CartPole::new(seed));
        prop_assert_eq!(first, begin(&mut CartPole::new(seed)));
        prop_assert!(first.iter().flatten().all(|value| value.abs() <= 0.05));
    }
}
