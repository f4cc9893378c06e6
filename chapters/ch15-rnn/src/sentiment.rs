//! Sections 15.2.8 to 15.2.10: recurrent networks judge film reviews.
//! With `--book` 0.85 and more on the 25,000 test reviews in some minutes; by default some of the real reviews, or
//! reviews from a grammar if there are none, in under a minute.

use mlbook::data::text::Encoded;
use mlbook::prelude::*;
use mlbook::show::{floats, grouped};
use serde::{Deserialize, Serialize};

use crate::sentiment_data::{self, OwnReviews, ReviewSets};
use crate::sentiment_figures as figures;
use crate::sentiment_model::{Judge, Sentiment, Sizes};
use crate::sentiment_predict::Card;
use crate::word_counts::WordCounts;

mlbook::settings! {
    /// Settings of the review project.
    pub struct SentimentSettings, flags SentimentFlags {
        /// Passes over the training reviews
        num_epochs: usize, at_least_one, quick 14, book 10;
        /// Reviews in a mini-batch
        batch_size: usize, at_least_one, quick 32, book 32;
        /// Adam's learning rate; 0.002 in the book for both directions
        lr: f64, positive, quick 0.002, book 0.001;
        /// Numbers for each word
        embed_dim: usize, at_least_one, quick 20, book 20;
        /// Units of the recurrent layer
        rnn_hidden_size: usize, at_least_one, quick 64, book 64;
        /// Units of the dense layer
        fc_hidden_size: usize, at_least_one, quick 64, book 64;
        /// Share of the training reviews that is kept for validation
        valid_share: f64, share, quick 0.2, book 0.2;
        /// Learn from so many of the real reviews, drawn by the seed, and test on as many; 0 means all
        reviews: usize, count, quick 8000, book 0;
        /// Reviews that the grammar makes when the real ones are not there
        invented: usize, at_least_one, quick 8000, book 8000;
    }
}

/// Which network judges.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, clap::ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Long short-term memory
    #[default]
    Lstm,
    /// Long short-term memory in both directions
    Bilstm,
    /// A plain recurrent layer
    Rnn,
    /// Logistic regression on the counts of words
    Counts,
}

impl Kind {
    /// The book's test accuracy.
    fn book(self) -> Option<Book> {
        match self {
            Self::Lstm => Some(Book(0.8598)),
            Self::Bilstm => Some(Book(0.8566)),
            Self::Rnn | Self::Counts => None,
        }
    }
}

/// Reviews in, model, training, test, figures out.
pub fn run(run: &Run, kind: Kind, own: &OwnReviews, settings: &SentimentSettings) -> anyhow::Result<()> {
    let sets = sentiment_data::load(run, own, settings)?;
    figures::say_first_batch(&sets);
    let sizes = Sizes {
        vocab_size: sets.vocabulary.len(),
        embed_dim: settings.embed_dim,
        rnn_hidden_size: settings.rnn_hidden_size,
        fc_hidden_size: settings.fc_hidden_size,
    };
    Card { kind, sizes, names: sets.names.clone(), vocabulary: sets.vocabulary.clone() }.save(run)?;
    let (generator, device) = (run.generator(), run.training_device());
    let project = Project { kind, sets: &sets, own, settings, run };
    match kind {
        Kind::Lstm => project
            .judge(Sentiment::lstm(sizes, false, generator, &device), |model, tokens, lengths| {
                Some(model.along(tokens, lengths))
            }),
        Kind::Bilstm => project.judge(Sentiment::lstm(sizes, true, generator, &device), |_, _, _| None),
        Kind::Rnn => project.judge(Sentiment::rnn(sizes, generator, &device), |model, tokens, lengths| {
            Some(model.along(tokens, lengths))
        }),
        Kind::Counts => project.judge(WordCounts::new(sizes.vocab_size, generator, &device), |_, _, _| None),
    }
}

/// What does not depend on the kind of network.
struct Project<'a> {
    kind: Kind,
    sets: &'a ReviewSets,
    own: &'a OwnReviews,
    settings: &'a SentimentSettings,
    run: &'a Run,
}

impl Project<'_> {
    /// Trains, tests and reports. `along` gives the probability after every word, if the network reads one after the other.
    fn judge<M: Judge>(
        &self,
        model: M,
        along: impl Fn(&M, Tensor<2, Int>, &[usize]) -> Option<Tensor<2>>,
    ) -> anyhow::Result<()> {
        let Self { kind, sets, own, settings, run } = *self;
        say!("model   {} parameters", grouped(Module::num_params(&model)));
        let (model, history) = train(model, sets, settings, run)?;
        let model = model.valid();
        let result = test(&model, &sets.test, &run.device);
        run.save("curves", &history.figure()?)?;
        run.save("lengths", &figures::lengths(sets)?)?;
        let names = sets.names.each_ref().map(String::as_str);
        run.save("confusion", &plot::confusion(&result.confusion(&sets.test), &names)?)?;
        if let Some(figure) = figures::along(sets, run, |tokens, lengths| along(&model, tokens, lengths))? {
            run.save("along", &figure)?;
        }
        let report = run.report().data(sets.source.clone()).first_losses(&history.first_losses);
        let accuracy = result.accuracy(&sets.test);
        let report = match kind.book().filter(|_| run.flags.book && own.csv.is_none()) {
            Some(book) => report.compare("test accuracy", accuracy, book),
            None => report.metric("test accuracy", accuracy),
        };
        let valid = history.last("valid accuracy").unwrap_or(f64::NAN);
        report.metric("valid accuracy", valid).metric("test loss", result.loss).finish(run)?;
        Ok(())
    }
}

/// Section 15.2.9: binary cross-entropy and Adam, batches of reviews filled up to the longest of each.
pub fn train<M: Judge>(
    model: M,
    sets: &ReviewSets,
    settings: &SentimentSettings,
    run: &Run,
) -> Result<(M, History), TrainError> {
    let device = run.training_device();
    let plan = Plan {
        num_epochs: settings.num_epochs,
        batch_size: settings.batch_size,
        learning_rate: settings.lr,
        examples: sets.train.len(),
    };
    let mut training = Training::begin(run, settings, plan, model, adam())?;
    while training.next_epoch() {
        while let Some(rows) = training.next_batch()? {
            let batch = sets.train.batch(&rows);
            let labels = batch.labels(&device).unsqueeze_dim::<2>(1); // [batch, 1]
            let probabilities = training.model().probability(batch.tokens(&device), &batch.lengths); // [batch, 1]
            training.count("accuracy", agreeing(probabilities.clone(), labels.clone()));
            training.step(binary_cross_entropy(probabilities, labels));
        }
        let valid = test(&training.model().valid(), &sets.valid, &run.device);
        let accuracy = valid.accuracy(&sets.valid);
        training.end_epoch(&[("valid loss", valid.loss), ("valid accuracy", accuracy)])?;
    }
    training.finish()
}

/// How many probabilities are on the label's side of a half, `[1]`.
fn agreeing(probabilities: Tensor<2>, labels: Tensor<2>) -> Tensor<1> {
    let chosen = probabilities.inner().greater_equal_elem(0.5).float(); // [batch, 1]
    chosen.equal(labels.inner()).float().sum() // [1]
}

/// A network's answers for reviews that it did not learn from.
#[derive(Clone, Debug)]
pub struct Verdicts {
    /// Mean binary cross-entropy.
    pub loss: f64,
    /// The probability that each review is positive.
    pub probabilities: Vec<f32>,
}

/// Reviews that are judged together; of about the same length, so that little is filled up.
const TEST_BATCH: usize = 128;

/// Judges all reviews of a set.
pub fn test<M: Judge>(model: &M, reviews: &Encoded, device: &Device) -> Verdicts {
    let lengths = reviews.lengths();
    let mut order: Vec<usize> = (0..reviews.len()).collect();
    order.sort_by_key(|&i| lengths[i]);
    let mut verdicts = Verdicts { loss: 0.0, probabilities: vec![0.0; reviews.len()] };
    for rows in order.chunks(TEST_BATCH) {
        let batch = reviews.batch(rows);
        let labels = batch.labels(device).unsqueeze_dim::<2>(1); // [batch, 1]
        let probabilities = model.probability(batch.tokens(device), &batch.lengths); // [batch, 1]
        let loss = binary_cross_entropy(probabilities.clone(), labels).into_scalar::<f32>();
        verdicts.loss += f64::from(loss) * rows.len() as f64 / reviews.len() as f64;
        for (&row, probability) in rows.iter().zip(floats(&probabilities)) {
            verdicts.probabilities[row] = probability;
        }
    }
    verdicts
}

impl Verdicts {
    /// How often each label (row) was taken for each (column).
    pub fn confusion(&self, reviews: &Encoded) -> Vec<Vec<usize>> {
        let mut counts = vec![vec![0; 2]; 2];
        for (probability, label) in self.probabilities.iter().zip(reviews.labels()) {
            counts[usize::from(*label > 0.5)][usize::from(*probability >= 0.5)] += 1;
        }
        counts
    }

    /// Share of reviews judged rightly.
    pub fn accuracy(&self, reviews: &Encoded) -> f64 {
        let confusion = self.confusion(reviews);
        (confusion[0][0] + confusion[1][1]) as f64 / reviews.len().max(1) as f64
    }
}
