//! The column to predict: read from the table, brought to mean 0 and deviation 1, by way of its logarithm if that is more even.

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use mlbook::data::table::OwnTable;
use mlbook::statistics::mean_and_std;

use super::PrepareError;
use super::numbers::{self, Cell};

/// A target this skewed or more is learnt by its logarithm, if that is less skewed.
const SKEWED: f64 = 1.0;

/// Whether the network learns the logarithm of the target.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Log {
    /// If the target is positive and its skewness above 1
    #[default]
    Auto,
    Yes,
    No,
}

/// How the target is scaled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Target {
    pub name: String,
    /// The network predicts the natural logarithm.
    pub log: bool,
    /// Of the target, or of its logarithm, in the training rows.
    pub mean: f64,
    pub std: f64,
}

/// The rows that have a target, and it; the other rows cannot be learnt from.
///
/// # Errors
/// No such column, a text or an infinite number in it.
pub fn read(table: &OwnTable, name: &str, path: &str) -> Result<(Vec<usize>, Vec<f64>), PrepareError> {
    let texts = table.table.optional_str(name)?;
    let decimal = numbers::decimal(texts.iter().map(Option::as_deref), table.separator);
    let (mut rows, mut values) = (vec![], vec![]);
    for (row, text) in texts.iter().enumerate() {
        match numbers::read(text.as_deref(), decimal) {
            Cell::Number(value) => {
                rows.push(row);
                values.push(value);
            }
            Cell::Missing => {}
            Cell::Infinite | Cell::Text => {
                return Err(PrepareError::TargetText {
                    table: path.to_string(),
                    name: name.to_string(),
                    line: table.lines[row],
                    value: text.clone().unwrap_or_default(),
                });
            }
        }
    }
    Ok((rows, values))
}

impl Target {
    /// Learns the scale from the targets of the rows `train`. Whether all have a logarithm is asked of all `values`: those of
    /// other rows are compared with predictions.
    ///
    /// # Errors
    /// A constant target; a logarithm asked for of numbers that have none.
    pub fn learn(name: &str, values: &[f64], train: &[usize], log: Log) -> Result<Self, PrepareError> {
        let smallest = values.iter().copied().fold(f64::INFINITY, f64::min);
        if log == Log::Yes && smallest <= 0.0 {
            return Err(PrepareError::NoLogarithm { name: name.to_string(), smallest });
        }
        let values: Vec<f64> = train.iter().map(|&row| values[row]).collect();
        let logarithms = || values.iter().map(|value| value.ln()).collect::<Vec<f64>>();
        let by_rule = || {
            let skewed = skewness(&values);
            smallest > 0.0 && skewed > SKEWED && skewness(&logarithms()).abs() < skewed
        };
        let log = log == Log::Yes || (log == Log::Auto && by_rule());
        let (mean, std) = if log { mean_and_std(&logarithms(), 0) } else { mean_and_std(&values, 0) };
        if std <= 1e-12 * mean.abs() || std == 0.0 {
            let value = values.first().copied().unwrap_or(f64::NAN);
            return Err(PrepareError::ConstantTarget { name: name.to_string(), value });
        }
        Ok(Self { name: name.to_string(), log, mean, std })
    }

    /// What the network learns for a target.
    pub fn scaled(&self, value: f64) -> f64 {
        ((if self.log { value.ln() } else { value }) - self.mean) / self.std
    }

    /// The prediction that an output of the network stands for. By way of logarithms it is the median of what is likely, not the
    /// mean.
    pub fn unscaled(&self, output: f64) -> f64 {
        let value = output * self.std + self.mean;
        if self.log { value.exp() } else { value }
    }
}

/// The third standardised moment: 0 for an even distribution, positive for a long tail above.
fn skewness(values: &[f64]) -> f64 {
    let (mean, std) = mean_and_std(values, 0);
    if std == 0.0 {
        return 0.0;
    }
    values.iter().map(|value| ((value - mean) / std).powi(3)).sum::<f64>() / values.len() as f64
}
