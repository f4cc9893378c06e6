//! Section 18.2: a property of molecules, by default their polarisability, from atoms and bonds.
//! Mean squared error under 8 a₀⁶ on held-out molecules of 12,000 within 20 epochs.

use clap::Args;
use mlbook::data::qm9::{self, Cache, PROPERTIES, TARGETS};
use mlbook::graph::{Batch, Graph, GraphError};
use mlbook::molecule::{EDGE_FEATURES, NODE_FEATURES};
use mlbook::plot::{Figure, Panel, PlotError, Series};
use mlbook::prelude::*;
use mlbook::show;
use serde::Serialize;

use crate::contribution;
use crate::molecule_net::MoleculeNet;
use crate::score::Predictions;

mlbook::settings! {
    /// Settings of the QM9 project.
    pub struct Qm9Settings, flags Qm9Numbers {
        /// Passes over the training molecules
        num_epochs: usize, at_least_one, quick 40, book 4;
        /// Molecules in a mini-batch
        batch_size: usize, at_least_one, quick 32, book 32;
        /// Adam's learning rate
        lr: f64, positive, quick 0.01, book 0.01;
        /// Use the first so many molecules; 0 means all
        molecules: usize, count, quick 0, book 0;
        /// Share of the molecules kept for validation (the book: 10,831 of 130,831)
        validation_share: f64, share, quick 0.125, book 10_831.0 / 130_831.0;
        /// Share of the molecules kept for the test (the book: 10,000 of 130,831)
        test_share: f64, share, quick 0.125, book 10_000.0 / 130_831.0;
    }
}

/// The book's losses of its fourth epoch, 18.2.6.
const BOOK_TRAIN_LOSS: Book = Book(0.10);
const BOOK_VALID_LOSS: Book = Book(0.19);
/// The property that the book predicts.
const BOOK_TARGET: &str = "alpha";
/// Points in the figure of predictions, as in the book.
const DRAWN: usize = 500;

/// Flags of the project.
#[derive(Args, Clone, Debug)]
pub struct Qm9Flags {
    #[command(flatten)]
    pub numbers: Qm9Numbers,
    /// The property to predict: mu, alpha, homo, lumo, gap, r2, zpve, u0, u298, h298, g298, cv, A, B or C
    #[arg(long, default_value = BOOK_TARGET)]
    pub target: String,
}

/// The settings with the property, as they are saved.
#[derive(Serialize)]
struct All<'a> {
    #[serde(flatten)]
    numbers: &'a Qm9Settings,
    target: &'a str,
}

/// Data in, model, training, figures out.
///
/// # Errors
/// No or bad data, a property that is not there, results that cannot be written.
pub fn run(run: &Run, settings: &Qm9Settings, target: &str) -> anyhow::Result<()> {
    let sets = load(run, settings, target)?;
    let model = MoleculeNet::new(NODE_FEATURES, EDGE_FEATURES, 1, run.generator(), &run.training_device());
    let (model, history) = train(model, &sets, settings, target, run)?;
    let model = model.valid();
    let test = predict(&model, &refer(&sets.test), settings.batch_size, run)?;

    run.save("curves", &curves(&history)?)?;
    run.save("predictions", &scatter(&test, target)?)?;
    run.save("molecules", &contribution::drawn(&sets.test)?)?;
    run.save("contributions", &contribution::figure(&model, &sets.test, run)?)?;
    let last = |metric: &str| history.last(metric).unwrap_or(f64::NAN);
    let mut report = run.report().data(sets.source.clone()).first_losses(&history.first_losses);
    let losses = [("book's loss", BOOK_TRAIN_LOSS), ("book's valid loss", BOOK_VALID_LOSS)];
    for (metric, book) in losses {
        report = match target {
            BOOK_TARGET => report.compare(metric, last(metric), book),
            _ => report.metric(metric, last(metric)),
        };
    }
    report
        .metric("valid mse", last("valid mse"))
        .metric("best valid mse", best(&history))
        .metric("test mse", test.mse())
        .metric("test mae", test.mae())
        .metric("test R2", test.r2())
        .finish(run)?;
    Ok(())
}

/// The molecules of a run, and where they come from.
#[derive(Clone, Debug)]
pub struct Sets {
    pub train: Vec<Graph>,
    pub validation: Vec<Graph>,
    pub test: Vec<Graph>,
    pub source: String,
}

/// Sections 18.2.1 to 18.2.3 and 18.2.5: the molecules, the property as an attribute and as the target, a random split.
///
/// # Errors
/// No or bad data, a property that is not there, or too few molecules to split.
pub fn load(run: &Run, settings: &Qm9Settings, target: &str) -> anyhow::Result<Sets> {
    let located = data::locate("qm9", run)?;
    say!("data    {}", located.describe());
    let mut graphs = qm9::read(&located, &Cache::of_this_computer())?;
    if settings.molecules > 0 {
        graphs.truncate(settings.molecules);
    }
    qm9::choose_target(&mut graphs, target)?;
    if let Some(first) = graphs.first() {
        let count = first.attributes.get(PROPERTIES).map_or(0, Vec::len);
        let (atoms, edges) = (first.len(), first.edges.len());
        say!(
            "first   {}: {atoms} atoms, {edges} directed bonds, {count} of {} properties",
            first.name,
            TARGETS.len()
        );
    }
    let count = graphs.len();
    let part = |share: f64| (share * count as f64).round() as usize;
    let (validation, test) = (part(settings.validation_share), part(settings.test_share));
    anyhow::ensure!(
        validation > 0 && test > 0 && validation + test < count,
        "{count} molecules make {validation} for validation and {test} for the test, and at least one must be left in each part. \
         Take more --molecules, or other shares."
    );
    let lengths = [count - validation - test, validation, test];
    let split = run.generator().lock().random_split(count, &lengths)?;
    let mut parts = split.iter().map(|rows| rows.iter().map(|&row| graphs[row].clone()).collect());
    let mut part = || parts.next().unwrap_or_default();
    let sets = Sets { train: part(), validation: part(), test: part(), source: located.describe() };
    let [train, validation, test] = lengths.map(show::grouped);
    say!("split   {train} for training, {validation} for validation, {test} for the test");
    Ok(sets)
}

/// Section 18.2.6: mean squared error and Adam; batches of validation in an order of their own, as the book's loader shuffles them too.
///
/// # Errors
/// Ctrl-C, a training that diverges, a checkpoint that does not fit.
pub fn train(
    model: MoleculeNet,
    sets: &Sets,
    settings: &Qm9Settings,
    target: &str,
    run: &Run,
) -> anyhow::Result<(MoleculeNet, History)> {
    let device = run.training_device();
    let plan = Plan {
        num_epochs: settings.num_epochs,
        batch_size: settings.batch_size,
        learning_rate: settings.lr,
        examples: sets.train.len(),
    };
    let all = All { numbers: settings, target };
    let mut training = Training::begin(run, &all, plan, model, adam())?.without_validation_loader();
    while training.next_epoch() {
        while let Some(rows) = training.next_batch()? {
            let batch = batch_of(&sets.train, &rows, &device)?;
            let predicted = training.model().forward(&batch); // [molecules, 1]
            let loss = mean_squared_error(predicted, batch.targets);
            training.count("book's loss", loss.clone().inner());
            training.step(loss);
        }
        let order = run.generator().lock().loader_order(sets.validation.len());
        let shuffled: Vec<&Graph> = order.iter().map(|&row| &sets.validation[row]).collect();
        let valid = predict(&training.model().valid(), &shuffled, settings.batch_size, run)?;
        training.end_epoch(&[
            ("book's valid loss", valid.book_loss()),
            ("valid mse", valid.mse()),
            ("valid mae", valid.mae()),
        ])?;
    }
    Ok(training.finish()?)
}

/// Section 18.2.7: what the model says of molecules.
///
/// # Errors
/// Molecules without the model's features.
pub fn predict(
    model: &MoleculeNet,
    graphs: &[&Graph],
    batch_size: usize,
    run: &Run,
) -> Result<Predictions, GraphError> {
    let mut predictions = Predictions::default();
    let answers = model.answers(graphs, batch_size, &run.device)?;
    for (part, predicted) in graphs.chunks(batch_size).zip(answers) {
        let truth: Vec<f32> = part.iter().flat_map(|graph| graph.targets.iter().copied()).collect();
        predictions.add(&truth, &predicted);
    }
    Ok(predictions)
}

/// The graphs at `rows` as a batch.
fn batch_of(graphs: &[Graph], rows: &[usize], device: &Device) -> Result<Batch, GraphError> {
    let graphs: Vec<&Graph> = rows.iter().map(|&row| &graphs[row]).collect();
    Batch::of(&graphs, device)
}

fn refer(graphs: &[Graph]) -> Vec<&Graph> {
    graphs.iter().collect()
}

/// The lowest validation error of all epochs.
fn best(history: &History) -> f64 {
    history.epochs.iter().filter_map(|epoch| epoch.get("valid mse")).fold(f64::INFINITY, f64::min)
}

/// Mean squared errors by epoch, on a logarithmic scale: they fall a hundredfold.
///
/// # Errors
/// A history without epochs.
pub fn curves(history: &History) -> Result<Figure, PlotError> {
    let of = |metric: &str| history.epochs.iter().filter_map(|epoch| epoch.get(metric)).collect::<Vec<f64>>();
    let panel = Panel::new("Mean squared error", "epoch", "mean squared error")
        .with(Series::by_epoch("training", &of("loss")))
        .with(Series::by_epoch("validation", &of("valid mse")))
        .log_y();
    plot::curves(&[panel])
}

/// True values and predictions of the first 500 test molecules.
///
/// # Errors
/// No predictions to draw.
pub fn scatter(test: &Predictions, target: &str) -> Result<Figure, PlotError> {
    let drawn = test.len().min(DRAWN);
    let (truth, predicted) = (&test.truth[..drawn], &test.predicted[..drawn]);
    let ends = truth
        .iter()
        .fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], &value| [low.min(value), high.max(value)]);
    let title = format!("{target} of test molecules");
    let panel = Panel::new(&title, "true", "predicted")
        .with(Series::dashed("predicted = true", &ends, &ends))
        .with(Series::points("a molecule", truth, predicted));
    plot::scatter(&panel)
}
