//! Chapter 17's models against PyTorch's numbers, on every device.

#[path = "../../../tests/support/mod.rs"]
mod support;

use std::path::Path;

use ch17_gan::parity;
use mlbook::device::{self, DeviceChoice};

fn all_pass(choice: DeviceChoice) {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../reference/fixtures");
    let rows = parity::rows(&fixtures, &device::open(choice).unwrap()).unwrap();
    assert_eq!(rows.len(), 5);
    for row in rows {
        assert!(row.passes(), "{row}");
        assert!(row.model == "ch17_mmd" || (row.gradients.is_some() && row.losses.is_some()), "{row}");
    }
}

#[test]
fn every_network_is_pytorch_s_on_the_cpu() {
    all_pass(DeviceChoice::Cpu);
}

#[test]
fn every_network_is_pytorch_s_on_ndarray() {
    all_pass(DeviceChoice::Ndarray);
}

/// On the software adapter each new kernel takes its time, so only the model that goes through a gradient's gradient.
#[test]
fn the_critic_with_its_penalty_is_pytorch_s_on_webgpu() {
    let some = tempfile::TempDir::new().unwrap();
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../reference/fixtures");
    let name = "ch17_wgan_gp_full.safetensors";
    std::fs::copy(fixtures.join(name), some.path().join(name)).unwrap();
    let mut program = support::program(env!("CARGO_BIN_EXE_ch17-gan"));
    let printed = support::success(program.args(["parity", "--device", "webgpu", "--dir"]).arg(some.path()));
    assert_eq!(printed.matches("pass\n").count(), 1, "{printed}");
}

#[test]
fn a_wrong_number_fails() {
    for fixture in ["ch17_dcgan.safetensors", "ch17_wgan_gp_full.safetensors"] {
        let mut program = support::program(env!("CARGO_BIN_EXE_ch17-gan"));
        support::parity_fails_on_a_wrong_number(&mut program, fixture);
    }
}
