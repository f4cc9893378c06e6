//! The Python tests of this folder: they drive the kernel, and JupyterLab in a browser, as readers do.
//!
//! They run in a Python environment below cargo's target folder, which the first of them makes.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, OnceLock, PoisonError};

/// The environment that `cargo book notebook` makes for a reader, in a place of the tests' own.
const ENVIRONMENT: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/jupyter-env");

/// One kernel at a time: the tests look at times and memory.
static TURN: Mutex<()> = Mutex::new(());
static READY: OnceLock<()> = OnceLock::new();

fn notebooks() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn succeed(command: &mut Command) {
    command.env("MLBOOK_JUPYTER_ENV", ENVIRONMENT).env_remove("MLBOOK_DATA");
    // What cargo says of this test's package: another cargo would take it for a change, and compile burn's neighbours once more.
    for (name, _) in std::env::vars_os() {
        if ["CARGO_MANIFEST_", "CARGO_PKG_"].iter().any(|start| name.to_string_lossy().starts_with(start)) {
            command.env_remove(name);
        }
    }
    let status = command.status().expect("the program starts");
    assert!(status.success(), "{command:?} failed; its message is above");
}

/// The kernel, installed as a reader installs it, and what the tests need besides.
fn install() {
    let cargo = std::env::var_os("CARGO").unwrap_or("cargo".into());
    succeed(Command::new(cargo).args(["book", "kernel", "install"]).current_dir(notebooks()));
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"];
    succeed(python().args(pip).arg(notebooks().join("tests/requirements.txt")));
}

fn python() -> Command {
    let mut command = Command::new(Path::new(ENVIRONMENT).join("bin/python"));
    command.env("JUPYTER_PREFER_ENV_PATH", "1").env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

fn pytest(file: &str) {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    READY.get_or_init(install);
    let pytest = ["-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "--durations=5", file];
    succeed(python().args(pytest).current_dir(notebooks().join("tests")));
}

#[test]
fn failures_are_errors_and_the_next_cell_runs() {
    pytest("test_failures.py");
}

#[test]
fn state_crosses_cells_and_not_notebooks() {
    pytest("test_state.py");
}

#[test]
fn jupyter_s_own_suite_passes() {
    pytest("test_conformance.py");
}

#[test]
fn every_notebook_runs() {
    pytest("test_notebooks.py");
}

#[test]
fn a_reader_sees_it_in_a_browser() {
    pytest("test_browser.py");
}
