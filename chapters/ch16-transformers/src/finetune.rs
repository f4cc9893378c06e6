//! Sections 16.3.1 to 16.3.5: a pretrained encoder learns to judge film reviews, by the book's own loop and by a trainer.
//! The book: 0.925 and 0.933 on IMDb with DistilBERT. By default a small network learns from nothing on reviews from a grammar.

use std::path::PathBuf;
use std::sync::Arc;

use mlbook::data::text::{Encoded, Review};
use mlbook::hub::{self, Wording};
use mlbook::prelude::*;
use mlbook::show::grouped;

use crate::batches::{Batch, encoded};
use crate::distilbert::{DistilBertClassifier, DistilBertConfig};
use crate::head::Head;
use crate::judge::{Judged, TextClassifier, judge, labels};
use crate::minilm::{self, SentenceClassifier, SentenceEncoder};
use crate::reviews::{self, NAMES, ReviewParts};
use crate::{embed, lightning, scratch, trainer};

mlbook::settings! {
    /// Settings of fine-tuning.
    pub struct FinetuneSettings, flags FinetuneFlags {
        /// Passes over the training reviews
        num_epochs: usize, at_least_one, quick 3, book 3;
        /// Reviews in a mini-batch
        batch_size: usize, at_least_one, quick 32, book 16;
        /// Parts in which a mini-batch is computed, to save memory
        parts: usize, at_least_one, quick 1, book 1;
        /// Adam's learning rate
        lr: f64, positive, quick 0.001, book 0.00005;
        /// Tokens to which a review is cut
        max_length: usize, at_least_one, quick 64, book 512;
        /// Blocks that stay as they are, with the embeddings
        frozen_layers: usize, count, quick 0, book 0;
        /// Reviews to learn from
        train_size: usize, at_least_one, quick 30_000, book 35_000;
        /// Reviews to choose by
        valid_size: usize, at_least_one, quick 1000, book 5_000;
        /// Reviews to test with
        test_size: usize, at_least_one, quick 2000, book 10_000;
        /// With --trainer: batches from one look at the validation reviews to the next
        eval_steps: usize, at_least_one, quick 500, book 500;
    }
}

/// Where a network begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Start {
    /// A small network with drawn weights
    #[default]
    Scratch,
    /// DistilBERT, pretrained
    Distilbert,
    /// The sentence encoder all-MiniLM-L6-v2
    Minilm,
}

/// What to fine-tune, and how.
#[derive(clap::Args, Clone, Debug, Default)]
pub struct StartFlags {
    /// Where the network begins; with --book distilbert
    #[arg(long, value_enum)]
    pub start: Option<Start>,
    /// The pretrained model's folder (else the Hugging Face cache, or what `cargo book data fetch` has fetched)
    #[arg(long, value_name = "DIR")]
    pub model_dir: Option<PathBuf>,
    /// Learn as Hugging Face's trainer does (16.3.5): a rate that falls to 0, short gradients, the best network kept
    #[arg(long)]
    pub trainer: bool,
    /// Learn by burn's Learner, as by PyTorch Lightning in 16.B4: the network of the best epoch is kept
    #[arg(long, conflicts_with = "trainer")]
    pub learner: bool,
}

/// The book's three ways to fine-tune: 16.3.4, 16.3.5, 16.B4.
#[derive(Clone, Copy, Debug)]
enum Way {
    Loop,
    Trainer,
    Learner,
}

/// Settings for a pretrained network that is not to learn from the whole of IMDb: 2,000 reviews of 128 tokens.
const SMALL: (usize, usize, usize, usize) = (128, 2_000, 500, 2_000);

/// Reviews in a mini-batch of 16.B3.
const LIGHTNING_BATCH: usize = 12;

impl StartFlags {
    fn way(&self) -> Way {
        match (self.trainer, self.learner) {
            (true, _) => Way::Trainer,
            (_, true) => Way::Learner,
            _ => Way::Loop,
        }
    }

    fn start(&self, book: bool) -> Start {
        let usual = if book || self.model_dir.is_some() { Start::Distilbert } else { Start::Scratch };
        self.start.unwrap_or(usual)
    }

    /// The settings of the preset; with a pretrained network and without `book` the book's for fewer and shorter reviews.
    pub fn settings(&self, flags: &FinetuneFlags, book: bool) -> FinetuneSettings {
        let mut flags = flags.clone();
        if book && self.learner {
            flags.batch_size.get_or_insert(LIGHTNING_BATCH);
        }
        if book || self.start(book) == Start::Scratch {
            return flags.settings(book);
        }
        let (max_length, train_size, valid_size, test_size) = SMALL;
        flags.max_length.get_or_insert(max_length);
        flags.train_size.get_or_insert(train_size);
        flags.valid_size.get_or_insert(valid_size);
        flags.test_size.get_or_insert(test_size);
        flags.settings(true)
    }
}

/// Reviews as numbers, in three parts.
#[derive(Clone, Debug)]
pub struct Sets {
    pub train: Arc<Encoded>,
    pub valid: Arc<Encoded>,
    pub test: Arc<Encoded>,
    pub source: String,
}

impl Sets {
    /// # Errors
    /// A length without room for a word.
    pub fn new(parts: &ReviewParts, wording: &Wording, max_length: usize) -> Result<Self, hub::HubError> {
        let numbers = |reviews: &[Review]| {
            let texts: Vec<&str> = reviews.iter().map(|review| review.text.as_str()).collect();
            let positive: Vec<bool> = reviews.iter().map(|review| review.positive).collect();
            encoded(&texts, &positive, wording.clone(), max_length).map(Arc::new)
        };
        let [train, valid, test] = [&parts.train, &parts.valid, &parts.test].map(|part| numbers(part));
        Ok(Self { train: train?, valid: valid?, test: test?, source: parts.source.clone() })
    }
}

/// Reviews in, network, training, test, a folder that `transformers` loads out.
///
/// # Errors
/// A model's folder or a data set that is not there or damaged.
pub fn run(run: &Run, start: &StartFlags, settings: &FinetuneSettings) -> anyhow::Result<()> {
    let kind = start.start(run.flags.book);
    let sizes = [settings.train_size, settings.valid_size, settings.test_size];
    let parts = reviews::load(run, sizes, kind == Start::Scratch && !run.flags.book)?;
    let (generator, device) = (run.generator(), run.training_device());
    let find = |name| hub::find(name, start.model_dir.as_deref(), run.flags.data_dir.as_deref());
    let saved = run.path("model");
    match kind {
        Start::Scratch => {
            let wording = scratch::wording(&saved, &parts.train)?;
            let config = scratch::config(wording.len(), settings.max_length);
            let model = DistilBertClassifier::new(&config, NAMES.len(), generator, &device);
            Project { run, settings, start, wording, folder: saved.clone() }
                .finish_distilbert(model, &config, &parts)
        }
        Start::Distilbert => {
            let folder = find("distilbert-base-uncased")?;
            say!("model   {}", folder.describe());
            let (filled, config) = DistilBertClassifier::load(&folder.path, NAMES.len(), generator, &device)?;
            if !filled.fresh.is_empty() {
                say!("new     {}", filled.fresh.join(", "));
            }
            let wording = Wording::read_for(&folder.path, config.vocab_size)?;
            Project { run, settings, start, wording, folder: folder.path }.finish_distilbert(
                filled.model,
                &config,
                &parts,
            )
        }
        Start::Minilm => {
            let folder = find("all-minilm-l6-v2")?;
            say!("model   {}", folder.describe());
            let (encoder, config) = SentenceEncoder::load(&folder.path, &device)?;
            let wording = Wording::read_for(&folder.path, config.vocab_size)?;
            let project = Project { run, settings, start, wording, folder: folder.path };
            project.finish_minilm(encoder, &config, &parts)
        }
    }
}

/// What does not depend on the network.
struct Project<'a> {
    run: &'a Run,
    settings: &'a FinetuneSettings,
    start: &'a StartFlags,
    wording: Wording,
    /// Where the tokenizer's files are.
    folder: PathBuf,
}

impl Project<'_> {
    fn finish_distilbert(
        &self,
        model: DistilBertClassifier,
        config: &DistilBertConfig,
        parts: &ReviewParts,
    ) -> anyhow::Result<()> {
        let length = self.settings.max_length.min(config.max_position_embeddings);
        let sets = Sets::new(parts, &self.wording, length)?;
        let json = config.to_json(&NAMES.map(str::to_owned));
        self.finish(model, &sets, &json, None)
    }

    fn finish_minilm(
        &self,
        encoder: SentenceEncoder,
        config: &minilm::BertConfig,
        parts: &ReviewParts,
    ) -> anyhow::Result<()> {
        let length = self.settings.max_length.min(config.max_position_embeddings);
        let sets = Sets::new(parts, &self.wording, length)?;
        let frozen = frozen_features(&encoder.valid(), &sets, self.run);
        say!("frozen  test accuracy {frozen:.4} by a dense layer on the vectors as they are");
        let model = SentenceClassifier::on(encoder, config, NAMES.len(), self.run.generator());
        self.finish(model, &sets, &config.to_json(), Some(frozen))
    }

    /// Trains, tests, saves and reports.
    fn finish<M: TextClassifier>(
        &self,
        model: M,
        sets: &Sets,
        json: &serde_json::Value,
        frozen: Option<f64>,
    ) -> anyhow::Result<()> {
        let Self { run, settings, start, folder, .. } = self;
        let parameters = Module::num_params(&model);
        say!("model   {} parameters", grouped(parameters));
        let model = model.frozen(settings.frozen_layers);
        let ((model, history), book) = match start.way() {
            Way::Loop => (train(model, sets, settings, run)?, Book(0.9250)),
            Way::Trainer => (trainer::train(model, sets, settings, run)?, Book(0.9327)),
            Way::Learner => (lightning::train(model, sets, settings, run)?, Book(0.9223)),
        };
        let model = model.valid();
        let test = judge(&model, &sets.test, &run.device);
        let saved = run.path("model");
        hub::save(&saved, json, &model, &M::LAYOUT, Some(folder))?;
        say!("folder  {}", saved.display());
        run.save("curves", &history.figure()?)?;
        let mut report = run.report().data(sets.source.clone()).first_losses(&history.first_losses);
        report = report.metric("parameters", parameters as f64).metric("test loss", test.loss);
        let valid = history.last("valid accuracy").unwrap_or(f64::NAN);
        report = report.metric("valid accuracy", valid);
        if let Some(frozen) = frozen {
            report = report.metric("frozen accuracy", frozen);
        }
        let is_book_s = run.flags.book && start.start(true) == Start::Distilbert;
        let report = match is_book_s {
            true => report.compare("test accuracy", test.accuracy, book),
            false => report.metric("test accuracy", test.accuracy),
        };
        report.finish(run)?;
        Ok(())
    }
}

/// The test accuracy of a dense layer on vectors of an encoder that does not learn.
fn frozen_features(encoder: &SentenceEncoder, sets: &Sets, run: &Run) -> f64 {
    let vectors = |set: &Encoded| embed::embed(encoder, set, &run.device);
    let classes = |set: &Encoded| labels(set, &(0..set.len()).collect::<Vec<_>>(), &run.device);
    // A generator of its own, so that what follows draws the same numbers without this.
    let generator = Generator::seeded(run.flags.seed);
    let head = Head::learn(&vectors(&sets.train), &classes(&sets.train), NAMES.len(), &generator);
    head.accuracy(vectors(&sets.test), classes(&sets.test))
}

/// Section 16.3.4: Adam at one rate, an epoch after the other.
///
/// # Errors
/// As [`Training`].
pub fn train<M: TextClassifier>(
    model: M,
    sets: &Sets,
    settings: &FinetuneSettings,
    run: &Run,
) -> Result<(M, History), TrainError> {
    let mut training = Training::begin(run, settings, plan(sets, settings), model, adam())?;
    while training.next_epoch() {
        while let Some(rows) = training.next_batch()? {
            learn(&mut training, &sets.train, &rows, settings.parts, run);
        }
        let Judged { loss, accuracy } = judge(&training.model().valid(), &sets.valid, &run.device);
        training.end_epoch(&[("valid loss", loss), ("valid accuracy", accuracy)])?;
    }
    training.finish()
}

/// How long and in what steps to train.
pub fn plan(sets: &Sets, settings: &FinetuneSettings) -> Plan {
    Plan {
        num_epochs: settings.num_epochs,
        batch_size: settings.batch_size,
        learning_rate: settings.lr,
        examples: sets.train.len(),
    }
}

/// One step on the reviews at `rows`, in `parts` parts whose gradients are added up.
pub fn learn<M: TextClassifier>(
    training: &mut Training<'_, M>,
    texts: &Encoded,
    rows: &[usize],
    parts: usize,
    run: &Run,
) {
    let device = run.training_device();
    for part in rows.chunks(rows.len().div_ceil(parts).max(1)) {
        let labels = labels(texts, part, &device);
        let logits = training.model().logits(&Batch::of(texts, part, &device)); // [part, classes]
        training.count("accuracy", correct(logits.clone(), labels.clone()));
        let loss = cross_entropy(logits, labels);
        training.gather(if part.len() == rows.len() {
            loss
        } else {
            loss * (part.len() as f32 / rows.len() as f32)
        });
    }
    training.step_gathered();
}
