//! The projects on MNIST, run as a reader runs them.

mod common;

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use common::support::{figures_are_drawn, metric, refused, results, success, text};
use common::{folder, program, project};
use tempfile::TempDir;

/// A project with flags.
fn with_flags(name: &str, out: &Path, flags: &[&str]) -> Command {
    let mut command = project(name, out);
    command.args(flags);
    command
}

/// A metric lies within `tolerance` of a number.
fn near(out: &Path, project: &str, name: &str, expected: f64, tolerance: f64) {
    let here = metric(&results(&folder(out, project)), name);
    assert!((here - expected).abs() <= tolerance, "{name}: {here}, not {expected}");
}

fn read(out: &Path, project: &str, file: &str) -> Vec<u8> {
    let path = folder(out, project).join(file);
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The numbers that follow `name` in the epoch lines.
fn column(printed: &str, name: &str) -> Vec<f64> {
    let lines = printed.lines().filter(|line| line.starts_with("epoch ") && line.contains('/'));
    lines
        .map(|line| {
            let (_, rest) = line.split_once(name).unwrap_or_else(|| panic!("no{name}in {line}"));
            let number = rest.split_whitespace().next().unwrap_or_default();
            number.parse().unwrap_or_else(|_| panic!("{number} in {line}"))
        })
        .collect()
}

fn all_near(here: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(here.len(), expected.len());
    for (here, expected) in here.iter().zip(expected) {
        assert!((here - expected).abs() <= tolerance, "{here}, not {expected}");
    }
}

/// Starts a run, waits for a line that begins with `line`, and sends the signal.
#[cfg(unix)]
fn signal_at(command: &mut Command, line: &str, signal: &str) -> Output {
    let mut child: Child =
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
    let output = child.stdout.as_mut().expect("standard output is piped");
    let found = BufReader::new(output).lines().map_while(Result::ok).any(|printed| printed.starts_with(line));
    assert!(found, "no line begins with {line}");
    std::thread::sleep(Duration::from_millis(30));
    let sent = Command::new("kill").args([signal, &child.id().to_string()]).status();
    assert!(sent.expect("kill is there").success());
    child.wait_with_output().expect("it ends")
}

/// A point of a curve in an event file.
struct Point {
    tag: String,
    step: u64,
    value: f32,
}

/// Every point of a folder's event files, in the order of the files; the check sums must be right.
fn points(folder: &Path) -> Vec<Point> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .expect("a folder of events")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    assert!(!paths.is_empty());
    let mut points = vec![];
    for path in paths {
        assert!(path.file_name().is_some_and(|name| name.to_string_lossy().contains("tfevents")));
        let bytes = fs::read(&path).expect("a readable file");
        let mut rest = bytes.as_slice();
        let mut records = 0;
        while !rest.is_empty() {
            let length = u64::from_le_bytes(*rest.first_chunk().expect("a length")) as usize;
            assert_eq!(masked_crc(&rest[..8]).to_le_bytes(), rest[8..12], "check sum of the length");
            let data = &rest[12..12 + length];
            assert_eq!(
                masked_crc(data).to_le_bytes(),
                rest[12 + length..16 + length],
                "check sum of the data"
            );
            rest = &rest[16 + length..];
            let event = fields(data);
            if records == 0 {
                assert_eq!(bytes_of(&event, 3), b"brain.Event:2");
            } else {
                let summary = fields(bytes_of(&event, 5));
                let point = fields(bytes_of(&summary, 1));
                points.push(Point {
                    tag: text(bytes_of(&point, 1)),
                    step: event.iter().find(|(field, _, _)| *field == 2).map_or(0, |(_, number, _)| *number),
                    value: f32::from_le_bytes(*bytes_of(&point, 2).first_chunk().expect("four bytes")),
                });
            }
            records += 1;
        }
    }
    points
}

fn masked_crc(bytes: &[u8]) -> u32 {
    let crc = crc32c::crc32c(bytes);
    crc.rotate_right(15).wrapping_add(0xA282_EAD8)
}

/// The fields of a protocol-buffer message: number, value if it is a varint, bytes otherwise.
fn fields(mut message: &[u8]) -> Vec<(u64, u64, &[u8])> {
    let mut found = vec![];
    while !message.is_empty() {
        let key = varint(&mut message);
        let (number, length) = match key & 7 {
            0 => (varint(&mut message), 0),
            1 => (0, 8),
            2 => (0, varint(&mut message) as usize),
            5 => (0, 4),
            wire => panic!("wire type {wire}"),
        };
        let (bytes, rest) = message.split_at(length);
        message = rest;
        found.push((key >> 3, number, bytes));
    }
    found
}

fn bytes_of<'m>(message: &[(u64, u64, &'m [u8])], field: u64) -> &'m [u8] {
    message
        .iter()
        .find(|(found, _, _)| *found == field)
        .map(|(_, _, bytes)| *bytes)
        .expect("the field is there")
}

fn varint(bytes: &mut &[u8]) -> u64 {
    let mut number = 0;
    for shift in (0..).step_by(7) {
        let (first, rest) = bytes.split_first().expect("a varint ends");
        *bytes = rest;
        number |= u64::from(first & 0x7F) << shift;
        if first & 0x80 == 0 {
            break;
        }
    }
    number
}

fn curve(points: &[Point], tag: &str) -> (Vec<u64>, Vec<f64>) {
    points.iter().filter(|point| point.tag == tag).map(|point| (point.step, f64::from(point.value))).unzip()
}

/// The official MNIST, where it is at hand.
fn full_mnist() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    folder.join("mnist").exists().then_some(folder)
}

// The numbers of the three tests after this are PyTorch 2.15's for the same programs on the bundled digits.

#[test]
fn the_mnist_network_learns_as_in_pytorch() {
    let out = TempDir::new().expect("a folder");
    let printed = success(&mut with_flags("mnist", out.path(), &[]));
    assert!(printed.contains("stand-in"), "a run on a stand-in says so: {printed}");
    let accuracies = column(&printed, "  accuracy ");
    all_near(&accuracies[..5], &[0.6597, 0.8759, 0.8964, 0.9104, 0.9182], 0.0003);
    all_near(&accuracies[15..], &[0.9628, 0.9644, 0.9682, 0.9685, 0.9722], 0.001);
    near(out.path(), "mnist", "test accuracy", 0.9360, 0.003);
    let results = results(&folder(out.path(), "mnist"));
    assert_eq!(results["book"]["test accuracy"].as_f64(), Some(0.9645));
    figures_are_drawn(&folder(out.path(), "mnist"), &["curves", "confusion"]);
}

#[test]
fn the_learner_trains_tests_and_goes_on_as_in_pytorch() {
    let out = TempDir::new().expect("a folder");
    let printed = success(&mut with_flags("learner", out.path(), &[]));
    let train = [
        0.6258, 0.8677, 0.8939, 0.9054, 0.9129, 0.9202, 0.9269, 0.9321, 0.9371, 0.9399, 0.9430, 0.9464,
        0.9499, 0.9530, 0.9561,
    ];
    let valid = [
        0.8200, 0.8650, 0.8800, 0.8890, 0.8950, 0.9000, 0.9050, 0.9110, 0.9150, 0.9180, 0.9210, 0.9250,
        0.9260, 0.9280, 0.9300,
    ];
    all_near(&column(&printed, "  accuracy "), &train, 0.001);
    all_near(&column(&printed, "  valid accuracy "), &valid, 0.002);
    assert!(printed.contains("resumed after epoch 10"), "{printed}");
    near(out.path(), "learner", "13.3.3 best epoch", 10.0, 0.0);
    near(out.path(), "learner", "13.3.4 best: test_acc", 0.907815, 0.001);
    near(out.path(), "learner", "13.3.4 best: accuracy", 0.9155, 0.001);
    near(out.path(), "learner", "13.3.4 best: loss", 0.26722, 0.001);
    near(out.path(), "learner", "13.3.6 last: accuracy", 0.9235, 0.001);

    // The best is also the last; besides it the newest but one is kept.
    let mut kept: Vec<String> = fs::read_dir(folder(out.path(), "learner").join("checkpoint"))
        .expect("checkpoints")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    kept.sort();
    let parts =
        ["model", "optim", "scheduler"].map(|part| [14, 15].map(|epoch| format!("{part}-{epoch}.bpk")));
    assert_eq!(kept, parts.concat());

    let points = points(&folder(out.path(), "learner").join("tensorboard"));
    let (steps, values) = curve(&points, "valid_acc");
    assert_eq!(steps, (1..=15).map(|epoch| 141 * epoch).collect::<Vec<u64>>());
    all_near(&values, &column(&printed, "  valid accuracy "), 0.00005);
    assert_eq!(curve(&points, "train_acc").0.len(), 15);
    let (steps, losses) = curve(&points, "train_loss");
    assert_eq!(steps, (1..=42).map(|point| 50 * point).collect::<Vec<u64>>());
    assert!(losses[0] > 1.0 && losses[41] < 0.5, "{losses:?}");
}

#[test]
fn engines_show_what_taking_softmax_twice_costs() {
    let out = TempDir::new().expect("a folder");
    let printed = success(&mut with_flags("engines", out.path(), &[]));
    let twice = [0.7835, 0.8815, 0.9000, 0.9030, 0.9055];
    let once = [0.8485, 0.8935, 0.9035, 0.9090, 0.9160];
    all_near(&column(&printed, "  valid accuracy "), &[twice, once].concat(), 0.0015);
    all_near(&column(&printed, "  valid loss ")[..5], &[1.7462, 1.6155, 1.5890, 1.5751, 1.5664], 0.001);
    near(out.path(), "engines", "twice: cross-entropy", 0.41398, 0.002);
    near(out.path(), "engines", "once: cross-entropy", 0.28821, 0.002);
    assert!(
        printed.contains("batch 100: loss 1.91") && printed.contains("batch 100: loss 0.86"),
        "{printed}"
    );
    assert!(printed.contains("cannot fall below 1.4612"), "{printed}");
    for (form, epochs) in [("softmax-twice", twice), ("softmax-once", once)] {
        let points = points(&folder(out.path(), "engines").join(form).join("tensorboard"));
        assert_eq!(curve(&points, "training/batch_loss").0, [100, 200, 300, 400, 500, 600, 700]);
        let (steps, accuracies) = curve(&points, "validation/accuracy");
        assert_eq!(steps, [157, 314, 471, 628, 785]);
        all_near(&accuracies, &epochs, 0.0015);
        let best = folder(out.path(), "engines").join(form).join("best");
        assert_eq!(fs::read_dir(best).expect("the best model").count(), 1);
    }
}

#[test]
fn the_books_numbers_on_the_whole_of_mnist() {
    // Without the official files there is nothing to compare: the bundled digits have their own test above.
    let Some(data) = full_mnist() else { return };
    let out = TempDir::new().expect("a folder");
    let book = |name: &str| success(with_flags(name, out.path(), &["--book", "--data-dir"]).arg(&data));
    let accuracies = column(&book("mnist"), "  accuracy ");
    let expected = [
        0.8531, 0.9287, 0.9413, 0.9506, 0.9558, 0.9592, 0.9627, 0.9650, 0.9674, 0.9691, 0.9711, 0.9729,
        0.9741, 0.9747, 0.9767, 0.9779, 0.9782, 0.9799, 0.9808, 0.9813,
    ];
    all_near(&accuracies, &expected, 0.002);
    near(out.path(), "mnist", "test accuracy", 0.9645, 0.003);

    let printed = book("learner");
    let train = [0.8480, 0.9254, 0.9409, 0.9495, 0.9553, 0.9598, 0.9635, 0.9667, 0.9691, 0.9708];
    let valid = [0.9118, 0.9270, 0.9356, 0.9392, 0.9436, 0.9446, 0.9454, 0.9468, 0.9490, 0.9488];
    let losses = [0.2986, 0.2407, 0.2137, 0.1967, 0.1861, 0.1786, 0.1734, 0.1713, 0.1685, 0.1663];
    all_near(&column(&printed, "  accuracy ")[..10], &train, 0.0005);
    all_near(&column(&printed, "  valid accuracy ")[..10], &valid, 0.001);
    all_near(&column(&printed, "  valid loss ")[..10], &losses, 0.001);
    near(out.path(), "learner", "13.3.3 best epoch", 9.0, 0.0);
    for (test, accuracy, loss) in [
        ("13.3.4 best", 0.94996, 0.14912),
        ("13.3.6 last", 0.954289, 0.147190),
        ("13.3.6 best", 0.955945, 0.145127),
    ] {
        near(out.path(), "learner", &format!("{test}: test_acc"), accuracy, 0.0005);
        near(out.path(), "learner", &format!("{test}: loss"), loss, 0.001);
    }

    let printed = book("engines");
    all_near(&column(&printed, "  valid accuracy ")[..5], &[0.91, 0.92, 0.93, 0.94, 0.94], 0.0075);
    all_near(&column(&printed, "  valid loss ")[..5], &[1.56, 1.54, 1.53, 1.53, 1.52], 0.006);
}

/// `script` (of Debian's essential packages) runs the program on a terminal of its own.
#[cfg(target_os = "linux")]
#[test]
fn a_terminal_gets_the_dashboard_and_then_the_lines() {
    let out = TempDir::new().expect("a folder");
    let on_terminal = |more: &str| {
        let line = format!(
            "{} learner --num-epochs 2 --resumed-epochs 3 --out {} {more}",
            env!("CARGO_BIN_EXE_ch13-mechanics"),
            out.path().display()
        );
        success(Command::new("script").args(["-qec", &line, "/dev/null"]).stdin(Stdio::null()))
    };
    let (enter, leave) = ("\x1b[?1049h", "\x1b[?1049l");
    let printed = on_terminal("");
    // One dashboard for each of the two trainings, closed before anything else is printed.
    assert_eq!((printed.matches(enter).count(), printed.matches(leave).count()), (2, 2), "{printed}");
    let (_, after) = printed.rsplit_once(leave).expect("it was left");
    assert!(after.contains("epoch 3/3  loss ") && after.contains("peak memory"), "{after}");
    let plain = on_terminal("--plain");
    assert!(!plain.contains(enter) && plain.contains("epoch 2/2  loss "), "{plain}");
}

#[cfg(unix)]
#[test]
fn a_learner_that_was_stopped_and_killed_ends_as_one_that_was_not() {
    let out = TempDir::new().expect("a folder");
    let (whole, broken) = (out.path().join("whole"), out.path().join("broken"));
    let flags = ["--num-epochs", "30", "--resumed-epochs", "34"];
    success(&mut with_flags("learner", &whole, &flags));
    let stopped = signal_at(&mut with_flags("learner", &broken, &flags), "epoch  3/30", "-INT");
    let message = text(&stopped.stderr);
    assert_eq!(stopped.status.code(), Some(130), "{message}");
    assert!(message.contains("which will begin again") && message.contains("--resume"), "{message}");
    let resume = || {
        let mut command = with_flags("learner", &broken, &flags);
        command.arg("--resume");
        command
    };
    assert!(!signal_at(&mut resume(), "epoch 20/30", "-KILL").status.success());
    assert!(!signal_at(&mut resume(), "epoch 31/34", "-KILL").status.success());
    success(&mut resume());
    assert!(read(&whole, "learner", "tests/results.json") == read(&broken, "learner", "tests/results.json"));
    let metrics = |out: &Path| results(&folder(out, "learner"))["metrics"].clone();
    assert_eq!(metrics(&whole), metrics(&broken));
    // A run that is finished has nothing left to do, and says the same.
    let again = success(&mut resume());
    assert_eq!(again.matches("test of epoch").count(), 3, "{again}");
    assert_eq!(metrics(&whole), metrics(&broken));
}

#[cfg(unix)]
#[test]
fn engines_that_were_stopped_end_as_those_that_were_not() {
    let out = TempDir::new().expect("a folder");
    let (whole, stopped) = (out.path().join("whole"), out.path().join("stopped"));
    let flags = ["--num-epochs", "20"];
    success(&mut with_flags("engines", &whole, &flags));
    let output = signal_at(&mut with_flags("engines", &stopped, &flags), "epoch  2/20", "-INT");
    assert_eq!(output.status.code(), Some(130), "{}", text(&output.stderr));
    let resumed = success(with_flags("engines", &stopped, &flags).arg("--resume"));
    assert!(resumed.contains("resumed after epoch "), "{resumed}");
    for form in ["softmax-twice", "softmax-once"] {
        let weights = |out: &Path| read(out, "engines", &format!("{form}/model.safetensors"));
        assert!(weights(&whole) == weights(&stopped), "the resumed weights of {form} differ");
    }
}

#[test]
fn mistakes_get_one_line() {
    let out = TempDir::new().expect("a folder");
    let refuse = |name: &str, flags: &[&str]| refused(&mut with_flags(name, out.path(), flags));
    assert!(refused(program().arg("lerner")).contains("learner"));
    assert!(refuse("mnist", &["--lr", "0"]).contains("above 0"));
    assert!(refuse("engines", &["--log-interval", "0"]).contains("at least 1"));
    assert!(refuse("learner", &["--resumed-epochs", "10"]).contains("more than --num-epochs 10"));
    assert!(refuse("learner", &["--validation", "10000"]).contains("smaller --validation"));
    assert!(refuse("learner", &["--data-dir", "/nonexistent"]).contains("/nonexistent"));
    assert!(refuse("engines", &["--resume"]).contains("no checkpoint"));
    assert!(refuse("mnist", &["--lr", "1e30", "--num-epochs", "2"]).contains("diverged"));
    assert!(refuse("learner", &["--lr", "1e30"]).contains("diverged"));
}

#[test]
fn a_learner_takes_up_only_its_own_whole_checkpoints() {
    let out = TempDir::new().expect("a folder");
    let flags = ["--num-epochs", "1", "--resumed-epochs", "2", "--validation", "9000"];
    let run = |more: &[&str]| with_flags("learner", out.path(), &[&flags, more].concat());
    assert!(refused(&mut run(&["--resume"])).contains("no checkpoint"));
    success(&mut run(&[]));
    let message = refused(&mut run(&["--resume", "--seed", "2"]));
    assert!(message.contains("seed") && message.contains("1 then, 2 now"), "{message}");

    let checkpoint = folder(out.path(), "learner").join("checkpoint");
    fs::remove_file(checkpoint.join("scheduler-2.bpk")).expect("the checkpoint of epoch 2");
    // A constant learning rate has nothing to save, so that half of its file is as good as all of it.
    for part in ["model", "optim"] {
        let path = checkpoint.join(format!("{part}-1.bpk"));
        let whole = fs::read(&path).expect("the checkpoint of epoch 1");
        fs::write(&path, &whole[..whole.len() / 2]).expect("the folder is writable");
        let message = refused(&mut run(&["--resume"]));
        assert!(message.contains(&format!("{part}-1.bpk")), "{message}");
        fs::write(&path, whole).expect("the folder is writable");
    }
    success(&mut run(&["--resume"]));
}
