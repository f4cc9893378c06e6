//! Beyond 13.2.3: the regression of the Auto MPG project for any table. `regression --csv FILE --target COLUMN` learns, `predict`
//! applies what was learnt. Without a table of your own, the houses of Ames: their prices within about 14,000 dollars, in 5 s.

pub mod column;
pub mod importance;
pub mod least_squares;
pub mod net;
pub mod numbers;
pub mod predict;
pub mod prepare;
pub mod report;
pub mod saved;
pub mod scores;
pub mod split;
pub mod target;
pub mod training;

use std::path::PathBuf;

use clap::Args;
use mlbook::cli::rule;
use mlbook::data::table::{OwnTable, Portion};
use mlbook::files;
use mlbook::prelude::*;
use serde::Serialize;

pub use prepare::PrepareError;

use crate::examples::Examples;
use least_squares::LinearModel;
use net::TableNet;
use prepare::Preparation;
use report::Outcome;
use saved::SavedModel;
use scores::Scores;
use split::Parts;
use target::{Log, Target};

mlbook::settings! {
    /// Settings of the regression project; the book has none for it.
    pub struct RegressionSettings, flags RegressionFlags {
        /// Passes over the training rows at most
        num_epochs: usize, at_least_one, quick 200, book 200;
        /// Epochs without a better validation before the training stops
        patience: usize, at_least_one, quick 20, book 20;
        /// Rows in a mini-batch; 0 means by the size of the table
        batch_size: usize, count, quick 0, book 0;
        /// Adam's learning rate
        lr: f64, positive, quick 0.001, book 0.001;
        /// Units of the first hidden layer
        hidden1: usize, at_least_one, quick 64, book 64;
        /// Units of the second hidden layer
        hidden2: usize, at_least_one, quick 32, book 32;
        /// Share of the hidden units that drop out
        drop_rate: f64, share, quick 0.2, book 0.2;
        /// Share of the rows for validation
        valid_share: f64, share, quick 0.15, book 0.15;
        /// Share of the rows for the test
        test_share: f64, share, quick 0.15, book 0.15;
    }
}

/// Tables up to so many megabytes are read whole, unless another limit is given.
pub const MOST_MB: usize = 100;
/// Fewer rows cannot be split into three parts that mean something.
const LEAST_ROWS: usize = 20;
/// What is learnt when there is no table of one's own.
const AMES_TARGET: &str = "SalePrice";

/// Which table, and what of it.
#[derive(Args, Clone, Debug)]
pub struct TableFlags {
    /// Table to learn from, its columns named in the first line; else the houses of Ames
    #[arg(long, value_name = "FILE", requires = "target")]
    pub csv: Option<PathBuf>,
    /// Column to predict
    #[arg(long, value_name = "COLUMN")]
    pub target: Option<String>,
    /// Leave a column out (again for each)
    #[arg(long, value_name = "COLUMN")]
    pub drop: Vec<String>,
    /// Names of the columns, for a table without a header line
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub columns: Option<Vec<String>>,
    /// Learn the logarithm of the target
    #[arg(long, value_enum, default_value_t)]
    pub log: Log,
    /// Draw so many rows at random from a table of any size
    #[arg(long, value_name = "ROWS", value_parser = rule::at_least_one)]
    pub sample: Option<usize>,
    /// Tables up to so many megabytes are read whole
    #[arg(long, default_value_t = MOST_MB, value_parser = rule::at_least_one)]
    pub max_mb: usize,
}

/// What a resumed run must share with the run that it goes on from.
#[derive(Serialize)]
struct Described<'a> {
    #[serde(flatten)]
    settings: &'a RegressionSettings,
    table: &'a str,
    rows: usize,
    /// SHA-256 of the preparation: another table, or another target, makes another one.
    preparation: String,
}

/// Table in, preparation, split, network beside its baselines, report and saved model out.
pub fn run(run: &Run, flags: &TableFlags, settings: &RegressionSettings) -> anyhow::Result<()> {
    let (path, source) = match &flags.csv {
        Some(path) => (path.clone(), path.display().to_string()),
        None => {
            let ames = data::locate("ames", run)?;
            (ames.path("AmesHousing.txt"), ames.describe())
        }
    };
    let target = flags.target.as_deref().unwrap_or(AMES_TARGET);
    say!("data    {source}");
    let portion = Portion { most_mb: flags.max_mb, sample: flags.sample, seed: run.flags.seed };
    let table = OwnTable::read(&path, flags.columns.as_deref(), portion)?;
    let name = path.display().to_string();

    let (rows, truth) = target::read(&table, target, &name)?;
    if rows.len() < LEAST_ROWS {
        let (table, name, found) = (name, target.to_string(), rows.len());
        return Err(PrepareError::TooFewRows { table, name, found, least: LEAST_ROWS }.into());
    }
    let parts = Parts::new(rows.len(), settings.valid_share, settings.test_share, run.flags.seed)?;
    let table = table.take(&rows)?;
    let target = Target::learn(target, &truth, &parts.train, flags.log)?;
    let preparation = Preparation::learn(&table, &name, target, &flags.drop, &parts.train)?;
    let prepared = preparation.apply(&table, &name)?;
    report::describe(&table, &parts, &preparation, &prepared.notes);

    let scaled = truth.iter().map(|&value| preparation.target.scaled(value) as f32).collect();
    let examples = Examples { features: prepared.features, width: prepared.width, targets: scaled };
    let hidden = [settings.hidden1, settings.hidden2];
    let device = run.training_device();
    let model = TableNet::new(examples.width, hidden, settings.drop_rate, run.generator(), &device);
    let described = Described {
        settings,
        table: &name,
        rows: rows.len(),
        preparation: files::sha256(&serde_json::to_vec(&preparation)?),
    };
    let (model, history, epoch) = training::train(model, &examples, &parts, settings, &described, run)?;
    say!("best    epoch {epoch} of {}", history.epochs.len());

    let test = examples.part(&parts.test);
    let of_train: Vec<f64> = parts.train.iter().map(|&row| truth[row]).collect();
    let of_test: Vec<f64> = parts.test.iter().map(|&row| truth[row]).collect();
    let unscaled = |outputs: Vec<f32>| -> Vec<f64> {
        outputs.iter().map(|&y| preparation.target.unscaled(f64::from(y))).collect()
    };
    let network = unscaled(model.outputs(&test.features, test.width, &run.device));
    let least_squares = LinearModel::fit(&examples.part(&parts.train), &run.device);
    let linear = unscaled(least_squares.outputs(&test.features));
    let mean = vec![of_train.iter().sum::<f64>() / of_train.len() as f64; of_test.len()];
    let importance = importance::importance(
        &preparation.columns,
        &test,
        &of_test,
        &preparation.target,
        run.flags.seed,
        |x| model.outputs(x, test.width, &run.device),
    );
    let outcome = Outcome { truth: of_test, network, linear, mean, importance };
    let scores = Scores::of(&outcome.network, &outcome.truth);
    SavedModel::save(&run.path(""), &model, preparation, hidden, scores)?;
    report::finish(run, &outcome, &history, source)
}
