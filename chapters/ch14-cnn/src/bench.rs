//! How long a training step of this chapter's networks takes.

use mlbook::bench::{Measures, median_ms};
use mlbook::prelude::*;
use mlbook::train::Descent;

use crate::model::DigitCnn;

/// The digit network with the book's sizes: ten batches of 64 made-up digits in turn, forward, backward, one Adam step.
pub fn measures(steps: usize, device: &Device) -> Measures {
    let training = device.clone().autodiff();
    let generator = Generator::seeded(1);
    let model = DigitCnn::new(1024, 0.5, &generator, &training);
    let pixels = generator.lock().rand(640 * 28 * 28);
    let classes: Vec<u8> = (0..640).map(|digit| (digit % 10) as u8).collect();
    let digits = Labelled::new(pixels, [640, 1, 28, 28], &classes, &training);

    let mut learner = Descent::new(model, adam(), 0.001);
    let mut batch = 0;
    let time = median_ms(steps, || {
        let rows: Vec<usize> = (batch * 64..(batch + 1) * 64).collect();
        let (images, labels) = digits.batch(&rows);
        learner.step(cross_entropy(learner.model().forward(images), labels));
        batch = (batch + 1) % 10;
    });
    Measures::from([("ch14 digit CNN, batch 64, cpu".to_owned(), time)])
}
