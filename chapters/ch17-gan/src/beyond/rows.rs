//! Tables of numbers: a reader's own, or a set that is bundled.

use std::path::{Path, PathBuf};

use mlbook::cli::rule;
use mlbook::data::table::{OwnTable, Portion};
use mlbook::data::tables;
use mlbook::prelude::*;

/// A table of the reader's own.
#[derive(clap::Args, Clone, Debug)]
pub struct OwnRows {
    /// Learn from a table of yours; columns that hold numbers count
    #[arg(long, value_name = "FILE")]
    pub csv: Option<PathBuf>,
    /// The column with the classes
    #[arg(long, value_name = "COLUMN")]
    pub label: Option<String>,
    /// Files up to so many megabytes are read
    #[arg(long, default_value_t = 50, value_parser = rule::at_least_one)]
    pub max_mb: usize,
}

/// A table that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RowsError {
    #[error(
        "{file}: no column holds a number in every row. Check the separator, or fill in what is missing."
    )]
    NoNumbers { file: String },
    #[error("{file}: --label is needed: the column with the classes.")]
    NoLabel { file: String },
    #[error("{file}: no row has the class \"{class}\"; there are {known}. Choose one of these.")]
    NoClass { file: String, class: String, known: String },
    #[error("{file}: {found} rows of {what}; {least} are needed at least.")]
    TooFew { file: String, what: String, found: usize, least: usize },
}

/// Rows of numbers, with a class each if there are classes.
#[derive(Clone, Debug)]
pub struct Rows {
    pub names: Vec<String>,
    /// `[rows, names.len()]`
    pub values: Vec<f32>,
    /// `[rows]`, or empty.
    pub labels: Vec<String>,
    /// Where each row stands in its file, from 1.
    pub lines: Vec<usize>,
    pub source: String,
}

impl Rows {
    /// The table of the flags.
    ///
    /// # Errors
    /// A file that is no table, has no such column, no column of numbers, or none with the classes.
    pub fn read(path: &Path, own: &OwnRows) -> anyhow::Result<Self> {
        let file = path.display().to_string();
        let portion = Portion { most_mb: own.max_mb, sample: None, seed: 0 };
        let OwnTable { table, lines, .. } = OwnTable::read(path, None, portion)?;
        let labels = match &own.label {
            Some(label) => table.optional_str(label)?.into_iter().map(Option::unwrap_or_default).collect(),
            None => vec![],
        };
        let number = |text: &Option<String>| text.as_deref()?.trim().parse::<f32>().ok();
        let (mut names, mut columns) = (vec![], vec![]);
        for name in table.names().into_iter().filter(|&name| own.label.as_deref() != Some(name)) {
            let texts = table.optional_str(name)?;
            let numbers: Option<Vec<f32>> =
                texts.iter().map(|text| number(text).filter(|number| number.is_finite())).collect();
            match numbers {
                Some(numbers) => {
                    names.push(name.to_owned());
                    columns.push(numbers);
                }
                None => say!("note    column \"{name}\" is left out: not every row has a number in it"),
            }
        }
        if columns.is_empty() {
            return Err(RowsError::NoNumbers { file }.into());
        }
        let values = (0..lines.len()).flat_map(|row| columns.iter().map(move |column| column[row])).collect();
        Ok(Self { names, values, labels, lines, source: file })
    }

    /// The bundled samples of tumours, benign (B) and malignant (M), 30 numbers each.
    ///
    /// # Errors
    /// The set is nowhere.
    pub fn tumours(run: &Run) -> anyhow::Result<Self> {
        let source = data::locate("wdbc", run)?;
        let table = tables::wdbc(&source.dir)?;
        let names: Vec<&str> = table.names().into_iter().skip(2).collect();
        let values = table.matrix(&names)?.into_iter().map(|value| value as f32).collect();
        let label = table.names()[1].to_owned();
        let labels = table.column_str(&label)?;
        let lines = (1..=labels.len()).collect();
        let names = names.into_iter().map(str::to_owned).collect();
        Ok(Self { names, values, labels, lines, source: source.describe() })
    }

    pub fn len(&self) -> usize {
        self.lines.len()
    }

    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The numbers of a row.
    pub fn row(&self, row: usize) -> &[f32] {
        &self.values[row * self.names.len()..][..self.names.len()]
    }

    /// The rows of one class, and the others.
    ///
    /// # Errors
    /// No such class, or no classes at all.
    pub fn by_class(&self, class: &str) -> Result<(Vec<usize>, Vec<usize>), RowsError> {
        let file = self.source.clone();
        if self.labels.is_empty() {
            return Err(RowsError::NoLabel { file });
        }
        let of_class = |&row: &usize| self.labels[row] == class;
        let (of, others): (Vec<usize>, Vec<usize>) = (0..self.len()).partition(of_class);
        if of.is_empty() || others.is_empty() {
            let mut known: Vec<&str> = self.labels.iter().map(String::as_str).collect();
            known.sort_unstable();
            known.dedup();
            known.truncate(8);
            return Err(RowsError::NoClass { file, class: class.to_owned(), known: known.join(", ") });
        }
        Ok((of, others))
    }
}

/// Takes each column from its mean, in units of its deviation, both measured on some rows.
#[derive(Clone, Debug)]
pub struct Scale {
    means: Vec<f32>,
    deviations: Vec<f32>,
}

impl Scale {
    /// Measured on `chosen` rows.
    pub fn of(rows: &Rows, chosen: &[usize]) -> Self {
        let column =
            |k: usize| -> Vec<f64> { chosen.iter().map(|&row| f64::from(rows.row(row)[k])).collect() };
        let measured = (0..rows.names.len()).map(|k| mlbook::statistics::mean_and_std(&column(k), 0));
        let (means, deviations) = measured.map(|(mean, std)| (mean as f32, std.max(1e-6) as f32)).unzip();
        Self { means, deviations }
    }

    /// The chosen rows in these units, `[rows, columns]`.
    pub fn apply(&self, rows: &Rows, chosen: &[usize], device: &Device) -> Tensor<2> {
        let columns = self.means.len();
        let scaled = |row: usize| {
            let units = self.means.iter().zip(&self.deviations);
            rows.row(row).iter().zip(units).map(|(value, (mean, deviation))| (value - mean) / deviation)
        };
        let values: Vec<f32> = chosen.iter().flat_map(|&row| scaled(row)).collect();
        Tensor::from_data(TensorData::new(values, [chosen.len(), columns]), device)
    }
}
