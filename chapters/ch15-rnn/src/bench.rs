//! How long a training step of this chapter's networks takes.

use mlbook::bench::{Measures, median_ms};
use mlbook::prelude::*;
use mlbook::train::Descent;

use crate::char_model::{self, CharModel, summed_cross_entropy};
use crate::sentiment_model::{self, Sentiment};

/// Words of the book's vocabulary, and tokens of a made-up review.
const WORDS: usize = 69_025;
const TOKENS: usize = 250;

/// Forward, backward and one Adam step, on ten made-up batches in turn.
pub fn measures(steps: usize, device: &Device) -> Measures {
    Measures::from([
        ("ch15 IMDb LSTM, batch 32, cpu".to_owned(), sentiment(steps, device)),
        ("ch15 character LSTM, batch 64, cpu".to_owned(), characters(steps, device)),
    ])
}

fn sentiment(steps: usize, device: &Device) -> f64 {
    let (training, generator) = (device.clone().autodiff(), Generator::seeded(1));
    let model = Sentiment::lstm(sentiment_model::Sizes::book(WORDS), false, &generator, &training);
    let batches = batches(32, TOKENS, 1, WORDS, &generator, &training);
    let labels: Vec<f32> = (0..32).map(|row| (row % 2) as f32).collect();
    let labels = Tensor::<2>::from_data(TensorData::new(labels, [32, 1]), &training);
    let mut learner = Descent::new(model, adam(), 0.001);
    let mut batch = 0;
    median_ms(steps, || {
        let probabilities = learner.model().forward(batches[batch].clone(), &[TOKENS; 32]);
        learner.step(binary_cross_entropy(probabilities, labels.clone()));
        batch = (batch + 1) % batches.len();
    })
}

fn characters(steps: usize, device: &Device) -> f64 {
    let (training, generator) = (device.clone().autodiff(), Generator::seeded(1));
    let sizes = char_model::Sizes { vocab_size: 80, embed_dim: 256, rnn_hidden_size: 512 };
    let model = CharModel::new(sizes, &generator, &training);
    let batches = batches(64, 41, 0, 80, &generator, &training);
    let mut learner = Descent::new(model, adam(), 0.005);
    let mut batch = 0;
    median_ms(steps, || {
        let text = batches[batch].clone(); // [64, 41]
        let state = CharModel::init_hidden(sizes, 64, &training);
        let (logits, _) = learner.model().forward(text.clone().narrow(1, 0, 40), state); // [64, 40, 80]
        learner.step(summed_cross_entropy(logits, text.narrow(1, 1, 40)));
        batch = (batch + 1) % batches.len();
    })
}

/// Ten batches of `rows` sequences of numbers from `first` to below `end`.
fn batches(
    rows: usize,
    steps: usize,
    first: usize,
    end: usize,
    generator: &Generator,
    device: &Device,
) -> Vec<Tensor<2, Int>> {
    let mut rng = generator.lock();
    let mut batch = || {
        let span = (end - first) as f32;
        let numbers = rng.rand(rows * steps).into_iter().map(|share| first as i32 + (share * span) as i32);
        Tensor::from_data(TensorData::new(numbers.collect::<Vec<_>>(), [rows, steps]), device)
    };
    (0..10).map(|_| batch()).collect()
}
