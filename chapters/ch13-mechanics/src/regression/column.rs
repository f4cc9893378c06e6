//! One column of a table as features: how it is learnt from the training rows, and how rows are then turned into numbers.

use std::collections::BTreeMap;

use mlbook::statistics::mean_and_std;
use serde::{Deserialize, Serialize};

use super::numbers::{self, Cell, Decimal};

/// A column with at least this share of numbers is one of numbers; the rest counts as missing.
const NUMBERS: f64 = 0.9;
/// Standardised numbers are cut off here, so that no single value carries a prediction away.
const FARTHEST: f64 = 5.0;
/// The most levels that a category has a feature for.
const MOST_LEVELS: usize = 30;

/// What the training rows say about a column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Kind {
    /// One feature: (x − mean) / std, a missing x taken as the median; another that says whether it was missing, if some were.
    Number { decimal: Decimal, median: f64, mean: f64, std: f64, missing: bool },
    /// A feature for each level, 1 for the row's own and 0 for the others; one for all rare levels together and one for missing
    /// values, if the training rows have such.
    Category { levels: Vec<String>, other: bool, missing: bool },
}

/// Rows as features, `[rows, width]`, and what was strange about them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Encoded {
    pub features: Vec<f32>,
    /// Texts where numbers are expected: how many, and the row of the first.
    pub texts: Strange,
    /// Infinite numbers.
    pub infinite: Strange,
    /// Values of a category that are none of its levels.
    pub unknown: Strange,
}

/// How many values were strange, and the row of the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Strange {
    pub count: usize,
    pub first: usize,
}

impl Strange {
    fn add(&mut self, row: usize) {
        if self.count == 0 {
            self.first = row;
        }
        self.count += 1;
    }
}

impl Kind {
    /// Learns a column: its nature from all of its `texts`, everything else from the rows `train`.
    ///
    /// # Errors
    /// Why nothing can be learnt from this column, for people.
    pub fn learn(texts: &[Option<String>], train: &[usize], separator: char) -> Result<Self, String> {
        let all = || texts.iter().map(Option::as_deref);
        let present: Vec<&str> = all().filter(|text| !numbers::is_missing(*text)).flatten().collect();
        if present.is_empty() {
            return Err("it has no values".to_string());
        }
        let of_train = || train.iter().map(|&row| texts[row].as_deref());
        if present.iter().any(|text| numbers::is_code(text)) {
            return category(&present, of_train());
        }
        let decimal = numbers::decimal(all(), separator);
        let texts = present.iter().filter(|text| numbers::read(Some(text), decimal) == Cell::Text).count();
        if texts as f64 > (1.0 - NUMBERS) * present.len() as f64 {
            return category(&present, of_train());
        }
        let values: Vec<Cell> = all().map(|text| numbers::read(text, decimal)).collect();
        if counts_rows(&values) {
            return Err("it numbers the rows".to_string());
        }
        number(decimal, of_train())
    }

    /// How many features the column has.
    pub fn width(&self) -> usize {
        match self {
            Self::Number { missing, .. } => 1 + usize::from(*missing),
            Self::Category { levels, other, missing } => {
                levels.len() + usize::from(*other) + usize::from(*missing)
            }
        }
    }

    /// Turns a column of any rows into features.
    pub fn encode(&self, texts: &[Option<String>]) -> Encoded {
        let mut encoded = Encoded::default();
        for (row, text) in texts.iter().enumerate() {
            match self {
                Self::Number { decimal, median, mean, std, missing } => {
                    let value = match numbers::read(text.as_deref(), *decimal) {
                        Cell::Number(value) => Some(value),
                        Cell::Missing => None,
                        Cell::Infinite => {
                            encoded.infinite.add(row);
                            None
                        }
                        Cell::Text => {
                            encoded.texts.add(row);
                            None
                        }
                    };
                    let standard = (value.unwrap_or(*median) - mean) / std;
                    encoded.features.push(standard.clamp(-FARTHEST, FARTHEST) as f32);
                    if *missing {
                        encoded.features.push(f32::from(u8::from(value.is_none())));
                    }
                }
                Self::Category { levels, other, missing } => {
                    let absent = numbers::is_missing(text.as_deref());
                    let value = text.as_deref().unwrap_or_default().trim();
                    let level = levels.iter().position(|level| !absent && level == value);
                    let unknown = !absent && level.is_none();
                    if unknown {
                        encoded.unknown.add(row);
                    }
                    let is_level = |k: usize| f32::from(u8::from(level == Some(k)));
                    encoded.features.extend((0..levels.len()).map(is_level));
                    encoded.features.extend(other.then_some(f32::from(u8::from(unknown))));
                    encoded.features.extend(missing.then_some(f32::from(u8::from(absent))));
                }
            }
        }
        encoded
    }

    /// Whether the numbers make sense, for a column that was read from a file.
    pub fn is_sound(&self) -> bool {
        match self {
            Self::Number { median, mean, std, .. } => {
                [median, mean, std].iter().all(|number| number.is_finite()) && *std > 0.0
            }
            Self::Category { levels, .. } => !levels.is_empty(),
        }
    }
}

fn number<'a>(decimal: Decimal, texts: impl Iterator<Item = Option<&'a str>>) -> Result<Kind, String> {
    let cells: Vec<Cell> = texts.map(|text| numbers::read(text, decimal)).collect();
    let mut values: Vec<f64> = cells
        .iter()
        .filter_map(|cell| if let Cell::Number(value) = cell { Some(*value) } else { None })
        .collect();
    if values.is_empty() {
        return Err("it has no values in the training rows".to_string());
    }
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    let median =
        if values.len() % 2 == 1 { values[middle] } else { (values[middle - 1] + values[middle]) / 2.0 };
    // Missing values stand at the median, for mean and deviation too.
    let missing = cells.len() - values.len();
    values.extend(std::iter::repeat_n(median, missing));
    let (mean, std) = mean_and_std(&values, 0);
    if std <= 1e-9 * mean.abs() {
        if missing == 0 {
            return Err("it has the same value in every row".to_string());
        }
        // One value or none: only whether there is one says something.
        return Ok(Kind::Number { decimal, median, mean, std: mean.abs().max(1.0), missing: true });
    }
    Ok(Kind::Number { decimal, median, mean, std, missing: missing > 0 })
}

fn category<'a>(present: &[&str], texts: impl Iterator<Item = Option<&'a str>>) -> Result<Kind, String> {
    let mut distinct: Vec<&str> = present.iter().map(|text| text.trim()).collect();
    distinct.sort_unstable();
    distinct.dedup();
    if distinct.len() * 2 > present.len() {
        let (found, rows) = (distinct.len(), present.len());
        return Err(format!("its text is almost a name or an id: {found} different values in {rows} rows"));
    }
    let mut counts = BTreeMap::<&str, usize>::new();
    let (mut rows, mut missing) = (0, false);
    for text in texts {
        rows += 1;
        match text.filter(|_| !numbers::is_missing(text)) {
            Some(text) => *counts.entry(text.trim()).or_default() += 1,
            None => missing = true,
        }
    }
    let found = counts.len();
    // Common levels first; a level is rare below ten rows, in small tables below a fiftieth of them.
    let least = (rows / 50).clamp(2, 10);
    let mut common: Vec<(&str, usize)> = counts.into_iter().filter(|&(_, count)| count >= least).collect();
    common.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    common.truncate(MOST_LEVELS);
    if common.is_empty() {
        return Err(format!("none of its {found} values stands in {least} rows"));
    }
    let levels: Vec<String> = common.iter().map(|(level, _)| level.to_string()).collect();
    let other = levels.len() < found;
    if levels.len() == 1 && !other && !missing {
        return Err("it has the same value in every row".to_string());
    }
    Ok(Kind::Category { levels, other, missing })
}

/// Whether a column counts the rows: whole numbers without gaps, each once.
fn counts_rows(cells: &[Cell]) -> bool {
    let whole = |cell: &Cell| match cell {
        Cell::Number(number) if number.fract() == 0.0 => Some(*number as i64),
        _ => None,
    };
    let Some(mut numbers) = cells.iter().map(whole).collect::<Option<Vec<i64>>>() else { return false };
    numbers.sort_unstable();
    numbers.windows(2).all(|pair| pair[1] == pair[0] + 1)
}
