//! Section 16.3.5: what Hugging Face's trainer adds to the loop: a learning rate that falls to zero, short gradients, looks at the
//! validation reviews in between, and the best network kept.

use std::path::PathBuf;

use mlbook::files;
use mlbook::hub::{self, TensorFile};
use mlbook::prelude::*;
use serde::{Deserialize, Serialize};

use crate::finetune::{FinetuneSettings, Sets, learn, plan};
use crate::judge::{Judged, TextClassifier, judge};

/// The trainer's `max_grad_norm`.
const LONGEST_GRADIENT: f64 = 1.0;

/// The best network so far.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Best {
    accuracy: f64,
    /// After so many batches.
    iteration: usize,
}

/// Trains, and hands out the network that judged the validation reviews best.
///
/// # Errors
/// As [`Training`].
pub fn train<M: TextClassifier>(
    model: M,
    sets: &Sets,
    settings: &FinetuneSettings,
    run: &Run,
) -> anyhow::Result<(M, History)> {
    let plan = plan(sets, settings);
    let iterations = settings.num_epochs * plan.examples.div_ceil(plan.batch_size);
    let mut kept = Kept::begin(run)?;
    let mut training = Training::begin(run, settings, plan, model, adam())?.clipped(LONGEST_GRADIENT);
    while training.next_epoch() {
        while let Some(rows) = training.next_batch()? {
            training.set_learning_rate(falling(settings.lr, training.iteration(), iterations));
            learn(&mut training, &sets.train, &rows, settings.parts, run);
            let iteration = training.iteration();
            if iteration.is_multiple_of(settings.eval_steps) {
                let judged = judge(&training.model().valid(), &sets.valid, &run.device);
                say!(
                    "step {iteration}/{iterations}  valid loss {:.4}  valid accuracy {:.4}",
                    judged.loss,
                    judged.accuracy
                );
                kept.keep(training.model(), judged, iteration)?;
            }
        }
        let judged = judge(&training.model().valid(), &sets.valid, &run.device);
        kept.keep(training.model(), judged, training.iteration())?;
        training.end_epoch(&[("valid loss", judged.loss), ("valid accuracy", judged.accuracy)])?;
    }
    let (model, history) = training.finish()?;
    Ok((kept.take(model)?, history))
}

/// Linear decay, without a warm-up: the whole rate at the first batch, zero after the last.
pub fn falling(rate: f64, iteration: usize, iterations: usize) -> f64 {
    rate * (1.0 - iteration as f64 / iterations.max(1) as f64).max(0.0)
}

/// The best network on the disk, with what it reached.
struct Kept {
    weights: PathBuf,
    card: PathBuf,
    best: Option<Best>,
}

impl Kept {
    /// None yet, or what the interrupted run kept.
    fn begin(run: &Run) -> anyhow::Result<Self> {
        let [weights, card] = ["best.safetensors", "best.json"].map(|name| run.path(name));
        let best = match run.flags.resume && card.exists() {
            true => serde_json::from_slice(&files::read(&card)?).ok(),
            false => None,
        };
        Ok(Self { weights, card, best })
    }

    fn keep<M: TextClassifier>(&mut self, model: &M, judged: Judged, iteration: usize) -> anyhow::Result<()> {
        if self.best.is_some_and(|best| best.accuracy >= judged.accuracy) {
            return Ok(());
        }
        let best = Best { accuracy: judged.accuracy, iteration };
        hub::write_tensors(&self.weights, &hub::tensors_of(model, &M::LAYOUT))?;
        files::write(&self.card, &serde_json::to_vec(&best)?)?;
        self.best = Some(best);
        Ok(())
    }

    fn take<M: TextClassifier>(&self, model: M) -> anyhow::Result<M> {
        let Some(best) = self.best else { return Ok(model) };
        say!("best    after {} batches: valid accuracy {:.4}", best.iteration, best.accuracy);
        Ok(TensorFile::read(&self.weights)?.fill(model, &M::LAYOUT)?.model)
    }
}

#[cfg(test)]
mod tests {
    use super::falling;

    #[test]
    fn the_rate_falls_in_a_line_from_the_whole_to_nothing() {
        let rates: Vec<f64> = (0..=4).map(|k| falling(4e-5, k, 4)).collect();
        for (rate, expected) in rates.iter().zip([4e-5, 3e-5, 2e-5, 1e-5, 0.0]) {
            assert!((rate - expected).abs() < 1e-12);
        }
    }
}
