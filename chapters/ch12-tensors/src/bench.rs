//! How long a training step of this chapter's network takes.

use mlbook::bench::{Measures, median_ms};
use mlbook::prelude::*;
use mlbook::train::Descent;

use crate::model::IrisNet;

/// The Iris network with the book's sizes: 50 batches of 2 made-up flowers in turn, forward, backward, one Adam step.
pub fn measures(steps: usize, device: &Device) -> Measures {
    let training = device.clone().autodiff();
    let generator = Generator::seeded(1);
    let model = IrisNet::new(16, &generator, &training);
    let lengths = generator.lock().randn(400);
    let classes: Vec<u8> = (0..100).map(|flower| flower % 3).collect();
    let flowers = Labelled::new(lengths, [100, 4], &classes, &training);

    let mut learner = Descent::new(model, adam(), 0.001);
    let mut batch = 0;
    let time = median_ms(steps, || {
        let (inputs, labels) = flowers.batch(&[2 * batch, 2 * batch + 1]);
        learner.step(cross_entropy(learner.model().forward(inputs), labels));
        batch = (batch + 1) % 50;
    });
    Measures::from([("ch12 Iris network, batch 2, cpu".to_owned(), time)])
}
