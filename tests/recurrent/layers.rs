//! Names, sizes, drop-out and tables of recurrent layers.

use std::collections::BTreeSet;

use burn::optim::GradientsParams;
use mlbook::device;
use mlbook::nn::weights::{self, Arrays};
use mlbook::notebook::{LayerRow, layers};
use mlbook::prelude::*;

/// A model as the chapter has them.
#[derive(Module, Debug)]
struct Reader {
    embedding: Embedding,
    rnn: Lstm,
    fc: Linear,
}

impl Reader {
    fn new(seed: u64, device: &Device) -> Self {
        let rng = Generator::seeded(seed);
        Self {
            embedding: embedding(20, 3).padding(0).init(&rng, device),
            rnn: lstm(3, 4).num_layers(2).bidirectional().dropout(0.5).init(&rng, device),
            fc: linear(8, 1).init(&rng, device),
        }
    }

    fn forward(&self, tokens: Tensor<2, Int>) -> Tensor<2> {
        let out = self.rnn.forward_packed(self.embedding.forward(tokens), &[5, 2]); // hidden: [4, 2, 4]
        self.fc.forward(out.hidden.narrow(0, 2, 2).swap_dims(0, 1).flatten::<2>(1, 2))
    }
}

fn tokens(device: &Device) -> Tensor<2, Int> {
    Tensor::from_data([[3, 1, 19, 7, 7], [2, 4, 0, 0, 0]], device)
}

#[test]
fn weights_have_pytorchs_names_and_shapes_and_load_by_them() {
    let device = device::cpu();
    let arrays = weights::to_arrays(&Reader::new(1, &device)).unwrap();
    let mut names = vec!["embedding.weight".to_owned(), "fc.bias".into(), "fc.weight".into()];
    for layer in ["l0", "l0_reverse", "l1", "l1_reverse"] {
        let tensors = ["bias_hh", "bias_ih", "weight_hh", "weight_ih"];
        names.extend(tensors.map(|tensor| format!("rnn.{tensor}_{layer}")));
    }
    assert_eq!(arrays.keys().cloned().collect::<BTreeSet<_>>(), names.into_iter().collect());
    assert_eq!(arrays["rnn.weight_ih_l0"].shape, [16, 3]);
    assert_eq!(arrays["rnn.weight_ih_l1_reverse"].shape, [16, 8]);
    assert_eq!(arrays["rnn.weight_hh_l1"].shape, [16, 4]);

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("reader.safetensors");
    weights::save(&Reader::new(1, &device), &file).unwrap();
    let loaded = weights::load(Reader::new(2, &device), &file).unwrap();
    assert_eq!(weights::to_arrays(&loaded).unwrap(), arrays);
}

#[test]
fn a_missing_weight_is_named_as_pytorch_names_it() {
    let device = device::cpu();
    let mut arrays: Arrays = weights::to_arrays(&Reader::new(1, &device)).unwrap();
    arrays.remove("rnn.weight_hh_l0_reverse");
    let error = weights::from_arrays(Reader::new(2, &device), &arrays).unwrap_err().to_string();
    assert!(error.contains("rnn.weight_hh_l0_reverse"), "{error}");
}

#[test]
fn a_recurrent_layer_is_one_row_of_the_table() {
    let device = device::cpu();
    let reader = Reader::new(1, &device);
    let table = layers(&reader, |reader| reader.forward(tokens(&device)));
    let row = |name: &str, kind: &str, output: &[usize], parameters: usize| LayerRow {
        name: name.into(),
        kind: kind.into(),
        output: Some(output.to_vec()),
        calls: 1,
        parameters,
    };
    let lstm = 2 * 16 * (3 + 4 + 2) + 2 * 16 * (8 + 4 + 2);
    let expected = [
        row("embedding", "Embedding", &[2, 5, 3], 60),
        row("rnn", "Lstm", &[2, 5, 8], lstm),
        row("fc", "Linear", &[2, 1], 9),
    ];
    assert_eq!(table.rows, expected);
}

#[test]
fn drop_out_between_layers_is_for_training() {
    let device = device::cpu();
    let output = |device: &Device| {
        let out = Reader::new(1, device).forward(tokens(device));
        out.into_data().iter::<f32>().collect::<Vec<_>>()
    };
    assert_eq!(output(&device), output(&device));
    assert_ne!(output(&device), output(&device.clone().autodiff()));
}

#[test]
fn without_biases_a_cell_of_zeros_stays_zero() {
    let device = device::cpu();
    let x = Tensor::<3>::zeros([2, 3, 5], &device);
    let rng = Generator::seeded(1);
    let bare = gru(5, 4).no_bias().init(&rng, &device).forward(x.clone());
    assert_eq!(bare.output.abs().max().into_scalar::<f32>(), 0.0);
    let usual = gru(5, 4).init(&rng, &device).forward(x);
    assert!(usual.output.abs().max().into_scalar::<f32>() > 0.0);
}

#[test]
fn a_batch_without_rows_has_gradients_of_zeros() {
    let device = device::cpu().autodiff();
    let layer = gru(5, 4).init(&Generator::seeded(1), &device);
    let loss = layer.forward(Tensor::zeros([0, 3, 5], &device)).output.sum();
    let gradients = GradientsParams::from_grads(loss.backward(), &layer);
    let arrays = weights::gradients(&layer, gradients).unwrap();
    assert_eq!(arrays["weight_hh_l0"].shape, [12, 4]);
    assert!(arrays.values().all(|array| array.values.iter().all(|&value| value == 0.0)));
}

#[test]
#[should_panic(expected = "at least one hidden unit")]
fn a_layer_has_a_unit() {
    rnn(5, 0);
}

#[test]
#[should_panic(expected = "an initial state is [layers·directions, batch, hidden]")]
fn an_initial_state_has_the_layers_shape() {
    let device = device::cpu();
    let layer = lstm(5, 4).num_layers(2).init(&Generator::seeded(1), &device);
    let state = Tensor::<3>::zeros([1, 2, 4], &device);
    layer.forward_from(Tensor::zeros([2, 3, 5], &device), state.clone(), state);
}

#[test]
#[should_panic(expected = "sequences of at least one step")]
fn a_sequence_has_a_step() {
    let device = device::cpu();
    rnn(5, 4).init(&Generator::seeded(1), &device).forward(Tensor::zeros([2, 0, 5], &device));
}
