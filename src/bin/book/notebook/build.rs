//! Building the kernel: its program first, then the library that notebooks load.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, bail};
use mlbook::say;
use serde_json::Value;

use crate::{chapters, doctor};

/// The package of the kernel, and the name of its program.
const PACKAGE: &str = "mlbook-jupyter";
/// What the first build of the kernel and of the library takes.
const DISK_GB: f64 = 6.0;

/// Builds what is not up to date, with cargo's progress shown, and returns the kernel's program.
pub fn kernel(workspace: &Path) -> anyhow::Result<PathBuf> {
    if !program(workspace)?.exists() {
        if let Some(free) = doctor::free_gb(workspace).filter(|&free| free < DISK_GB) {
            bail!("{free:.1} GB free; building the notebook kernel takes about {DISK_GB:.0} GB");
        }
        say!(
            "building the notebook kernel; the first time takes 15 to 25 minutes on two cores, later ones seconds"
        );
    }
    let program = build_program(workspace)?;
    build_library(&program, workspace)?;
    Ok(program)
}

/// Where the kernel's program is, or will be.
pub fn program(workspace: &Path) -> anyhow::Result<PathBuf> {
    let output = cargo(workspace)
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .output()
        .context("cannot start cargo; is the Rust toolchain installed? See https://rustup.rs")?;
    let metadata: Value = serde_json::from_slice(&output.stdout).context("cargo metadata printed no JSON")?;
    let target = metadata["target_directory"].as_str().context("cargo metadata names no target folder")?;
    Ok(Path::new(target).join("debug").join(format!("{PACKAGE}{}", std::env::consts::EXE_SUFFIX)))
}

/// Whether the library is built and up to date, in the kernel's own words.
pub fn library_status(program: &Path, workspace: &Path) -> Result<String, String> {
    let output = at_work(Command::new(program), workspace)
        .arg("status")
        .output()
        .map_err(|error| error.to_string())?;
    let bytes = if output.stdout.is_empty() { &output.stderr } else { &output.stdout };
    let text = String::from_utf8_lossy(bytes);
    let line = text.lines().next().unwrap_or("no answer");
    let line = line.trim_start_matches("error: ").trim_start_matches("library").trim_start().to_owned();
    if output.status.success() { Ok(line) } else { Err(line) }
}

/// A build of its own: together with the chapters it would change the features of what burn stands on.
fn build_program(workspace: &Path) -> anyhow::Result<PathBuf> {
    let output = cargo(workspace)
        .args(["build", "--package", PACKAGE, "--message-format", "json-render-diagnostics"])
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .context("cannot start cargo; is the Rust toolchain installed? See https://rustup.rs")?
        .wait_with_output()?;
    if !output.status.success() {
        bail!("the notebook kernel does not build; cargo's message is above");
    }
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message["target"]["name"] == PACKAGE)
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
        .context("cargo built the notebook kernel, but names no program")
}

fn build_library(program: &Path, workspace: &Path) -> anyhow::Result<()> {
    // Progress comes on standard error; where the files lie is of no interest here.
    let status = at_work(Command::new(program), workspace)
        .arg("build")
        .stdout(Stdio::null())
        .status()
        .context("cannot start the notebook kernel")?;
    if !status.success() {
        bail!("the library that notebooks load does not build; the messages are above");
    }
    Ok(())
}

fn cargo(workspace: &Path) -> Command {
    at_work(chapters::cargo(), workspace)
}

/// A command in the workspace, told where that is.
fn at_work(mut command: Command, workspace: &Path) -> Command {
    command.env("MLBOOK_WORKSPACE", workspace).current_dir(workspace);
    command
}
