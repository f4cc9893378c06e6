//! The grid world, planning on any decision process, and the book's fifty episodes.

use ch19_rl::env::{Env, EnvError};
use ch19_rl::grid::project::closed_form;
use ch19_rl::grid::{ARROWS, Ending, GridWorld, Walk};
use ch19_rl::tabular::{
    Mdp, Outcome, Policy, Rates, TableAgent, TabularError, evaluate_policy, monte_carlo_control,
    monte_carlo_prediction, policy_iteration, q_learning, sarsa, solve_policy, value_iteration,
};
use proptest::prelude::*;

/// Moves of the fifty episodes that the book's program gives with NumPy's seed 1.
const BOOK_MOVES: [usize; 50] = [
    10, 40, 28, 21, 20, 22, 39, 42, 145, 47, 9, 133, 45, 264, 47, 32, 321, 18, 24, 50, 91, 17, 51, 14, 20,
    13, 11, 11, 11, 23, 13, 8, 11, 26, 14, 15, 13, 14, 11, 11, 12, 11, 6, 11, 13, 13, 11, 11, 11, 11,
];

#[test]
fn the_world_is_the_books() {
    let mut grid = GridWorld::book().expect("5 by 6");
    assert_eq!(grid.terminal_states(), [16, 22, 15, 10]);
    grid.reset(None);
    // Against the borders, then to the trap above the gold, where one more move is needed.
    let mut last = None;
    for action in [0, 3, 1, 1, 1, 1, 2] {
        last = Some(grid.step(action).expect("under way"));
    }
    let step = last.expect("a step");
    assert_eq!((step.observation, step.reward, step.terminated), (10, -1.0, false));
    let step = grid.step(2).expect("one more move");
    assert_eq!((step.observation, step.reward, step.terminated), (10, 1.0, true));
    assert_eq!(grid.step(0), Err(EnvError::EpisodeOver));
}

#[test]
fn q_learning_goes_through_the_books_episodes_move_for_move() {
    let mut grid = GridWorld::book().expect("5 by 6");
    let learned = q_learning(&mut grid, Rates::book(), 50, 1).expect("it learns");
    let moves: Vec<usize> = learned.history.iter().map(|episode| episode.moves).collect();
    assert_eq!(moves, BOOK_MOVES);
    let good: Vec<usize> =
        (0..50).filter(|&i| learned.history[i].reward_before_last == 1.0).map(|i| i + 1).collect();
    let expected: Vec<usize> =
        [8, 13, 14, 16].into_iter().chain((18..=50).filter(|episode| ![32, 43].contains(episode))).collect();
    assert_eq!(good, expected, "the episodes with +1, as in the book's figure");
}

#[test]
fn twenty_seeds_find_the_gold_and_most_the_shortest_route() {
    let mut grid = GridWorld::book().expect("5 by 6");
    let (mut at_gold, mut shortest, mut steady) = (0, 0, 0);
    for seed in 1..=20 {
        let learned = q_learning(&mut grid, Rates::book(), 50, seed).expect("it learns");
        let moves = Walk::along(&mut grid, &learned.agent.policy()).expect("a walk").moves_to_gold;
        at_gold += usize::from(moves.is_some());
        shortest += usize::from(moves == Some(8));
        let late =
            learned.history.iter().skip(20).filter(|episode| episode.reward_before_last == 1.0).count();
        steady += usize::from(late >= 21);
    }
    assert_eq!(at_gold, 20);
    assert!(shortest >= 10, "{shortest} of 20 by the route of 8 moves");
    assert_eq!(steady, 20, "at least 70 % of +1 after episode 20");
}

#[test]
fn from_walks_at_random_every_seed_learns_the_shortest_route() {
    let mut grid = GridWorld::new(5, 6, Ending::OnEntry).expect("5 by 6");
    let rates = Rates { learning_rate: 0.1, epsilon: 1.0, epsilon_min: 1.0, ..Rates::book() };
    for seed in 1..=20 {
        let learned = q_learning(&mut grid, rates, 5_000, seed).expect("it learns");
        let walk = Walk::along(&mut grid, &learned.agent.policy()).expect("a walk");
        assert_eq!(walk.moves_to_gold, Some(8), "seed {seed}");
    }
}

#[test]
fn planning_has_the_values_in_closed_form() {
    for (rows, columns) in [(5, 6), (4, 6), (4, 3), (9, 12)] {
        let grid = GridWorld::new(rows, columns, Ending::OnEntry).expect("large enough");
        let expected = closed_form(&grid, 0.9);
        let iterated = value_iteration(grid.model(), 0.9, 1e-12).expect("it settles");
        let improved = policy_iteration(grid.model(), 0.9).expect("it settles");
        for (state, value) in expected.iter().enumerate() {
            assert!((iterated.values[state] - value).abs() < 1e-10, "{rows} by {columns}, state {state}");
            assert!((improved.values[state] - value).abs() < 1e-10, "{rows} by {columns}, state {state}");
        }
    }
}

#[test]
fn sampling_comes_near_the_exact_values_and_finds_the_gold() {
    let mut grid = GridWorld::new(5, 6, Ending::OnEntry).expect("5 by 6");
    let uniform = Policy::uniform(30, ARROWS.len());
    let exact = solve_policy(grid.model(), &uniform, 0.9).expect("episodes end");
    let seen = monte_carlo_prediction(&mut grid, &uniform, 0.9, 4_000, 1).expect("it samples");
    for state in (0..30).filter(|&state| seen.counts[state] > 400) {
        assert!((seen.means[state] - exact[state]).abs() < 0.05, "state {state}");
    }
    let (_, policy) = monte_carlo_control(&mut grid, 0.9, 0.1, 4_000, 1).expect("it samples");
    assert!(Walk::along(&mut grid, &policy).expect("a walk").moves_to_gold.is_some());
    let rates = Rates { learning_rate: 0.1, ..Rates::book() };
    let learned = sarsa(&mut grid, rates, 1_000, 1).expect("it learns");
    assert!(Walk::along(&mut grid, &learned.agent.policy()).expect("a walk").moves_to_gold.is_some());
}

#[test]
fn what_cannot_be_is_refused() {
    let refused = GridWorld::new(3, 6, Ending::OnEntry).expect_err("too small");
    assert_eq!(refused.to_string(), "the number of rows must be from 4 to 100, but is 3");
    let mut grid = GridWorld::book().expect("5 by 6");
    assert_eq!(grid.step(0), Err(EnvError::NotReset));
    grid.reset(None);
    assert_eq!(grid.step(4), Err(EnvError::Action { action: 4, actions: 4 }));
    let model = grid.model();
    for discount in [-0.1, 1.1, f64::NAN] {
        assert!(matches!(value_iteration(model, discount, 1e-9), Err(TabularError::Setting { .. })));
    }
    assert!(matches!(value_iteration(model, 0.9, 0.0), Err(TabularError::Setting { .. })));
    let other = Policy::uniform(7, 4);
    assert!(matches!(evaluate_policy(model, &other, 0.9, 1e-9), Err(TabularError::Policy { .. })));
    for rates in [
        Rates { learning_rate: 0.0, ..Rates::book() },
        Rates { learning_rate: f64::NAN, ..Rates::book() },
        Rates { epsilon: 1.5, ..Rates::book() },
    ] {
        assert!(matches!(TableAgent::new(30, 4, rates, 1), Err(TabularError::Setting { .. })));
    }
    let mut agent = TableAgent::new(30, 4, Rates::book(), 1).expect("fine");
    assert_eq!(agent.choose_action(30), Err(TabularError::State { state: 30, states: 30 }));
    assert!(agent.learn(0, 4, 0.0, None).is_err());
    assert!(agent.learn(0, 0, f64::NAN, None).is_err());
    let stuck = |_, _| vec![Outcome { probability: 1.0, next: 0, reward: 1.0, done: false }];
    let endless = Mdp::new(1, 1, stuck).expect("a process");
    assert_eq!(solve_policy(&endless, &Policy::uniform(1, 1), 1.0), Err(TabularError::Endless));
    let half = |_, _| vec![Outcome { probability: 0.5, next: 0, reward: 0.0, done: false }];
    assert!(matches!(Mdp::new(1, 1, half), Err(TabularError::Outcome { .. })));
}

/// A process with up to 6 states and 3 actions, two outcomes for each.
fn processes() -> impl Strategy<Value = Mdp> {
    (1_usize..6, 1_usize..4).prop_flat_map(|(states, actions)| {
        let outcome = (0..states, 0..states, 0.0..1.0_f64, -5.0..5.0_f64, any::<bool>());
        prop::collection::vec(outcome, states * actions).prop_map(move |table| {
            Mdp::new(states, actions, |state, action| {
                let (one, other, probability, reward, done) = table[state * actions + action];
                vec![
                    Outcome { probability, next: one, reward, done },
                    Outcome { probability: 1.0 - probability, next: other, reward: -reward, done: false },
                ]
            })
            .expect("a process")
        })
    })
}

proptest! {
    #[test]
    fn all_ways_of_planning_agree(mdp in processes(), discount in 0.0..0.95_f64) {
        let iterated = value_iteration(&mdp, discount, 1e-12).expect("it settles");
        let improved = policy_iteration(&mdp, discount).expect("it settles");
        let exact = solve_policy(&mdp, &iterated.policy, discount).expect("it has a solution");
        let evaluated = evaluate_policy(&mdp, &iterated.policy, discount, 1e-12).expect("it settles");
        let uniform = Policy::uniform(mdp.states(), mdp.actions());
        let any = solve_policy(&mdp, &uniform, discount).expect("it has a solution");
        for state in 0..mdp.states() {
            prop_assert!((iterated.values[state] - improved.values[state]).abs() < 1e-6);
            prop_assert!((iterated.values[state] - exact[state]).abs() < 1e-6);
            prop_assert!((evaluated.values[state] - exact[state]).abs() < 1e-9);
            prop_assert!(any[state] <= iterated.values[state] + 1e-9, "no policy is better than the best");
        }
    }
}
