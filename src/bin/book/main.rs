//! `cargo book`: the chapters, the checks, the data, in one command.
#![recursion_limit = "256"]

mod bench;
mod chapters;
mod data;
mod diff;
mod doctor;
mod kernel;
mod notebook;
mod prove;
mod retry;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use mlbook::cli;

/// The Rust companion to Machine Learning with PyTorch and Scikit-Learn.
#[derive(Parser)]
#[command(name = "book", bin_name = "cargo book", version)]
struct Program {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// List the chapters: projects, presets, time, what each reaches
    List,
    /// Run a chapter's project: `cargo book run ch14 mnist --book`
    Run {
        /// The chapter, as ch14 or ch14-cnn
        chapter: String,
        /// The project and its flags
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<OsString>,
    },
    /// Open a notebook in JupyterLab, or run notebooks without a browser (--check, --save)
    Notebook(notebook::NotebookArgs),
    /// The Jupyter kernel "Rust (mlbook)": install, uninstall, status
    Kernel(kernel::KernelArgs),
    /// Check this machine: toolchain, adapters, Jupyter, data, disk; one line each, with what to do
    Doctor,
    /// Compare the models of all chapters with PyTorch's numbers
    Parity(chapters::ParityArgs),
    /// Measure the speed of training, beside PyTorch if a Python with torch is given; or of the notebook kernel
    Bench(bench::BenchArgs),
    /// List, fetch, check, repair and compare data sets
    Data(data::DataArgs),
    /// Run a command again until it succeeds
    Retry(retry::RetryArgs),
}

/// `cargo run` describes the package it runs in the environment. Whatever this program starts must not inherit that: a cargo among
/// it would take it for a change, and compile what it has compiled once more (build scripts look at these variables).
fn forget_cargo_run() {
    let own = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_", "CARGO_PRIMARY_"];
    for (name, _) in std::env::vars_os() {
        if own.iter().any(|start| name.to_string_lossy().starts_with(start)) {
            // Safety: called first of all, while this program has a single thread.
            unsafe { std::env::remove_var(name) };
        }
    }
}

fn main() -> ExitCode {
    forget_cargo_run();
    match cli::parse::<Program>(std::env::args_os()) {
        Ok(program) => cli::finish(run(program.command)),
        Err(code) => code,
    }
}

fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::List => chapters::list(),
        Command::Run { chapter, arguments } => chapters::run(&chapter, arguments),
        Command::Notebook(args) => notebook::run(args),
        Command::Kernel(args) => kernel::run(args),
        Command::Doctor => doctor::run(),
        Command::Parity(args) => chapters::parity(args),
        Command::Bench(args) => bench::run(args),
        Command::Data(args) => data::run(args),
        Command::Retry(args) => retry::run(args),
    }
}
