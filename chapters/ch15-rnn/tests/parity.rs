//! Chapter 15's models against PyTorch's numbers, on every device.

#[path = "../../../tests/support/mod.rs"]
mod support;

use std::path::Path;

use ch15_rnn::parity;
use mlbook::device::{self, DeviceChoice};
use mlbook::parity::Row;

fn rows(choice: DeviceChoice) -> Vec<Row> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../reference/fixtures");
    parity::rows(&fixtures, &device::open(choice).unwrap()).unwrap()
}

fn all_pass(rows: &[Row]) {
    assert_eq!(rows.len(), 12);
    for row in rows {
        assert!(row.passes(), "{row}");
        assert!(row.model == "ch15_rnn_manual" || row.losses.is_some(), "{row}");
    }
}

#[test]
fn every_model_is_pytorch_s_on_the_cpu() {
    all_pass(&rows(DeviceChoice::Cpu));
}

#[test]
fn every_model_is_pytorch_s_on_ndarray() {
    all_pass(&rows(DeviceChoice::Ndarray));
}

/// On the software adapter each new kernel takes its time, so only two small models: one in both directions, one of packed reviews.
#[test]
fn recurrent_models_are_pytorch_s_on_webgpu() {
    let some = tempfile::TempDir::new().unwrap();
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../reference/fixtures");
    for name in ["ch15_lstm_bidirectional.safetensors", "ch15_imdb_lstm.safetensors"] {
        std::fs::copy(fixtures.join(name), some.path().join(name)).unwrap();
    }
    let mut program = support::program(env!("CARGO_BIN_EXE_ch15-rnn"));
    let printed = support::success(program.args(["parity", "--device", "webgpu", "--dir"]).arg(some.path()));
    assert_eq!(printed.matches("pass\n").count(), 2, "{printed}");
}

#[test]
fn a_wrong_number_fails() {
    let mut program = support::program(env!("CARGO_BIN_EXE_ch15-rnn"));
    support::parity_fails_on_a_wrong_number(&mut program, "ch15_lstm.safetensors");
    // Its last numbers are rows of the embedding after a step.
    let mut program = support::program(env!("CARGO_BIN_EXE_ch15-rnn"));
    support::parity_fails_on_a_wrong_number(&mut program, "ch15_char_lm_full.safetensors");
}
