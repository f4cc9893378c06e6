//! Spaces of observations and actions.

use mlbook::rng::NumpyRng;

/// `gymnasium.spaces`: which values there can be.
#[derive(Clone, Debug, PartialEq)]
pub enum Space {
    /// The whole numbers from 0 to below this.
    Discrete(usize),
    /// Vectors of numbers, each between its bounds.
    Box { low: Vec<f64>, high: Vec<f64> },
}

impl Space {
    /// How many numbers a network needs to be told of a value: one for each dimension of a box, one-hot for whole numbers.
    pub fn width(&self) -> usize {
        match self {
            Self::Discrete(count) => *count,
            Self::Box { low, .. } => low.len(),
        }
    }

    /// Whether a vector lies in the box.
    pub fn contains(&self, values: &[f64]) -> bool {
        match self {
            Self::Discrete(count) => {
                matches!(values, [value] if value.fract() == 0.0 && (0.0..*count as f64).contains(value))
            }
            Self::Box { low, high } => {
                values.len() == low.len()
                    && values
                        .iter()
                        .zip(low.iter().zip(high))
                        .all(|(value, (low, high))| low <= value && value <= high)
            }
        }
    }

    /// A value at random: uniform between finite bounds, around them where they are not.
    pub fn sample(&self, rng: &mut NumpyRng) -> Vec<f64> {
        match self {
            Self::Discrete(count) => rng.rand(1).into_iter().map(|u| (u * *count as f64).floor()).collect(),
            Self::Box { low, high } => {
                let between = |(low, high): (&f64, &f64)| {
                    let (low, high) = (low.max(-1.0e3), high.min(1.0e3));
                    rng.rand(1)[0] * (high - low) + low
                };
                low.iter().zip(high).map(between).collect()
            }
        }
    }
}
