//! `book notebook --check` and `--save`: notebooks run without a browser, and a table of how it went.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Stdio};

use anyhow::{Context, bail};
use mlbook::{cli, say};
use serde::Deserialize;

use super::{Environment, NotebookArgs, spec};

/// The stock kernel compiles burn before it answers for the first time.
const STOCK_START: usize = 5400;
/// Ours may have to build the library.
const START: usize = 600;

/// How a notebook went: a line of JSON from `run_notebooks.py`.
#[derive(Deserialize)]
struct Outcome {
    notebook: String,
    cells: usize,
    /// From the start of the kernel to its end.
    seconds: f64,
    slowest: Option<Slowest>,
    failure: Option<Failure>,
}

#[derive(Deserialize)]
struct Slowest {
    cell: usize,
    seconds: f64,
}

#[derive(Deserialize)]
struct Failure {
    /// The number that Jupyter shows beside the cell; none when no cell is at fault.
    cell: Option<usize>,
    code: Vec<String>,
    error: String,
}

/// Runs the notebooks and prints a row for each; exit code 1 if one fails.
pub fn run(
    environment: &Environment,
    workspace: &Path,
    files: &[PathBuf],
    kernel: &str,
    args: &NotebookArgs,
) -> anyhow::Result<ExitCode> {
    if files.is_empty() {
        bail!("no notebooks in {}", workspace.join("notebooks").display());
    }
    let start = if kernel == spec::STOCK { STOCK_START } else { START };
    let mut command = environment.python();
    command.arg(workspace.join("notebooks").join("tools").join("run_notebooks.py"));
    command.args(["--kernel", kernel, "--start-timeout", &start.to_string()]);
    command.args(["--cell-timeout", &args.cell_timeout.to_string(), "--jobs", &args.jobs.to_string()]);
    if args.save {
        command.arg("--save");
    }
    command.args(files).stdout(Stdio::piped());
    let mut runner = command.spawn().context("cannot start the runner of notebooks")?;
    // Ctrl-C reaches the runner too, which ends its kernels; this program waits for it.
    let _ = ctrlc::set_handler(|| {});
    let mut failures = Vec::new();
    let mut seen = 0;
    say!("{:<14} {:>6} {:>9}   slowest cell", "notebook", "cells", "seconds");
    for line in BufReader::new(runner.stdout.take().context("the runner has no output")?).lines() {
        let line = line?;
        let outcome: Outcome =
            serde_json::from_str(&line).with_context(|| format!("the runner printed: {line}"))?;
        print(&outcome);
        seen += 1;
        failures.extend(outcome.failure.map(|failure| (outcome.notebook, failure)));
    }
    let status = runner.wait()?;
    for (notebook, failure) in &failures {
        explain(notebook, failure);
    }
    if status.code() == Some(i32::from(cli::INTERRUPTED)) {
        return Ok(ExitCode::from(cli::INTERRUPTED));
    }
    if seen < files.len() {
        bail!("the runner of notebooks stopped early; its message is above");
    }
    Ok(ExitCode::from(if failures.is_empty() { cli::SUCCESS } else { cli::CHECK_FAILED }))
}

fn print(outcome: &Outcome) {
    let slowest = match &outcome.slowest {
        Some(slowest) => format!("[{}] {:.1} s", slowest.cell, slowest.seconds),
        None => "-".to_owned(),
    };
    let verdict = if outcome.failure.is_some() { "FAILED" } else { "ok" };
    let Outcome { notebook, cells, seconds, .. } = outcome;
    say!("{notebook:<14} {cells:>6} {seconds:>9.1}   {slowest:<14} {verdict}");
}

fn explain(notebook: &str, failure: &Failure) {
    match failure.cell {
        Some(cell) => say!("\n{notebook}, cell [{cell}]:"),
        None => say!("\n{notebook}:"),
    }
    for line in &failure.code {
        say!("    {line}");
    }
    for line in failure.error.lines() {
        say!("  {line}");
    }
}
