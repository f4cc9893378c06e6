//! Sections 13.3.3, 13.3.6 and 13.3.7: a training by burn's `Learner`, from the newest checkpoint on; and its checkpoints read.

use std::path::{Path, PathBuf};

use burn::train::metric::{AccuracyMetric, LossMetric};
use burn::train::renderer::{MetricsRenderer, default_renderer};
use burn::train::{Interrupter, Learner, SupervisedTraining};
use mlbook::files;
use mlbook::prelude::*;
use mlbook::train::Quiet;
use mlbook::train::learner::{self, BestAndNewest, Course, Folder, Logbook, Recorder};

use crate::data_module::MnistDataModule;
use crate::learner::LearnerSettings;
use crate::mlp::{HIDDEN_UNITS, Mlp};
use crate::tensorboard::EventFile;

/// All that is around a training: data, settings, folders.
#[derive(Clone, Debug)]
pub struct Trainer {
    pub run: Run,
    pub settings: LearnerSettings,
    pub digits: MnistDataModule,
    /// Whether burn's dashboard has the terminal.
    pub dashboard: bool,
}

impl Trainer {
    /// Where the checkpoints are.
    pub fn checkpoints(&self) -> Folder {
        Folder(self.run.path("checkpoint"))
    }

    /// Where TensorBoard finds its files.
    pub fn events(&self) -> PathBuf {
        self.run.path("tensorboard")
    }

    /// A fresh run does not go on from what an earlier one left.
    pub fn clear_unless_resumed(&self) -> anyhow::Result<()> {
        if !self.run.flags.resume {
            for left in [self.checkpoints().0, self.events(), self.run.path("tests")] {
                files::clear_dir(&left)?;
            }
        }
        Ok(())
    }

    /// The epoch lines after the first `done`, which could not be printed beside the dashboard.
    pub fn print_after_dashboard(&self, history: &History, done: usize) {
        if self.dashboard {
            for epoch in history.epochs.iter().skip(done) {
                say!("{}", epoch.line(history.epochs.len()));
            }
        }
    }

    /// Sections 13.3.3 and 13.3.6: trains up to `num_epochs`, from the newest checkpoint if there is one. The renderer goes on to
    /// the test, so that a dashboard shows both.
    pub fn fit(&self, num_epochs: usize) -> anyhow::Result<(History, Box<dyn MetricsRenderer>)> {
        let done = self.checkpoints().newest(self.settings.resumed_epochs);
        let logbook = Logbook::open(self.run.path("history.json"), done)?;
        let interrupter = Interrupter::new();
        if done >= num_epochs {
            return Ok((logbook.history(), self.renderer(&interrupter, done)));
        }
        if done > 0 {
            self.checkpoints().check(self.untrained(false), done)?;
            say!("resumed after epoch {done}");
        }
        let renderer = self.renderer(&interrupter, done);
        let course = Course {
            batches: self.digits.batches(),
            num_epochs,
            prints: !self.dashboard,
            stop: self.run.stop.clone(),
        };
        let events = EventFile::create(&self.events())?;
        let recorder = Recorder::new(logbook.clone(), events, course, interrupter.clone());
        let [model, optimizer, scheduler] = learner::PARTS.map(|part| self.checkpoints().part(part));
        let mut training = SupervisedTraining::new(
            self.run.path(""),
            self.digits.train_loader(),
            self.digits.validation_loader(),
        )
        .metrics((AccuracyMetric::new(), LossMetric::new()))
        .with_metric_logger(recorder)
        .with_custom_checkpointers(model, optimizer, scheduler)
        .with_checkpointing_strategy(BestAndNewest)
        // It would change the program's panic hook and write a line for every batch.
        .with_application_logger(None)
        .with_interrupter(interrupter.clone())
        .renderer(renderer)
        .num_epochs(num_epochs);
        if done > 0 {
            training = training.checkpoint(done);
        }
        let result = training.launch(Learner::new(self.untrained(true), adam(), self.settings.lr));
        learner::check_end(&self.checkpoints(), num_epochs, &logbook, &interrupter, result.error.as_deref())?;
        Ok((logbook.history(), result.renderer))
    }

    /// The dashboard, or nothing but the epoch lines.
    fn renderer(&self, interrupter: &Interrupter, done: usize) -> Box<dyn MetricsRenderer> {
        if self.dashboard {
            default_renderer(interrupter.clone(), (done > 0).then_some(done))
        } else {
            Box::<Quiet>::default()
        }
    }

    /// The network with its initial weights.
    fn untrained(&self, for_training: bool) -> Mlp {
        let device = if for_training { self.run.training_device() } else { self.run.device.clone() };
        Mlp::new(HIDDEN_UNITS, &Generator::seeded(self.run.flags.seed), &device)
    }

    /// Section 13.3.7: the network with the weights of a checkpoint.
    pub fn load(&self, path: &Path) -> anyhow::Result<Mlp> {
        Ok(learner::load(self.untrained(false), path)?)
    }
}
