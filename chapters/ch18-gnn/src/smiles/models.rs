//! The graph network and the straight model beside it, for numbers and for classes.

use mlbook::graph::{Batch, Graph};
use mlbook::prelude::*;
use mlbook::show;
use mlbook::train::Descent;
use serde::Serialize;

use super::SmilesSettings;
use super::features::{BITS, EDGE_FEATURES, NODE_FEATURES};
use super::table::{Example, Task};
use crate::molecule_net::MoleculeNet;
use crate::score::Predictions;

/// The straight model: steps with all molecules at once, their size, and the weight of the penalty for large weights.
const STEPS: usize = 300;
const STEP: f64 = 0.01;
const PENALTY: f64 = 1e-3;

/// Mean and deviation of the training targets; 0 and 1 for classes.
#[derive(Clone, Debug)]
pub struct Scale {
    mean: f64,
    std: f64,
    outputs: usize,
}

/// What a model reached on the test.
#[derive(Clone, Debug)]
pub enum Scores {
    Numbers(Predictions),
    /// The share of right classes.
    Classes(f64),
}

impl Scores {
    /// By name.
    pub fn metrics(&self) -> Vec<(&'static str, f64)> {
        match self {
            Self::Numbers(all) => vec![("test mae", all.mae()), ("test rmse", all.mse().sqrt())],
            Self::Classes(accuracy) => vec![("test accuracy", *accuracy)],
        }
    }
}

impl Scale {
    /// Of the training targets.
    pub fn of(task: &Task, train: &[Example]) -> Self {
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
    pub fn scored(&self, task: &Task, examples: &[Example], outputs: &[f32]) -> Scores {
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
    pub fn constant(&self, task: &Task, train: &[Example], count: usize) -> Vec<f32> {
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

/// The graphs of molecules.
pub fn graphs(examples: &[Example]) -> Vec<&Graph> {
    examples.iter().map(|example| &example.graph).collect()
}

/// Trains the network of 18.2.
///
/// # Errors
/// Ctrl-C, a training that diverges, a checkpoint that does not fit.
pub fn fit(
    task: &Task,
    scale: &Scale,
    [train, validation]: [&[Example]; 2],
    settings: &SmilesSettings,
    all: &impl Serialize,
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
            training.model().valid().answers(&graphs(validation), settings.batch_size, &run.device)?.concat();
        let metrics = scale.scored(task, validation, &valid).metrics();
        let named: Vec<(String, f64)> =
            metrics.into_iter().map(|(name, value)| (name.replace("test", "valid"), value)).collect();
        let named: Vec<(&str, f64)> = named.iter().map(|(name, value)| (name.as_str(), *value)).collect();
        training.end_epoch(&named)?;
    }
    Ok(training.finish()?)
}

/// Ridge or logistic regression on fingerprints: what a graph network has to beat.
pub fn straight_answers(
    task: &Task,
    scale: &Scale,
    train: &[Example],
    test: &[Example],
    run: &Run,
) -> Vec<f32> {
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
