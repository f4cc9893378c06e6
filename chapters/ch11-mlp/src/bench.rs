//! How long a training step of this chapter's network takes, with gradients by hand and by autodiff.

use burn::optim::SgdConfig;
use mlbook::bench::{Measures, median_ms};
use mlbook::prelude::*;
use mlbook::train::Descent;

use crate::autodiff::RecordedNet;
use crate::network::{NeuralNet, int_to_onehot, loss};

/// The book's sizes: ten batches of 100 made-up digits in turn, forward, backward, one step.
pub fn measures(steps: usize, device: &Device) -> Measures {
    let net = NeuralNet::new(784, 50, 10, &mut NumpyRng::new(123), device);
    Measures::from([
        ("ch11 MLP by hand, batch 100, cpu".to_owned(), by_hand(steps, net.clone(), device)),
        (
            "ch11 MLP, autodiff, batch 100, cpu".to_owned(),
            by_autodiff(steps, &net, &device.clone().autodiff()),
        ),
    ])
}

fn by_hand(steps: usize, mut net: NeuralNet, device: &Device) -> f64 {
    let digits = made_up(device);
    let mut batches = batches();
    median_ms(steps, || {
        let (x, labels) = digits.batch(&batches.next().unwrap_or_default());
        let onehot = int_to_onehot(labels, 10);
        let gradients = net.backward(x.clone(), net.forward(x), onehot);
        net = net.clone().descend(gradients, 0.1);
    })
}

fn by_autodiff(steps: usize, net: &NeuralNet, training: &Device) -> f64 {
    let digits = made_up(training);
    let mut batches = batches();
    let mut learner = Descent::new(RecordedNet::of(net, training), SgdConfig::new().init(), 0.1);
    median_ms(steps, || {
        let (x, labels) = digits.batch(&batches.next().unwrap_or_default());
        learner.step(loss(learner.model().forward(x).out, int_to_onehot(labels, 10)));
    })
}

fn made_up(device: &Device) -> Labelled<2> {
    let pixels = NumpyRng::new(1).rand(1_000 * 784).iter().map(|&draw| (2.0 * draw - 1.0) as f32).collect();
    let classes: Vec<u8> = (0..1_000).map(|digit| (digit % 10) as u8).collect();
    Labelled::new(pixels, [1_000, 784], &classes, device)
}

/// Row numbers of the ten batches, again and again.
fn batches() -> impl Iterator<Item = Vec<usize>> {
    (0..10).map(|batch| (batch * 100..(batch + 1) * 100).collect()).cycle()
}
