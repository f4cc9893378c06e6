//! How fast the encoders are: sentences a second, and a training step.

use mlbook::bench::{Measures, median_ms};
use mlbook::prelude::*;
use mlbook::train::Descent;

use crate::distilbert::{DistilBertClassifier, DistilBertConfig};
use crate::full_size::batch;
use crate::minilm::{BertConfig, SentenceEncoder};

/// Sentences that are encoded together, their tokens, and the texts and tokens of a training step.
const SENTENCES: [usize; 2] = [32, 64];
const TEXTS: [usize; 2] = [2, 128];

/// A batch of sentences through MiniLM; forward, backward and one Adam step of DistilBERT, without drop-out.
pub fn measures(steps: usize, device: &Device) -> Measures {
    Measures::from([
        ("ch16 MiniLM, 32 sentences of 64 tokens, cpu".to_owned(), sentences(steps, device)),
        ("ch16 DistilBERT step, 2 x 128 tokens, cpu".to_owned(), distilbert(steps, device)),
    ])
}

fn sentences(steps: usize, device: &Device) -> f64 {
    let (config, generator) = (BertConfig::minilm(), Generator::seeded(1));
    let encoder = SentenceEncoder::new(&config, &generator, device);
    let [texts, tokens] = SENTENCES;
    let batch = batch(texts, tokens, config.vocab_size, &generator, device);
    median_ms(steps, || {
        encoder.forward(&batch).into_data();
    })
}

fn distilbert(steps: usize, device: &Device) -> f64 {
    let (training, generator) = (device.clone().autodiff(), Generator::seeded(1));
    let mut config = DistilBertConfig::base();
    (config.dropout, config.attention_dropout, config.seq_classif_dropout) = (0.0, 0.0, 0.0);
    let [texts, tokens] = TEXTS;
    let batch = batch(texts, tokens, config.vocab_size, &generator, &training);
    let labels = Tensor::<1, Int>::from_data(TensorData::new(vec![0_i32, 1], [texts]), &training);
    let model = DistilBertClassifier::new(&config, 2, &generator, &training);
    let mut learner = Descent::new(model, adam(), 5e-5);
    median_ms(steps, || {
        let loss = cross_entropy(learner.model().forward(&batch), labels.clone());
        learner.step(loss);
    })
}
