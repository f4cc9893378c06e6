//! The chapter's program, run as a reader runs it.

#[path = "../../../tests/support/mod.rs"]
mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use support::{
    bundled_mnist, figures_are_drawn, first_losses, json, metric, no_half_files, refused, results, success,
    text, wait_for_line, weights,
};
use tempfile::TempDir;

/// A network and parts so small that an epoch takes a moment: 20 batches of 32.
const SMALL: [&str; 10] = [
    "--hidden-size",
    "16",
    "--batch-size",
    "32",
    "--train-digits",
    "650",
    "--validation",
    "100",
    "--test-digits",
    "200",
];

/// The quick preset in NumPy, 64 bits, with scikit-learn's split of the same bundled digits; tolerances for 32 bits.
const NUMPY: [(&str, f64, f64); 6] = [
    ("untrained valid loss", 0.271_054_5, 1e-5),
    ("untrained valid acc.", 0.095, 1e-6),
    ("loss", 0.0142, 0.0001),
    ("accuracy", 0.9228, 0.0005),
    ("valid accuracy", 0.9080, 0.002),
    ("test accuracy", 0.9165, 0.001),
];
const NUMPY_FIRST_LOSSES: [f64; 5] = [0.274_241_7, 0.207_305_2, 0.166_888_8, 0.141_371_9, 0.125_171_5];

fn program() -> Command {
    support::program(env!("CARGO_BIN_EXE_ch11-mlp"))
}

fn mnist(out: &Path, flags: &[&str]) -> Command {
    let mut command = program();
    command.arg("mnist").args(SMALL).arg("--out").arg(out).args(flags);
    command
}

fn folder(out: &Path) -> PathBuf {
    out.join("ch11-mlp").join("mnist")
}

#[test]
fn the_quick_preset_gives_numpys_numbers() {
    let out = TempDir::new().expect("a folder");
    let printed = success(program().arg("mnist").arg("--out").arg(out.path()));
    assert!(printed.contains("stand-in"), "a run on a stand-in says so: {printed}");
    let results = results(&folder(out.path()));
    // From NumPy in 64 bits, with scikit-learn's split, on the same bundled digits.
    for (name, numpy, tolerance) in NUMPY {
        let here = metric(&results, name);
        assert!((here - numpy).abs() <= tolerance, "{name}: {here} is not {numpy}");
    }
    assert_eq!(results["book"]["test accuracy"].as_f64(), Some(0.9451));
    assert!(results["data"].as_str().is_some_and(|data| data.contains("mnist-mini")));
    for (here, numpy) in first_losses(&folder(out.path())).iter().zip(NUMPY_FIRST_LOSSES) {
        assert!((here - numpy).abs() <= 1e-5, "{here} is not {numpy}");
    }
}

#[test]
fn a_run_prints_epochs_and_a_table_and_writes_everything_it_names() {
    let out = TempDir::new().expect("a folder");
    let printed = success(&mut mnist(out.path(), &["--num-epochs", "2", "--seed", "3"]));
    let epochs: Vec<&str> = printed.lines().filter(|line| line.starts_with("epoch ")).collect();
    assert_eq!(epochs.len(), 2, "{printed}");
    assert!(
        epochs[1].starts_with("epoch 2/2  loss ") && epochs[1].contains("  valid accuracy "),
        "{}",
        epochs[1]
    );
    assert!(printed.lines().any(|line| line.contains("book") && line.contains("here")), "{printed}");
    figures_are_drawn(&folder(out.path()), &["digits", "sevens", "curves", "mistakes"]);
    let settings = json(&folder(out.path()).join("settings.json"));
    assert_eq!((settings["hidden_size"].as_u64(), settings["seed"].as_u64()), (Some(16), Some(3)));
    let results = results(&folder(out.path()));
    assert_eq!((results["preset"].as_str(), results["device"].as_str()), (Some("quick"), Some("cpu")));
    assert_eq!(first_losses(&folder(out.path())).len(), 5);
}

#[test]
fn the_same_seed_gives_the_same_losses_on_both_cpu_backends() {
    let out = TempDir::new().expect("a folder");
    let one_epoch = |device: &str| {
        let out = out.path().join(device);
        success(&mut mnist(&out, &["--num-epochs", "1", "--device", device]));
        first_losses(&folder(&out))
    };
    let cpu = one_epoch("cpu");
    assert_eq!(cpu.len(), 5);
    // webgpu's losses are compared by `parity`: each new batch size costs its software adapter a minute of tuning.
    for (here, there) in one_epoch("ndarray").iter().zip(&cpu) {
        assert!((here - there).abs() <= 1e-5, "{here} is not {there}");
    }
}

#[test]
fn a_run_killed_at_any_moment_resumes_to_the_same_bytes() {
    let out = TempDir::new().expect("a folder");
    let whole = out.path().join("whole");
    success(&mut mnist(&whole, &["--num-epochs", "30"]));
    let killed = out.path().join("killed");
    let begin = |resume: bool| {
        let mut flags = vec!["--num-epochs", "30"];
        flags.extend(resume.then_some("--resume"));
        mnist(&killed, &flags)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts")
    };
    let mut child = begin(false);
    wait_for_line(&mut child, "epoch  2/30");
    child.kill().expect("SIGKILL reaches the program");
    child.wait().expect("it ends");
    // More kills at moments of no particular meaning: while reading data, while training, while writing.
    for delay in [40, 150, 330, 420] {
        let mut child = begin(true);
        std::thread::sleep(Duration::from_millis(delay));
        child.kill().expect("SIGKILL reaches the program");
        child.wait().expect("it ends");
        no_half_files(&folder(&killed));
    }
    assert!(begin(true).wait_with_output().expect("it ends").status.success());
    assert!(weights(&folder(&whole)) == weights(&folder(&killed)), "the resumed weights differ");
}

#[cfg(unix)]
#[test]
fn ctrl_c_stops_after_the_batch_and_resume_goes_on_from_it() {
    let out = TempDir::new().expect("a folder");
    let whole = out.path().join("whole");
    // Long epochs, so that the signal meets a batch in the middle of one: 9,000 batches of one digit.
    let run = |out: &Path| {
        let mut command = program();
        command.args(["mnist", "--batch-size", "1", "--num-epochs", "2", "--lr", "0.01", "--out"]).arg(out);
        command
    };
    success(&mut run(&whole));
    let stopped = out.path().join("stopped");
    let mut child =
        run(&stopped).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
    wait_for_line(&mut child, "epoch 1/2");
    std::thread::sleep(Duration::from_millis(150));
    let signal = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(signal.expect("kill is there").success());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(130), "{}", text(&output.stderr));
    let message = text(&output.stderr);
    assert!(message.contains("of 9000 in epoch 2") && message.contains("--resume"), "{message}");
    let printed = success(run(&stopped).arg("--resume"));
    assert!(printed.contains("resumed after epoch 1, batch "), "{printed}");
    assert!(!printed.contains("resumed after epoch 1, batch 0"), "the epoch was not under way: {printed}");
    assert!(weights(&folder(&whole)) == weights(&folder(&stopped)), "the resumed weights differ");
    assert_eq!(first_losses(&folder(&whole)), first_losses(&folder(&stopped)));
}

#[test]
fn gradients_by_hand_and_by_autodiff_are_equal() {
    let out = TempDir::new().expect("a folder");
    for device in ["cpu", "ndarray"] {
        let printed = success(program().args(["gradients", "--device", device, "--out"]).arg(out.path()));
        assert!(printed.contains("equal but for rounding"), "{device}: {printed}");
        for parameter in ["weight_h", "bias_h", "weight_out", "bias_out"] {
            assert!(printed.lines().any(|line| line.starts_with(parameter)), "{printed}");
        }
    }
}

#[test]
fn parity_holds_on_every_device_and_a_wrong_number_fails() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../reference/fixtures");
    for device in ["cpu", "ndarray", "webgpu"] {
        let printed = success(program().args(["parity", "--device", device, "--dir"]).arg(&fixtures));
        let rows: Vec<&str> = printed.lines().filter(|line| line.starts_with("ch11_mlp")).collect();
        assert_eq!(rows.len(), 2, "{printed}");
        assert!(rows.iter().all(|row| row.ends_with("pass") && !row.contains(" - ")), "{printed}");
    }
    let whole = fs::read(fixtures.join("ch11_mlp.safetensors")).expect("the fixture is there");
    let length = whole.first_chunk::<8>().map(|word| u64::from_le_bytes(*word) as usize).expect("a header");
    let header: serde_json::Value =
        serde_json::from_slice(&whole[8..8 + length]).expect("the header is JSON");
    for tensor in ["loss_mse", "grad.weight_h", "step.bias_out", "out.a_h"] {
        let altered = TempDir::new().expect("a folder");
        let end = header[tensor]["data_offsets"][1].as_u64().expect("the tensor is there") as usize;
        let mut bytes = whole.clone();
        bytes[8 + length + end - 1] ^= 0x40;
        fs::write(altered.path().join("ch11_mlp.safetensors"), bytes).expect("the folder is writable");
        let output =
            program().args(["parity", "--dir"]).arg(altered.path()).output().expect("the program starts");
        assert_eq!(output.status.code(), Some(1), "{tensor}: {}", text(&output.stdout));
        assert!(text(&output.stdout).contains("FAIL"), "{tensor}");
    }
}

#[test]
fn mistakes_on_the_command_line_get_one_line() {
    let message = refused(program().arg("mnits"));
    assert!(message.contains("mnits") && message.contains("mnist"), "{message}");
    assert!(refused(program().args(["mnist", "--device", "gpu"])).contains("webgpu"));
    assert!(refused(program().args(["mnist", "--lr", "-1"])).contains("above 0"));
    assert!(refused(program().args(["mnist", "--batch-size", "0"])).contains("at least 1"));
    assert!(refused(program().args(["mnist", "--num-epochs", "many"])).contains("whole number"));
    assert!(refused(program().args(["parity", "--dir", "/nonexistent"])).contains("/nonexistent"));
    let out = TempDir::new().expect("a folder");
    assert!(refused(&mut mnist(out.path(), &["--seed", "0"])).contains("--seed 0"));
    assert!(refused(&mut mnist(out.path(), &["--seed", "5000000000"])).contains("NumPy"));
    assert!(
        refused(program().args(["mnist", "--batch-size", "9001", "--out"]).arg(out.path())).contains("9001")
    );
    let message = refused(program().args(["mnist", "--validation", "10000", "--out"]).arg(out.path()));
    assert!(message.contains("--validation") && message.contains("Get the full set"), "{message}");
    assert!(
        refused(program().args(["mnist", "--book", "--out"]).arg(out.path())).contains("Get the full set")
    );
}

#[test]
fn a_learning_rate_that_diverges_is_one_line() {
    let out = TempDir::new().expect("a folder");
    let message = refused(&mut mnist(out.path(), &["--lr", "1e300", "--num-epochs", "2"]));
    assert!(message.contains("diverged") && message.contains("--lr"), "{message}");
}

#[test]
fn resume_without_a_checkpoint_or_with_other_settings_says_so() {
    let out = TempDir::new().expect("a folder");
    assert!(refused(&mut mnist(out.path(), &["--resume"])).contains("no checkpoint"));
    success(&mut mnist(out.path(), &["--num-epochs", "1"]));
    let message = refused(&mut mnist(out.path(), &["--num-epochs", "1", "--resume", "--seed", "2"]));
    assert!(message.contains("seed") && message.contains("1 then, 2 now"), "{message}");
    let longer = success(&mut mnist(out.path(), &["--num-epochs", "2", "--resume"]));
    assert_eq!(longer.lines().filter(|line| line.starts_with("epoch 2/2")).count(), 1, "{longer}");
    let checkpoint = folder(out.path()).join("checkpoint.safetensors");
    // A file of weights is no checkpoint either.
    fs::copy(folder(out.path()).join("model.safetensors"), &checkpoint).expect("the folder is writable");
    assert!(refused(&mut mnist(out.path(), &["--resume"])).contains("not a checkpoint"));
    fs::write(&checkpoint, b"not a checkpoint").expect("the file is writable");
    assert!(refused(&mut mnist(out.path(), &["--resume"])).contains("not a checkpoint"));
}

#[test]
fn broken_data_is_refused_with_the_file_and_the_rule() {
    let data = TempDir::new().expect("a folder");
    let out = TempDir::new().expect("a folder");
    let refused_with = |name: &str, bytes: &[u8]| {
        let folder = bundled_mnist(data.path());
        fs::write(folder.join(name), bytes).expect("the folder is writable");
        let message = refused(mnist(out.path(), &["--data-dir"]).arg(data.path()));
        assert!(message.contains(name), "{message}");
        message
    };
    let labels = |digit: u8| {
        let mut bytes = vec![0, 0, 8, 1, 0, 0, 0x27, 0x10];
        bytes.extend([digit; 10_000]);
        bytes
    };
    let mut truncated = vec![0, 0, 8, 3];
    truncated.extend([60_000_u32, 28, 28].iter().flat_map(|size| size.to_be_bytes()));
    refused_with("train-images-idx3-ubyte.gz", &truncated);
    assert!(refused_with("train-labels-idx1-ubyte.gz", &labels(10)).contains("0 to 9"));
    refused_with("t10k-labels-idx1-ubyte.gz", b"<html>404</html>");

    // One class only: readable, but not what the chapter can split or draw.
    let folder = bundled_mnist(data.path());
    fs::write(folder.join("train-labels-idx1-ubyte.gz"), labels(3)).expect("the folder is writable");
    let mut test_labels = vec![0, 0, 8, 1, 0, 0, 7, 208];
    test_labels.extend([3; 2_000]);
    fs::write(folder.join("t10k-labels-idx1-ubyte.gz"), test_labels).expect("the folder is writable");
    let message = refused(mnist(out.path(), &["--data-dir"]).arg(data.path()));
    assert!(message.contains("a 0"), "{message}");
    assert!(refused(&mut mnist(out.path(), &["--data-dir", "/nonexistent"])).contains("/nonexistent"));
}

#[test]
fn an_output_folder_that_cannot_be_made_is_one_line() {
    let out = TempDir::new().expect("a folder");
    let file = out.path().join("file");
    fs::write(&file, b"in the way").expect("the folder is writable");
    refused(&mut mnist(&file, &["--num-epochs", "1"]));
}

#[test]
fn a_bare_call_lists_the_projects() {
    let printed = success(&mut program());
    for part in ["mnist", "gradients", "quick:", "--book:"] {
        assert!(printed.contains(part), "{printed}");
    }
}
