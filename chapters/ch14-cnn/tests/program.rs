//! The chapter's program, run as a reader runs it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

/// A network and a data set so small that an epoch takes a moment: 8 batches of 32.
const SMALL: [&str; 10] = [
    "--hidden-size",
    "16",
    "--batch-size",
    "32",
    "--train-digits",
    "256",
    "--validation",
    "100",
    "--test-digits",
    "100",
];

fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ch14-cnn"));
    // Nothing of the user's own data or settings gets in.
    command.env_remove("MLBOOK_DATA").env("XDG_CACHE_HOME", "/nonexistent-cache");
    // The software adapter gains nothing by trying out kernels, and it takes minutes.
    command.env("CUBECL_AUTOTUNE_LEVEL", "minimal");
    command
}

fn mnist(out: &Path, flags: &[&str]) -> Command {
    let mut command = program();
    command.arg("mnist").args(SMALL).arg("--out").arg(out).args(flags);
    // A run on the cpu must not ask for a graphics driver.
    command.env("VK_DRIVER_FILES", "/nonexistent.json").env("VK_ICD_FILENAMES", "/nonexistent.json");
    command.env("__EGL_VENDOR_LIBRARY_DIRS", "/nonexistent");
    command
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Runs to the end, which must be a success; returns what was printed.
fn success(command: &mut Command) -> String {
    let output = command.output().expect("the program starts");
    assert!(output.status.success(), "{command:?} failed: {}", text(&output.stderr));
    text(&output.stdout)
}

/// Bad input: exit code 2, one line on standard error, no panic and no backtrace.
fn refused(command: &mut Command) -> String {
    let output = command.env("RUST_BACKTRACE", "1").output().expect("the program starts");
    refused_output(&output)
}

fn refused_output(output: &Output) -> String {
    let message = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{message}");
    assert_eq!(message.lines().count(), 1, "one line, not: {message}");
    assert!(message.starts_with("error: ") && !message.contains("panicked"), "{message}");
    message
}

fn folder(out: &Path) -> PathBuf {
    out.join("ch14-cnn").join("mnist")
}

fn results(out: &Path) -> Value {
    let text = fs::read(folder(out).join("results.json")).expect("results.json is there");
    serde_json::from_slice(&text).expect("results.json is JSON")
}

fn weights(out: &Path) -> Vec<u8> {
    fs::read(folder(out).join("model.safetensors")).expect("the weights are there")
}

fn first_losses(out: &Path) -> Vec<f64> {
    let results = results(out);
    let losses = results["first_losses"].as_array().expect("first losses are an array").clone();
    losses.iter().map(|loss| loss.as_f64().expect("a loss is a number")).collect()
}

/// Waits until the program has printed a line that begins with `start`.
fn wait_for_line(child: &mut Child, start: &str) {
    let output = child.stdout.as_mut().expect("standard output is piped");
    let mut lines = BufReader::new(output).lines();
    let found = lines.by_ref().map_while(Result::ok).any(|line| line.starts_with(start));
    assert!(found, "no line begins with {start}");
}

#[test]
fn the_quick_preset_reads_the_official_test_digits() {
    let out = TempDir::new().expect("a folder");
    let printed = success(program().arg("mnist").arg("--out").arg(out.path()));
    assert!(printed.contains("stand-in"), "a run on a stand-in says so: {printed}");
    let results = results(out.path());
    let accuracy = results["metrics"]["test accuracy"].as_f64().expect("a test accuracy");
    assert!(accuracy >= 0.97, "test accuracy {accuracy}");
    assert_eq!(results["book"]["test accuracy"].as_f64(), Some(0.9914));
    assert!(results["data"].as_str().is_some_and(|data| data.contains("mnist-mini")));
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
    for figure in ["curves", "confusion", "mistakes", "predictions"] {
        for name in [format!("{figure}.svg"), format!("{figure}.png")] {
            let length = fs::metadata(folder(out.path()).join(&name)).map(|file| file.len()).unwrap_or(0);
            assert!(length > 1_000, "{name} has {length} bytes");
        }
    }
    let settings: Value =
        serde_json::from_slice(&fs::read(folder(out.path()).join("settings.json")).expect("settings"))
            .expect("JSON");
    assert_eq!((settings["hidden_size"].as_u64(), settings["seed"].as_u64()), (Some(16), Some(3)));
    let results = results(out.path());
    assert_eq!((results["preset"].as_str(), results["device"].as_str()), (Some("quick"), Some("cpu")));
    assert_eq!(first_losses(out.path()).len(), 5);
}

#[test]
fn the_same_seed_gives_the_same_losses_on_both_cpu_backends() {
    let out = TempDir::new().expect("a folder");
    let one_epoch = |device: &str| {
        let out = out.path().join(device);
        let flags = ["--num-epochs", "1", "--train-digits", "80", "--batch-size", "16", "--validation", "20"];
        success(
            program().arg("mnist").args(flags).args(["--hidden-size", "16", "--test-digits", "20"]).args([
                "--device",
                device,
                "--out",
                out.to_str().expect("a path in UTF-8"),
            ]),
        );
        first_losses(&out)
    };
    let cpu = one_epoch("cpu");
    assert_eq!(cpu.len(), 5);
    for (here, there) in one_epoch("ndarray").iter().zip(&cpu) {
        assert!((here - there).abs() <= 1e-3, "ndarray: {here} is not {there}");
    }
}

#[test]
fn a_run_killed_at_any_moment_resumes_to_the_same_bytes() {
    let out = TempDir::new().expect("a folder");
    let whole = out.path().join("whole");
    success(&mut mnist(&whole, &["--num-epochs", "3"]));
    let killed = out.path().join("killed");
    let begin = |resume: bool| {
        let mut flags = vec!["--num-epochs", "3"];
        flags.extend(resume.then_some("--resume"));
        mnist(&killed, &flags)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts")
    };
    let mut child = begin(false);
    wait_for_line(&mut child, "epoch 1/3");
    child.kill().expect("SIGKILL reaches the program");
    child.wait().expect("it ends");
    // More kills at moments of no particular meaning: while reading data, while training, while writing.
    for delay in [15, 60, 110, 170, 240] {
        let mut child = begin(true);
        std::thread::sleep(Duration::from_millis(delay));
        child.kill().expect("SIGKILL reaches the program");
        child.wait().expect("it ends");
        let unfinished = fs::read_dir(folder(&killed)).expect("the folder is there");
        for entry in unfinished {
            let path = entry.expect("an entry").path();
            if path.extension().is_some_and(|ending| ending == "safetensors") {
                let header = fs::read(&path).expect("the file is readable");
                assert!(safetensors_is_whole(&header), "{} is a half file", path.display());
            }
        }
    }
    assert!(begin(true).wait_with_output().expect("it ends").status.success());
    assert!(weights(&whole) == weights(&killed), "the resumed weights differ");
}

/// The header's length and the offsets in it fill the file exactly.
fn safetensors_is_whole(bytes: &[u8]) -> bool {
    let Some(length) = bytes.first_chunk::<8>().map(|word| u64::from_le_bytes(*word) as usize) else {
        return false;
    };
    let Some(header) = bytes.get(8..8 + length) else { return false };
    let Ok(Value::Object(header)) = serde_json::from_slice(header) else { return false };
    let end = header.values().filter_map(|tensor| tensor["data_offsets"][1].as_u64()).max().unwrap_or(0);
    bytes.len() as u64 == 8 + length as u64 + end
}

#[cfg(unix)]
#[test]
fn ctrl_c_stops_after_the_batch_and_resume_goes_on_from_it() {
    let out = TempDir::new().expect("a folder");
    let whole = out.path().join("whole");
    // Long epochs, so that the signal meets a batch in the middle of one.
    let flags = ["--num-epochs", "2", "--train-digits", "4000"];
    let run = |out: &Path| {
        let mut command = program();
        command.arg("mnist").args(["--hidden-size", "16", "--batch-size", "32", "--validation", "100"]);
        command.args(["--test-digits", "100", "--out"]).arg(out).args(flags);
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
    assert!(message.contains("in epoch 2") && message.contains("--resume"), "{message}");
    assert!(folder(&stopped).join("checkpoint.safetensors").is_file());
    let printed = success(run(&stopped).arg("--resume"));
    assert!(printed.contains("resumed after epoch 1, batch "), "{printed}");
    assert!(weights(&whole) == weights(&stopped), "the resumed weights differ");
}

#[test]
fn parity_holds_on_the_cpu_backends_and_a_wrong_number_fails() {
    // Chapters 11 and 12 run theirs on webgpu too; the software adapter takes too long over convolutions.
    for device in ["cpu", "ndarray"] {
        let printed = success(program().args(["parity", "--device", device]));
        let rows: Vec<&str> = printed.lines().filter(|line| line.starts_with("ch14_mnist_cnn")).collect();
        assert_eq!(rows.len(), 2, "{printed}");
        assert!(rows.iter().all(|row| row.ends_with("pass") && !row.contains(" - ")), "{printed}");
    }
    let altered = TempDir::new().expect("a folder");
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../reference/fixtures");
    let name = "ch14_mnist_cnn_full.safetensors";
    let mut bytes = fs::read(fixtures.join(name)).expect("the fixture is there");
    let last = bytes.len() - 2;
    bytes[last] ^= 0x40;
    fs::write(altered.path().join(name), bytes).expect("the folder is writable");
    let output =
        program().args(["parity", "--dir"]).arg(altered.path()).output().expect("the program starts");
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stdout));
    assert!(text(&output.stdout).contains("FAIL"));
}

#[test]
fn mistakes_on_the_command_line_get_one_line() {
    let message = refused(program().arg("mnits"));
    assert!(message.contains("mnits") && message.contains("mnist"), "{message}");
    assert!(refused(program().args(["mnist", "--device", "gpu"])).contains("webgpu"));
    assert!(refused(program().args(["mnist", "--lr", "-1"])).contains("above 0"));
    assert!(refused(program().args(["mnist", "--batch-size", "0"])).contains("at least 1"));
    assert!(refused(program().args(["mnist", "--drop-rate", "1"])).contains("below 1"));
    assert!(refused(program().args(["mnist", "--num-epochs", "many"])).contains("whole number"));
    assert!(refused(program().args(["parity", "--dir", "/nonexistent"])).contains("/nonexistent"));
}

#[test]
fn no_adapter_is_one_line_with_what_to_do() {
    let out = TempDir::new().expect("a folder");
    let message = refused(&mut mnist(out.path(), &["--device", "webgpu"]));
    assert!(message.contains("no graphics adapter") && message.contains("--device cpu"), "{message}");
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
    fs::write(&checkpoint, b"not a checkpoint").expect("the file is writable");
    assert!(refused(&mut mnist(out.path(), &["--resume"])).contains("not a checkpoint"));
}

/// The four files of a data set, gzip as bundled, in a folder of its own.
fn bundled(target: &Path) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/mnist-mini");
    let folder = target.join("mnist");
    fs::create_dir_all(&folder).expect("a folder");
    for name in ["train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"] {
        let file = format!("{name}-ubyte.gz");
        fs::copy(source.join(&file), folder.join(&file)).expect("the bundled file is there");
    }
    folder
}

#[test]
fn broken_data_is_refused_with_the_file_and_the_rule() {
    let data = TempDir::new().expect("a folder");
    let out = TempDir::new().expect("a folder");
    let refused_with = |name: &str, bytes: Option<&[u8]>| {
        let _ = fs::remove_dir_all(data.path().join("mnist"));
        let folder = bundled(data.path());
        let path = folder.join(name);
        fs::remove_file(&path).expect("the file is there");
        match bytes {
            Some(bytes) => fs::write(&path, bytes).expect("the folder is writable"),
            None => fs::create_dir(&path).expect("the folder is writable"),
        }
        let message = refused(mnist(out.path(), &["--data-dir"]).arg(data.path()));
        assert!(message.contains(name), "{message}");
        message
    };
    let images = "train-images-idx3-ubyte.gz";
    let labels = "t10k-labels-idx1-ubyte.gz";
    let header = |count: u32, rest: &[u8]| {
        let mut bytes = vec![0, 0, 8, 3];
        for size in [count, 28, 28] {
            bytes.extend(size.to_be_bytes());
        }
        bytes.extend(rest);
        bytes
    };
    refused_with(images, Some(&header(2, &[0; 784])));
    refused_with(images, Some(&header(4_000_000_000, &[0; 784])));
    let mut ten = vec![0, 0, 8, 1, 0, 0, 7, 208];
    ten.extend([3; 2_000]);
    ten[8 + 1_500] = 10;
    let message = refused_with(labels, Some(&ten));
    assert!(message.contains("label 10 at position 1,500") && message.contains("0 to 9"), "{message}");
    refused_with(labels, None);
    refused_with(labels, Some(b"<html>404</html>"));
    fs::remove_file(bundled(data.path()).join(images)).ok();
    assert!(refused(mnist(out.path(), &["--data-dir"]).arg(data.path())).contains(images));
    assert!(refused(&mut mnist(out.path(), &["--data-dir", "/nonexistent"])).contains("/nonexistent"));
    assert!(
        refused(program().args(["mnist", "--book", "--out"]).arg(out.path())).contains("Get the full set")
    );
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
    assert!(
        printed.contains("mnist") && printed.contains("quick:") && printed.contains("--book:"),
        "{printed}"
    );
}
