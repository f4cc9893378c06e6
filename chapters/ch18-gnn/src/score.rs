//! How far predictions are from the truth.

/// True and predicted values.
#[derive(Clone, Debug, Default)]
pub struct Predictions {
    pub truth: Vec<f64>,
    pub predicted: Vec<f64>,
    /// The mean squared error of each batch, added up.
    pub batch_errors: f64,
}

impl Predictions {
    /// Adds the answers for a batch.
    pub fn add(&mut self, truth: &[f32], predicted: &[f32]) {
        let squares: f64 = truth.iter().zip(predicted).map(|(t, p)| f64::from(t - p).powi(2)).sum();
        self.batch_errors += squares / truth.len().max(1) as f64;
        self.truth.extend(truth.iter().map(|&value| f64::from(value)));
        self.predicted.extend(predicted.iter().map(|&value| f64::from(value)));
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.truth.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.truth.is_empty()
    }

    /// The mean squared error.
    pub fn mse(&self) -> f64 {
        self.mean(|error| error * error)
    }

    /// The mean absolute error.
    pub fn mae(&self) -> f64 {
        self.mean(f64::abs)
    }

    /// What the book prints: the sum of the batches' mean squared errors over the number of examples, so about the mean squared
    /// error over the size of a batch.
    pub fn book_loss(&self) -> f64 {
        self.batch_errors / self.len().max(1) as f64
    }

    /// The share of the truth's variance that the predictions explain.
    pub fn r2(&self) -> f64 {
        let mean = self.truth.iter().sum::<f64>() / self.len().max(1) as f64;
        let spread = self.truth.iter().map(|value| (value - mean).powi(2)).sum::<f64>();
        1.0 - self.mse() * self.len() as f64 / spread
    }

    fn mean(&self, of: impl Fn(f64) -> f64) -> f64 {
        let sum: f64 = self.truth.iter().zip(&self.predicted).map(|(truth, found)| of(found - truth)).sum();
        sum / self.len().max(1) as f64
    }
}
