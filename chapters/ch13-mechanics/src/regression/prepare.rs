//! From any table to features: learnt from the training rows, kept with the model, done the same way to every row that comes
//! later.

use mlbook::data::table::{OwnTable, TableError};
use serde::{Deserialize, Serialize};

use super::column::{Encoded, Kind, Strange};
use super::target::Target;

/// More features than this many bytes are refused.
const MOST_BYTES: usize = 2_000_000_000;
/// A column of numbers with a larger share of texts is another column than that which was learnt.
const MOST_TEXTS: f64 = 0.1;

/// A table that nothing can be learnt from, or that does not fit the model.
#[derive(Debug, thiserror::Error)]
pub enum PrepareError {
    #[error(transparent)]
    Table(#[from] TableError),
    #[error(
        "{table}: line {line}, column \"{name}\": \"{value}\" is no finite number; the target must be one in every row \
         (or missing). Correct it, or choose another --target."
    )]
    TargetText { table: String, name: String, line: usize, value: String },
    #[error(
        "{table}: column \"{name}\" has a value in {found} rows; training, validation and test need at least {least} \
         together. Add rows, or choose another --target."
    )]
    TooFewRows { table: String, name: String, found: usize, least: usize },
    #[error(
        "the target \"{name}\" is {value} in every training row; there is nothing to learn. Choose another --target."
    )]
    ConstantTarget { name: String, value: f64 },
    #[error(
        "--log yes: the target \"{name}\" goes down to {smallest}; only positive numbers have a logarithm. Leave it out."
    )]
    NoLogarithm { name: String, smallest: f64 },
    #[error(
        "{table}: no column is left to learn from: {reasons}. Add columns, or leave out fewer with --drop."
    )]
    NoFeatures { table: String, reasons: String },
    #[error(
        "{rows} rows with {width} features need {megabytes} MB; 2,000 are allowed. Draw fewer rows with --sample."
    )]
    TooManyFeatures { rows: usize, width: usize, megabytes: usize },
    #[error(
        "{table}: line {line}, column \"{name}\": \"{value}\" is no number, and the model learnt numbers there. \
         Correct the column, or train on this table."
    )]
    NotNumbers { table: String, name: String, line: usize, value: String },
}

/// Everything that turns a row into features and an output into a prediction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Preparation {
    pub target: Target,
    pub columns: Vec<Column>,
    /// Columns that nothing is learnt from, with the reason.
    pub left_out: Vec<(String, String)>,
}

/// A column that is learnt from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Column {
    pub name: String,
    #[serde(flatten)]
    pub kind: Kind,
}

/// Rows as features, and remarks on what was strange in them.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// `[rows, width]`
    pub features: Vec<f32>,
    pub width: usize,
    pub notes: Vec<String>,
}

impl Preparation {
    /// Learns every column but the target and those in `drop` from the rows `train`.
    ///
    /// # Errors
    /// [`PrepareError::NoFeatures`], or a column to drop that is not there.
    pub fn learn(
        table: &OwnTable,
        path: &str,
        target: Target,
        drop: &[String],
        train: &[usize],
    ) -> Result<Self, PrepareError> {
        for name in drop {
            table.table.optional_str(name)?;
        }
        let (mut columns, mut left_out) = (vec![], vec![]);
        for name in table.table.names() {
            if name == target.name {
                continue;
            }
            let learnt = if drop.iter().any(|dropped| dropped == name) {
                Err("--drop".to_string())
            } else {
                Kind::learn(&table.table.optional_str(name)?, train, table.separator)
            };
            match learnt {
                Ok(kind) => columns.push(Column { name: name.to_string(), kind }),
                Err(reason) => left_out.push((name.to_string(), reason)),
            }
        }
        if columns.is_empty() {
            let reasons: Vec<String> =
                left_out.iter().take(3).map(|(name, reason)| format!("\"{name}\": {reason}")).collect();
            let reasons =
                if reasons.is_empty() { "the target is the only one".into() } else { reasons.join("; ") };
            return Err(PrepareError::NoFeatures { table: path.to_string(), reasons });
        }
        Ok(Self { target, columns, left_out })
    }

    /// How many features a row has.
    pub fn width(&self) -> usize {
        self.columns.iter().map(|column| column.kind.width()).sum()
    }

    /// Turns rows into features, whatever the order of their columns.
    ///
    /// # Errors
    /// A column that is not there, texts in most rows where numbers were learnt, or too many features for the memory.
    pub fn apply(&self, table: &OwnTable, path: &str) -> Result<Prepared, PrepareError> {
        let (rows, width) = (table.lines.len(), self.width());
        let bytes = rows * width * size_of::<f32>();
        if bytes > MOST_BYTES {
            return Err(PrepareError::TooManyFeatures { rows, width, megabytes: bytes / 1_000_000 });
        }
        let mut features = vec![0.0; rows * width];
        let (mut notes, mut start) = (vec![], 0);
        for Column { name, kind } in &self.columns {
            let texts = table.table.optional_str(name)?;
            let encoded = kind.encode(&texts);
            let value = |strange: Strange| texts[strange.first].clone().unwrap_or_default();
            if encoded.texts.count as f64 > MOST_TEXTS * rows as f64 {
                let (line, value) = (table.lines[encoded.texts.first], value(encoded.texts));
                let (table, name) = (path.to_string(), name.clone());
                return Err(PrepareError::NotNumbers { table, name, line, value });
            }
            let mut note = |strange: Strange, what: &str| {
                if strange.count > 0 {
                    let (line, value) = (table.lines[strange.first], value(strange));
                    notes.push(format!(
                        "column \"{name}\": {} {what} (line {line}: \"{value}\")",
                        strange.count
                    ));
                }
            };
            note(encoded.texts, "of its values are no numbers and count as missing");
            note(encoded.infinite, "of its values are infinite and count as missing");
            note(encoded.unknown, "of its values are none of the levels that were learnt one by one");
            copy_block(&encoded, kind.width(), &mut features, start, width);
            start += kind.width();
        }
        Ok(Prepared { features, width, notes })
    }
}

/// Puts a column's features beside those of the columns before it.
fn copy_block(encoded: &Encoded, block: usize, features: &mut [f32], start: usize, width: usize) {
    for (row, values) in features.chunks_exact_mut(width).zip(encoded.features.chunks_exact(block)) {
        row[start..start + block].copy_from_slice(values);
    }
}
