//! What a regression found: errors beside those of two baselines, figures, and the columns that mattered.

use mlbook::data::table::OwnTable;
use mlbook::plot::{Figure, Panel, PlotError, Series};
use mlbook::prelude::*;

use super::importance::Importance;
use super::prepare::Preparation;
use super::scores::{self, Scores, short};
use super::split::Parts;

/// Figures show at most so many test rows, and so many columns.
const MOST_POINTS: usize = 5_000;
const MOST_BARS: usize = 15;

/// Predictions for the test rows in the units of the target, by the network and by what it has to beat.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub truth: Vec<f64>,
    pub network: Vec<f64>,
    pub linear: Vec<f64>,
    pub mean: Vec<f64>,
    pub importance: Vec<Importance>,
}

/// Says what the table is and what becomes of its columns.
pub fn describe(table: &OwnTable, parts: &Parts, preparation: &Preparation, notes: &[String]) {
    let separator = match table.separator {
        '\t' => "tabs".to_string(),
        other => format!("\"{other}\""),
    };
    let known = table.lines.len();
    say!("table   {} rows, {known} of them used; fields between {separator}", table.rows);
    say!(
        "split   {} to train, {} to validate, {} to test",
        parts.train.len(),
        parts.valid.len(),
        parts.test.len()
    );
    let target = &preparation.target;
    let why = if target.log { "learnt by its logarithm; predictions are medians" } else { "learnt as it is" };
    say!("target  {}: {why}", target.name);
    let (used, width) = (preparation.columns.len(), preparation.width());
    say!("columns {used} learnt from, as {width} features");
    for (name, reason) in &preparation.left_out {
        say!("left out \"{name}\": {reason}");
    }
    // Rare levels are no news here: they were counted when the levels were chosen.
    for note in notes.iter().filter(|note| !note.contains("levels")) {
        say!("note    {note}");
    }
    say!();
}

/// Prints the errors, draws the figures, saves everything.
pub fn finish(run: &Run, outcome: &Outcome, history: &History, source: String) -> anyhow::Result<()> {
    let truth = &outcome.truth;
    let models = [
        ("mean", "mean of the training rows", Scores::of(&outcome.mean, truth)),
        ("least squares", "least squares", Scores::of(&outcome.linear, truth)),
        ("network", "network", Scores::of(&outcome.network, truth)),
    ];
    scores::print(&models.map(|(_, name, scores)| (name, scores)));
    say!("\nshuffling a column adds to the MAE");
    for column in outcome.importance.iter().take(MOST_BARS) {
        say!("{:<24} {:>12}", column.column, short(column.mae));
    }
    run.save("curves", &history.figure()?)?;
    run.save("residuals", &residuals(outcome)?)?;
    run.save("predicted", &predicted(outcome)?)?;
    run.save("importance", &importance(&outcome.importance)?)?;
    run.save_json("importance.json", &outcome.importance)?;
    say!("model   {}", run.path("model.json").display());
    let mut report = run.report().data(source).first_losses(&history.first_losses);
    for (name, _, scores) in models {
        report =
            report.metric(&format!("{name}: MAE"), scores.mae).metric(&format!("{name}: RMSE"), scores.rmse);
        if let Some(r2) = scores.r2 {
            report = report.metric(&format!("{name}: R²"), r2);
        }
    }
    report.finish(run)?;
    Ok(())
}

fn residuals(outcome: &Outcome) -> Result<Figure, PlotError> {
    let shown = outcome.truth.len().min(MOST_POINTS);
    let (linear, network) = (&outcome.linear[..shown], &outcome.network[..shown]);
    let truth = &outcome.truth[..shown];
    plot::residuals("", &[("least squares", linear, truth), ("network", network, truth)])
}

/// Predicted against true values, with the line on which both are equal.
fn predicted(outcome: &Outcome) -> Result<Figure, PlotError> {
    let shown = outcome.truth.len().min(MOST_POINTS);
    let (truth, network) = (&outcome.truth[..shown], &outcome.network[..shown]);
    let ends = [f64::min, f64::max].map(|pick| truth.iter().copied().reduce(pick).unwrap_or_default());
    let panel = Panel::new("", "true value", "predicted value")
        .with(Series::points("test rows", truth, network))
        .with(Series::dashed("equal", &ends, &ends));
    plot::scatter(&panel)
}

fn importance(columns: &[Importance]) -> Result<Figure, PlotError> {
    let shown = &columns[..columns.len().min(MOST_BARS)];
    let names: Vec<&str> = shown.iter().map(|column| column.column.as_str()).collect();
    let values: Vec<f64> = shown.iter().map(|column| column.mae).collect();
    plot::bars("", "growth of the mean absolute error", &names, &[("", values.as_slice())])
}
