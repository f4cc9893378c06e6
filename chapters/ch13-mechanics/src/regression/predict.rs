//! `predict`: a saved model, a table, a prediction for each of its rows. Nothing else is needed, and the order of the columns does
//! not matter.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::Args;
use mlbook::cli::rule;
use mlbook::data::table::{OwnTable, Portion};
use mlbook::device::{self, DeviceChoice};
use mlbook::{files, say};

use super::saved::SavedModel;

/// Flags of `predict`.
#[derive(Args, Clone, Debug)]
pub struct PredictFlags {
    /// Folder that `regression` saved the model in (or its model.json)
    #[arg(long, value_name = "DIR_OR_FILE")]
    pub model: PathBuf,
    /// Table to predict for, with the columns that the model learnt from, in any order
    #[arg(long, value_name = "FILE")]
    pub csv: PathBuf,
    /// Names of the columns, for a table without a header line
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub columns: Option<Vec<String>>,
    /// Write the predictions into this file instead of printing them
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Tables up to so many megabytes are read
    #[arg(long, default_value_t = super::MOST_MB, value_parser = rule::at_least_one)]
    pub max_mb: usize,
    /// Where to compute
    #[arg(long, value_enum, default_value_t)]
    pub device: DeviceChoice,
}

/// Prints a line and a prediction for each row, as CSV; remarks go to standard error.
pub fn run(flags: &PredictFlags) -> anyhow::Result<()> {
    let device = device::open(flags.device)?;
    let (saved, model) = SavedModel::load(&flags.model, &device)?;
    let portion = Portion { most_mb: flags.max_mb, sample: None, seed: 0 };
    let table = OwnTable::read(&flags.csv, flags.columns.as_deref(), portion)?;
    let prepared = saved.preparation.apply(&table, &flags.csv.display().to_string())?;
    for note in &prepared.notes {
        eprintln!("note: {note}");
    }
    let mut text = format!("line,{}\n", quoted(&saved.preparation.target.name));
    let predictions = saved.predictions(&model, &prepared.features, &device);
    for (line, prediction) in table.lines.iter().zip(predictions) {
        let _ = writeln!(text, "{line},{prediction}");
    }
    match &flags.out {
        Some(path) => {
            files::write(path, text.as_bytes())?;
            say!("predictions {} rows {}", path.display(), table.lines.len());
        }
        None => say!("{}", text.trim_end()),
    }
    Ok(())
}

/// A field of a CSV file.
fn quoted(name: &str) -> String {
    if name.contains([',', '"', '\n']) {
        format!("\"{}\"", name.replace('"', "\"\""))
    } else {
        name.to_string()
    }
}
