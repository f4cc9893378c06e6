//! Sections 13.2.1 to 13.2.3: from a table of cars to a network that tells their fuel efficiency.
//! Test MSE 9.59 and MAE 2.12 (book: 9.61 and 2.12), the book's losses until rounding shows after 100 epochs; 3 s.

use burn::optim::SgdConfig;
use mlbook::plot::{Figure, Panel, PlotError, Series};
use mlbook::prelude::*;

use crate::examples::Examples;
use crate::mpg_data::Cars;
use crate::mpg_net::MpgNet;

mlbook::settings! {
    /// Settings of the Auto MPG project.
    pub struct MpgSettings, flags MpgFlags {
        /// Passes over the training cars
        num_epochs: usize, at_least_one, quick 200, book 200;
        /// Cars in a mini-batch
        batch_size: usize, at_least_one, quick 8, book 8;
        /// Learning rate of gradient descent
        lr: f64, positive, quick 0.001, book 0.001;
        /// Units of the first hidden layer
        hidden1: usize, at_least_one, quick 8, book 8;
        /// Units of the second hidden layer
        hidden2: usize, at_least_one, quick 4, book 4;
        /// Print the line of each so many epochs
        log_epochs: usize, at_least_one, quick 20, book 20;
    }
}

/// The book divides the sum of an epoch's batch losses by the number of batches, of which the last has one car.
const BATCH_LOSS: &str = "batch loss";

/// The book's losses of epochs 1, 21, 41, … (which it counts from 0), and its test.
pub const BOOK_LOSSES: [(usize, Book); 10] = [
    (1, Book(536.1047)),
    (21, Book(8.4361)),
    (41, Book(7.8695)),
    (61, Book(7.1891)),
    (81, Book(6.7062)),
    (101, Book(6.7599)),
    (121, Book(6.3124)),
    (141, Book(6.6864)),
    (161, Book(6.7648)),
    (181, Book(6.2156)),
];
const BOOK_TEST_MSE: Book = Book(9.6133);
const BOOK_TEST_MAE: Book = Book(2.1211);

/// Data in, network, training, test, figures out.
pub fn run(run: &Run, settings: &MpgSettings) -> anyhow::Result<()> {
    let cars = Cars::load(run)?;
    say!("\n{:<14} {:>12} {:>12}", "training cars", "mean", "std");
    for column in &cars.statistics {
        say!("{:<14} {:>12.6} {:>12.6}", column.column, column.mean, column.std);
    }
    say!();

    // The book seeds the generator before the network and again before the training: each has a generator of its own.
    let generator = Generator::seeded(run.flags.seed);
    let hidden = [settings.hidden1, settings.hidden2];
    let model = MpgNet::new(cars.train.width, hidden, &generator, &run.training_device());
    let (model, history) = train(model, &cars.train, settings, run)?;
    let predictions = predictions(&model.valid(), &cars.test, &run.device);
    let (mse, mae) = errors(&predictions, &cars.test.targets);

    run.save("curves", &curves(&history)?)?;
    run.save(
        "residuals",
        &plot::residuals("", &[("test cars", predictions.as_slice(), &cars.test.targets)])?,
    )?;
    let mut report = run.report();
    for (epoch, book) in BOOK_LOSSES {
        let record = history.epochs.iter().find(|record| record.epoch == epoch);
        if let Some(loss) = record.and_then(|record| record.get(BATCH_LOSS)) {
            report = report.compare(&format!("batch loss, epoch {epoch:>3}"), loss, book);
        }
    }
    report
        .data(cars.source)
        .first_losses(&history.first_losses)
        .compare("test MSE", mse, BOOK_TEST_MSE)
        .compare("test MAE", mae, BOOK_TEST_MAE)
        .finish(run)?;
    Ok(())
}

/// Section 13.2.3: gradient descent on the mean squared error.
pub fn train(
    model: MpgNet,
    cars: &Examples,
    settings: &MpgSettings,
    run: &Run,
) -> Result<(MpgNet, History), TrainError> {
    let device = run.training_device();
    let plan = Plan {
        num_epochs: settings.num_epochs,
        batch_size: settings.batch_size,
        learning_rate: settings.lr,
        examples: cars.len(),
    };
    // Counts are shown per example: this turns a sum over batches into a mean over batches.
    let per_batch = plan.examples as f32 / plan.examples.div_ceil(plan.batch_size) as f32;
    let mut training =
        Training::begin(run, settings, plan, model, SgdConfig::new().init())?.log_every(settings.log_epochs);
    while training.next_epoch() {
        while let Some(rows) = training.next_batch()? {
            let (inputs, mpg) = cars.batch(&rows, &device); // [batch, 9], [batch, 1]
            let loss = mean_squared_error(training.model().forward(inputs), mpg);
            training.count(BATCH_LOSS, loss.clone().inner() * per_batch);
            training.step(loss);
        }
        training.end_epoch(&[])?;
    }
    training.finish()
}

/// Miles per gallon that the network tells for each car.
pub fn predictions(model: &MpgNet, cars: &Examples, device: &Device) -> Vec<f32> {
    model.forward(cars.features(device)).into_data().iter::<f32>().collect()
}

/// Mean squared and mean absolute error.
pub fn errors(predictions: &[f32], truth: &[f32]) -> (f64, f64) {
    let errors = || predictions.iter().zip(truth).map(|(p, t)| f64::from(p - t));
    let count = truth.len() as f64;
    (errors().map(|e| e * e).sum::<f64>() / count, errors().map(f64::abs).sum::<f64>() / count)
}

/// Both means of the loss by epoch, on a logarithmic scale: the first is a hundred times the last.
pub fn curves(history: &History) -> Result<Figure, PlotError> {
    let mut panel = Panel::new("", "epoch", "mean squared error").log_y();
    for (metric, label) in [("loss", "mean of the cars"), (BATCH_LOSS, "mean of the batches (the book's)")] {
        let (epochs, losses) = history.curve(metric);
        panel = panel.with(Series::line(label, &epochs, &losses));
    }
    plot::curves(&[panel])
}
