//! Which columns matter: how much worse the predictions get when the values of one column are shuffled among the rows
//! (permutation importance, Breiman 2001). Columns that say the same share their importance: each can stand in for the other.

use mlbook::prelude::*;
use serde::Serialize;

use super::prepare::Column;
use super::scores::Scores;
use super::target::Target;
use crate::examples::Examples;

/// Each column is shuffled so many times.
const SHUFFLES: usize = 5;
/// So many rows tell enough.
const MOST_ROWS: usize = 5_000;

/// A column, and by how much the mean absolute error grows without it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Importance {
    pub column: String,
    pub mae: f64,
}

/// The importance of every column for the first 5,000 rows of `examples`, the most important first.
///
/// - `outputs`: the network, `[rows, width]` to `[rows]`
/// - `truth`: the targets in their own units
pub fn importance(
    columns: &[Column],
    examples: &Examples,
    truth: &[f64],
    target: &Target,
    seed: u64,
    outputs: impl Fn(&[f32]) -> Vec<f32>,
) -> Vec<Importance> {
    let rows: Vec<usize> = (0..examples.len().min(MOST_ROWS)).collect();
    let (examples, truth) = (examples.part(&rows), &truth[..rows.len()]);
    let mae = |features: &[f32]| {
        let predictions: Vec<f64> =
            outputs(features).iter().map(|&y| target.unscaled(f64::from(y))).collect();
        Scores::of(&predictions, truth).mae
    };
    let before = mae(&examples.features);
    let mut rng = TorchRng::new(seed);
    let mut found = Vec::new();
    let mut start = 0;
    for column in columns {
        let block = start..start + column.kind.width();
        start = block.end;
        let mut total = 0.0;
        for _ in 0..SHUFFLES {
            let order = rng.randperm(examples.len());
            let mut features = examples.features.clone();
            for (row, &from) in features.chunks_exact_mut(examples.width).zip(&order) {
                let from = from * examples.width;
                let taken = &examples.features[from + block.start..from + block.end];
                row[block.clone()].copy_from_slice(taken);
            }
            total += mae(&features);
        }
        found.push(Importance { column: column.name.clone(), mae: total / SHUFFLES as f64 - before });
    }
    found.sort_by(|a, b| b.mae.total_cmp(&a.mae));
    found
}
