//! How long a training step of this chapter's networks takes.

use burn::optim::SgdConfig;
use mlbook::bench::{Measures, median_ms};
use mlbook::prelude::*;
use mlbook::train::Descent;

use crate::examples::Examples;
use crate::mlp::{HIDDEN_UNITS, Mlp};
use crate::mpg_net::MpgNet;
use crate::xor_data::Points;
use crate::xor_nets::{TwoHidden, XorNet};

/// A step of each network with the book's sizes: forward, backward, one step of the optimiser.
pub fn measures(steps: usize, device: &Device) -> Measures {
    Measures::from([
        ("ch13 XOR network, batch 2, cpu".to_owned(), xor(steps, device)),
        ("ch13 Auto MPG network, batch 8, cpu".to_owned(), auto_mpg(steps, device)),
        ("ch13 MNIST MLP, batch 64, cpu".to_owned(), mnist_mlp(steps, device)),
    ])
}

/// Section 13.1.11, two hidden layers: 50 batches of 2 made-up points in turn.
fn xor(steps: usize, device: &Device) -> f64 {
    let generator = Generator::seeded(1);
    let model = TwoHidden::new(&generator, &device.clone().autodiff());
    let coordinates = generator.lock().rand(200);
    let points = Points {
        x: coordinates.as_chunks::<2>().0.to_vec(),
        y: (0..100_u8).map(|point| f32::from(point % 2)).collect(),
    };

    let mut learner = Descent::new(model, SgdConfig::new().init(), 0.015);
    let mut batch = 0;
    median_ms(steps, || {
        let (x, y) = points.batch(&[2 * batch, 2 * batch + 1], device); // [2, 2], [2, 1]
        learner.step(binary_cross_entropy(learner.model().forward(x), y));
        batch = (batch + 1) % 50;
    })
}

/// Section 13.2.3: 40 batches of 8 made-up cars in turn.
fn auto_mpg(steps: usize, device: &Device) -> f64 {
    let training = device.clone().autodiff();
    let generator = Generator::seeded(1);
    let model = MpgNet::new(9, [8, 4], &generator, &training);
    let features = generator.lock().rand(320 * 9);
    let targets = generator.lock().rand(320);
    let cars = Examples { features, width: 9, targets };

    let mut descent = Descent::new(model, SgdConfig::new().init(), 0.001);
    let mut batch = 0;
    median_ms(steps, || {
        let rows: Vec<usize> = (8 * batch..8 * (batch + 1)).collect();
        let (inputs, mpg) = cars.batch(&rows, &training); // [8, 9], [8, 1]
        descent.step(mean_squared_error(descent.model().forward(inputs), mpg));
        batch = (batch + 1) % 40;
    })
}

/// Section 13.2.5: ten batches of 64 made-up digits in turn.
fn mnist_mlp(steps: usize, device: &Device) -> f64 {
    let training = device.clone().autodiff();
    let generator = Generator::seeded(1);
    let model = Mlp::new(HIDDEN_UNITS, &generator, &training);
    let pixels = generator.lock().rand(640 * 28 * 28);
    let classes: Vec<u8> = (0..640).map(|digit| (digit % 10) as u8).collect();
    let digits = Labelled::new(pixels, [640, 1, 28, 28], &classes, &training);

    // Cut from the data set in order, as the program in PyTorch does: copying shuffled rows is not part of a step.
    let mut batches = std::iter::repeat_with(|| digits.batches(64)).flatten();
    let mut descent = Descent::new(model, adam(), 0.001);
    median_ms(steps, || {
        let Some((images, labels)) = batches.next() else { return }; // it has no end
        descent.step(cross_entropy(descent.model().forward(images), labels));
    })
}
