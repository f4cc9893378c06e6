//! Sections 13.3.3 to 13.3.7, the program: what the book does with PyTorch Lightning, by burn's own `Learner`.
//! Every number of the book with `--book`, digit for digit, in some seconds; the same on the bundled digits by default.

use std::io::IsTerminal;

use mlbook::prelude::*;
use mlbook::train::keep_settings;
pub use mlbook::train::learner::best_epoch;

use crate::data_module::MnistDataModule;
use crate::learner_fit::Trainer;
use crate::learner_test::Tests;

mlbook::settings! {
    /// Settings of the Learner project.
    pub struct LearnerSettings, flags LearnerFlags {
        /// Epochs of the first training (13.3.3)
        num_epochs: usize, at_least_one, quick 10, book 10;
        /// Epochs after the training was taken up again (13.3.6); more than those
        resumed_epochs: usize, at_least_one, quick 15, book 15;
        /// Digits in a mini-batch
        batch_size: usize, at_least_one, quick 64, book 64;
        /// Adam's learning rate
        lr: f64, positive, quick 0.001, book 0.001;
        /// So many training digits are kept for validation
        validation: usize, at_least_one, quick 1_000, book 5_000;
    }
}

/// The book's numbers: accuracies after epoch 10 (13.3.5, from its event files), and the tests of 13.3.4 and 13.3.6.
const BOOK_TRAIN_ACCURACY: Book = Book(0.9708);
const BOOK_VALID_ACCURACY: Book = Book(0.9488);
const BOOK_BEST_EPOCH: Book = Book(9.0);
const BOOK_TESTS: [(&str, Book, Book); 3] = [
    ("13.3.4 best", Book(0.94996), Book(0.14912)),
    ("13.3.6 last", Book(0.954289), Book(0.147190)),
    ("13.3.6 best", Book(0.955945), Book(0.145127)),
];

/// Train, test the best epoch, go on from the checkpoint, test the last epoch and the best.
pub fn run(run: &Run, settings: &LearnerSettings, plain: bool) -> anyhow::Result<()> {
    anyhow::ensure!(
        settings.resumed_epochs > settings.num_epochs,
        "--resumed-epochs {} must be more than --num-epochs {}: the training goes on up to there",
        settings.resumed_epochs,
        settings.num_epochs
    );
    keep_settings(run, settings)?;
    let digits = MnistDataModule::setup(run, settings.validation, settings.batch_size)?;
    let dashboard = !plain && std::io::stdout().is_terminal();
    let trainer = Trainer { run: run.clone(), settings: settings.clone(), digits, dashboard };
    trainer.clear_unless_resumed()?;

    let first = settings.num_epochs;
    let (history, renderer) = trainer.fit(first)?;
    let best = best_epoch(&history, first);
    let mut tests = Tests::open(run)?;
    tests.add(&trainer, best, Some(renderer))?;
    trainer.print_after_dashboard(&history, 0);
    tests.print_last();

    let (history, renderer) = trainer.fit(settings.resumed_epochs)?;
    tests.add(&trainer, settings.resumed_epochs, Some(renderer))?;
    trainer.print_after_dashboard(&history, first);
    tests.print_last();
    tests.add(&trainer, best_epoch(&history, settings.resumed_epochs), None)?;
    tests.print_last();

    run.save("curves", &history.figure()?)?;
    say!("events  {}  (tensorboard --logdir {})", trainer.events().display(), run.path("").display());
    let at = |metric: &str| history.epochs.get(first - 1).and_then(|epoch| epoch.get(metric));
    let mut report = run
        .report()
        .data(trainer.digits.source.clone())
        .compare("13.3.3 train accuracy", at("accuracy").unwrap_or(f64::NAN), BOOK_TRAIN_ACCURACY)
        .compare("13.3.3 valid accuracy", at("valid accuracy").unwrap_or(f64::NAN), BOOK_VALID_ACCURACY)
        .compare("13.3.3 best epoch", best as f64, BOOK_BEST_EPOCH);
    for ((name, book_accuracy, book_loss), test) in BOOK_TESTS.into_iter().zip(tests.done()) {
        report = report
            .compare(&format!("{name}: test_acc"), test.running_accuracy, book_accuracy)
            .metric(&format!("{name}: accuracy"), test.accuracy)
            .compare(&format!("{name}: loss"), test.loss, book_loss);
    }
    report.finish(run)?;
    Ok(())
}
