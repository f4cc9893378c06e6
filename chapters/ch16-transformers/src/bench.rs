//! How fast this chapter's networks are.

use mlbook::bench::{Measures, median_ms};
use mlbook::prelude::*;
use mlbook::train::Descent;

use crate::bench_bert;
use crate::gpt2::Gpt2;
use crate::gpt2_config::Gpt2Config;
use crate::sampling::Sampling;
use crate::writer::Writer;

/// Tokens that GPT-2 reads before it writes, and that it writes.
const PROMPT: usize = 8;
const WRITTEN: usize = 64;

/// The encoders; a training step of the small GPT; GPT-2's time for 64 tokens, one at a time.
pub fn measures(steps: usize, device: &Device) -> Measures {
    let mut measures = bench_bert::measures(steps, device);
    measures.extend([
        ("ch16 small GPT, batch 12 of 64, cpu".to_owned(), training(steps, device)),
        ("ch16 GPT-2 small, 64 tokens, cpu".to_owned(), writing(steps.div_ceil(8), device)),
    ]);
    measures
}

/// Forward, backward and one Adam step.
fn training(steps: usize, device: &Device) -> f64 {
    let (training, generator) = (device.clone().autodiff(), Generator::seeded(1));
    let config = Gpt2Config::characters(65, 64, 128);
    let model = Gpt2::new(&config, &generator, &training);
    let tokens = || {
        let drawn = generator.lock().rand(12 * 65).into_iter().map(|share| (share * 65.0) as i32);
        Tensor::<2, Int>::from_data(TensorData::new(drawn.collect::<Vec<_>>(), [12, 65]), &training)
    };
    let batches: Vec<_> = (0..10).map(|_| tokens()).collect();
    let mut learner = Descent::new(model, adam(), 0.001);
    let mut batch = 0;
    median_ms(steps, || {
        let text = batches[batch].clone(); // [12, 65]
        let logits = learner.model().forward(text.clone().narrow(1, 0, 64)); // [12, 64, 65]
        learner.step(cross_entropy(logits.flatten(0, 1), text.narrow(1, 1, 64).flatten(0, 1)));
        batch = (batch + 1) % batches.len();
    })
}

/// Reads a prompt and writes 64 tokens, each the likeliest.
fn writing(steps: usize, device: &Device) -> f64 {
    let network = Gpt2::new(&Gpt2Config::small(), &Generator::seeded(1), device);
    let prompt: Vec<i32> = (0..PROMPT as i32).map(|k| 1000 * k).collect();
    let greedy = Sampling { greedy: true, ..Sampling::default() };
    let mut rng = TorchRng::new(1);
    median_ms(steps, || {
        let Ok(mut writer) = Writer::begin(&network, &prompt) else { return };
        for _ in 0..WRITTEN {
            if writer.next(&greedy, &mut rng).is_err() {
                return;
            }
        }
    })
}
