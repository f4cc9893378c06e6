//! The chapter's program, run as a reader runs it.

mod common;

use std::fs;
use std::path::Path;
use std::process::Command;

use common::support::{
    all_as_in_the_book, figures_are_drawn, first_losses, in_order, json, metric,
    parity_fails_on_a_wrong_number, refused, results, success,
};
use common::{folder, program, project};
use serde_json::Value;
use tempfile::TempDir;

/// The networks of the XOR project, in their order.
const NETWORKS: [&str; 4] = ["logistic", "two-hidden", "list", "noisy"];
const METRICS: [&str; 4] = ["loss", "valid loss", "accuracy", "valid accuracy"];

/// The rows of the chapter's parity table.
const PARITY: [&str; 6] = [
    "ch13_xor_logistic",
    "ch13_xor_mlp",
    "ch13_noisy_xor",
    "ch13_auto_mpg",
    "ch13_mnist_mlp",
    "… softmax twice",
];

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("no number: {value}"))
}

/// A metric of each epoch, from the history that a network's training left.
fn curve(history: &Value, metric: &str) -> Vec<f64> {
    let epochs = history["epochs"].as_array().expect("the epochs");
    let of = |epoch: &Value| {
        let metrics = epoch["metrics"].as_array().expect("the metrics").iter();
        metrics.filter(|pair| pair[0] == metric).map(|pair| number(&pair[1])).next().expect("the metric")
    };
    epochs.iter().map(of).collect()
}

#[test]
fn graphs_print_the_books_numbers() {
    let out = TempDir::new().expect("a folder");
    let printed = success(&mut project("graphs", out.path()));
    in_order(&printed, &["scalar                       1\n", "[1.0000]", "[1, 1]", "[1.0000]"]);
    in_order(&printed, &["true", "[3.1400]", "true", "[1.0000, 2.0000, 3.0000]", "false", "true"]);
    in_order(&printed, &["[0.4183, 0.1688, 0.0390]", "[0.3930, -0.2858, -0.1051]"]);
    // PyTorch 2.15, going on with the same random numbers (reference/make_ch13_xor.py).
    in_order(&printed, &["[-0.9631, 0.2414, -0.6499]", "[-0.3561, -0.5643, -0.0368]", "[-0.1596, -0.7884]"]);
    in_order(&printed, &["dL/dw", "-0.5600", "dL/db", "-0.4000", "dL/dw = ", "-0.5600"]);
    in_order(
        &printed,
        &["params: 624", "[-0.4558, -0.2700, -0.3479, -0.3367]", "0.647009", "0.2899", "0.646958"],
    );
    let results = results(&folder(out.path(), "graphs"));
    all_as_in_the_book(&results, 5e-5);
    for (name, pytorch) in [
        ("13.1.7 L1 penalty", 0.647009015083313),
        ("13.1.8 after a step", 0.6469578146934509),
        ("13.1.8 BCE", 0.2899092435836792),
    ] {
        let here = metric(&results, name);
        assert!((here - pytorch).abs() < 1e-6, "{name}: {here}, in PyTorch {pytorch}");
    }
}

#[test]
fn xor_has_pytorchs_losses_and_ends_where_the_book_does() {
    let out = TempDir::new().expect("a folder");
    let printed = success(&mut project("xor", out.path()));
    in_order(&printed, &["[0.1154, -0.0598]", "[0.0432, -0.0375]", "[0.0000, 0.0000]"]);
    assert_eq!(printed.lines().filter(|line| line.starts_with("epoch ")).count(), 4 * 11, "{printed}");

    let folder = folder(out.path(), "xor");
    figures_are_drawn(&folder, &["points"]);
    let reference = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../reference/fixtures/xor_losses.json");
    let pytorch = json(&reference);
    for network in NETWORKS {
        figures_are_drawn(&folder.join(network), &["curves"]);
        let history = json(&folder.join(network).join("history.json"));
        let losses = curve(&history, "loss");
        let expected = pytorch[network]["losses"].as_array().expect("ten losses");
        assert_eq!(expected.len(), 10);
        for (epoch, (here, there)) in losses.iter().zip(expected).enumerate() {
            let there = number(there);
            assert!((here - there).abs() < 1e-4, "{network}, epoch {epoch}: {here}, in PyTorch {there}");
        }
        for metric in METRICS {
            let (here, there) = (curve(&history, metric), number(&pytorch[network]["last"][metric]));
            assert_eq!(here.len(), 200);
            assert!((here[199] - there).abs() < 1e-3, "{network}, {metric}: {}, not {there}", here[199]);
        }
    }
    // The book's numbers are read off figures.
    all_as_in_the_book(&results(&folder), 0.021);
}

/// A shorter run of all four networks.
fn short(out: &Path) -> Command {
    let mut command = project("xor", out);
    command.args(["--num-epochs", "80"]);
    command
}

/// The weights of all four networks.
fn weights(out: &Path) -> Vec<Vec<u8>> {
    let file = |network| folder(out, "xor").join(network).join("model.safetensors");
    NETWORKS.iter().map(|network| fs::read(file(network)).expect("the weights")).collect()
}

#[cfg(unix)]
#[test]
fn ctrl_c_in_any_network_resumes_to_the_same_bits() {
    let whole = TempDir::new().expect("a folder");
    let before = success(&mut short(whole.path()));
    let table = |printed: &str| {
        let lines = printed.lines().filter(|line| line.contains(": ") && line.contains("0."));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };

    let stopped = TempDir::new().expect("a folder");
    let third = folder(stopped.path(), "xor").join("list");
    // An earlier run's checkpoints must not be taken for this one's.
    success(project("xor", stopped.path()).args(["--num-epochs", "1", "--seed", "2"]));
    let mut child = short(stopped.path())
        .stderr(std::process::Stdio::piped())
        .stdout(std::process::Stdio::null())
        .spawn()
        .expect("the program starts");
    let earlier = third.join("checkpoint.safetensors");
    // Gone when the run clears up, back when the third network begins.
    wait_for(|| !earlier.exists());
    wait_for(|| earlier.exists());
    let signal = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(signal.expect("kill is there").success());
    let code = child.wait().expect("the program ends").code();
    assert_eq!(code, Some(130));
    assert!(!third.with_file_name("noisy").join("checkpoint.safetensors").exists());

    let after = success(short(stopped.path()).arg("--resume"));
    assert_eq!(after.matches("resumed after epoch 80, batch 0").count(), 2, "{after}");
    assert_eq!(after.matches("resumed after epoch").count(), 3, "{after}");
    assert!(weights(whole.path()) == weights(stopped.path()), "the resumed weights differ");
    assert_eq!(table(&before), table(&after));
}

#[cfg(unix)]
fn wait_for(mut condition: impl FnMut() -> bool) {
    let started = std::time::Instant::now();
    while !condition() {
        assert!(started.elapsed().as_secs() < 60, "waited for a minute");
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
}

#[test]
fn webgpu_and_ndarray_train_as_the_cpu_does() {
    let losses = |device: &str| {
        let out = TempDir::new().expect("a folder");
        let flags = ["--num-epochs", "1", "--batch-size", "25", "--device", device];
        success(project("xor", out.path()).args(flags));
        first_losses(&folder(out.path(), "xor"))
    };
    let cpu = losses("cpu");
    assert_eq!(cpu.len(), 16);
    for device in ["ndarray", "webgpu"] {
        for (here, there) in losses(device).iter().zip(&cpu) {
            assert!((here - there).abs() < 1e-5, "{device}: {here}, on the cpu {there}");
        }
    }
}

#[test]
fn parity_holds_on_every_device_and_a_wrong_number_fails() {
    for device in ["cpu", "ndarray", "webgpu"] {
        let printed = success(program().args(["parity", "--device", device]));
        for model in PARITY {
            let passes = |line: &str| line.starts_with(model) && line.ends_with("pass");
            assert!(printed.lines().any(passes), "{model} on {device}: {printed}");
        }
    }
    parity_fails_on_a_wrong_number(&mut program(), "ch13_xor_logistic.safetensors");
}

#[test]
fn losses_have_right_gradients_and_do_what_they_are_for() {
    let out = TempDir::new().expect("a folder");
    success(&mut project("losses", out.path()));
    let results = results(&folder(out.path(), "losses"));
    for loss in ["Huber", "quantile", "focal"] {
        let error = metric(&results, &format!("{loss}: gradient error"));
        assert!(error < 1e-8, "{loss}: {error}");
    }
    let (squares, huber) =
        (metric(&results, "wild targets: MAE by squares"), metric(&results, "wild targets: MAE by Huber"));
    assert!(huber < 0.95 * squares, "Huber {huber}, squares {squares}");
    let inside = metric(&results, "quantiles: test cars inside");
    assert!((0.6..=0.9).contains(&inside), "{inside} of the test cars are inside");
    assert!(metric(&results, "rare class: AP, focal") > 0.9);
    figures_are_drawn(&folder(out.path(), "losses"), &["intervals"]);
}

#[test]
fn bad_input_is_one_line() {
    let out = TempDir::new().expect("a folder");
    assert!(refused(program().arg("xorr")).contains("xor"));
    assert!(refused(project("xor", out.path()).args(["--lr", "0"])).contains("above 0"));
    assert!(refused(project("xor", out.path()).args(["--noise-stddev", "-0.1"])).contains("above 0"));
    assert!(refused(project("xor", out.path()).args(["--batch-size", "0"])).contains("at least 1"));
    assert!(refused(project("xor", out.path()).arg("--resume")).contains("no checkpoint"));
    assert!(refused(project("losses", out.path()).args(["--rare", "1000"])).contains("malignant"));
    assert!(refused(project("losses", out.path()).arg("--resume")).contains("without --resume"));
    assert!(refused(program().args(["parity", "--dir", "/nonexistent"])).contains("/nonexistent"));
}

#[test]
fn a_bare_call_lists_the_projects() {
    let printed = success(&mut program());
    for name in
        ["graphs", "xor", "mpg", "mnist", "learner", "engines", "losses", "regression", "quick:", "--book:"]
    {
        assert!(printed.contains(name), "{printed}");
    }
}

#[test]
fn bench_gives_a_time() {
    let printed = success(program().args(["bench", "--steps", "3"]));
    let measures: Value = serde_json::from_str(&printed).expect("JSON");
    for network in ["XOR network, batch 2", "Auto MPG network, batch 8", "MNIST MLP, batch 64"] {
        let time = measures[format!("ch13 {network}, cpu")].as_f64();
        assert!(time.is_some_and(|time| time > 0.0), "{network}: {printed}");
    }
}
