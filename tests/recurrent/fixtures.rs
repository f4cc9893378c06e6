//! The layers with PyTorch's weights give PyTorch's outputs, losses, gradients and steps.

use std::path::{Path, PathBuf};

use mlbook::device;
use mlbook::nn::weights;
use mlbook::parity::{self, Fixture, ParityError, Row, largest_error};
use mlbook::prelude::*;

fn fixture(name: &str) -> Fixture {
    let dir: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("reference/fixtures");
    Fixture::read(&dir, name).unwrap()
}

/// What a layer returned, by the names of the fixtures.
type Outputs = Vec<(&'static str, Tensor<2>)>;

fn flat(tensor: Tensor<3>) -> Tensor<2> {
    tensor.flatten(0, 1)
}

/// A layer alone, learning `in.target` by its squared error.
fn compare<M: Module>(
    name: &str,
    model: impl Fn(&Device) -> M,
    forward: impl Fn(&M, &Fixture, &Device) -> Result<Outputs, ParityError>,
) -> Row {
    let fixture = fixture(name);
    let loss = |model: &M, device: &Device| {
        let (_, output) = forward(model, &fixture, device)?.remove(0);
        let target: Tensor<3> = fixture.tensor("in.target", device)?;
        Ok(mean_squared_error(output, flat(target)))
    };
    let outputs = |model: &M, device: &Device| forward(model, &fixture, device);
    parity::supervised(&fixture, &device::cpu(), model, outputs, loss, adam()).unwrap()
}

fn lstm_outputs(model: &Lstm, fixture: &Fixture, device: &Device) -> Result<Outputs, ParityError> {
    let [x, h0, c0] = ["in.x", "in.h0", "in.c0"].map(|name| fixture.tensor(name, device));
    let out = model.forward_from(x?, h0?, c0?);
    Ok(vec![("output", flat(out.output)), ("h_n", flat(out.hidden)), ("c_n", flat(out.cell))])
}

#[test]
fn lstms_are_pytorchs() {
    let rng = Generator::seeded(1);
    let small = || lstm(8, 12);
    for (name, layer) in [
        ("ch15_lstm", small()),
        ("ch15_lstm_two_layers", small().num_layers(2)),
        ("ch15_lstm_bidirectional", small().bidirectional()),
    ] {
        let row = compare(name, |device| layer.init(&rng, device), lstm_outputs);
        assert!(row.passes() && row.losses.is_some(), "{row}");
    }
}

#[test]
fn grus_are_pytorchs() {
    let rng = Generator::seeded(1);
    let row = compare(
        "ch15_gru",
        |device| gru(8, 12).init(&rng, device),
        |model, fixture, device| {
            let out = model.forward_from(fixture.tensor("in.x", device)?, fixture.tensor("in.h0", device)?);
            Ok(vec![("output", flat(out.output)), ("h_n", flat(out.hidden))])
        },
    );
    assert!(row.passes() && row.losses.is_some(), "{row}");
}

/// The book's model of two layers with a dense one on the last state.
#[derive(Module, Debug)]
struct TwoLayers {
    rnn: Rnn,
    fc: Linear,
}

#[test]
fn two_plain_layers_are_pytorchs() {
    let fixture = fixture("ch15_rnn_two_layers");
    let rng = Generator::seeded(1);
    let model = |device: &Device| TwoLayers {
        rnn: rnn(64, 32).num_layers(2).init(&rng, device),
        fc: linear(32, 1).init(&rng, device),
    };
    let predicted = |model: &TwoLayers, device: &Device| {
        let hidden = model.rnn.forward(fixture.tensor("in.x", device)?).hidden; // [2, batch, 32]
        Ok::<_, ParityError>(model.fc.forward(hidden.narrow(0, 1, 1).squeeze_dim::<2>(0)))
    };
    let row = parity::supervised(
        &fixture,
        &device::cpu(),
        model,
        |model, device| Ok(vec![("y", predicted(model, device)?)]),
        |model, device| {
            Ok(mean_squared_error(predicted(model, device)?, fixture.tensor("in.target", device)?))
        },
        adam(),
    );
    let row = row.unwrap();
    assert!(row.passes() && row.losses.is_some(), "{row}");
}

#[test]
fn a_seed_gives_the_weights_and_the_outputs_of_the_book() {
    let fixture = fixture("ch15_rnn_manual");
    let device = device::cpu();
    let layer = rnn(5, 2).init(&Generator::seeded(1), &device);
    assert_eq!(weights::to_arrays(&layer).unwrap(), fixture.parameters().unwrap());
    let out = layer.forward(fixture.tensor("in.x", &device).unwrap());
    for (name, tensor) in [("out.output", out.output), ("out.h_n", out.hidden)] {
        let got = tensor.into_data().iter::<f32>().collect::<Vec<_>>();
        assert!(largest_error(&got, &fixture.array(name).unwrap().values) <= 1.0, "{name}");
    }
}
