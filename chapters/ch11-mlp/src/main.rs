//! Chapter 11 as a program: one subcommand for each project.
#![recursion_limit = "256"]

use std::path::PathBuf;
use std::process::ExitCode;

use ch11_mlp::{bench, gradients, mnist, parity};
use clap::{Parser, Subcommand};
use mlbook::cli::{self, Chapter, Run, RunFlags};
use mlbook::device::{self, DeviceChoice};

/// The fixtures that come with the project.
const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../reference/fixtures");

/// Chapter 11: a multilayer network from scratch.
#[derive(Parser)]
#[command(version)]
struct Program {
    #[command(subcommand)]
    project: Option<Project>,
}

#[derive(Subcommand)]
enum Project {
    /// Read handwritten digits with a network whose gradients are written by hand (11.1 to 11.11)
    Mnist {
        #[command(flatten)]
        settings: mnist::MnistFlags,
        #[command(flatten)]
        run: RunFlags,
    },
    /// Compare the gradients by hand with those of autodiff (11.5)
    Gradients {
        #[command(flatten)]
        settings: gradients::GradientsFlags,
        #[command(flatten)]
        run: RunFlags,
    },
    /// Compare this chapter's network with PyTorch's numbers
    Parity {
        /// Folder with the fixtures
        #[arg(long, value_name = "DIR", default_value = FIXTURES, hide_default_value = true)]
        dir: PathBuf,
        /// Where to compute
        #[arg(long, value_enum, default_value_t)]
        device: DeviceChoice,
    },
    /// Time a training step (for `cargo book bench`)
    #[command(hide = true)]
    Bench {
        /// Steps that count
        #[arg(long, default_value_t = 40)]
        steps: usize,
    },
}

fn main() -> ExitCode {
    match cli::parse::<Program>(std::env::args_os()) {
        Ok(program) => cli::finish(run(program)),
        Err(code) => code,
    }
}

fn run(program: Program) -> anyhow::Result<ExitCode> {
    let passed = match program.project {
        None => {
            Chapter::from_manifest(include_str!("../Cargo.toml"))?.print();
            true
        }
        Some(Project::Mnist { settings, run }) => {
            let settings = settings.settings(run.book);
            mnist::run(&Run::start("ch11-mlp", "mnist", &run)?, &settings)?;
            true
        }
        Some(Project::Gradients { settings, run }) => {
            let settings = settings.settings(run.book);
            gradients::run(&Run::start("ch11-mlp", "gradients", &run)?, &settings)?
        }
        Some(Project::Parity { dir, device }) => {
            mlbook::parity::print_table(&parity::rows(&dir, &device::open(device)?)?)
        }
        Some(Project::Bench { steps }) => {
            let measures = bench::measures(steps, &device::open(DeviceChoice::Cpu)?);
            mlbook::say!("{}", serde_json::to_string(&measures)?);
            true
        }
    };
    Ok(if passed { ExitCode::SUCCESS } else { ExitCode::from(cli::CHECK_FAILED) })
}
