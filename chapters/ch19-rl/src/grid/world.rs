//! Listing 19.1.1: a world of cells with gold and traps.

use mlbook::plot::Image;

use super::picture;
use crate::env::{Env, EnvError, Episode, Info, Space, Step};
use crate::tabular::{Mdp, Outcome, TabularError};

/// Up, right, down, left.
pub const ACTIONS: usize = 4;
/// As the figures show them.
pub const ARROWS: [&str; ACTIONS] = ["↑", "→", "↓", "←"];

/// When an episode is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// As in the book: one move after gold or a trap was entered; that move goes nowhere, but brings the reward of the cell
    /// that it would have led to.
    OneMoveLate,
    /// With the move that enters gold or a trap.
    OnEntry,
}

/// The book's `GridWorldEnv`. Cells are numbered row by row, the agent starts in the first.
#[derive(Clone, Debug)]
pub struct GridWorld {
    rows: usize,
    columns: usize,
    ending: Ending,
    model: Mdp,
    state: usize,
    episode: Episode,
}

impl GridWorld {
    /// The book's 5 rows of 6 cells with the book's ending.
    ///
    /// # Errors
    /// None: the sizes are fine.
    pub fn book() -> Result<Self, TabularError> {
        Self::new(5, 6, Ending::OneMoveLate)
    }

    /// A world with gold in the middle row, in the last column but one, and traps below, left of and above it.
    ///
    /// # Errors
    /// [`EnvError::Setting`] with fewer than 4 rows or 3 columns, where traps would bar the way, or more than 100.
    pub fn new(rows: usize, columns: usize, ending: Ending) -> Result<Self, TabularError> {
        let between = |what, found: usize, least: usize, rule| match found {
            found if (least..=100).contains(&found) => Ok(()),
            found => Err(EnvError::Setting { what, rule, found: found.to_string() }),
        };
        between("the number of rows", rows, 4, "from 4 to 100")?;
        between("the number of columns", columns, 3, "from 3 to 100")?;
        let model = Mdp::new(rows * columns, ACTIONS, |state, action| {
            vec![outcome(rows, columns, ending, state, action)]
        })?;
        Ok(Self { rows, columns, ending, model, state: 0, episode: Episode::NotBegun })
    }

    /// Rows and columns.
    pub fn size(&self) -> (usize, usize) {
        (self.rows, self.columns)
    }

    /// When episodes end.
    pub fn ending(&self) -> Ending {
        self.ending
    }

    /// What dynamic programming needs: the world as a table.
    pub fn model(&self) -> &Mdp {
        &self.model
    }

    /// The cell with the gold, then those with the traps.
    pub fn terminal_states(&self) -> [usize; 4] {
        terminal_states(self.rows, self.columns)
    }

    /// The cell with the agent.
    pub fn state(&self) -> usize {
        self.state
    }

    /// Puts the agent on a cell, to look at it there.
    pub(super) fn stand_on(&mut self, state: usize) {
        self.state = state;
    }

    /// The fewest moves from each cell to the gold, found by walking backwards from it; none from gold and traps.
    pub fn distances(&self) -> Vec<Option<usize>> {
        let terminal = self.terminal_states();
        let mut distances = vec![None; self.rows * self.columns];
        let mut ring = vec![terminal[0]];
        for distance in 1.. {
            let mut next_ring = Vec::new();
            for state in (0..distances.len()).filter(|state| !terminal.contains(state)) {
                let leads_there = (0..ACTIONS)
                    .any(|action| ring.contains(&neighbour(self.rows, self.columns, state, action)));
                if distances[state].is_none() && leads_there {
                    next_ring.push(state);
                }
            }
            if next_ring.is_empty() {
                break;
            }
            next_ring.iter().for_each(|&state| distances[state] = Some(distance));
            ring = next_ring;
        }
        distances
    }
}

/// Gold, and the traps below, left of and above it.
fn terminal_states(rows: usize, columns: usize) -> [usize; 4] {
    let (row, column) = (rows / 2, columns - 2);
    [(row, column), (row + 1, column), (row, column - 1), (row - 1, column)]
        .map(|(row, column)| row * columns + column)
}

/// The cell that a move leads to; at the border the agent stays where it is.
fn neighbour(rows: usize, columns: usize, state: usize, action: usize) -> usize {
    let (row, column) = (state / columns, state % columns);
    let (row, column) = match action {
        0 => (row.saturating_sub(1), column),
        1 => (row, (column + 1).min(columns - 1)),
        2 => ((row + 1).min(rows - 1), column),
        _ => (row, column.saturating_sub(1)),
    };
    row * columns + column
}

fn outcome(rows: usize, columns: usize, ending: Ending, state: usize, action: usize) -> Outcome {
    let terminal = terminal_states(rows, columns);
    let next = neighbour(rows, columns, state, action);
    let reward = match terminal.iter().position(|&cell| cell == next) {
        Some(0) => 1.0,
        Some(_) => -1.0,
        None => 0.0,
    };
    match (terminal.contains(&state), ending) {
        (true, Ending::OneMoveLate) => Outcome { probability: 1.0, next: state, reward, done: true },
        // Nothing happens where an episode has ended.
        (true, Ending::OnEntry) => Outcome { probability: 1.0, next: state, reward: 0.0, done: true },
        (false, _) => {
            let done = ending == Ending::OnEntry && terminal.contains(&next);
            Outcome { probability: 1.0, next, reward, done }
        }
    }
}

impl Env for GridWorld {
    type Observation = usize;
    type Action = usize;

    fn observation_space(&self) -> Space {
        Space::Discrete(self.rows * self.columns)
    }

    fn action_space(&self) -> Space {
        Space::Discrete(ACTIONS)
    }

    /// Nothing here is random, so a seed changes nothing.
    fn reset(&mut self, _seed: Option<u64>) -> (usize, Info) {
        self.state = 0;
        self.episode = Episode::UnderWay;
        (self.state, Info::new())
    }

    fn step(&mut self, action: usize) -> Result<Step<usize>, EnvError> {
        self.episode.check()?;
        EnvError::check_action(action, ACTIONS)?;
        let Outcome { next, reward, done, .. } =
            outcome(self.rows, self.columns, self.ending, self.state, action);
        self.state = next;
        if done {
            self.episode = Episode::Over;
        }
        Ok(Step { observation: next, reward, terminated: done, truncated: false, info: Info::new() })
    }

    fn render(&self) -> Option<Image> {
        picture::world(self).ok()
    }
}
