//! Small tables with named columns of numbers or text, read from CSV by polars.
//!
//! A column is a column of numbers if every value in it is a finite number, otherwise it is text. Missing
//! values are kept apart from both. Every question about a column that is not there, or not of numbers, is
//! answered with an error that says which rule it broke.

use std::fmt;
use std::io::Cursor;
use std::path::Path;

use polars::prelude::{
    Column, CsvReadOptions, DataFrame, DataType, IdxCa, IdxSize, NamedFrom, NullValues, PolarsError,
    SerReader, Series,
};

mod closest;
mod own;
mod records;

pub use own::{OwnTable, Portion};

use crate::files::{self, FileError};
use crate::statistics::mean_and_std;

/// Why a table could not be read, or has no answer.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error(
        "{table}: byte {position} is not UTF-8 text. Convert the file to UTF-8, or check that it is a table."
    )]
    NotText { table: String, position: usize },
    #[error("{table}: holds no rows; at least one is needed. Check the file.")]
    Empty { table: String },
    #[error(
        "{table}: line {line} has {found} fields where {expected} are expected. \
         Correct the line, or the separator."
    )]
    Ragged { table: String, line: usize, found: usize, expected: usize },
    #[error(
        "{table}: line {line} has a misplaced quote; a field with quotes starts and ends with one, \
         and doubles those inside. Correct the line."
    )]
    Quote { table: String, line: usize },
    #[error(
        "{table}: {megabytes} MB; tables up to {most} MB are read. Draw rows at random with --sample 100000, \
         cut the file, or raise --max-mb."
    )]
    TooLarge { table: String, megabytes: usize, most: usize },
    #[error(
        "{table}: the first line holds only numbers; it must name the columns. \
         Add such a line, or give the names with --columns."
    )]
    NoHeader { table: String },
    #[error("{table}: two columns are called \"{name}\"; names must differ. Rename one.")]
    Duplicate { table: String, name: String },
    #[error(
        "{table}: the record on line {line} goes on for more than 1 MB. Look for a quote that is not closed, \
         or check that the file is a table."
    )]
    Endless { table: String, line: usize },
    #[error("{table}: no column \"{name}\"; it has {known}. Choose one of these.")]
    NoColumn { table: String, name: String, known: String },
    /// `row` counts from 1, below the header.
    #[error(
        "{table}: column \"{name}\", row {row}: \"{value}\" is no finite number. \
         Correct it, or read the column as text."
    )]
    NotNumber { table: String, name: String, row: usize, value: String },
    #[error("{table}: column \"{name}\" holds numbers where text is expected. Read it as numbers.")]
    NotTextColumn { table: String, name: String },
    /// `row` counts from 1, below the header.
    #[error("{table}: column \"{name}\", row {row} is missing. Drop such rows first, or fill them in.")]
    Missing { table: String, name: String, row: usize },
    #[error("{table}: column \"{name}\" has {found} values; this needs more than {ddof}. Keep more rows.")]
    TooFew { table: String, name: String, found: usize, ddof: usize },
    #[error("{table}: no row {row}; it has {rows}, counted from 0. Choose other rows.")]
    NoRow { table: String, row: usize, rows: usize },
    #[error("{table}: polars cannot use it: {source}. Check the file.")]
    Polars { table: String, source: PolarsError },
}

/// A table with more columns shows only so many of them, the most alike, to one who asks for a column that is not there.
const MOST_NAMED: usize = 8;

/// How a text file lays out its table.
#[derive(Debug, Clone, Copy)]
pub struct Layout<'a> {
    separator: u8,
    columns: Option<&'a [&'a str]>,
    missing: Option<&'a str>,
    text: bool,
}

impl<'a> Layout<'a> {
    /// Fields between commas; the first line names the columns.
    pub fn commas() -> Self {
        Self { separator: b',', columns: None, missing: None, text: false }
    }

    /// Fields between tabs; the first line names the columns.
    pub fn tabs() -> Self {
        Self { separator: b'\t', ..Self::commas() }
    }

    /// The file has no header line; its columns have these names.
    pub fn columns(self, names: &'a [&'a str]) -> Self {
        Self { columns: Some(names), ..self }
    }

    /// A field with just this text is missing, as empty fields always are.
    pub fn missing(self, text: &'a str) -> Self {
        Self { missing: Some(text), ..self }
    }

    /// Every column stays text, for one who decides himself what is a number.
    pub fn text(self) -> Self {
        Self { text: true, ..self }
    }
}

/// Rows and named columns.
#[derive(Debug, Clone)]
pub struct Table {
    /// What error texts call it.
    name: String,
    frame: DataFrame,
}

impl Table {
    /// Reads the table in the file at `path`.
    pub fn read(path: &Path, layout: Layout) -> Result<Self, TableError> {
        Self::from_bytes(&path.display().to_string(), files::read(path)?, layout)
    }

    /// Reads the table in `text`, which error texts call `name`.
    pub fn parse(name: &str, text: &str, layout: Layout) -> Result<Self, TableError> {
        let table = || name.to_string();
        let records = records::tidy(name, text, layout.separator, layout.columns.map(<[_]>::len))?;
        let missing = layout.missing.map(|text| NullValues::AllColumnsSingle(text.into()));
        let polars = |source| TableError::Polars { table: table(), source };
        let mut frame = CsvReadOptions::default()
            .with_has_header(layout.columns.is_none())
            .with_infer_schema_length(Some(0))
            .with_raise_if_empty(false)
            .map_parse_options(|options| {
                options.with_separator(layout.separator).with_null_values(missing.clone())
            })
            .into_reader_with_file_handle(Cursor::new(records))
            .finish()
            .map_err(polars)?;
        if frame.height() == 0 {
            return Err(TableError::Empty { table: table() });
        }
        if let Some(names) = layout.columns {
            frame.set_column_names(names).map_err(polars)?;
        }
        if layout.text {
            return Ok(Self { name: table(), frame });
        }
        let columns: Vec<Column> =
            frame.columns().iter().map(|column| numbers_if_possible(column.clone())).collect();
        let frame = DataFrame::new(frame.height(), columns).map_err(polars)?;
        Ok(Self { name: table(), frame })
    }

    pub(super) fn from_bytes(name: &str, bytes: Vec<u8>, layout: Layout) -> Result<Self, TableError> {
        Self::parse(name, &utf8(name, bytes)?, layout)
    }

    /// Rows and columns.
    pub fn shape(&self) -> (usize, usize) {
        self.frame.shape()
    }

    /// The names of the columns, from left to right.
    pub fn names(&self) -> Vec<&str> {
        self.frame.get_column_names().into_iter().map(|name| name.as_str()).collect()
    }

    /// The polars data frame, for a notebook that wants more than this.
    pub fn frame(&self) -> &DataFrame {
        &self.frame
    }

    /// The first `rows` rows.
    pub fn head(&self, rows: usize) -> Self {
        self.with(self.frame.head(Some(rows)))
    }

    /// The last `rows` rows.
    pub fn tail(&self, rows: usize) -> Self {
        self.with(self.frame.tail(Some(rows)))
    }

    /// The columns `names`, in that order.
    pub fn select(&self, names: &[&str]) -> Result<Self, TableError> {
        names.iter().try_for_each(|name| self.column(name).map(drop))?;
        let frame = self.frame.select(names.iter().copied()).map_err(|e| self.polars(e))?;
        Ok(self.with(frame))
    }

    /// The rows `rows`, counted from 0, in that order.
    pub fn take(&self, rows: &[usize]) -> Result<Self, TableError> {
        let height = self.frame.height();
        if let Some(&row) = rows.iter().find(|&&row| row >= height) {
            return Err(TableError::NoRow { table: self.name.clone(), row, rows: height });
        }
        let rows: Vec<IdxSize> = rows.iter().map(|&row| row as IdxSize).collect();
        let frame = self.frame.take(&IdxCa::from_vec("rows".into(), rows)).map_err(|e| self.polars(e))?;
        Ok(self.with(frame))
    }

    /// The rows in which nothing is missing.
    pub fn drop_missing(&self) -> Result<Self, TableError> {
        let frame = self.frame.drop_nulls::<&str>(None).map_err(|e| self.polars(e))?;
        Ok(self.with(frame))
    }

    /// How many values of column `name` are missing.
    pub fn missing(&self, name: &str) -> Result<usize, TableError> {
        Ok(self.column(name)?.null_count())
    }

    /// The numbers of column `name`, none of which may be missing.
    pub fn column_f64(&self, name: &str) -> Result<Vec<f64>, TableError> {
        self.all_present(name, self.optional_f64(name)?)
    }

    /// The numbers of column `name`, `None` where one is missing.
    pub fn optional_f64(&self, name: &str) -> Result<Vec<Option<f64>>, TableError> {
        let column = self.column(name)?;
        match column.f64() {
            Ok(numbers) => Ok(numbers.iter().collect()),
            Err(_) => Err(self.not_numbers(column)),
        }
    }

    /// The texts of column `name`, none of which may be missing.
    pub fn column_str(&self, name: &str) -> Result<Vec<String>, TableError> {
        self.all_present(name, self.optional_str(name)?)
    }

    /// The texts of column `name`, `None` where one is missing.
    pub fn optional_str(&self, name: &str) -> Result<Vec<Option<String>>, TableError> {
        let not_text = |_| TableError::NotTextColumn { table: self.name.clone(), name: name.to_string() };
        let texts = self.column(name)?.str().map_err(not_text)?;
        Ok(texts.iter().map(|text| text.map(str::to_string)).collect())
    }

    /// The numbers of several columns, row by row: `[rows, names.len()]`.
    pub fn matrix(&self, names: &[&str]) -> Result<Vec<f64>, TableError> {
        let columns = names.iter().map(|name| self.column_f64(name)).collect::<Result<Vec<_>, _>>()?;
        Ok((0..self.frame.height()).flat_map(|row| columns.iter().map(move |column| column[row])).collect())
    }

    /// The mean of the numbers in column `name`, leaving out missing ones.
    pub fn mean(&self, name: &str) -> Result<f64, TableError> {
        Ok(mean_and_std(&self.at_least(1, name)?, 0).0)
    }

    /// The standard deviation of the numbers in column `name`, leaving out missing ones: the root of the sum
    /// of squared differences from the mean over `n - ddof`. `ddof` is 0 for a population (NumPy's default)
    /// and 1 for a sample (pandas' default).
    pub fn std(&self, name: &str, ddof: usize) -> Result<f64, TableError> {
        Ok(mean_and_std(&self.at_least(ddof + 1, name)?, ddof).1)
    }

    fn with(&self, frame: DataFrame) -> Self {
        Self { name: self.name.clone(), frame }
    }

    fn column(&self, name: &str) -> Result<&Column, TableError> {
        self.frame.column(name).map_err(|_| {
            let names = self.names();
            let shown = closest::closest(name, &names, MOST_NAMED);
            let mut known: Vec<String> =
                names.iter().filter(|name| shown.contains(name)).map(|name| format!("\"{name}\"")).collect();
            if names.len() > MOST_NAMED {
                known.push(format!("and {} more", names.len() - MOST_NAMED));
            }
            TableError::NoColumn { table: self.name.clone(), name: name.to_string(), known: known.join(", ") }
        })
    }

    /// The present numbers of a column that has at least `needed`.
    fn at_least(&self, needed: usize, name: &str) -> Result<Vec<f64>, TableError> {
        let numbers: Vec<f64> = self.optional_f64(name)?.into_iter().flatten().collect();
        if numbers.len() < needed {
            let (table, name) = (self.name.clone(), name.to_string());
            return Err(TableError::TooFew { table, name, found: numbers.len(), ddof: needed - 1 });
        }
        Ok(numbers)
    }

    fn all_present<T>(&self, name: &str, values: Vec<Option<T>>) -> Result<Vec<T>, TableError> {
        let missing =
            |row| TableError::Missing { table: self.name.clone(), name: name.to_string(), row: row + 1 };
        values.into_iter().enumerate().map(|(row, value)| value.ok_or_else(|| missing(row))).collect()
    }

    /// The first value of a text column that is no number.
    fn not_numbers(&self, column: &Column) -> TableError {
        let values = column.str().into_iter().flat_map(|texts| texts.iter().enumerate());
        let first =
            values.filter_map(|(row, text)| Some((row, text?))).find(|(_, text)| number(text).is_none());
        let (row, value) = first.unwrap_or((0, ""));
        let (name, value) = (column.name().to_string(), value.to_string());
        TableError::NotNumber { table: self.name.clone(), name, row: row + 1, value }
    }

    fn polars(&self, source: PolarsError) -> TableError {
        TableError::Polars { table: self.name.clone(), source }
    }
}

/// Drawn as a box of columns, long tables with their first and last rows.
impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        self.frame.fmt(f)
    }
}

/// The text that `bytes` are, for the table `name`.
pub(super) fn utf8(name: &str, bytes: Vec<u8>) -> Result<String, TableError> {
    String::from_utf8(bytes)
        .map_err(|e| TableError::NotText { table: name.to_string(), position: e.utf8_error().valid_up_to() })
}

/// A text column as numbers, if all its values are; as it is, otherwise or when all are missing.
fn numbers_if_possible(column: Column) -> Column {
    let Ok(texts) = column.str() else {
        return column;
    };
    if texts.null_count() == texts.len() {
        return column.cast(&DataType::Float64).unwrap_or(column);
    }
    let numbers: Option<Vec<Option<f64>>> =
        texts.iter().map(|text| text.map_or(Some(None), |text| number(text).map(Some))).collect();
    match numbers {
        Some(numbers) => Series::new(column.name().clone(), numbers).into(),
        None => column,
    }
}

fn number(text: &str) -> Option<f64> {
    text.trim().parse().ok().filter(|number: &f64| number.is_finite())
}
