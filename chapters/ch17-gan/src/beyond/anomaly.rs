//! Beyond 17.2: what is out of place? A critic that has only seen one kind of thing, and a network that says it after, judge all kinds.
//! Half a minute on two cores.

use mlbook::cli::rule;
use mlbook::data::mnist::{CLASSES, PIXELS};
use mlbook::plot::{Panel, PlotError, Series, Tone};
use mlbook::prelude::*;
use mlbook::statistics::{area_under_roc, roc};

use super::autoencoder::Autoencoder;
use super::rows::{OwnRows, Rows, RowsError, Scale};
use super::table_gan::TableGan;

/// Rows to learn from at least.
const FEWEST: usize = 20;

/// Flags of `anomaly`.
#[derive(clap::Args, Clone, Debug)]
pub struct AnomalyFlags {
    #[command(flatten)]
    pub own: OwnRows,
    /// The class that is in place: with --csv a value of --label, else a digit
    #[arg(long, value_name = "CLASS", default_value = "4")]
    pub normal: String,
    /// Rounds that the critic learns
    #[arg(long, default_value_t = 300, value_parser = rule::at_least_one)]
    pub rounds: usize,
    /// Batches that the other network learns
    #[arg(long, default_value_t = 1500, value_parser = rule::at_least_one)]
    pub batches: usize,
}

/// Rows to learn from, rows to judge, and which of these are out of place; nobody knows in a table without classes.
struct Task {
    learn: Tensor<2>,
    test: Tensor<2>,
    out_of_place: Option<Vec<bool>>,
    /// What a row of the test is called.
    called: Vec<String>,
    source: String,
}

/// Rows in, who is out of place out.
pub fn run(run: &Run, flags: &AnomalyFlags) -> anyhow::Result<()> {
    run.in_one_go()?;
    let digits = match &flags.own.csv {
        Some(_) => None,
        None => Some(Mnist::read(&data::locate("mnist", run)?.dir)?),
    };
    let task = match (&digits, &flags.own.csv) {
        (Some(digits), _) => of_digits(digits, flags, run)?,
        (None, Some(file)) => of_table(&Rows::read(file, &flags.own)?, flags, run)?,
        (None, None) => anyhow::bail!("no digits and no table"),
    };
    say!("data    {}", task.source);
    say!("learns from {} rows that are in place, judges {}", task.learn.dims()[0], task.test.dims()[0]);
    let rng = run.generator();
    let critic = TableGan::fit(&task.learn, flags.rounds, rng, run)?;
    let autoencoder = Autoencoder::fit(&task.learn, flags.batches, rng, run)?;
    // A critic's judgement is high for what it takes for real.
    let by_critic: Vec<f32> = critic.judge(task.test.clone()).into_iter().map(|real| -real).collect();
    let by_error = autoencoder.errors(task.test.clone());

    let mut ranked: Vec<usize> = (0..by_error.len()).collect();
    ranked.sort_by(|&a, &b| by_error[b].total_cmp(&by_error[a]));
    say!("\nmost out of place, by what could not be said after:");
    for &row in ranked.iter().take(10) {
        say!("  {:<24} error {:.4}", task.called[row], by_error[row]);
    }
    let mut report = run.report().data(task.source.clone());
    if let Some(out_of_place) = &task.out_of_place {
        let area = |scores: &[f32]| area_under_roc(scores, out_of_place);
        report = report
            .metric("ROC area, reconstruction", area(&by_error))
            .metric("ROC area, critic", area(&by_critic));
        run.save("roc", &curve(&by_error, &by_critic, out_of_place)?)?;
    }
    if let Some(digits) = &digits {
        run.save("strangest", &strangest(&digits.test, &ranked, &flags.normal)?)?;
    }
    report.finish(run)?;
    Ok(())
}

/// One digit is in place; all test digits are judged.
fn of_digits(digits: &Mnist, flags: &AnomalyFlags, run: &Run) -> anyhow::Result<Task> {
    let normal = flags.normal.parse::<u8>().ok().filter(|&digit| usize::from(digit) < CLASSES);
    let normal =
        normal.ok_or_else(|| anyhow::anyhow!("--normal {}: a digit from 0 to 9 is needed", flags.normal))?;
    let rows: Vec<usize> = (0..digits.train.len()).filter(|&i| digits.train.labels[i] == normal).collect();
    let pixels = |digits: &Digits| {
        let data = TensorData::new(digits.pixels(), [digits.len(), PIXELS]);
        Tensor::<2>::from_data(data, &run.device) * 2.0 - 1.0
    };
    let source = data::locate("mnist", run)?.describe();
    Ok(Task {
        learn: pixels(&digits.train.subset(&rows)),
        test: pixels(&digits.test),
        out_of_place: Some(digits.test.labels.iter().map(|&label| label != normal).collect()),
        called: digits
            .test
            .labels
            .iter()
            .enumerate()
            .map(|(i, label)| format!("digit {i}, a {label}"))
            .collect(),
        source,
    })
}

/// With classes: half of the rows of one class are learnt from, the rest and the other classes judged. Without: all are learnt from and
/// judged.
fn of_table(rows: &Rows, flags: &AnomalyFlags, run: &Run) -> anyhow::Result<Task> {
    let (learnt, judged, out_of_place) = match flags.own.label {
        None => ((0..rows.len()).collect(), (0..rows.len()).collect::<Vec<_>>(), None),
        Some(_) => {
            let (normal, others) = rows.by_class(&flags.normal)?;
            let order = TorchRng::new(run.flags.seed).randperm(normal.len());
            let normal: Vec<usize> = order.into_iter().map(|place| normal[place]).collect();
            let (learnt, held_out) = normal.split_at(normal.len() / 2);
            let out_of_place = (0..held_out.len() + others.len()).map(|row| row >= held_out.len()).collect();
            (learnt.to_vec(), [held_out, &others].concat(), Some(out_of_place))
        }
    };
    if learnt.len() < FEWEST {
        let what = "things that are in place".to_owned();
        let (file, found) = (rows.source.clone(), learnt.len());
        return Err(RowsError::TooFew { file, what, found, least: FEWEST }.into());
    }
    let scale = Scale::of(rows, &learnt);
    let label = |row: usize| rows.labels.get(row).map_or(String::new(), |label| format!(", {label}"));
    Ok(Task {
        learn: scale.apply(rows, &learnt, &run.device),
        test: scale.apply(rows, &judged, &run.device),
        out_of_place,
        called: judged.iter().map(|&row| format!("line {}{}", rows.lines[row], label(row))).collect(),
        source: rows.source.clone(),
    })
}

fn curve(by_error: &[f32], by_critic: &[f32], out_of_place: &[bool]) -> Result<plot::Figure, PlotError> {
    let line = |name: &str, scores: &[f32]| {
        let (xs, ys) = roc(scores, out_of_place);
        Series::line(name, &xs, &ys)
    };
    let panel = Panel::new("", "share of what is in place", "share of what is out of place")
        .with(line("reconstruction error", by_error))
        .with(line("critic", by_critic))
        .with(Series::dashed("by chance", &[0.0, 1.0], &[0.0, 1.0]));
    plot::scatter(&panel)
}

/// The twelve digits most out of place, and the twelve that are most in place.
fn strangest(digits: &Digits, ranked: &[usize], normal: &str) -> Result<plot::Figure, PlotError> {
    let ends = ranked.iter().take(12).chain(ranked.iter().rev().take(12));
    let mut pictures = Vec::new();
    for &i in ends {
        let caption = digits.labels[i].to_string();
        let tone = if caption == normal { Tone::Right } else { Tone::Wrong };
        pictures.push(digits.picture(i)?.caption(&caption, tone));
    }
    plot::image_grid(&pictures, 12)
}
