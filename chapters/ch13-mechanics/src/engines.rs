//! Sections 13.4.1 to 13.4.6: the digits once more, by engines and event handlers; and softmax taken twice beside once.
//! Both forms on the bundled digits in a second; with `--book` 0.94 and 0.95 on all of MNIST in some seconds.

use mlbook::plot::{Figure, Panel, PlotError, Series};
use mlbook::prelude::*;
use mlbook::train::EpochRecord;

use crate::engine_handlers::train_form;
use crate::mlp::Mlp;

mlbook::settings! {
    /// Settings of the engines project.
    pub struct EnginesSettings, flags EnginesFlags {
        /// Passes over the training digits
        num_epochs: usize, at_least_one, quick 5, book 5;
        /// Digits in a mini-batch
        batch_size: usize, at_least_one, quick 64, book 64;
        /// Adam's learning rate
        lr: f64, positive, quick 0.001, book 0.001;
        /// A line and a point in TensorBoard after every so many batches
        log_interval: usize, at_least_one, quick 100, book 100;
        /// Train on the first so many digits; 0 means all
        train_digits: usize, count, quick 0, book 0;
        /// Validate on the first so many test digits; 0 means all
        test_digits: usize, count, quick 0, book 0;
    }
}

/// The book's accuracy and loss on the test digits after epoch 5, 13.4.6.
const BOOK_ACCURACY: Book = Book(0.94);
const BOOK_LOSS: Book = Book(1.52);

/// What is given to cross-entropy, which takes the softmax of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// The book's: probabilities, so that softmax is taken twice. The loss cannot fall below ln(e + 9) − 1 = 1.4612.
    Softmax,
    /// The corrected form: logits.
    Logits,
}

impl Form {
    /// Both, the book's first.
    pub const BOTH: [Self; 2] = [Self::Softmax, Self::Logits];

    /// In two words; also the folder of its files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Softmax => "softmax-twice",
            Self::Logits => "softmax-once",
        }
    }

    /// Section 13.4.1: the network's output in this form.
    ///
    /// # Shapes
    /// - images: `[batch, 1, 28, 28]`
    /// - returns `[batch, 10]`
    pub fn scores(self, model: &Mlp, images: Tensor<4>) -> Tensor<2> {
        let logits = model.forward(images); // [batch, 10]
        match self {
            Self::Softmax => softmax(logits, 1),
            Self::Logits => logits,
        }
    }
}

/// Both forms trained from the same weights on the same batches, and the difference.
pub fn run(run: &Run, settings: &EnginesSettings) -> anyhow::Result<()> {
    let source = data::locate("mnist", run)?;
    say!("data    {}", source.describe());
    let digits = Mnist::read(&source.dir)?;
    let train = digits.train.first(settings.train_digits).on(&run.training_device());
    let test = digits.test.first(settings.test_digits).on(&run.device);
    say!("digits  {} for training; the {} test digits validate, as in the book", train.len(), test.len());

    let parts = run.parts(Form::BOTH.map(Form::name))?;
    let mut histories = Vec::new();
    let mut report = run.report().data(source.describe());
    for (form, part) in Form::BOTH.into_iter().zip(&parts) {
        say!("\n{}", form.name());
        part.generator().reseed(part.flags.seed);
        let (model, history) = train_form(form, &train, &test, settings, part)?;
        // Cross-entropy as it is meant, so that the two can be compared.
        let once = Evaluation::of(&test, |images| model.forward(images));
        let last = |metric: &str| history.last(metric).unwrap_or(f64::NAN);
        report = match form {
            Form::Softmax => report
                .first_losses(&history.first_losses)
                .compare("twice: accuracy", last("valid accuracy"), BOOK_ACCURACY)
                .compare("twice: loss", last("valid loss"), BOOK_LOSS)
                .metric("twice: cross-entropy", once.loss),
            Form::Logits => report
                .metric("once: accuracy", last("valid accuracy"))
                .metric("once: cross-entropy", once.loss),
        };
        histories.push(history);
    }
    print_difference(&histories[0], &histories[1]);
    run.save("difference", &difference(&histories[0], &histories[1])?)?;
    say!("events  {0}  (tensorboard --logdir {0})", run.path("").display());
    report.finish(run)?;
    Ok(())
}

/// Both forms epoch by epoch.
fn print_difference(twice: &History, once: &History) {
    say!("\n{:<8} {:>24} {:>24} {:>12}", "", "softmax twice (book)", "softmax once", "difference");
    say!(
        "{:<8} {:>12} {:>11} {:>12} {:>11} {:>12}",
        "epoch",
        "accuracy",
        "loss",
        "accuracy",
        "loss",
        "of accuracy"
    );
    for (twice, once) in twice.epochs.iter().zip(&once.epochs) {
        let of = |record: &EpochRecord, metric: &str| record.get(metric).unwrap_or(f64::NAN);
        let [a, b] = [twice, once].map(|record| of(record, "valid accuracy"));
        let [loss_a, loss_b] = [twice, once].map(|record| of(record, "valid loss"));
        say!("{:<8} {a:>12.4} {loss_a:>11.4} {b:>12.4} {loss_b:>11.4} {:>+12.4}", twice.epoch, b - a);
    }
    say!("softmax taken twice: the loss cannot fall below {:.4}", (1_f64.exp() + 9.0).ln() - 1.0);
}

/// Both forms' accuracy and loss on the test digits.
pub fn difference(twice: &History, once: &History) -> Result<Figure, PlotError> {
    let panel = |metric: &str| {
        let mut panel = Panel::new("", "epoch", metric);
        for (name, history) in [("softmax twice", twice), ("softmax once", once)] {
            let (epochs, values) = history.curve(&format!("valid {metric}"));
            panel = panel.with(Series::line(name, &epochs, &values));
        }
        panel
    };
    plot::curves(&["accuracy", "loss"].map(panel))
}
