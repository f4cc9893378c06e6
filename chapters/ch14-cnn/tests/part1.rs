//! Sections 14.1.1 to 14.1.5: the programs, their parity, and the hand-written convolution against mlbook's.

#[path = "../../../tests/support/mod.rs"]
mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use ch14_cnn::by_hand;
use ch14_cnn::convolution::cross_correlate2d;
use image::RgbImage;
use mlbook::device::{self, DeviceChoice};
use mlbook::prelude::*;
use mlbook::show;
use proptest::prelude::*;
use serde_json::Value;
use support::{
    all_as_in_the_book, figures_are_drawn, in_order, metric, refused, results, success, text,
    without_graphics,
};
use tempfile::TempDir;

fn program() -> Command {
    support::program(env!("CARGO_BIN_EXE_ch14-cnn"))
}

fn project(name: &str, out: &Path) -> Command {
    let mut command = program();
    command.arg(name).arg("--out").arg(out);
    without_graphics(&mut command);
    command
}

fn folder(out: &Path, project: &str) -> PathBuf {
    out.join("ch14-cnn").join(project)
}

fn cpu() -> Device {
    device::open(DeviceChoice::Cpu).expect("the cpu is there")
}

#[test]
fn convolutions_print_the_books_numbers_by_hand_and_on_every_processor_backend() {
    let out = TempDir::new().expect("a folder");
    for device in ["cpu", "ndarray"] {
        let printed = success(project("convolution", out.path()).args(["--device", device]));
        in_order(
            &printed,
            &[
                "[5.0, 14.0, 16.0, 26.0, 24.0, 34.0, 19.0, 22.0]",
                "[5.0000, 14.0000, 16.0000, 26.0000, 24.0000, 34.0000, 19.0000, 22.0000]",
                "[11.0, 25.0, 32.0, 13.0]",
                "[11.0, 17.0, 14.0, 9.0]",
                "[11.0000, 25.0000, 32.0000, 13.0000]",
                "[19.0000, 25.0000, 24.0000, 13.0000]",
                "[13.0000, 28.0000, 25.0000, 17.0000]",
                "[11.0000, 17.0000, 14.0000, 9.0000]",
                "[3, 252, 221]",
                "U8",
            ],
        );
        let folder = folder(out.path(), "convolution");
        all_as_in_the_book(&results(&folder), 0.0);
        assert_eq!(results(&folder)["book"].as_object().map(|book| book.len()), Some(8 + 16));
        figures_are_drawn(&folder, &["kernels"]);
    }
}

#[test]
fn an_image_of_ones_own_is_read_with_its_rows_and_columns_in_place() {
    let out = TempDir::new().expect("a folder");
    let image = |name: &str, width: u32, height: u32| {
        let path = out.path().join(name);
        let pixels = RgbImage::from_fn(width, height, |column, row| image::Rgb([row as u8, column as u8, 7]));
        pixels.save(&path).expect("the folder is writable");
        path
    };
    let large = image("large.png", 130, 110);
    let printed = success(project("convolution", out.path()).arg("--image").arg(large));
    in_order(
        &printed,
        &[
            "[3, 110, 130]",
            "R [100:102, 100:102]         [100, 100, 101, 101]",
            "G [100:102, 100:102]         [100, 101, 100, 101]",
            "B [100:102, 100:102]         [7, 7, 7, 7]",
        ],
    );
    let printed = success(project("convolution", out.path()).arg("--image").arg(image("small.png", 6, 7)));
    assert!(printed.contains("R [5:7, 4:6]"), "{printed}");
    let message = refused(project("convolution", out.path()).arg("--image").arg(image("tiny.png", 5, 9)));
    assert!(message.contains("tiny.png") && message.contains("5 by 9"), "{message}");
}

#[test]
fn what_is_no_image_is_refused_with_its_name() {
    let out = TempDir::new().expect("a folder");
    let text = out.path().join("notes.png");
    fs::write(&text, "no picture").expect("the folder is writable");
    for path in [text, out.path().join("nowhere.png"), out.path().to_path_buf()] {
        let message = refused(project("convolution", out.path()).arg("--image").arg(&path));
        assert!(message.contains(&*path.to_string_lossy()), "{message}");
    }
}

#[test]
fn losses_are_the_books_and_penalties_those_of_pytorch() {
    let out = TempDir::new().expect("a folder");
    for device in ["cpu", "ndarray"] {
        let printed = success(project("losses", out.path()).args(["--device", device]));
        in_order(&printed, &["BCE of the probability       0.3711", "BCE of the logit             0.3711"]);
        in_order(&printed, &["NLL of log-probabilities     0.5996", "CCE of the logits            0.5996"]);
        let folder = folder(out.path(), "losses");
        let results = results(&folder);
        all_as_in_the_book(&results, 5e-5);
        // torch.manual_seed(1), then Conv2d(3, 5, 5) and Linear(10, 16), in PyTorch 2.15.
        for (name, expected) in [
            ("14.1.4 BCE", 0.105_360_5),
            ("14.1.4 with conv", 0.105_360_5 + 0.001_633_58),
            ("14.1.4 with linear", 0.105_360_5 + 0.006_114_74),
        ] {
            let here = metric(&results, name);
            assert!((here - expected).abs() <= 1e-6, "{name}: {here}, in PyTorch {expected}");
        }
        figures_are_drawn(&folder, &["logits"]);
    }
}

#[test]
fn both_projects_have_nothing_to_resume() {
    let out = TempDir::new().expect("a folder");
    for name in ["convolution", "losses"] {
        assert!(refused(project(name, out.path()).arg("--resume")).contains("without --resume"));
    }
}

#[test]
fn parity_has_four_rows_and_passes() {
    let printed = success(program().args(["parity", "--device", "cpu"]));
    let rows: Vec<&str> = printed.lines().filter(|line| line.ends_with("pass")).collect();
    let columns = |name: &str| -> usize {
        let row =
            rows.iter().find(|row| row.starts_with(name)).unwrap_or_else(|| panic!("{name}: {printed}"));
        row.split_whitespace().filter(|word| word.parse::<f64>().is_ok()).count()
    };
    assert_eq!(
        ["ch14_conv_naive", "… on the device", "ch14_losses", "… of probabilities"].map(columns),
        [1, 1, 3, 3]
    );
}

/// Whatever number of PyTorch's is altered: parity says FAIL, so each of them is compared.
#[test]
fn every_number_of_the_fixtures_counts() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../reference/fixtures");
    let altered = TempDir::new().expect("a folder");
    for (name, outputs) in [("ch14_conv_naive.safetensors", 28), ("ch14_losses.safetensors", 8)] {
        let bytes = fs::read(fixtures.join(name)).expect("the fixture is there");
        let length = u64::from_le_bytes(*bytes.first_chunk().expect("eight bytes")) as usize;
        let header: Value = serde_json::from_slice(&bytes[8..8 + length]).expect("the header is JSON");
        let tensors = header.as_object().expect("tensors by name").iter();
        let ends: Vec<(&String, usize)> = tensors
            .filter(|(name, _)| name.starts_with("out."))
            .map(|(name, tensor)| (name, tensor["data_offsets"][1].as_u64().expect("an offset") as usize))
            .collect();
        assert_eq!(ends.len(), outputs);
        for (tensor, end) in ends {
            let mut wrong = bytes.clone();
            // The highest bit of the exponent of the last number.
            wrong[8 + length + end - 1] ^= 0x40;
            fs::write(altered.path().join(name), wrong).expect("the folder is writable");
            let output = program().args(["parity", "--dir"]).arg(altered.path()).output();
            let output = output.expect("the program starts");
            assert_eq!(output.status.code(), Some(1), "{tensor}: {}", text(&output.stdout));
            assert!(text(&output.stdout).contains("FAIL"));
        }
        fs::remove_file(altered.path().join(name)).expect("it was written");
    }
}

#[test]
fn the_loss_of_logits_is_exact_where_probabilities_are_rounded() {
    let device = cpu().autodiff();
    for (logit, target, loss, slope) in [
        (200.0, 0.0, 200.0, 1.0),
        (-200.0, 1.0, 200.0, -1.0),
        (200.0, 1.0, 0.0, 0.0),
        (-200.0, 0.0, 0.0, 0.0),
        (0.0, 1.0, std::f32::consts::LN_2, -0.5),
        (0.0, 0.0, std::f32::consts::LN_2, 0.5),
    ] {
        let z = Tensor::<1>::from_floats([logit], &device).require_grad();
        let here = binary_cross_entropy_with_logits(z.clone(), Tensor::from_floats([target], &device));
        let gradient = z.grad(&here.backward()).expect("the logit is tracked").into_scalar::<f32>();
        let here = here.into_scalar::<f32>();
        assert!(
            (here - loss).abs() <= 1e-5 && (gradient - slope).abs() <= 1e-6,
            "{logit}: {here}, {gradient}"
        );
    }
}

/// Numbers of a convolution, from a seed.
fn random(seed: u64, rows: usize, columns: usize) -> Vec<Vec<f64>> {
    let values = Generator::seeded(seed).lock().randn(rows * columns);
    values.chunks(columns).map(|row| row.iter().map(|&value| f64::from(value)).collect()).collect()
}

fn singles(rows: &[Vec<f64>]) -> Vec<f32> {
    rows.iter().flatten().map(|&value| value as f32).collect()
}

fn tensor(rows: &[Vec<f64>]) -> Tensor<2> {
    Tensor::from_data(TensorData::new(singles(rows), [rows.len(), rows[0].len()]), &cpu())
}

fn turned(rows: &[Vec<f64>]) -> Vec<Vec<f64>> {
    rows.iter().rev().map(|row| row.iter().rev().copied().collect()).collect()
}

fn close(here: &[f32], there: &[f64]) -> bool {
    here.len() == there.len() && here.iter().zip(there).all(|(a, b)| (f64::from(*a) - b).abs() <= 1e-4)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

    /// Any sides, paddings and strides: by hand and on the device the same numbers, and as many as the formula says.
    #[test]
    fn by_hand_equals_on_the_device(
        image in (1..10_usize, 1..10_usize),
        kernel in (1..6_usize, 1..6_usize),
        padding in (0..4_usize, 0..4_usize),
        stride in (1..4_usize, 1..4_usize),
        seed in 0..1000_u64,
    ) {
        let (x, w) = (random(seed, image.0, image.1), random(seed + 1, kernel.0, kernel.1));
        let (padding, stride) = ([padding.0, padding.1], [stride.0, stride.1]);
        let by_hand = by_hand::conv2d(&x, &w, padding, stride);
        let fits = kernel.0 <= image.0 + 2 * padding[0] && kernel.1 <= image.1 + 2 * padding[1];
        prop_assert_eq!(by_hand.is_ok(), fits);
        if let Ok(by_hand) = by_hand {
            let on_device = cross_correlate2d(tensor(&x), tensor(&turned(&w)), padding, stride);
            let side = |n: usize, m: usize, k: usize| (n + 2 * padding[k] - m) / stride[k] + 1;
            prop_assert_eq!(on_device.dims(), [side(image.0, kernel.0, 0), side(image.1, kernel.1, 1)]);
            prop_assert!(close(&show::floats(&on_device), &by_hand.concat()));
            if image.0 == 1 && kernel.0 == 1 && padding[0] == 0 {
                let signal = by_hand::conv1d(&x[0], &w[0], padding[1], stride[1]);
                prop_assert_eq!(signal.expect("what fits in two directions fits in one"), by_hand.concat());
            }
        }
    }

    /// A layer of mlbook, several channels and a bias: each output is a sum of convolutions with turned kernels.
    #[test]
    fn a_layer_is_a_sum_of_convolutions_by_hand(
        (channels, filters) in (1..4_usize, 1..4_usize),
        side in 5..9_usize,
        kernel in 1..6_usize,
        padding in 0..3_usize,
        stride in 1..4_usize,
        seed in 0..1000_u64,
    ) {
        let layer = conv2d(channels, filters, kernel)
            .padding(padding)
            .stride(stride)
            .init(&Generator::seeded(seed), &cpu());
        let x: Vec<Vec<Vec<f64>>> = (0..channels as u64).map(|c| random(seed + c, side, side)).collect();
        let pixels = TensorData::new(singles(&x.concat()), [1, channels, side, side]);
        let here = show::floats(&layer.forward(Tensor::from_data(pixels, &cpu())));
        let weights = show::floats(&layer.weight.val());
        let biases = show::floats(&layer.bias.as_ref().expect("a layer has a bias by default").val());
        let mut expected = Vec::new();
        for (filter, bias) in weights.chunks(channels * kernel * kernel).zip(biases) {
            let mut sum: Vec<f64> = Vec::new();
            for (plane, w) in x.iter().zip(filter.chunks(kernel * kernel)) {
                let w: Vec<Vec<f64>> =
                    w.chunks(kernel).map(|row| row.iter().map(|&value| f64::from(value)).collect()).collect();
                let part = by_hand::conv2d(plane, &turned(&w), [padding; 2], [stride; 2]).expect("it fits").concat();
                sum.resize(part.len(), f64::from(bias));
                sum.iter_mut().zip(part).for_each(|(sum, part)| *sum += part);
            }
            expected.extend(sum);
        }
        prop_assert!(close(&here, &expected));
    }
}
