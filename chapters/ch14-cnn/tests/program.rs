//! The chapter's program, run as a reader runs it.

#[path = "../../../tests/support/mod.rs"]
mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use support::{
    bundled_mnist, figures_are_drawn, first_losses, json, metric, no_half_files,
    parity_fails_on_a_wrong_number, refused, results, success, text, wait_for_line, weights,
    without_graphics,
};
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
    support::program(env!("CARGO_BIN_EXE_ch14-cnn"))
}

fn mnist(out: &Path, flags: &[&str]) -> Command {
    let mut command = program();
    command.arg("mnist").args(SMALL).arg("--out").arg(out).args(flags);
    without_graphics(&mut command);
    command
}

fn folder(out: &Path) -> PathBuf {
    out.join("ch14-cnn").join("mnist")
}

#[test]
fn the_quick_preset_reads_the_official_test_digits() {
    let out = TempDir::new().expect("a folder");
    let printed = success(program().arg("mnist").arg("--out").arg(out.path()));
    assert!(printed.contains("stand-in"), "a run on a stand-in says so: {printed}");
    let results = results(&folder(out.path()));
    let accuracy = metric(&results, "test accuracy");
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
    figures_are_drawn(&folder(out.path()), &["curves", "confusion", "mistakes", "predictions"]);
    let settings = json(&folder(out.path()).join("settings.json"));
    assert_eq!((settings["hidden_size"].as_u64(), settings["seed"].as_u64()), (Some(16), Some(3)));
    let results = results(&folder(out.path()));
    assert_eq!((results["preset"].as_str(), results["device"].as_str()), (Some("quick"), Some("cpu")));
    assert_eq!(first_losses(&folder(out.path())).len(), 5);
}

#[test]
fn the_same_seed_gives_the_same_losses_on_every_device() {
    let out = TempDir::new().expect("a folder");
    // Five batches: the software adapter spends a minute on compiling kernels and trying them out.
    let flags = ["--train-digits", "40", "--batch-size", "8", "--hidden-size", "16", "--validation", "20"];
    let one_epoch = |device: &str| {
        let out = out.path().join(device);
        let mut command = program();
        command.arg("mnist").args(flags).args(["--num-epochs", "1", "--test-digits", "20"]);
        success(command.args(["--device", device, "--out"]).arg(&out));
        first_losses(&folder(&out))
    };
    let cpu = one_epoch("cpu");
    assert_eq!(cpu.len(), 5);
    for device in ["ndarray", "webgpu"] {
        for (here, there) in one_epoch(device).iter().zip(&cpu) {
            assert!((here - there).abs() <= 1e-3, "{device}: {here} is not {there}");
        }
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
    assert!(weights(&folder(&whole)) == weights(&folder(&stopped)), "the resumed weights differ");
}

#[test]
fn parity_holds_on_every_device_and_a_wrong_number_fails() {
    for device in ["cpu", "ndarray", "webgpu"] {
        let printed = success(program().args(["parity", "--device", device]));
        let rows: Vec<&str> = printed.lines().filter(|line| line.starts_with("ch14_mnist_cnn")).collect();
        assert_eq!(rows.len(), 2, "{printed}");
        assert!(rows.iter().all(|row| row.ends_with("pass") && !row.contains(" - ")), "{printed}");
    }
    parity_fails_on_a_wrong_number(&mut program(), "ch14_mnist_cnn_full.safetensors");
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

#[test]
fn broken_data_is_refused_with_the_file_and_the_rule() {
    let data = TempDir::new().expect("a folder");
    let out = TempDir::new().expect("a folder");
    let refused_with = |name: &str, bytes: Option<&[u8]>| {
        let _ = fs::remove_dir_all(data.path().join("mnist"));
        let folder = bundled_mnist(data.path());
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
    fs::remove_file(bundled_mnist(data.path()).join(images)).ok();
    assert!(refused(mnist(out.path(), &["--data-dir"]).arg(data.path())).contains(images));
    assert!(refused(&mut mnist(out.path(), &["--data-dir", "/nonexistent"])).contains("/nonexistent"));
    assert!(
        refused(program().args(["mnist", "--book", "--out"]).arg(out.path())).contains("Get the full set")
    );
}

/// What takes the superuser's right to open every file from a command; containers run tests as root.
#[cfg(unix)]
const BOUNDED: &str = "--bounding-set=-dac_override,-dac_read_search";

/// The command without that right.
#[cfg(unix)]
fn without_privilege(command: &Command) -> Command {
    let mut bounded = Command::new("setpriv");
    bounded.arg(BOUNDED).arg(command.get_program());
    bounded.args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => bounded.env(name, value),
            None => bounded.env_remove(name),
        };
    }
    bounded
}

#[cfg(unix)]
#[test]
fn files_without_permission_are_one_line() {
    use std::os::unix::fs::PermissionsExt;

    let is_root =
        Command::new("id").arg("-u").output().is_ok_and(|output| text(&output.stdout).trim() == "0");
    let bounded =
        || Command::new("setpriv").args([BOUNDED, "true"]).status().is_ok_and(|status| status.success());
    if is_root && !bounded() {
        eprintln!("this superuser cannot give up its rights, so nothing can be forbidden to it: not tested");
        return;
    }
    let refused_to_us =
        |command: Command| refused(&mut if is_root { without_privilege(&command) } else { command });
    let forbid = |path: &Path, mode: u32| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("the permissions can be set");
    };
    let data = TempDir::new().expect("a folder");
    let out = TempDir::new().expect("a folder");
    let name = "train-labels-idx1-ubyte.gz";
    forbid(&bundled_mnist(data.path()).join(name), 0o000);
    let mut command = mnist(out.path(), &["--data-dir"]);
    command.arg(data.path());
    let message = refused_to_us(command);
    assert!(message.contains(name) && message.contains("no permission"), "{message}");
    forbid(out.path(), 0o500);
    let message = refused_to_us(mnist(&out.path().join("run"), &["--num-epochs", "1"]));
    assert!(message.contains("run") && message.contains("no permission"), "{message}");
    forbid(out.path(), 0o700);
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
