//! Embeddings against their definition.

use burn::optim::GradientsParams;
use mlbook::device;
use mlbook::nn::weights;
use mlbook::prelude::*;

/// Rows of `[2, 3]` tokens, some of them twice, one of them padding.
const TOKENS: [[i32; 3]; 2] = [[4, 1, 4], [2, 0, 0]];

fn tokens(device: &Device) -> Tensor<2, Int> {
    Tensor::from_data(TOKENS, device)
}

fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().iter::<f32>().collect()
}

#[test]
fn vectors_are_rows_of_a_table_of_normals_and_padding_is_zero() {
    let device = device::cpu();
    let table = embedding(5, 3).padding(0).init(&Generator::seeded(1), &device);
    let drawn = Generator::seeded(1).lock().randn(15);
    let weight = values(table.weight.val());
    assert_eq!(weight[3..], drawn[3..]);
    assert_eq!(weight[..3], [0.0; 3]);
    let vectors = table.forward(tokens(&device));
    assert_eq!(vectors.dims(), [2, 3, 3]);
    let expected: Vec<f32> =
        TOKENS.iter().flatten().flat_map(|&token| weight[3 * token as usize..][..3].to_vec()).collect();
    assert_eq!(values(vectors), expected);
}

/// The gradient of a weighted sum of the vectors, by token.
fn gradient(device: &Device, padding: bool) -> Vec<f32> {
    let device = device.clone().autodiff();
    let builder = if padding { embedding(6, 2).padding(0) } else { embedding(6, 2) };
    let table = builder.init(&Generator::seeded(1), &device);
    let factors = Tensor::<3>::from_data([[[1.0], [2.0], [4.0]], [[8.0], [16.0], [32.0]]], &device);
    let loss = (table.forward(tokens(&device)) * factors).sum();
    let gradients = GradientsParams::from_grads(loss.backward(), &table);
    weights::gradients(&table, gradients).unwrap()["weight"].values.clone()
}

#[test]
fn gradients_gather_by_token_and_leave_padding_alone() {
    #[allow(deprecated, reason = "part of the project's brief; gone in burn 0.23")]
    let devices = [device::cpu(), Device::ndarray()];
    for device in devices {
        assert_eq!(gradient(&device, false), [48., 48., 2., 2., 8., 8., 0., 0., 5., 5., 0., 0.]);
        assert_eq!(gradient(&device, true), [0., 0., 2., 2., 8., 8., 0., 0., 5., 5., 0., 0.]);
    }
}

#[test]
#[should_panic(expected = "the padding token is one of the 5, not 5")]
fn padding_is_a_token() {
    embedding(5, 3).padding(5);
}
