//! Sections 16.B4 and 16.B5: the same fine-tuning by burn's `Learner`, which is here what PyTorch Lightning is in the book.
//! The book, with DistilBERT: 0.9223 on the test reviews by the epoch that judged the validation reviews best, the first of three.

use std::sync::Arc;

use burn::data::dataloader::batcher::Batcher;
use burn::data::dataloader::{DataLoader, DataLoaderBuilder};
use burn::train::metric::{AccuracyMetric, LossMetric};
use burn::train::{
    ClassificationOutput, InferenceStep, Interrupter, Learner, SupervisedTraining, TrainOutput, TrainStep,
};
use mlbook::data::text::Encoded;
use mlbook::files;
use mlbook::prelude::*;
use mlbook::train::learner::{self, BestAndNewest, Course, Folder, Logbook, Recorder, Rows};
use mlbook::train::{Quiet, keep_settings};

use crate::batches::Batch;
use crate::csv_log::CsvLog;
use crate::finetune::{FinetuneSettings, Sets};
use crate::judge::{TextClassifier, labels};

/// Section 16.B4: a network with its steps of training, validation and test.
#[derive(Module, Debug)]
pub struct LightningModel<M: Module> {
    pub network: M,
}

/// Some reviews and their classes, `[batch]`.
#[derive(Clone, Debug)]
pub struct ReviewBatch {
    pub batch: Batch,
    pub labels: Tensor<1, Int>,
}

impl<M: TextClassifier> LightningModel<M> {
    /// The batch's mean loss `[1]`, and what metrics are computed from.
    fn classify(&self, reviews: ReviewBatch) -> (Tensor<1>, ClassificationOutput) {
        let logits = self.network.logits(&reviews.batch); // [batch, classes]
        let loss = cross_entropy(logits.clone(), reviews.labels.clone()); // [1]
        // burn's LossMetric weighs a batch by the length of its loss, so the mean is there once for each review.
        let for_each = loss.clone().expand([logits.dims()[0]]); // [batch]
        (loss, ClassificationOutput::new(for_each, logits, reviews.labels))
    }
}

impl<M: TextClassifier> TrainStep for LightningModel<M> {
    type Input = ReviewBatch;
    type Output = ClassificationOutput;

    fn step(&self, reviews: ReviewBatch) -> TrainOutput<ClassificationOutput> {
        let (loss, output) = self.classify(reviews);
        TrainOutput::new(self, loss.backward(), output)
    }
}

impl<M: TextClassifier> InferenceStep for LightningModel<M> {
    type Input = ReviewBatch;
    type Output = ClassificationOutput;

    fn step(&self, reviews: ReviewBatch) -> ClassificationOutput {
        self.classify(reviews).1
    }
}

/// Makes batches of row numbers.
#[derive(Clone, Debug)]
struct ReviewBatcher(Arc<Encoded>);

impl Batcher<usize, ReviewBatch> for ReviewBatcher {
    fn batch(&self, rows: Vec<usize>, device: &Device) -> ReviewBatch {
        ReviewBatch { batch: Batch::of(&self.0, &rows, device), labels: labels(&self.0, &rows, device) }
    }
}

/// The reviews in batches, shuffled by a seed or in their order.
fn loader(texts: &Arc<Encoded>, batch_size: usize, seed: Option<u64>) -> Arc<dyn DataLoader<ReviewBatch>> {
    let builder = DataLoaderBuilder::new(ReviewBatcher(texts.clone())).batch_size(batch_size);
    let rows = Rows(texts.len());
    match seed {
        Some(seed) => builder.shuffle(seed).build(rows),
        None => builder.build(rows),
    }
}

/// Trains by burn's Learner, from its newest checkpoint on with `--resume`, and hands out the network of the best epoch.
///
/// # Errors
/// Ctrl-C, a loss that is no finite number, trouble with files.
pub fn train<M: TextClassifier>(
    network: M,
    sets: &Sets,
    settings: &FinetuneSettings,
    run: &Run,
) -> anyhow::Result<(M, History)> {
    anyhow::ensure!(settings.parts == 1, "--parts is for the book's loop and the trainer, not for --learner");
    let checkpoints = Folder(run.path("checkpoint"));
    if !run.flags.resume {
        files::clear_dir(&checkpoints.0)?;
    }
    keep_settings(run, settings)?;
    let num_epochs = settings.num_epochs;
    let done = checkpoints.newest(num_epochs);
    let batches = sets.train.len().div_ceil(settings.batch_size);
    let logbook = Logbook::open(run.path("history.json"), done)?;
    let model = LightningModel { network };
    if done < num_epochs {
        let interrupter = Interrupter::new();
        let course = Course { batches, num_epochs, prints: true, stop: run.stop.clone() };
        let log = CsvLog::open(run.path("metrics.csv"), done * batches)?;
        let [weights, optimizer, scheduler] = learner::PARTS.map(|part| checkpoints.part(part));
        let mut training = SupervisedTraining::new(
            run.path(""),
            loader(&sets.train, settings.batch_size, Some(run.flags.seed)),
            loader(&sets.valid, settings.batch_size, None),
        )
        .metrics((AccuracyMetric::new(), LossMetric::new()))
        .with_metric_logger(Recorder::new(logbook.clone(), log, course, interrupter.clone()))
        .with_custom_checkpointers(weights, optimizer, scheduler)
        .with_checkpointing_strategy(BestAndNewest)
        .with_application_logger(None)
        .with_interrupter(interrupter.clone())
        .renderer(Box::<Quiet>::default())
        .num_epochs(num_epochs);
        if done > 0 {
            checkpoints.check(model.clone(), done)?;
            say!("resumed after epoch {done}");
            training = training.checkpoint(done);
        }
        let result = training.launch(Learner::new(model.clone(), adam(), settings.lr));
        learner::check_end(&checkpoints, num_epochs, &logbook, &interrupter, result.error.as_deref())?;
    }
    let history = logbook.history();
    let best = learner::best_epoch(&history, num_epochs);
    say!("best    epoch {best}");
    Ok((checkpoints.load(model, best)?.network, history))
}
