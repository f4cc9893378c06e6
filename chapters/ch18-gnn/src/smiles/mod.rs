//! Beyond the book: a reader's own molecules, from a table of SMILES.

pub mod features;
pub mod parse;
pub mod split;
pub mod table;

use std::path::PathBuf;

use clap::Args;
use mlbook::graph::{Batch, Graph, GraphError};
use mlbook::plot::{Figure, Panel, PlotError, Series, Sketch};
use mlbook::prelude::*;
use mlbook::train::Descent;
use mlbook::{molecule, show};
use serde::Serialize;

use crate::molecule_net::MoleculeNet;
use crate::score::Predictions;
use features::{BITS, EDGE_FEATURES, NODE_FEATURES};
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
/// The straight model: steps with all molecules at once, their size, and the weight of the penalty for large weights.
const STEPS: usize = 300;
const STEP: f64 = 0.01;
const PENALTY: f64 = 1e-3;
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
    let outputs = answers(&model.valid(), &graphs(&test), settings.batch_size, &run.device)?;
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

/// Mean and deviation of the training targets; 0 and 1 for classes.
struct Scale {
    mean: f64,
    std: f64,
    outputs: usize,
}

/// What a model reached on the test.
enum Scores {
    Numbers(Predictions),
    /// The share of right classes.
    Classes(f64),
}

impl Scores {
    fn metrics(&self) -> Vec<(&'static str, f64)> {
        match self {
            Self::Numbers(all) => vec![("test mae", all.mae()), ("test rmse", all.mse().sqrt())],
            Self::Classes(accuracy) => vec![("test accuracy", *accuracy)],
        }
    }
}

impl Scale {
    fn of(task: &Task, train: &[Example]) -> Self {
        match task {
            Task::Classification(classes) => Self { mean: 0.0, std: 1.0, outputs: classes.len() },
            Task::Regression => {
                let values: Vec<f64> = targets(train).iter().map(|&value| f64::from(value)).collect();
                let (mean, std) = mlbook::statistics::mean_and_std(&values, 0);
                Self { mean, std: if std > 0.0 { std } else { 1.0 }, outputs: 1 }
            }
        }
    }

    /// The mean loss of a model's answers.
    fn loss(&self, task: &Task, outputs: Tensor<2>, targets: Tensor<2>) -> Tensor<1> {
        match task {
            Task::Regression => mean_squared_error(outputs, (targets - self.mean) / self.std),
            Task::Classification(_) => cross_entropy(outputs, targets.int().squeeze_dim(1)),
        }
    }

    /// Answers `[molecules, outputs]` beside the truth.
    fn scored(&self, task: &Task, examples: &[Example], outputs: &[f32]) -> Scores {
        let truth = targets(examples);
        if *task == Task::Regression {
            let mut all = Predictions::default();
            let values: Vec<f32> =
                outputs.iter().map(|&output| (f64::from(output) * self.std + self.mean) as f32).collect();
            all.add(&truth, &values);
            return Scores::Numbers(all);
        }
        let best = |row: &[f32]| (0..row.len()).max_by(|&a, &b| row[a].total_cmp(&row[b])).unwrap_or(0);
        let right =
            outputs.chunks(self.outputs).zip(&truth).filter(|(row, truth)| best(row) as f32 == **truth);
        Scores::Classes(right.count() as f64 / truth.len() as f64)
    }

    /// The same answer for all: the mean, or the most frequent class.
    fn constant(&self, task: &Task, train: &[Example], count: usize) -> Vec<f32> {
        let mut frequency = vec![0.0_f32; self.outputs];
        if *task != Task::Regression {
            targets(train).iter().for_each(|&class| frequency[class as usize] += 1.0);
        }
        frequency.repeat(count)
    }
}

fn targets(examples: &[Example]) -> Vec<f32> {
    examples.iter().map(|example| example.graph.targets[0]).collect()
}

fn graphs(examples: &[Example]) -> Vec<&Graph> {
    examples.iter().map(|example| &example.graph).collect()
}

fn fit(
    task: &Task,
    scale: &Scale,
    [train, validation]: [&[Example]; 2],
    settings: &SmilesSettings,
    all: &All,
    run: &Run,
) -> anyhow::Result<(MoleculeNet, History)> {
    let device = run.training_device();
    let plan = Plan {
        num_epochs: settings.num_epochs,
        batch_size: settings.batch_size,
        learning_rate: settings.lr,
        examples: train.len(),
    };
    let model = MoleculeNet::new(NODE_FEATURES, EDGE_FEATURES, scale.outputs, run.generator(), &device);
    let mut training =
        Training::begin(run, all, plan, model, adam())?.without_validation_loader().log_every(20);
    while training.next_epoch() {
        while let Some(rows) = training.next_batch()? {
            let part: Vec<&Graph> = rows.iter().map(|&row| &train[row].graph).collect();
            let batch = Batch::of(&part, &device)?;
            let outputs = training.model().forward(&batch); // [molecules, outputs]
            training.step(scale.loss(task, outputs, batch.targets));
        }
        let valid =
            answers(&training.model().valid(), &graphs(validation), settings.batch_size, &run.device)?;
        let metrics = scale.scored(task, validation, &valid).metrics();
        let named: Vec<(String, f64)> =
            metrics.into_iter().map(|(name, value)| (name.replace("test", "valid"), value)).collect();
        let named: Vec<(&str, f64)> = named.iter().map(|(name, value)| (name.as_str(), *value)).collect();
        training.end_epoch(&named)?;
    }
    Ok(training.finish()?)
}

fn answers(
    model: &MoleculeNet,
    graphs: &[&Graph],
    size: usize,
    device: &Device,
) -> Result<Vec<f32>, GraphError> {
    let mut outputs = Vec::new();
    for part in graphs.chunks(size) {
        outputs.extend(show::floats(&model.forward(&Batch::of(part, device)?)));
    }
    Ok(outputs)
}

/// Ridge or logistic regression on fingerprints: what a graph network has to beat.
fn straight_answers(task: &Task, scale: &Scale, train: &[Example], test: &[Example], run: &Run) -> Vec<f32> {
    let device = run.training_device();
    let fingerprints = |examples: &[Example], device: &Device| {
        let values: Vec<f32> = examples.iter().flat_map(|example| example.fingerprint.clone()).collect();
        Tensor::<2>::from_data(TensorData::new(values, [examples.len(), BITS]), device)
    };
    let x = fingerprints(train, &device);
    let y = Tensor::<2>::from_data(TensorData::new(targets(train), [train.len(), 1]), &device);
    let model = linear(BITS, scale.outputs).init(&Generator::seeded(run.flags.seed), &device);
    let mut learner = Descent::new(model, adam(), STEP);
    for _ in 0..STEPS {
        let model = learner.model();
        let penalty = model.weight.val().square().sum() * PENALTY;
        let loss = scale.loss(task, model.forward(x.clone()), y.clone()) + penalty;
        learner.step(loss);
    }
    show::floats(&learner.into_model().valid().forward(fingerprints(test, &run.device)))
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
