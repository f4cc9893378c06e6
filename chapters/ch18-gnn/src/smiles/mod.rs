//! Beyond the book: a reader's own molecules, from a table of SMILES.

pub mod features;
pub mod models;
pub mod parse;
pub mod split;
pub mod table;

use std::path::PathBuf;

use clap::Args;
use mlbook::plot::{Figure, Panel, PlotError, Series, Sketch};
use mlbook::prelude::*;
use mlbook::{molecule, show};
use serde::Serialize;

use models::{Scale, Scores, fit, graphs, straight_answers};
use split::Split;
use table::{Example, Examples, Task};

mlbook::settings! {
    /// Settings of the project for molecules of one's own.
    pub struct SmilesSettings, flags SmilesNumbers {
        /// Passes over the training molecules
        num_epochs: usize, at_least_one, quick 200, book 200;
        /// Molecules in a mini-batch
        batch_size: usize, at_least_one, quick 32, book 32;
        /// Adam's learning rate
        lr: f64, positive, quick 0.005, book 0.005;
        /// Share of the molecules kept for validation
        validation_share: f64, share, quick 0.1, book 0.1;
        /// Share of the molecules kept for the test
        test_share: f64, share, quick 0.2, book 0.2;
    }
}

/// Lines left out that are printed; all are in invalid.json.
const LISTED: usize = 10;
const DRAWN: usize = 12;

/// Flags of the project.
#[derive(Args, Clone, Debug)]
pub struct SmilesFlags {
    #[command(flatten)]
    pub numbers: SmilesNumbers,
    /// A table with a header line
    #[arg(long, value_name = "FILE")]
    pub csv: PathBuf,
    /// Its column of SMILES
    #[arg(long, value_name = "COLUMN")]
    pub smiles: String,
    /// Its column of numbers or classes to predict
    #[arg(long, value_name = "COLUMN")]
    pub target: String,
    /// How molecules are divided
    #[arg(long, value_enum, default_value = "scaffold")]
    pub split: Split,
}

/// The settings with the flags, as they are saved.
#[derive(Serialize)]
struct All<'a> {
    #[serde(flatten)]
    numbers: &'a SmilesSettings,
    csv: &'a PathBuf,
    smiles: &'a str,
    target: &'a str,
    split: Split,
}

/// Table in, molecules and a list of what is none, graph network, the straight model beside it, figures out.
///
/// # Errors
/// A table that cannot be used, or results that cannot be written.
pub fn run(run: &Run, settings: &SmilesSettings, flags: &SmilesFlags) -> anyhow::Result<()> {
    let Examples { task, examples, invalid } = table::read(&flags.csv, &flags.smiles, &flags.target)?;
    let source = format!("{}, {} from {}", flags.csv.display(), flags.target, flags.smiles);
    say!("data    {source}: {} molecules, {} lines left out", show::grouped(examples.len()), invalid.len());
    for line in invalid.iter().take(LISTED) {
        say!("  line {}: `{}`: {}", line.line, line.smiles, line.reason);
    }
    if invalid.len() > LISTED {
        say!("  … and {} more, in {}", invalid.len() - LISTED, run.path("invalid.json").display());
    }
    run.save_json("invalid.json", &invalid)?;
    let scaffolds: Vec<u64> = examples.iter().map(|example| example.scaffold).collect();
    let shares = [settings.validation_share, settings.test_share];
    let rows = split::split(flags.split, &scaffolds, shares, run.generator());
    anyhow::ensure!(
        rows.iter().all(|rows| !rows.is_empty()),
        "the split leaves {:?} molecules for training, validation and test. Try --split random, or other shares",
        rows.each_ref().map(Vec::len)
    );
    let [train, validation, test] =
        rows.map(|rows| rows.iter().map(|&row| examples[row].clone()).collect::<Vec<_>>());
    say!(
        "split   {} for training, {} for validation, {} for the test",
        train.len(),
        validation.len(),
        test.len()
    );

    let scale = Scale::of(&task, &train);
    let all = All {
        numbers: settings,
        csv: &flags.csv,
        smiles: &flags.smiles,
        target: &flags.target,
        split: flags.split,
    };
    let (model, history) = fit(&task, &scale, [&train, &validation], settings, &all, run)?;
    let outputs = model.valid().answers(&graphs(&test), settings.batch_size, &run.device)?.concat();
    let straight = straight_answers(&task, &scale, &train, &test, run);
    let (network, baseline) = (scale.scored(&task, &test, &outputs), scale.scored(&task, &test, &straight));
    let nothing = scale.scored(&task, &test, &scale.constant(&task, &train, test.len()));

    run.save("curves", &curves(&history)?)?;
    run.save("molecules", &drawn(&test, &task)?)?;
    if task == Task::Regression {
        run.save("predictions", &scatter(&network, &baseline, &flags.target)?)?;
    }
    let mut report = run.report().data(source).first_losses(&history.first_losses);
    for (name, scores) in [("network", network), ("fingerprint", baseline), ("constant", nothing)] {
        for (metric, value) in scores.metrics() {
            report = report.metric(&format!("{name} {metric}"), value);
        }
    }
    report.metric("left out", invalid.len() as f64).finish(run)?;
    Ok(())
}

fn curves(history: &History) -> Result<Figure, PlotError> {
    let losses: Vec<f64> = history.epochs.iter().filter_map(|epoch| epoch.get("loss")).collect();
    let panel =
        Panel::new("Training loss", "epoch", "loss").with(Series::by_epoch("training", &losses)).log_y();
    plot::curves(&[panel])
}

/// True and predicted numbers of the test molecules, by both models.
fn scatter(network: &Scores, baseline: &Scores, target: &str) -> Result<Figure, PlotError> {
    let mut panel = Panel::new(&format!("{target} of test molecules"), "true", "predicted");
    for (name, scores) in [("fingerprint", baseline), ("graph network", network)] {
        if let Scores::Numbers(all) = scores {
            panel = panel.with(Series::points(name, &all.truth, &all.predicted));
        }
    }
    plot::scatter(&panel)
}

fn drawn(examples: &[Example], task: &Task) -> anyhow::Result<Figure> {
    let caption = |example: &Example| match task {
        Task::Regression => format!("{}\n{}", example.graph.name, example.graph.targets[0]),
        Task::Classification(classes) => {
            format!("{}\n{}", example.graph.name, classes[example.graph.targets[0] as usize])
        }
    };
    let sketches: Vec<Sketch> = examples
        .iter()
        .take(DRAWN)
        .map(|example| Sketch {
            caption: caption(example),
            ..molecule::sketch(&example.molecule, &example.perceived.orders, None)
        })
        .collect();
    Ok(plot::sketches(&sketches, 4, 40.0)?.heading("Molecules of the test set")?)
}
