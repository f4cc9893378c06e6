//! Section 16.3.3 at the book's size: DistilBERT with drawn weights, 66,955,010 parameters, learns from two texts of 512 tokens.
//! Shows on any machine what the real model costs, without its weights; half a minute and 3 GB.

use std::time::Instant;

use burn::tensor::Bool;
use mlbook::prelude::*;
use mlbook::show::grouped;
use mlbook::train::Descent;

use crate::batches::Batch;
use crate::distilbert::{DistilBertClassifier, DistilBertConfig};

mlbook::settings! {
    /// Settings of the model at its full size.
    pub struct FullSizeSettings, flags FullSizeFlags {
        /// Steps that are timed, after one that is not
        steps: usize, at_least_one, quick 2, book 10;
        /// Texts in a batch
        batch_size: usize, at_least_one, quick 2, book 16;
        /// Tokens of a text
        tokens: usize, at_least_one, quick 512, book 512;
        /// Blocks that stay as they are, with the embeddings
        frozen_layers: usize, count, quick 0, book 0;
    }
}

/// The parameters of the book's model, and of its encoder alone.
pub const PARAMETERS: usize = 66_955_010;
pub const ENCODER_PARAMETERS: usize = 66_362_880;

/// A model that is not the book's.
#[derive(Debug, thiserror::Error)]
#[error(
    "DistilBERT has {found} parameters here and {expected} in the book; this is a mistake of the program"
)]
pub struct OtherSize {
    found: usize,
    expected: usize,
}

/// The parameters of the model and of its encoder, which must be as many as the book's.
fn counted(model: &DistilBertClassifier) -> Result<usize, OtherSize> {
    let found = [Module::num_params(&model.distilbert), Module::num_params(model)];
    for (found, expected) in found.into_iter().zip([ENCODER_PARAMETERS, PARAMETERS]) {
        if found != expected {
            return Err(OtherSize { found, expected });
        }
    }
    Ok(PARAMETERS)
}

/// A batch of made-up texts.
pub fn batch(
    texts: usize,
    tokens: usize,
    vocab_size: usize,
    generator: &Generator,
    device: &Device,
) -> Batch {
    let drawn = generator.lock().rand(texts * tokens).into_iter();
    let numbers: Vec<i32> = drawn.map(|share| 1 + (share * (vocab_size - 1) as f32) as i32).collect();
    let tokens_of = Tensor::from_data(TensorData::new(numbers, [texts, tokens]), device);
    let words =
        Tensor::<2, Bool>::from_data(TensorData::new(vec![true; texts * tokens], [texts, tokens]), device);
    Batch { tokens: tokens_of, words }
}

/// Model, batch, steps, time and memory out.
///
/// # Errors
/// Results that cannot be written.
pub fn run(run: &Run, settings: &FullSizeSettings) -> anyhow::Result<()> {
    run.in_one_go()?;
    let (generator, device) = (run.generator(), run.training_device());
    let config = DistilBertConfig::base();
    let tokens = settings.tokens.min(config.max_position_embeddings);
    let model = DistilBertClassifier::new(&config, 2, generator, &device);
    let parameters = counted(&model)?;
    let model = model.frozen(settings.frozen_layers);
    say!("model   DistilBERT, {} parameters", grouped(parameters));
    let batch = batch(settings.batch_size, tokens, config.vocab_size, generator, &device);
    let labels: Vec<i32> = (0..settings.batch_size).map(|row| (row % 2) as i32).collect();
    let labels = Tensor::<1, Int>::from_data(TensorData::new(labels, [settings.batch_size]), &device);
    let mut descent = Descent::new(model, adam(), 5e-5);
    let (mut losses, mut seconds) = (Vec::new(), Vec::new());
    for step in 0..=settings.steps {
        let started = Instant::now();
        let loss = cross_entropy(descent.model().forward(&batch), labels.clone());
        losses.push(f64::from(loss.clone().inner().into_scalar::<f32>()));
        descent.step(loss);
        seconds.push(started.elapsed().as_secs_f64());
        say!("step {step}  loss {:.4}  {:.2} s", losses[step], seconds[step]);
    }
    let timed = &mut seconds[1..];
    timed.sort_by(f64::total_cmp);
    run.report()
        .data(format!("{} made-up texts of {tokens} tokens", settings.batch_size))
        .compare("parameters", parameters as f64, Book(PARAMETERS as f64))
        .metric("seconds a step", timed[timed.len() / 2])
        .first_losses(&losses)
        .finish(run)?;
    Ok(())
}
