//! Texts to tell apart: a reader's own table, or the e-mails of the set `spam`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use mlbook::cli::rule;
use mlbook::data::table::{OwnTable, Portion};
use mlbook::data::text::read_mails;
use mlbook::prelude::*;
use mlbook::show::grouped;

/// A reader's own texts.
#[derive(clap::Args, Clone, Debug, Default)]
pub struct OwnTexts {
    /// Texts of yours: a CSV file with a header line (else the e-mails of the set spam)
    #[arg(long, value_name = "FILE", requires = "text", requires = "label")]
    pub csv: Option<PathBuf>,
    /// The column with the texts
    #[arg(long, value_name = "COLUMN")]
    pub text: Option<String>,
    /// The column with the classes, two or more
    #[arg(long, value_name = "COLUMN")]
    pub label: Option<String>,
    /// Files up to so many megabytes are read
    #[arg(long, default_value_t = 200, value_parser = rule::at_least_one)]
    pub max_mb: usize,
}

/// Texts that classes cannot be learnt from.
#[derive(Debug, thiserror::Error)]
pub enum OwnTextsError {
    #[error(
        "{file}: the column `{column}` has {found} different classes; this project tells 2 to {most} apart. Choose another column."
    )]
    Classes { file: String, column: String, found: usize, most: usize },
    #[error(
        "{file}: the class `{class}` has {found} texts; at least {least} of each are needed. Add some, or leave the class out."
    )]
    TooFew { file: String, class: String, found: usize, least: usize },
}

/// More classes than this are no classes.
const MOST_CLASSES: usize = 50;
/// The fewest texts of a class: some to learn from, some to test with.
const FEWEST: usize = 5;

/// Texts with their classes.
#[derive(Clone, Debug)]
pub struct ClassedTexts {
    pub texts: Vec<String>,
    /// The place of each text's class in `classes`.
    pub labels: Vec<usize>,
    pub classes: Vec<String>,
    pub source: String,
}

impl ClassedTexts {
    /// The reader's table, or the e-mails.
    ///
    /// # Errors
    /// Data that are not there, damaged, or without classes.
    pub fn load(run: &Run, own: &OwnTexts) -> anyhow::Result<Self> {
        let found = match &own.csv {
            Some(csv) => of_table(csv, own, run.flags.seed)?,
            None => of_mails(run)?,
        };
        say!("data    {}", found.source);
        let counts = found.counts();
        let told: Vec<String> =
            counts.iter().map(|(class, count)| format!("{class} {}", grouped(count))).collect();
        say!("texts   {}: {}", grouped(found.texts.len()), told.join(", "));
        Ok(found)
    }

    /// How many texts each class has.
    pub fn counts(&self) -> Vec<(&str, usize)> {
        let count = |class: usize| self.labels.iter().filter(|&&label| label == class).count();
        self.classes.iter().enumerate().map(|(k, class)| (class.as_str(), count(k))).collect()
    }

    fn new(rows: Vec<(String, String)>, column: &str, source: String) -> Result<Self, OwnTextsError> {
        let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
        for (_, class) in &rows {
            *numbers.entry(class).or_default() += 1;
        }
        if !(2..=MOST_CLASSES).contains(&numbers.len()) {
            let (column, found) = (column.to_owned(), numbers.len());
            return Err(OwnTextsError::Classes { file: source, column, found, most: MOST_CLASSES });
        }
        if let Some((class, &found)) = numbers.iter().find(|&(_, &count)| count < FEWEST) {
            return Err(OwnTextsError::TooFew {
                class: (*class).to_owned(),
                file: source,
                found,
                least: FEWEST,
            });
        }
        let classes: Vec<String> = numbers.keys().map(|&class| class.to_owned()).collect();
        let place = |class: &String| classes.binary_search(class).unwrap_or_default();
        let labels = rows.iter().map(|(_, class)| place(class)).collect();
        Ok(Self { labels, texts: rows.into_iter().map(|(text, _)| text).collect(), classes, source })
    }
}

fn of_table(csv: &Path, own: &OwnTexts, seed: u64) -> anyhow::Result<ClassedTexts> {
    let table = OwnTable::read(csv, None, Portion { most_mb: own.max_mb, sample: None, seed })?.table;
    let column = |name: &Option<String>| table.optional_str(name.as_deref().unwrap_or_default());
    let (texts, labels) = (column(&own.text)?, column(&own.label)?);
    let rows: Vec<(String, String)> = texts
        .iter()
        .zip(&labels)
        .filter_map(|(text, label)| Some((text.as_deref()?.trim(), label.as_deref()?.trim())))
        .filter(|(text, label)| !text.is_empty() && !label.is_empty())
        .map(|(text, label)| (text.to_owned(), label.to_owned()))
        .collect();
    let left_out = texts.len() - rows.len();
    if left_out > 0 {
        say!("note    {} rows without a text or a class are left out", grouped(left_out));
    }
    let column = own.label.clone().unwrap_or_default();
    Ok(ClassedTexts::new(rows, &column, csv.display().to_string())?)
}

fn of_mails(run: &Run) -> anyhow::Result<ClassedTexts> {
    let found = data::locate("spam", run)?;
    let mails = read_mails(&found.path("spam.tar.gz"))?;
    let class = |spam: bool| if spam { "unwanted" } else { "wanted" }.to_owned();
    let rows = mails.into_iter().map(|mail| (mail.text, class(mail.spam))).collect();
    Ok(ClassedTexts::new(rows, "", found.describe())?)
}
