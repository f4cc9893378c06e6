//! Packed batches give what each row gives alone.

use burn::optim::GradientsParams;
use mlbook::device::{self, DeviceChoice};
use mlbook::nn::weights::{self, Arrays};
use mlbook::prelude::*;

const LENGTHS: [usize; 4] = [3, 7, 1, 5];

/// Output, hidden and cell state of a batch.
type Parts = Vec<Tensor<3>>;

fn values(tensor: Tensor<3>) -> Vec<f32> {
    tensor.into_data().iter::<f32>().collect()
}

fn close(got: Tensor<3>, expected: Tensor<3>) {
    assert_eq!(got.dims(), expected.dims());
    for (got, expected) in values(got).iter().zip(values(expected)) {
        assert!((got - expected).abs() < 1e-5, "{got} is not {expected}");
    }
}

/// Compares a packed batch with its rows one at a time, cut to their lengths.
fn compare(
    packed: impl Fn(Tensor<3>, &[usize]) -> Parts,
    alone: impl Fn(Tensor<3>) -> Parts,
    device: &Device,
) {
    let numbers = Generator::seeded(3).lock().randn(4 * 7 * 5);
    let batch = Tensor::<3>::from_data(TensorData::new(numbers, [4, 7, 5]), device);
    let got = packed(batch.clone(), &LENGTHS);
    for (row, &length) in LENGTHS.iter().enumerate() {
        let expected = alone(batch.clone().narrow(0, row, 1).narrow(1, 0, length));
        let outputs = got[0].clone().narrow(0, row, 1);
        close(outputs.clone().narrow(1, 0, length), expected[0].clone());
        if length < 7 {
            let padding = values(outputs.narrow(1, length, 7 - length));
            assert!(padding.iter().all(|&value| value == 0.0), "padding is zero");
        }
        for (got, expected) in got.iter().zip(&expected).skip(1) {
            close(got.clone().narrow(1, row, 1), expected.clone());
        }
    }
}

fn compare_lstm(layer: &Lstm, device: &Device) {
    let parts = |out: LstmOutput| vec![out.output, out.hidden, out.cell];
    compare(|x, lengths| parts(layer.forward_packed(x, lengths)), |x| parts(layer.forward(x)), device);
}

#[test]
fn packed_lstms_read_each_row_to_its_end() {
    let (rng, device) = (Generator::seeded(1), device::cpu());
    compare_lstm(&lstm(5, 4).init(&rng, &device), &device);
    compare_lstm(&lstm(5, 4).num_layers(2).bidirectional().init(&rng, &device), &device);
}

#[test]
fn packed_grus_and_plain_layers_read_each_row_to_its_end() {
    let (rng, device) = (Generator::seeded(1), device::cpu());
    let parts = |out: RnnOutput| vec![out.output, out.hidden];
    let layer = gru(5, 4).bidirectional().num_layers(2).init(&rng, &device);
    compare(|x, lengths| parts(layer.forward_packed(x, lengths)), |x| parts(layer.forward(x)), &device);
    let layer = rnn(5, 4).bidirectional().init(&rng, &device);
    compare(|x, lengths| parts(layer.forward_packed(x, lengths)), |x| parts(layer.forward(x)), &device);
}

/// The gradients of two layers in both directions, by name, from every part of what they return.
fn gradients(device: &Device) -> Arrays {
    let device = device.clone().autodiff();
    let layer = lstm(5, 4).num_layers(2).bidirectional().init(&Generator::seeded(1), &device);
    let numbers = Generator::seeded(3).lock().randn(4 * 7 * 5);
    let batch = Tensor::<3>::from_data(TensorData::new(numbers, [4, 7, 5]), &device);
    let out = layer.forward_packed(batch, &LENGTHS);
    let loss = out.output.square().sum() + out.hidden.sum() + out.cell.square().sum();
    weights::gradients(&layer, GradientsParams::from_grads(loss.backward(), &layer)).unwrap()
}

#[test]
#[allow(deprecated, reason = "part of the project's brief; gone in burn 0.23")]
fn ndarray_packs_too_and_learns_the_same() {
    let device = Device::ndarray();
    compare_lstm(&lstm(5, 4).bidirectional().init(&Generator::seeded(1), &device), &device);
    let (here, there) = (gradients(&device::cpu()), gradients(&device));
    assert_eq!(here.len(), 16);
    for (name, here) in &here {
        for (here, there) in here.values.iter().zip(&there[name].values) {
            assert!((here - there).abs() < 1e-4 * (1.0 + there.abs()), "{name}: {here} is not {there}");
        }
    }
}

#[test]
fn a_graphics_adapter_packs_too() {
    let device = device::open(DeviceChoice::Webgpu).unwrap();
    compare_lstm(&lstm(5, 4).bidirectional().init(&Generator::seeded(1), &device), &device);
}

#[test]
#[should_panic(
    expected = "row 1 of the batch has length 8; lengths are from 1 to the number of steps, here 7"
)]
fn a_length_is_at_most_the_number_of_steps() {
    let device = device::cpu();
    let layer = rnn(5, 4).init(&Generator::seeded(1), &device);
    layer.forward_packed(Tensor::zeros([2, 7, 5], &device), &[7, 8]);
}

#[test]
#[should_panic(expected = "row 0 of the batch has length 0")]
fn a_row_is_not_empty() {
    let device = device::cpu();
    let layer = rnn(5, 4).init(&Generator::seeded(1), &device);
    layer.forward_packed(Tensor::zeros([2, 7, 5], &device), &[0, 7]);
}
