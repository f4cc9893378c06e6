//! Running a chapter's program as a reader runs it, and reading what it leaves. Included by the tests of every chapter.
#![allow(dead_code, reason = "no chapter's tests need every part of it")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};

use serde_json::Value;

/// A program, closed to the user's own data and settings.
pub fn program(path: &str) -> Command {
    let mut command = Command::new(path);
    command.env_remove("MLBOOK_DATA").env("XDG_CACHE_HOME", "/nonexistent-cache");
    // The software adapter gains little by trying out kernels for every size.
    command.env("CUBECL_AUTOTUNE_LEVEL", "minimal");
    command
}

/// The command on a machine without graphics drivers; a run on the cpu must not ask for one.
pub fn without_graphics(command: &mut Command) -> &mut Command {
    command.env("VK_DRIVER_FILES", "/nonexistent.json").env("VK_ICD_FILENAMES", "/nonexistent.json");
    command.env("__EGL_VENDOR_LIBRARY_DIRS", "/nonexistent")
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Runs to the end, which must be a success; returns what was printed.
pub fn success(command: &mut Command) -> String {
    let output = command.output().expect("the program starts");
    assert!(output.status.success(), "{command:?} failed: {}", text(&output.stderr));
    text(&output.stdout)
}

/// Bad input: exit code 2, one line on standard error, no panic and no backtrace.
pub fn refused(command: &mut Command) -> String {
    let output = command.env("RUST_BACKTRACE", "1").output().expect("the program starts");
    let message = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{message}");
    assert_eq!(message.lines().count(), 1, "one line, not: {message}");
    assert!(message.starts_with("error: ") && !message.contains("panicked"), "{message}");
    message
}

pub fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).expect("the file is there")).expect("it is JSON")
}

/// `results.json` of a project's folder.
pub fn results(folder: &Path) -> Value {
    json(&folder.join("results.json"))
}

pub fn metric(results: &Value, name: &str) -> f64 {
    results["metrics"][name].as_f64().unwrap_or_else(|| panic!("no metric {name} in {results}"))
}

/// Every metric that the book has differs from it by at most `tolerance`.
pub fn all_as_in_the_book(results: &Value, tolerance: f64) {
    let book = results["book"].as_object().expect("the book's numbers");
    assert!(!book.is_empty());
    for (name, number) in book {
        let (here, there) = (metric(results, name), number.as_f64().expect("a number"));
        assert!((here - there).abs() <= tolerance, "{name}: {here}, in the book {there}");
    }
}

pub fn first_losses(folder: &Path) -> Vec<f64> {
    let results = results(folder);
    let losses = results["first_losses"].as_array().expect("first losses are an array");
    losses.iter().map(|loss| loss.as_f64().expect("a loss is a number")).collect()
}

/// The trained weights in a project's folder.
pub fn weights(folder: &Path) -> Vec<u8> {
    fs::read(folder.join("model.safetensors")).expect("the weights are there")
}

/// Each figure is there as SVG and PNG, and not empty.
pub fn figures_are_drawn(folder: &Path, names: &[&str]) {
    for name in names {
        for ending in ["svg", "png"] {
            let path = folder.join(format!("{name}.{ending}"));
            let length = fs::metadata(&path).map(|file| file.len()).unwrap_or(0);
            assert!(length > 1_000, "{} has {length} bytes", path.display());
        }
    }
}

/// The texts stand in the output one after the other, whatever is between them.
pub fn in_order(printed: &str, texts: &[&str]) {
    let mut rest = printed;
    for text in texts {
        let Some(place) = rest.find(text) else { panic!("{text:?} is not (or not in order) in: {printed}") };
        rest = &rest[place + text.len()..];
    }
}

/// Waits until the program has printed a line that begins with `start`.
pub fn wait_for_line(child: &mut Child, start: &str) {
    let output = child.stdout.as_mut().expect("standard output is piped");
    let mut lines = BufReader::new(output).lines();
    let found = lines.by_ref().map_while(Result::ok).any(|line| line.starts_with(start));
    assert!(found, "no line begins with {start}");
}

/// No safetensors file in the folder is a half one: the header's length and the offsets in it fill the file exactly.
pub fn no_half_files(folder: &Path) {
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|ending| ending == "safetensors") {
            let bytes = fs::read(&path).expect("the file is readable");
            assert!(safetensors_is_whole(&bytes), "{} is a half file", path.display());
        }
    }
}

fn safetensors_is_whole(bytes: &[u8]) -> bool {
    let Some(length) = bytes.first_chunk::<8>().map(|word| u64::from_le_bytes(*word) as usize) else {
        return false;
    };
    let Some(header) = bytes.get(8..8 + length) else { return false };
    let Ok(Value::Object(header)) = serde_json::from_slice(header) else { return false };
    let end = header.values().filter_map(|tensor| tensor["data_offsets"][1].as_u64()).max().unwrap_or(0);
    bytes.len() as u64 == 8 + length as u64 + end
}

/// `parity` fails with exit code 1 when a number of the fixture is altered.
pub fn parity_fails_on_a_wrong_number(program: &mut Command, fixture: &str) {
    let altered = tempfile::TempDir::new().expect("a folder");
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../reference/fixtures");
    let mut bytes = fs::read(fixtures.join(fixture)).expect("the fixture is there");
    let last = bytes.len() - 2;
    bytes[last] ^= 0x40;
    fs::write(altered.path().join(fixture), bytes).expect("the folder is writable");
    let output = program.args(["parity", "--dir"]).arg(altered.path()).output().expect("the program starts");
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stdout));
    assert!(text(&output.stdout).contains("FAIL"));
}

/// The four bundled files of MNIST, gzip as they are, in a folder of their own under `target`.
pub fn bundled_mnist(target: &Path) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/mnist-mini");
    let folder = target.join("mnist");
    fs::create_dir_all(&folder).expect("a folder");
    for name in ["train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"] {
        let file = format!("{name}-ubyte.gz");
        fs::copy(source.join(&file), folder.join(&file)).expect("the bundled file is there");
    }
    folder
}
