//! Sections 11.1 to 11.11 as a program: the digits, the training, the test.
//! Reaches 0.945 on 10,000 test digits with `--book`.

use mlbook::data::mnist::{CLASSES, PIXELS};
use mlbook::nn::weights;
use mlbook::plot::{Figure, Panel, PlotError, Series};
use mlbook::prelude::*;
use mlbook::train::WEIGHTS;

use crate::data::{self, tensors};
use crate::network::NeuralNet;
use crate::train::{evaluate, predictions, train};

mlbook::settings! {
    /// Settings of the MNIST project.
    pub struct MnistSettings, flags MnistFlags {
        /// Passes over the training digits
        num_epochs: usize, at_least_one, quick 50, book 50;
        /// Digits in a mini-batch; the rest of an epoch that fills none is left out
        batch_size: usize, at_least_one, quick 100, book 100;
        /// Learning rate of plain gradient descent
        lr: f64, positive, quick 0.1, book 0.1;
        /// Units of the hidden layer
        hidden_size: usize, at_least_one, quick 50, book 50;
        /// So many digits are set apart for the test
        test_digits: usize, at_least_one, quick 2_000, book 10_000;
        /// So many of the others are kept for validation
        validation: usize, at_least_one, quick 1_000, book 5_000;
        /// Train on the first so many of the rest; 0 means all
        train_digits: usize, count, quick 0, book 0;
    }
}

/// Mistakes are looked for among the first so many test digits.
const LOOKED_AT: usize = 1_000;
/// The book seeds everything in this chapter, split, weights and batches, with this; it is what `--seed 1` stands for.
const BOOK_SEED: u64 = 123;

/// The book's numbers, 11.7, 11.8 and 11.10.
const BOOK_UNTRAINED_MSE: Book = Book(0.3);
const BOOK_UNTRAINED_ACCURACY: Book = Book(0.094);
const BOOK_LOSS: Book = Book(0.01);
const BOOK_TRAIN_ACCURACY: Book = Book(0.9559);
const BOOK_VALID_ACCURACY: Book = Book(0.9474);
const BOOK_TEST_ACCURACY: Book = Book(0.9451);

/// Data in, network, training, figures out.
pub fn run(run: &Run, settings: &MnistSettings) -> anyhow::Result<()> {
    let seed = numpy_seed(run.flags.seed)?;
    let source = data::read(run)?;
    run.save("digits", &data::first_of_each(&source.digits)?)?;
    run.save("sevens", &data::sevens(&source.digits)?)?;
    let sets = data::split(&source.digits, settings, seed)?;

    let net = NeuralNet::new(PIXELS, settings.hidden_size, CLASSES, &mut NumpyRng::new(seed), &run.device);
    let untrained = evaluate(&net, &tensors(&sets.validation, &run.device));
    say!("untrained  valid loss {:.4}  valid accuracy {:.4}", untrained.mse, untrained.accuracy);
    let (net, history) = train(net, NumpyRng::new(seed), &sets, settings, run)?;
    save(&net, run)?;

    let test = tensors(&sets.test, &run.device);
    let scores = evaluate(&net, &test);
    run.save("curves", &curves(&history)?)?;
    run.save("mistakes", &data::misclassified(&sets.test, &predictions(&net, &test, LOOKED_AT))?)?;
    let last = |metric| history.last(metric).unwrap_or(f64::NAN);
    run.report()
        .data(source.description)
        .first_losses(&history.first_losses)
        .compare("untrained valid loss", untrained.mse, BOOK_UNTRAINED_MSE)
        .compare("untrained valid acc.", untrained.accuracy, BOOK_UNTRAINED_ACCURACY)
        .compare("loss", last("loss"), BOOK_LOSS)
        .compare("accuracy", last("accuracy"), BOOK_TRAIN_ACCURACY)
        .compare("valid accuracy", last("valid accuracy"), BOOK_VALID_ACCURACY)
        .compare("test accuracy", scores.accuracy, BOOK_TEST_ACCURACY)
        .metric("test loss", scores.mse)
        .finish(run)?;
    Ok(())
}

/// NumPy's seed for a run: the book's for `--seed 1`, and the numbers after it for the others.
pub fn numpy_seed(seed: u64) -> anyhow::Result<u32> {
    let largest = u64::from(u32::MAX) + 1 - BOOK_SEED;
    anyhow::ensure!(
        (1..=largest).contains(&seed),
        "--seed {seed}: this chapter draws NumPy's numbers, whose seeds end at {}. Choose one from 1 to {largest}",
        u32::MAX
    );
    Ok(u32::try_from(seed - 1 + BOOK_SEED)?)
}

/// Writes the weights with the book's names.
fn save(net: &NeuralNet, run: &Run) -> anyhow::Result<()> {
    let path = run.path(WEIGHTS);
    mlbook::files::write(&path, &weights::write_arrays(&net.to_arrays())?)?;
    say!("weights {}", path.display());
    Ok(())
}

/// Section 11.9: the mean squared error by epoch, and both accuracies.
pub fn curves(history: &History) -> Result<Figure, PlotError> {
    let line = |label: &str, metric: &str| {
        let (epochs, values) = history.curve(metric);
        Series::line(label, &epochs, &values)
    };
    let loss = Panel::new("", "epoch", "mean squared error").with(line("training", "loss"));
    let accuracy = Panel::new("", "epoch", "accuracy")
        .with(line("training", "accuracy"))
        .with(line("validation", "valid accuracy"));
    plot::curves(&[loss, accuracy])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_seed_is_the_books_and_others_count_on_from_it() {
        assert_eq!(numpy_seed(1).ok(), Some(123));
        assert_eq!(numpy_seed(3).ok(), Some(125));
        assert_eq!(numpy_seed(4_294_967_173).ok(), Some(u32::MAX));
        assert!(numpy_seed(0).is_err() && numpy_seed(4_294_967_174).is_err());
    }
}
