//! Sections 12.2.1 to 12.2.4: a line through ten points, twice: with gradients alone, and with a layer, a loss and an optimiser.
//! Both runs print the book's twenty losses and end at the book's weights; a few seconds.

use mlbook::cli::Interrupted;
use mlbook::plot::{Figure, Panel, PlotError, Series};
use mlbook::prelude::*;
use mlbook::show;

use crate::{by_hand, by_modules};

mlbook::settings! {
    /// Settings of the linear project.
    pub struct LinearSettings, flags LinearFlags {
        /// Passes over the ten points
        num_epochs: usize, at_least_one, quick 200, book 200;
        /// Learning rate of gradient descent
        lr: f64, positive, quick 0.001, book 0.001;
        /// Print the loss each so many epochs
        log_epochs: usize, at_least_one, quick 10, book 10;
    }
}

/// Section 12.2.1: the points.
pub const X: [f32; 10] = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0];
/// Their heights.
pub const Y: [f32; 10] = [1.0, 1.3, 3.1, 2.0, 5.0, 6.3, 6.6, 7.4, 8.0, 9.0];

/// The book's weights and biases.
const BOOK_BY_HAND: [Book; 2] = [Book(2.6696107387542725), Book(4.879678249359131)];
const BOOK_BY_MODULES: [Book; 2] = [Book(2.6496422290802), Book(4.87706995010376)];

/// Data, two trainings, two lines. The second goes on with the random numbers where the first stopped, as in the book.
pub fn run(run: &Run, settings: &LinearSettings) -> anyhow::Result<()> {
    run.in_one_go()?;
    run.save_json("settings.json", settings)?;
    let points = Points::new(&run.training_device());
    run.save("points", &plot::scatter(&Panel::new("", "x", "y").with(Series::points("", &X, &Y)))?)?;

    say!("\n12.2.2 by hand: tensors and their gradients");
    let hand = by_hand::train(&points, settings, run)?;
    say!("\n12.2.4 by modules: a layer, a loss, an optimiser; 2 parameters");
    let modules = by_modules::train(&points, settings, run)?;

    run.save("by-hand", &points.figure(&hand)?)?;
    run.save("by-modules", &points.figure(&modules)?)?;
    let first_losses = [&hand, &modules].into_iter().filter_map(|line| line.losses.first().copied());
    run.report()
        .data("ten points of the book")
        .first_losses(&first_losses.collect::<Vec<_>>())
        .compare("by hand: weight", hand.weight, BOOK_BY_HAND[0])
        .compare("by hand: bias", hand.bias, BOOK_BY_HAND[1])
        .compare("by modules: weight", modules.weight, BOOK_BY_MODULES[0])
        .compare("by modules: bias", modules.bias, BOOK_BY_MODULES[1])
        .finish(run)?;
    Ok(())
}

/// A trained line, and the losses printed on the way.
#[derive(Clone, Debug)]
pub struct Line {
    pub weight: f64,
    pub bias: f64,
    /// Of the last point of every tenth epoch.
    pub losses: Vec<f64>,
}

/// The points to train on.
#[derive(Clone, Debug)]
pub struct Points {
    /// Standardised, `[10, 1]`.
    pub x: Tensor<2>,
    /// `[10, 1]`
    pub y: Tensor<2>,
    mean: f32,
    deviation: f32,
}

impl Points {
    /// Standardises the points by their own mean and deviation (of the population, as NumPy's `std`).
    pub fn new(device: &Device) -> Self {
        let mean = X.iter().sum::<f32>() / X.len() as f32;
        let variance = X.iter().map(|x| (x - mean).powi(2)).sum::<f32>() / X.len() as f32;
        let points = Self {
            x: Tensor::empty([0, 1], device),
            y: Tensor::from_data(TensorData::new(Y.to_vec(), [Y.len(), 1]), device),
            mean,
            deviation: variance.sqrt(),
        };
        let x: Vec<f32> = X.iter().map(|&x| points.standardised(x)).collect();
        Self { x: Tensor::from_data(TensorData::new(x, [X.len(), 1]), device), ..points }
    }

    /// Point `row`: x and y, both `[1, 1]`.
    pub fn point(&self, row: usize) -> (Tensor<2>, Tensor<2>) {
        (self.x.clone().narrow(0, row, 1), self.y.clone().narrow(0, row, 1))
    }

    fn standardised(&self, x: f32) -> f32 {
        (x - self.mean) / self.deviation
    }

    /// Section 12.2.3: the points, and the line at 100 places from 0 to 9.
    pub fn figure(&self, line: &Line) -> Result<Figure, PlotError> {
        let places: Vec<f64> =
            (0..100_u8).map(|i| f64::from(self.standardised(f32::from(i) * 9.0 / 99.0))).collect();
        let heights: Vec<f64> = places.iter().map(|x| line.weight * x + line.bias).collect();
        let panel = Panel::new("", "x, standardised", "y")
            .with(Series::points("training points", &show::floats(&self.x), &Y))
            .with(Series::dashed("fitted line", &places, &heights));
        plot::scatter(&panel)
    }
}

/// One line of the book's output; losses of every `log_epochs`-th epoch are kept.
pub fn log(epoch: usize, loss: f64, settings: &LinearSettings, losses: &mut Vec<f64>) {
    if epoch.is_multiple_of(settings.log_epochs) {
        say!("Epoch {epoch} Loss {loss:.4}");
        losses.push(loss);
    }
}

/// After each epoch: a training that went wrong has a loss that is no number, and Ctrl-C ends it.
pub fn go_on(epoch: usize, loss: f64, run: &Run) -> Result<(), TrainError> {
    if !loss.is_finite() {
        return Err(TrainError::Diverged { epoch: epoch + 1, loss });
    }
    if run.stop.is_set() {
        return Err(Interrupted { at: format!("after epoch {}", epoch + 1), resumable: false }.into());
    }
    Ok(())
}
