//! Sections 13.4.2 to 13.4.5: the engine that trains and the one that evaluates, and the handlers on their events.

use std::path::PathBuf;

use mlbook::files;
use mlbook::nn::weights;
use mlbook::prelude::*;
use mlbook::train::learner::Curves;

use crate::engine::{Batches, Engine};
use crate::engines::{EnginesSettings, Form};
use crate::mlp::{HIDDEN_UNITS, Mlp};
use crate::tensorboard::EventFile;

/// A training with what its handlers need.
struct Trainer<'run> {
    training: Training<'run, Mlp>,
    events: EventFile,
    valid: Metrics,
    best: Best,
}

impl Batches for Trainer<'_> {
    type Batch = Vec<usize>;

    fn next_epoch(&mut self) -> bool {
        self.training.next_epoch()
    }

    fn next_batch(&mut self) -> anyhow::Result<Option<Vec<usize>>> {
        Ok(self.training.next_batch()?)
    }

    fn iteration(&self) -> usize {
        self.training.iteration()
    }
}

/// Sections 13.4.2 to 13.4.6: the engine that trains, and its handlers.
pub fn train_form(
    form: Form,
    train: &Labelled<4>,
    test: &Labelled<4>,
    settings: &EnginesSettings,
    run: &Run,
) -> anyhow::Result<(Mlp, History)> {
    let model = Mlp::new(HIDDEN_UNITS, run.generator(), &run.training_device());
    let plan = Plan {
        num_epochs: settings.num_epochs,
        batch_size: settings.batch_size,
        learning_rate: settings.lr,
        examples: train.len(),
    };
    for left in ["best", "tensorboard"].map(|folder| run.path(folder)) {
        if !run.flags.resume {
            files::clear_dir(&left)?;
        }
    }
    let training = Training::begin(run, settings, plan, model, adam())?;
    let best = Best::of(training.history());
    let events = EventFile::create(&run.path("tensorboard"))?;
    let mut trainer = Trainer { training, events, valid: Metrics::default(), best };

    Engine::new(|trainer: &mut Trainer, rows: Vec<usize>| {
        let (images, labels) = train.batch(&rows); // [batch, 1, 28, 28], [batch]
        let scores = form.scores(trainer.training.model(), images); // [batch, 10]
        trainer.training.count("accuracy", correct(scores.clone(), labels.clone()));
        let loss = cross_entropy(scores, labels);
        let output = loss.clone().inner();
        trainer.training.step(loss);
        output // [1]
    })
    .on_iteration_completed(settings.log_interval, |trainer, loss| {
        let (iteration, loss) = (trainer.iteration(), f64::from(loss.clone().into_scalar::<f32>()));
        say!("batch {iteration}: loss {loss:.2}");
        Ok(trainer.events.point("training/batch_loss", iteration, loss)?)
    })
    .on_epoch_completed(|trainer| {
        trainer.valid = evaluate(form, &trainer.training.model().valid(), test, settings.batch_size)?;
        trainer.events.point("validation/loss", trainer.iteration(), trainer.valid.loss)?;
        trainer.events.point("validation/accuracy", trainer.iteration(), trainer.valid.accuracy)?;
        Ok(trainer.events.flush()?)
    })
    .on_epoch_completed(|trainer| {
        let epoch = trainer.training.history().epochs.len() + 1;
        let this = Best { epoch, accuracy: trainer.valid.accuracy };
        if this.accuracy > trainer.best.accuracy {
            weights::save(trainer.training.model(), &this.path(run))?;
            let before = std::mem::replace(&mut trainer.best, this).path(run);
            if before.exists() {
                files::remove(&before)?;
            }
        }
        Ok(())
    })
    .on_epoch_completed(|trainer| {
        let Metrics { loss, accuracy } = trainer.valid;
        // Prints the epoch line and writes the checkpoint: model, optimiser, place, random numbers.
        Ok(trainer.training.end_epoch(&[("valid loss", loss), ("valid accuracy", accuracy)])?)
    })
    .on_completed(|trainer| {
        say!("best    {}", trainer.best.path(run).display());
        Ok(())
    })
    .run(&mut trainer)?;
    let (model, history) = trainer.training.finish()?;
    Ok((model.valid(), history))
}

/// Section 13.4.4: the epoch with the best accuracy so far, whose weights alone are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Best {
    epoch: usize,
    accuracy: f64,
}

impl Best {
    fn of(history: &History) -> Self {
        let (epochs, accuracies) = history.curve("valid accuracy");
        let better = |best: Self, (epoch, accuracy): (f64, f64)| {
            if accuracy > best.accuracy { Self { epoch: epoch as usize, accuracy } } else { best }
        };
        epochs.into_iter().zip(accuracies).fold(Self::default(), better)
    }

    fn path(self, run: &Run) -> PathBuf {
        run.path(format!("best/epoch-{}-accuracy-{:.4}.safetensors", self.epoch, self.accuracy))
    }
}

/// What the evaluator finds out.
#[derive(Clone, Copy, Debug, Default)]
struct Metrics {
    /// Mean cross-entropy of what the form gives to it.
    loss: f64,
    accuracy: f64,
}

/// Images `[batch, 1, 28, 28]` and labels `[batch]`.
type Examples = (Tensor<4>, Tensor<1, Int>);

/// One pass over a data set, and the sums that the evaluator's handlers keep.
struct Pass<'d> {
    batches: Box<dyn Iterator<Item = Examples> + 'd>,
    begun: bool,
    iteration: usize,
    right: Tensor<1>,
    loss: Tensor<1>,
}

impl Batches for Pass<'_> {
    type Batch = Examples;

    fn next_epoch(&mut self) -> bool {
        !std::mem::replace(&mut self.begun, true)
    }

    fn next_batch(&mut self) -> anyhow::Result<Option<Examples>> {
        self.iteration += 1;
        Ok(self.batches.next())
    }

    fn iteration(&self) -> usize {
        self.iteration
    }
}

/// Section 13.4.2: the engine that evaluates, with a handler for each metric.
fn evaluate(form: Form, model: &Mlp, data: &Labelled<4>, batch_size: usize) -> anyhow::Result<Metrics> {
    let zero = Tensor::zeros([1], &data.labels.device());
    let mut pass = Pass {
        batches: Box::new(data.batches(batch_size)),
        begun: false,
        iteration: 0,
        right: zero.clone(),
        loss: zero,
    };
    Engine::new(|_: &mut Pass, (images, labels): Examples| (form.scores(model, images), labels))
        .on_iteration_completed(1, |pass, (scores, labels)| {
            pass.right = pass.right.clone() + correct(scores.clone(), labels.clone());
            Ok(())
        })
        .on_iteration_completed(1, |pass, (scores, labels)| {
            let count = labels.dims()[0] as f32;
            pass.loss = pass.loss.clone() + cross_entropy(scores.clone(), labels.clone()) * count;
            Ok(())
        })
        .run(&mut pass)?;
    let mean = |sum: Tensor<1>| f64::from(sum.into_scalar::<f32>()) / data.len() as f64;
    Ok(Metrics { loss: mean(pass.loss), accuracy: mean(pass.right) })
}
