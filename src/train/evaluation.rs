//! How well a classifier does on examples it was not trained on.

use burn::tensor::activation::softmax;
use burn::tensor::{Int, Tensor};

use super::Labelled;
use crate::nn::cross_entropy;

/// Examples that go through the network at a time: large enough to keep it busy, small enough for any memory.
const BATCH: usize = 250;

/// A classifier's answers for a data set.
#[derive(Clone, Debug)]
pub struct Evaluation {
    /// Mean cross-entropy.
    pub loss: f64,
    /// The true classes.
    pub labels: Vec<usize>,
    /// The classes it chose.
    pub predictions: Vec<usize>,
    /// How sure it was of them, from 0 to 1.
    pub confidences: Vec<f32>,
    /// How many classes there are.
    pub num_classes: usize,
}

impl Evaluation {
    /// Runs `forward` (`[batch, …]` to logits `[batch, classes]`) over the whole data set.
    pub fn of<const D: usize>(data: &Labelled<D>, forward: impl Fn(Tensor<D>) -> Tensor<2>) -> Self {
        Self::of_batches(data.batches(BATCH), forward)
    }

    /// The same, batch by batch, for a data set that is not on the device as a whole.
    pub fn of_batches<const D: usize>(
        batches: impl Iterator<Item = (Tensor<D>, Tensor<1, Int>)>,
        forward: impl Fn(Tensor<D>) -> Tensor<2>,
    ) -> Self {
        let mut evaluation =
            Self { loss: 0.0, labels: vec![], predictions: vec![], confidences: vec![], num_classes: 0 };
        for (inputs, labels) in batches {
            evaluation.add(forward(inputs), labels);
        }
        evaluation.loss /= evaluation.labels.len().max(1) as f64;
        evaluation
    }

    /// The mean over the classes of the share of their examples whose class was chosen: a classifier that always says the largest
    /// class gets 1 / classes. Classes without examples do not count.
    pub fn balanced_accuracy(&self) -> f64 {
        let confusion = self.confusion();
        let recalls: Vec<f64> = confusion
            .iter()
            .enumerate()
            .map(|(class, row)| (row[class], row.iter().sum::<usize>()))
            .filter(|&(_, examples)| examples > 0)
            .map(|(right, examples)| right as f64 / examples as f64)
            .collect();
        recalls.iter().sum::<f64>() / recalls.len().max(1) as f64
    }

    fn add(&mut self, logits: Tensor<2>, labels: Tensor<1, Int>) {
        let [count, classes] = logits.dims();
        self.num_classes = classes;
        self.loss += cross_entropy(logits.clone(), labels.clone()).into_scalar::<f32>() as f64 * count as f64;
        let (confidences, predictions) = softmax(logits, 1).max_dim_with_indices(1); // both [batch, 1]
        self.confidences.extend(confidences.into_data().iter::<f32>());
        self.predictions.extend(predictions.into_data().iter::<i64>().map(|class| class as usize));
        self.labels.extend(labels.into_data().iter::<i64>().map(|class| class as usize));
    }

    /// Share of examples whose class was chosen.
    pub fn accuracy(&self) -> f64 {
        let right =
            self.labels.iter().zip(&self.predictions).filter(|(label, choice)| label == choice).count();
        right as f64 / self.labels.len().max(1) as f64
    }

    /// How often each true class (row) was taken for each class (column).
    pub fn confusion(&self) -> Vec<Vec<usize>> {
        let mut counts = vec![vec![0; self.num_classes]; self.num_classes];
        for (&label, &choice) in self.labels.iter().zip(&self.predictions) {
            counts[label][choice] += 1;
        }
        counts
    }

    /// The examples it got wrong, the surest mistakes first.
    pub fn mistakes(&self) -> Vec<usize> {
        let mut wrong: Vec<usize> =
            (0..self.labels.len()).filter(|&i| self.labels[i] != self.predictions[i]).collect();
        wrong.sort_by(|&a, &b| self.confidences[b].total_cmp(&self.confidences[a]).then(a.cmp(&b)));
        wrong
    }
}
