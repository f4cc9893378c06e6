//! Sections 13.2.4 and 13.2.5: the network of dense layers on MNIST.
//! Reaches 0.93 on the bundled digits in a second; with `--book` 0.9645 on all of MNIST in some seconds.

use mlbook::prelude::*;

use crate::mlp::{HIDDEN_UNITS, Mlp};

mlbook::settings! {
    /// Settings of the MNIST project.
    pub struct MnistSettings, flags MnistFlags {
        /// Passes over the training digits
        num_epochs: usize, at_least_one, quick 20, book 20;
        /// Digits in a mini-batch
        batch_size: usize, at_least_one, quick 64, book 64;
        /// Adam's learning rate
        lr: f64, positive, quick 0.001, book 0.001;
        /// Train on the first so many digits; 0 means all
        train_digits: usize, count, quick 0, book 0;
        /// Test on the first so many test digits; 0 means all
        test_digits: usize, count, quick 0, book 0;
    }
}

/// The book's accuracy on the training digits after each epoch, 13.2.5.
pub const BOOK_TRAIN_ACCURACY: [f64; 20] = [
    0.8531, 0.9287, 0.9413, 0.9506, 0.9558, 0.9592, 0.9627, 0.9650, 0.9674, 0.9691, 0.9711, 0.9729, 0.9741,
    0.9747, 0.9767, 0.9779, 0.9782, 0.9799, 0.9808, 0.9813,
];
const BOOK_TEST_ACCURACY: Book = Book(0.9645);

/// Data in, model, training, test, figures out.
pub fn run(run: &Run, settings: &MnistSettings) -> anyhow::Result<()> {
    let source = data::locate("mnist", run)?;
    say!("data    {}", source.describe());
    let digits = Mnist::read(&source.dir)?;
    let (train_digits, test_digits) =
        (digits.train.first(settings.train_digits), digits.test.first(settings.test_digits));
    say!("digits  {} for training, {} for the test", train_digits.len(), test_digits.len());

    let model = Mlp::new(HIDDEN_UNITS, run.generator(), &run.training_device());
    let (model, history) = train(model, &train_digits, settings, run)?;
    let model = model.valid();
    let test = Evaluation::of(&test_digits.on(&run.device), |images| model.forward(images));

    let classes = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
    run.save("curves", &history.figure()?)?;
    run.save("confusion", &plot::confusion(&test.confusion(), &classes)?)?;
    let last_epoch = BOOK_TRAIN_ACCURACY[settings.num_epochs.min(BOOK_TRAIN_ACCURACY.len()) - 1];
    run.report()
        .data(source.describe())
        .first_losses(&history.first_losses)
        .compare("train accuracy", history.last("accuracy").unwrap_or(f64::NAN), Book(last_epoch))
        .compare("test accuracy", test.accuracy(), BOOK_TEST_ACCURACY)
        .metric("test loss", test.loss)
        .finish(run)?;
    Ok(())
}

/// Section 13.2.5: cross-entropy and Adam, batches in PyTorch's order.
pub fn train(
    model: Mlp,
    digits: &Digits,
    settings: &MnistSettings,
    run: &Run,
) -> Result<(Mlp, History), TrainError> {
    // The book sets the seed again before the loop.
    run.generator().reseed(run.flags.seed);
    let train = digits.on(&run.training_device());
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
        training.end_epoch(&[])?;
    }
    training.finish()
}
