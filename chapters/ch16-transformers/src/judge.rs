//! Networks that tell the classes of texts apart, and how well they do (`compute_accuracy` of 16.3.4).

use burn::module::ModuleDisplay;
use mlbook::data::text::Encoded;
use mlbook::hub::Layout;
use mlbook::prelude::*;
use mlbook::show::floats;

use crate::batches::{Batch, by_length};
use crate::distilbert::{self, DistilBertClassifier};
use crate::minilm::{self, SentenceClassifier};

/// A network that gives each text a score for each class.
pub trait TextClassifier: Module + ModuleDisplay + 'static {
    /// How its tensors are called in files.
    const LAYOUT: Layout;

    /// # Shapes
    /// - batch of `[batch, steps]` tokens
    /// - returns logits `[batch, classes]`
    fn logits(&self, batch: &Batch) -> Tensor<2>;

    /// With embeddings and the first `layers` blocks frozen, if `layers` is not 0.
    fn frozen(self, layers: usize) -> Self;
}

impl TextClassifier for DistilBertClassifier {
    const LAYOUT: Layout = distilbert::LAYOUT;

    fn logits(&self, batch: &Batch) -> Tensor<2> {
        self.forward(batch)
    }

    fn frozen(self, layers: usize) -> Self {
        Self::frozen(self, layers)
    }
}

impl TextClassifier for SentenceClassifier {
    const LAYOUT: Layout = minilm::LAYOUT;

    fn logits(&self, batch: &Batch) -> Tensor<2> {
        self.forward(batch)
    }

    fn frozen(self, layers: usize) -> Self {
        Self::frozen(self, layers)
    }
}

/// What a network says of texts whose classes are known.
#[derive(Clone, Copy, Debug)]
pub struct Judged {
    /// Mean cross-entropy.
    pub loss: f64,
    /// Share of texts whose class was chosen.
    pub accuracy: f64,
}

/// Texts that are judged together.
const BATCH: usize = 32;

/// Judges all texts, in batches of like length.
pub fn judge<M: TextClassifier>(model: &M, texts: &Encoded, device: &Device) -> Judged {
    let mut judged = Judged { loss: 0.0, accuracy: 0.0 };
    for rows in by_length(texts, BATCH) {
        let (logits, labels) = (model.logits(&Batch::of(texts, &rows, device)), labels(texts, &rows, device));
        let share = rows.len() as f64 / texts.len() as f64;
        judged.loss +=
            share * f64::from(floats(&cross_entropy(logits.clone(), labels.clone())).iter().sum::<f32>());
        judged.accuracy +=
            f64::from(floats(&correct(logits, labels)).iter().sum::<f32>()) / texts.len() as f64;
    }
    judged
}

/// The classes of the texts at `rows`, `[batch]`.
pub fn labels(texts: &Encoded, rows: &[usize], device: &Device) -> Tensor<1, Int> {
    let labels: Vec<i32> = rows.iter().map(|&row| texts.labels()[row] as i32).collect();
    Tensor::from_data(TensorData::new(labels, [rows.len()]), device)
}
