//! Walks through the grid: at random (listing 19.1.2), or as a policy says.

use mlbook::plot::{Image, PlotError};
use mlbook::rng::NumpyRng;

use super::{ACTIONS, GridWorld, picture};
use crate::env::{Env, Step};
use crate::tabular::{Policy, TabularError};

/// A walk longer than this goes round in circles.
const LONGEST: usize = 200;

/// A way through the grid.
#[derive(Clone, Debug, PartialEq)]
pub struct Walk {
    /// The cells, from the first on.
    pub states: Vec<usize>,
    /// The actions that led from one to the next, and what each brought.
    pub steps: Vec<(usize, Step<usize>)>,
    /// The moves that it took to enter the gold; none if it was not found.
    pub moves_to_gold: Option<usize>,
}

impl Walk {
    /// Draws actions until the episode ends.
    ///
    /// # Errors
    /// None from a grid.
    pub fn at_random(grid: &mut GridWorld, seed: u32) -> Result<Self, TabularError> {
        let mut rng = NumpyRng::new(seed);
        let policy = Policy::uniform(grid.model().states(), ACTIONS);
        Self::by(grid, usize::MAX, |state| policy.draw(state, &mut rng))
    }

    /// Does what the policy takes for the best, the first of equals, for at most 200 moves.
    ///
    /// # Errors
    /// None from a grid, if the policy is for one of its size.
    pub fn along(grid: &mut GridWorld, policy: &Policy) -> Result<Self, TabularError> {
        Self::by(grid, LONGEST, |state| policy.likeliest(state)[0])
    }

    fn by(
        grid: &mut GridWorld,
        longest: usize,
        mut choose: impl FnMut(usize) -> usize,
    ) -> Result<Self, TabularError> {
        let (state, _) = grid.reset(None);
        let gold = grid.terminal_states()[0];
        let mut walk = Self { states: vec![state], steps: Vec::new(), moves_to_gold: None };
        while walk.steps.len() < longest {
            let action = choose(grid.state());
            let step = grid.step(action)?;
            if step.observation == gold && walk.moves_to_gold.is_none() {
                walk.moves_to_gold = Some(walk.steps.len() + 1);
            }
            walk.states.push(step.observation);
            let done = step.done();
            walk.steps.push((action, step));
            if done {
                break;
            }
        }
        Ok(walk)
    }

    /// A picture for each cell that was visited.
    ///
    /// # Errors
    /// None from a grid.
    pub fn frames(&self, grid: &GridWorld) -> Result<Vec<Image>, PlotError> {
        let mut grid = grid.clone();
        let picture = |&state: &usize| {
            grid.stand_on(state);
            picture::world(&grid)
        };
        self.states.iter().map(picture).collect()
    }
}
