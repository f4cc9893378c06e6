//! What each epoch reached.

use serde::{Deserialize, Serialize};

use crate::plot::{self, Figure, Panel, PlotError, Series};

/// The metrics of one epoch, in the order in which they are printed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EpochRecord {
    /// From 1.
    pub epoch: usize,
    /// Name and value: `("valid accuracy", 0.9860)`.
    pub metrics: Vec<(String, f64)>,
    /// Wall-clock time of training and validation.
    pub seconds: f64,
}

/// The epochs of a training run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct History {
    pub epochs: Vec<EpochRecord>,
    /// Losses of the first five batches, from the initial weights.
    pub first_losses: Vec<f64>,
}

impl EpochRecord {
    /// The value of a metric.
    pub fn get(&self, metric: &str) -> Option<f64> {
        self.metrics.iter().find(|(name, _)| name == metric).map(|&(_, value)| value)
    }

    /// The one epoch line of all chapters.
    pub fn line(&self, num_epochs: usize) -> String {
        let width = num_epochs.to_string().len();
        let metrics: String =
            self.metrics.iter().map(|(name, value)| format!("  {name} {value:.4}")).collect();
        format!("epoch {:>width$}/{num_epochs}{metrics}  {:>4.0} s", self.epoch, self.seconds)
    }
}

impl History {
    /// A metric over the epochs, with their numbers: the two axes of a curve. Epochs without it are left out.
    pub fn curve(&self, metric: &str) -> (Vec<f64>, Vec<f64>) {
        self.epochs.iter().filter_map(|epoch| Some((epoch.epoch as f64, epoch.get(metric)?))).unzip()
    }

    /// Loss and accuracy by epoch, for training and validation, side by side.
    pub fn figure(&self) -> Result<Figure, PlotError> {
        let panel = |metric: &str| {
            let mut panel = Panel::new("", "epoch", metric);
            for (name, of) in [(metric.to_owned(), "training"), (format!("valid {metric}"), "validation")] {
                let (epochs, values) = self.curve(&name);
                if !epochs.is_empty() {
                    panel = panel.with(Series::line(of, &epochs, &values));
                }
            }
            panel
        };
        let shown = ["loss", "accuracy"].into_iter().filter(|metric| self.last(metric).is_some());
        plot::curves(&shown.map(panel).collect::<Vec<_>>())
    }

    /// A metric of the last epoch.
    pub fn last(&self, metric: &str) -> Option<f64> {
        self.epochs.last()?.get(metric)
    }
}

#[cfg(test)]
mod tests {
    use super::EpochRecord;

    #[test]
    fn the_epoch_line_is_the_one_of_the_style_guide() {
        let metrics =
            [("loss", 0.0512), ("accuracy", 0.9841), ("valid loss", 0.0467), ("valid accuracy", 0.986)];
        let metrics = metrics.map(|(name, value)| (name.to_owned(), value)).to_vec();
        let record = EpochRecord { epoch: 3, metrics, seconds: 38.2 };
        assert_eq!(
            record.line(20),
            "epoch  3/20  loss 0.0512  accuracy 0.9841  valid loss 0.0467  valid accuracy 0.9860    38 s"
        );
    }
}
