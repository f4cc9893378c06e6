//! Sections 13.3.4 and 13.3.6: checkpoints are loaded and tested, by the plain accuracy and in the book's way.

use std::path::Path;

use burn::train::EvaluatorBuilder;
use burn::train::metric::{AccuracyMetric, LossMetric, NumericEntry};
use burn::train::renderer::MetricsRenderer;
use mlbook::files;
use mlbook::prelude::*;
use mlbook::train::Quiet;
use mlbook::train::learner::nine_decimals;
use serde::{Deserialize, Serialize};

use crate::learner_fit::Trainer;
use crate::running_accuracy::{RunningAccuracy, Tally};

/// The results of a test.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Test {
    /// Whose checkpoint was tested.
    pub epoch: usize,
    /// Mean cross-entropy.
    pub loss: f64,
    /// The plain accuracy: right answers by digits.
    pub accuracy: f64,
    /// The book's; see [`RunningAccuracy`].
    pub running_accuracy: f64,
    /// What the book's metric has counted up to and with this test.
    pub tally: Tally,
}

/// The tests so far. They have a file, as the checkpoints of the first may be gone when a run is taken up again.
#[derive(Clone, Debug)]
pub struct Tests {
    run: Run,
    done: Vec<Test>,
    /// How many were asked for.
    asked: usize,
}

const TESTS: &str = "tests/results.json";

impl Tests {
    /// None, or those that the run had done before it is taken up again.
    pub fn open(run: &Run) -> anyhow::Result<Self> {
        let path = run.path(TESTS);
        let mut done = vec![];
        if run.flags.resume && path.exists() {
            done = serde_json::from_slice(&files::read(&path)?)
                .map_err(|error| anyhow::anyhow!("{}: {error}. Run without --resume.", path.display()))?;
        }
        Ok(Self { run: run.clone(), done, asked: 0 })
    }

    /// Sections 13.3.4 and 13.3.6: loads an epoch's checkpoint and tests it, unless a resumed run has done that before.
    pub fn add(
        &mut self,
        trainer: &Trainer,
        epoch: usize,
        renderer: Option<Box<dyn MetricsRenderer>>,
    ) -> anyhow::Result<()> {
        self.asked += 1;
        if self.done.len() < self.asked {
            let before = self.done.last().map_or_else(Tally::default, |test| test.tally);
            let name = format!("test-{}-epoch-{epoch}", self.asked);
            let test = test(trainer, &name, epoch, before, renderer)?;
            self.done.push(test);
            self.run.save_json(TESTS, &self.done)?;
        } else {
            // A dashboard gives the terminal back.
            drop(renderer);
        }
        Ok(())
    }

    /// The tests so far.
    pub fn done(&self) -> &[Test] {
        &self.done
    }

    /// Prints the test that was asked for last.
    pub fn print_last(&self) {
        if let Some(test) = self.asked.checked_sub(1).and_then(|last| self.done.get(last)) {
            say!(
                "test of epoch {}: loss {:.5}, accuracy {:.4}; the book's way, mean of running values: {:.6}",
                test.epoch,
                test.loss,
                test.accuracy,
                test.running_accuracy
            );
        }
    }
}

/// Loads an epoch's checkpoint and runs it over the test digits, by burn's `Evaluator`.
fn test(
    trainer: &Trainer,
    name: &str,
    epoch: usize,
    before: Tally,
    renderer: Option<Box<dyn MetricsRenderer>>,
) -> anyhow::Result<Test> {
    let model = trainer.load(&trainer.checkpoints().part("model").path(epoch))?;
    let folder = trainer.run.path("tests");
    let running = RunningAccuracy::after(before);
    let evaluator = EvaluatorBuilder::new(&folder)
        .metrics((AccuracyMetric::new(), LossMetric::new(), running))
        .with_application_logger(None)
        .renderer(renderer.unwrap_or_else(|| Box::<Quiet>::default()))
        .build(model);
    let result = evaluator.eval(name, trainer.digits.test_loader());
    if let Some(error) = result.error {
        anyhow::bail!("{error}");
    }
    // burn hands the results of a test to its renderer and to files, one a metric, and to nobody else.
    let mean = |metric: &str| mean_of_log(&folder.join("test").join(name).join(format!("{metric}.log")));
    let (accuracy, seen) = mean("Accuracy")?;
    let accuracy = accuracy / 100.0;
    let (running_accuracy, _) = mean(&RunningAccuracy::NAME.replace(' ', "_"))?;
    Ok(Test {
        epoch,
        loss: nine_decimals(mean("Loss")?.0),
        accuracy: nine_decimals(accuracy),
        running_accuracy: nine_decimals(running_accuracy / 100.0),
        tally: before.and((accuracy * seen).round(), seen),
    })
}

/// The mean of a metric's batches, and how many digits they had together.
fn mean_of_log(path: &Path) -> anyhow::Result<(f64, f64)> {
    let text = String::from_utf8_lossy(&files::read(path)?).into_owned();
    let (mut sum, mut count) = (0.0, 0.0);
    for line in text.lines() {
        match NumericEntry::deserialize(line) {
            Ok(NumericEntry::Aggregated { aggregated_value, count: digits }) => {
                sum += aggregated_value * digits as f64;
                count += digits as f64;
            }
            _ => anyhow::bail!("{}: {line:?} is not a value of a metric with its count", path.display()),
        }
    }
    Ok((sum / count, count))
}
