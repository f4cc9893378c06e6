//! Sections 14.1.6 to 14.1.9: the digits, the training, the test.
//! Reaches 0.97 on 1,000+ official test digits in under a minute on two cores; with `--book` 0.99 on all 10,000.

use mlbook::plot::{Figure, PlotError, Tone};
use mlbook::prelude::*;

use crate::model::DigitCnn;

mlbook::settings! {
    /// Settings of the MNIST project.
    pub struct MnistSettings, flags MnistFlags {
        /// Passes over the training digits
        num_epochs: usize, at_least_one, quick 3, book 20;
        /// Digits in a mini-batch
        batch_size: usize, at_least_one, quick 64, book 64;
        /// Adam's learning rate
        lr: f64, positive, quick 0.001, book 0.001;
        /// Units of the hidden layer
        hidden_size: usize, at_least_one, quick 1024, book 1024;
        /// Share of hidden units dropped while training
        drop_rate: f64, share, quick 0.5, book 0.5;
        /// The first so many training digits are kept for validation
        validation: usize, at_least_one, quick 500, book 10_000;
        /// Train on the first so many of the rest; 0 means all
        train_digits: usize, count, quick 0, book 0;
        /// Test on the first so many test digits; 0 means all
        test_digits: usize, count, quick 0, book 0;
    }
}

const DIGITS: [&str; 10] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

/// The book's numbers, 14.1.7 and 14.1.9.
const BOOK_VALID_ACCURACY: Book = Book(0.9907);
const BOOK_TEST_ACCURACY: Book = Book(0.9914);

/// Data in, model, training, figures out.
pub fn run(run: &Run, settings: &MnistSettings) -> anyhow::Result<()> {
    let digits = load(run, settings)?;
    let device = run.training_device();
    let model = DigitCnn::new(settings.hidden_size, settings.drop_rate, run.generator(), &device);
    let (model, history) = train(model, &digits, settings, run)?;
    let result = evaluate(&model.valid(), &digits.test, run);

    run.save("curves", &history.figure()?)?;
    run.save("confusion", &plot::confusion(&result.confusion(), &DIGITS)?)?;
    run.save("mistakes", &mistakes(&digits.test, &result)?)?;
    run.save("predictions", &predictions(&digits.test, &result)?)?;
    run.report()
        .data(digits.source)
        .first_losses(&history.first_losses)
        .compare("valid accuracy", history.last("valid accuracy").unwrap_or(f64::NAN), BOOK_VALID_ACCURACY)
        .compare("test accuracy", result.accuracy(), BOOK_TEST_ACCURACY)
        .metric("test loss", result.loss)
        .finish(run)?;
    Ok(())
}

/// The digits of a run, and where they come from.
#[derive(Clone, Debug)]
pub struct Sets {
    pub train: Digits,
    pub validation: Digits,
    pub test: Digits,
    pub source: String,
}

/// Section 14.1.6: the first training digits are for validation, the others for training; the test digits are the official ones.
pub fn load(run: &Run, settings: &MnistSettings) -> anyhow::Result<Sets> {
    let source = data::locate("mnist", run)?;
    say!("data    {}", source.describe());
    let digits = Mnist::read(&source.dir)?;
    let (validation, train) = digits.train.split_at(settings.validation)?;
    anyhow::ensure!(
        !train.is_empty(),
        "{} has {} training digits, and validation takes them all. Get the full set (cargo book data fetch mnist, or \
         --data-dir), or give a smaller --validation",
        source.set,
        validation.len()
    );
    let train = train.first(settings.train_digits);
    let test = digits.test.first(settings.test_digits);
    let sizes = [train.len(), validation.len(), test.len()];
    say!("digits  {} for training, {} for validation, {} for the test", sizes[0], sizes[1], sizes[2]);
    Ok(Sets { train, validation, test, source: source.describe() })
}

/// Section 14.1.7: cross-entropy and Adam, batches in PyTorch's order, validation after each epoch.
pub fn train(
    model: DigitCnn,
    digits: &Sets,
    settings: &MnistSettings,
    run: &Run,
) -> Result<(DigitCnn, History), TrainError> {
    let train = digits.train.on(&run.training_device());
    let plan = Plan {
        num_epochs: settings.num_epochs,
        batch_size: settings.batch_size,
        learning_rate: settings.lr,
        examples: train.len(),
    };
    let mut training = Training::begin(run, settings, plan, model, adam())?;
    while training.next_epoch() {
        while let Some(rows) = training.next_batch()? {
            let (images, labels) = train.batch(&rows); // [batch, 1, 28, 28], [batch]
            let logits = training.model().forward(images); // [batch, 10]
            training.count("accuracy", correct(logits.clone(), labels.clone()));
            training.step(cross_entropy(logits, labels));
        }
        let valid = evaluate(&training.model().valid(), &digits.validation, run);
        training.end_epoch(&[("valid loss", valid.loss), ("valid accuracy", valid.accuracy())])?;
    }
    training.finish()
}

/// Loss, predictions and confidences on digits that the model was not trained on.
pub fn evaluate(model: &DigitCnn, digits: &Digits, run: &Run) -> Evaluation {
    Evaluation::of(&digits.on(&run.device), |images| model.forward(images))
}

/// The 25 mistakes that the model was surest of, each with its true class and the one it chose.
pub fn mistakes(digits: &Digits, result: &Evaluation) -> Result<Figure, PlotError> {
    let mut pictures = Vec::new();
    for i in result.mistakes().into_iter().take(25) {
        let caption = format!("{} → {}", result.labels[i], result.predictions[i]);
        pictures.push(digits.picture(i)?.caption(&caption, Tone::Wrong));
    }
    if pictures.is_empty() {
        pictures.push(digits.picture(0)?.caption("no mistakes; the first digit", Tone::Right));
    }
    plot::image_grid(&pictures, 5)?.heading("Surest mistakes: true class → chosen class")
}

/// Section 14.1.10: the first 12 test digits and what the model reads in them.
pub fn predictions(digits: &Digits, result: &Evaluation) -> Result<Figure, PlotError> {
    let mut pictures = Vec::new();
    for i in 0..digits.len().min(12) {
        let tone = if result.predictions[i] == result.labels[i] { Tone::Right } else { Tone::Wrong };
        pictures.push(digits.picture(i)?.caption(&result.predictions[i].to_string(), tone));
    }
    plot::image_grid(&pictures, 6)?.heading("The first test digits, and what the network reads")
}
