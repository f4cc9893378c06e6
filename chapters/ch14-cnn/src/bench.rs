//! How long a training step of this chapter's networks takes.

use mlbook::bench::{Measures, median_ms};
use mlbook::prelude::*;
use mlbook::train::Descent;

use crate::model::DigitCnn;
use crate::smile::model::{NetShape, SmileCnn};

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
    Measures::from([
        ("ch14 digit CNN, batch 64, cpu".to_owned(), time),
        ("ch14 smile CNN, batch 32, cpu".to_owned(), smile_step(steps, &training)),
    ])
}

/// The smile network with the book's sizes: batches of 32 made-up faces in turn, forward, backward, one Adam step.
fn smile_step(steps: usize, training: &Device) -> f64 {
    let generator = Generator::seeded(1);
    let model = SmileCnn::new(NetShape::BOOK, 0.5, &generator, training);
    let pixels = generator.lock().rand(128 * 3 * 64 * 64);
    let classes: Vec<u8> = (0..128).map(|face| (face % 2) as u8).collect();
    let faces = Labelled::new(pixels, [128, 3, 64, 64], &classes, training);
    let mut learner = Descent::new(model, adam(), 0.001);
    let mut batch = 0;
    median_ms(steps, || {
        let rows: Vec<usize> = (batch * 32..(batch + 1) * 32).collect();
        let (images, labels) = faces.batch(&rows);
        let logits = learner.model().logits(images); // [32, 1]
        learner.step(binary_cross_entropy_with_logits(logits, labels.float().unsqueeze_dim(1)));
        batch = (batch + 1) % 4;
    })
}
