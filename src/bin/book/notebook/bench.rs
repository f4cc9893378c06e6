//! `book bench kernel`: how long a reader waits for the kernel, and what memory it takes; beside the stock kernel if asked.

use std::process::{ExitCode, Stdio};

use anyhow::{Context, bail};
use clap::Args;
use mlbook::cli::rule;
use mlbook::say;
use serde::Deserialize;

use super::{Environment, spec, stock};
use crate::{chapters, kernel};

/// Flags of `book bench kernel`.
#[derive(Args)]
pub struct KernelBenchArgs {
    /// The stock kernel, evcxr_jupyter, as well
    #[arg(long)]
    stock: bool,
    /// Starts that count; the median is shown
    #[arg(long, default_value_t = 5, value_parser = rule::at_least_one)]
    starts: usize,
}

/// What `bench_kernel.py` measured: seconds and megabytes.
#[derive(Deserialize)]
struct Measured {
    ready: f64,
    first_tensor: f64,
    cell: f64,
    called: f64,
    written: f64,
    pss: f64,
    rss: f64,
}

/// Prints a line for each measure: ours, the stock kernel's, the limit that the project sets itself.
pub fn run(args: KernelBenchArgs) -> anyhow::Result<ExitCode> {
    let workspace = chapters::workspace()?;
    let environment = Environment::of(&workspace)?;
    environment.ensure()?;
    kernel::install(&workspace, &[environment.data_folder()])?;
    if args.stock {
        stock::ensure(&environment, &workspace, false)?;
        stock::warm_up(&environment, &workspace)?;
    }
    let measure = |name: &str| -> anyhow::Result<Measured> {
        let mut command = environment.python();
        command.arg(workspace.join("notebooks").join("tools").join("bench_kernel.py"));
        command.args(["--kernel", name, "--starts", &args.starts.to_string()]);
        command.current_dir(workspace.join("notebooks")).stderr(Stdio::inherit());
        let output = command.output().context("cannot start Python")?;
        if !output.status.success() {
            bail!("the kernel {name} could not be measured; the message is above");
        }
        let text = String::from_utf8_lossy(&output.stdout);
        serde_json::from_str(&text).with_context(|| format!("the bench printed: {text}"))
    };
    let ours = measure(spec::OURS)?;
    let theirs = if args.stock { Some(measure(spec::STOCK)?) } else { None };
    say!("{:<56} {:>10} {:>12} {:>8}", "median", "here", "stock evcxr", "limit");
    for (name, value, unit, limit) in ROWS {
        let here = format!("{:.2} {unit}", value(&ours));
        let there = theirs.as_ref().map_or("-".to_owned(), |theirs| format!("{:.2} {unit}", value(theirs)));
        let limit = limit.map_or("-".to_owned(), |limit| format!("{limit} {unit}"));
        say!("{name:<56} {here:>10} {there:>12} {limit:>8}");
    }
    Ok(ExitCode::SUCCESS)
}

type Row = (&'static str, fn(&Measured) -> f64, &'static str, Option<f64>);

const ROWS: [Row; 7] = [
    ("kernel starts and answers", |measured| measured.ready, "s", None),
    ("kernel starts and prints its first tensor", |measured| measured.first_tensor, "s", Some(8.0)),
    ("an ordinary cell", |measured| measured.cell, "s", Some(0.7)),
    ("a cell that calls a chapter's training: until it runs", |measured| measured.called, "s", Some(1.5)),
    ("a cell with a loop over batches: until it runs", |measured| measured.written, "s", None),
    ("memory of kernel and children (PSS)", |measured| measured.pss, "MB", Some(700.0)),
    ("memory of kernel and children (RSS)", |measured| measured.rss, "MB", None),
];
