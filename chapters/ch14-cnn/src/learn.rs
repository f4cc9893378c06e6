//! Section 14.2.8: the training that both projects share, and their test.

use mlbook::data::pictures::Pictures;
use mlbook::prelude::*;
use serde::Serialize;

use crate::saved::SavedNet;
use crate::smile::model::{NetShape, SmileCnn};
use crate::views;

/// Pictures to learn from, whole; those of validation and test as the network sees them.
#[derive(Clone, Debug)]
pub struct Sets {
    pub train: Pictures,
    pub validation: Pictures,
    pub test: Pictures,
    pub source: String,
    /// Whether each class counts the same, however many pictures it has.
    pub balanced: bool,
}

impl Sets {
    /// A seeded split, class by class: the first `test_share` of each class in random order for the test, a tenth of the rest (one at
    /// least) for validation.
    pub fn split(all: Pictures, test_share: f64, size: u32, seed: u64, source: String) -> Self {
        let mut rng = TorchRng::new(seed);
        let mut rows: [Vec<usize>; 3] = Default::default();
        for class in 0..all.classes.len() {
            let of_class: Vec<usize> =
                (0..all.len()).filter(|&i| usize::from(all.labels[i]) == class).collect();
            let order: Vec<usize> = rng.randperm(of_class.len()).into_iter().map(|i| of_class[i]).collect();
            let test = ((order.len() as f64 * test_share).round() as usize).max(1);
            let validation = ((order.len() - test) / 10).max(1);
            rows[2].extend(&order[..test]);
            rows[1].extend(&order[test..test + validation]);
            rows[0].extend(&order[test + validation..]);
        }
        let whole = |image: &image::RgbImage| image.clone();
        let seen = |image: &image::RgbImage| views::centre_view(image, size);
        let (train, validation, test) =
            (all.part(&rows[0], whole), all.part(&rows[1], seen), all.part(&rows[2], seen));
        Self { train: Pictures { skipped: all.skipped, ..train }, validation, test, source, balanced: true }
    }

    /// What a picture of each class counts in the loss; 1 on average.
    fn weights(&self) -> Option<Vec<f32>> {
        let counts = self.train.counts();
        let even = self.train.len() as f32 / counts.len().max(1) as f32;
        self.balanced.then(|| counts.iter().map(|&count| even / count.max(1) as f32).collect())
    }
}

/// How to learn.
#[derive(Clone, Copy, Debug)]
pub struct Recipe {
    pub num_epochs: usize,
    pub batch_size: usize,
    pub lr: f64,
    pub drop_rate: f64,
    pub shape: NetShape,
}

/// Trains by Adam on batches under new random views in each epoch, in PyTorch's order.
///
/// # Errors
/// Ctrl-C, a loss that is no number, files.
pub fn train(
    sets: &Sets,
    recipe: &Recipe,
    described: &impl Serialize,
    run: &Run,
) -> anyhow::Result<(SmileCnn, History)> {
    let device = run.training_device();
    let model = SmileCnn::new(recipe.shape, recipe.drop_rate, run.generator(), &device);
    let plan = Plan {
        num_epochs: recipe.num_epochs,
        batch_size: recipe.batch_size,
        learning_rate: recipe.lr,
        examples: sets.train.len(),
    };
    let weights = sets.weights().map(|weights| {
        let classes = weights.len();
        Tensor::<1>::from_data(TensorData::new(weights, [classes]), &device)
    });
    let mut training = Training::begin(run, described, plan, model, adam())?;
    while training.next_epoch() {
        while let Some(rows) = training.next_batch()? {
            let (images, labels) =
                views::augmented(&sets.train, &rows, &recipe.shape, run.generator(), &device)?;
            let scores = training.model().scores(images); // [batch, classes]
            training.count("accuracy", correct(scores.clone(), labels.clone()));
            training.step(loss(scores, labels, weights.clone()));
        }
        let valid = evaluate(&training.model().valid(), &recipe.shape, &sets.validation, run);
        training.end_epoch(&[("valid loss", valid.loss), ("valid accuracy", valid.accuracy())])?;
    }
    Ok(training.finish()?)
}

/// Mean cross-entropy of a batch, each example weighted by its class.
fn loss(scores: Tensor<2>, labels: Tensor<1, Int>, weights: Option<Tensor<1>>) -> Tensor<1> {
    let Some(weights) = weights else { return cross_entropy(scores, labels) };
    let weights = weights.select(0, labels.clone()); // [batch]
    let likelihood = log_softmax(scores, 1).gather(1, labels.unsqueeze_dim(1)); // [batch, 1]
    (likelihood.squeeze_dim::<1>(1) * weights).mean().neg() // [1]
}

/// What both projects do with their pictures: training, test, the network saved with its classes, curves and confusion matrix.
///
/// # Errors
/// As [`train`]; files that cannot be written.
pub fn learn(
    sets: &Sets,
    recipe: &Recipe,
    described: &impl Serialize,
    run: &Run,
) -> anyhow::Result<(History, Evaluation)> {
    let (model, history) = train(sets, recipe, described, run)?;
    let result = evaluate(&model.valid(), &recipe.shape, &sets.test, run);
    SavedNet::save(run, &sets.test.classes, recipe.shape)?;
    run.save("curves", &history.figure()?)?;
    let classes: Vec<&str> = sets.test.classes.iter().map(String::as_str).collect();
    run.save("confusion", &plot::confusion(&result.confusion(), &classes)?)?;
    Ok((history, result))
}

/// Answers for pictures that are views already.
pub fn evaluate(model: &SmileCnn, shape: &NetShape, pictures: &Pictures, run: &Run) -> Evaluation {
    Evaluation::of_batches(views::batches(pictures, shape, &run.device), |images| model.scores(images))
}
