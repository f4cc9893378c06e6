//! How far predictions are from the truth.

use mlbook::say;
use serde::{Deserialize, Serialize};

/// Errors in the units of the target.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scores {
    /// Mean absolute error.
    pub mae: f64,
    /// Root of the mean squared error.
    pub rmse: f64,
    /// Share of the variance that is explained: 1 is perfect, 0 no better than the mean of these rows; none if they are all the
    /// same.
    pub r2: Option<f64>,
}

impl Scores {
    /// Compares predictions with the truth; both must have the same length, and at least one value.
    pub fn of(predictions: &[f64], truth: &[f64]) -> Self {
        let count = truth.len() as f64;
        let mean = truth.iter().sum::<f64>() / count;
        let errors = || predictions.iter().zip(truth).map(|(p, t)| p - t);
        let squares: f64 = errors().map(|e| e * e).sum();
        let variance: f64 = truth.iter().map(|t| (t - mean).powi(2)).sum();
        Self {
            mae: errors().map(f64::abs).sum::<f64>() / count,
            rmse: (squares / count).sqrt(),
            r2: (variance > 0.0).then(|| 1.0 - squares / variance),
        }
    }
}

/// A line for each model.
pub fn print(rows: &[(&str, Scores)]) {
    say!("\n{:<24} {:>12} {:>12} {:>8}", "test rows", "MAE", "RMSE", "R²");
    for (model, scores) in rows {
        let (mae, rmse) = (short(scores.mae), short(scores.rmse));
        let r2 = scores.r2.map_or("-".to_string(), |r2| format!("{r2:.4}"));
        say!("{model:<24} {mae:>12} {rmse:>12} {r2:>8}");
    }
}

/// Five digits that count.
pub fn short(value: f64) -> String {
    let digits = if value == 0.0 { 1.0 } else { value.abs().log10().floor() + 1.0 };
    format!("{value:.*}", (5.0 - digits).clamp(0.0, 12.0) as usize)
}
