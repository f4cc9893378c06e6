//! Chapter 14 as a program: one subcommand for each project.
#![recursion_limit = "256"]

use std::path::PathBuf;
use std::process::ExitCode;

use ch14_cnn::{bench, mnist, parity};
use clap::{Parser, Subcommand};
use mlbook::cli::{self, Chapter, Run, RunFlags};
use mlbook::device::{self, DeviceChoice};

/// The fixtures that come with the project.
const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../reference/fixtures");

/// Chapter 14: classifying images with deep convolutional networks.
#[derive(Parser)]
#[command(version)]
struct Program {
    #[command(subcommand)]
    project: Option<Project>,
}

#[derive(Subcommand)]
enum Project {
    /// Read handwritten digits with a convolutional network (14.1.6 to 14.1.9)
    Mnist {
        #[command(flatten)]
        settings: mnist::MnistFlags,
        #[command(flatten)]
        run: RunFlags,
    },
    /// Compare this chapter's models with PyTorch's numbers
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
    match program.project {
        None => Chapter::from_manifest(include_str!("../Cargo.toml"))?.print(),
        Some(Project::Mnist { settings, run }) => {
            let settings = settings.settings(run.book);
            mnist::run(&Run::start("ch14-cnn", "mnist", &run)?, &settings)?;
        }
        Some(Project::Parity { dir, device }) => {
            if !mlbook::parity::print_table(&parity::rows(&dir, &device::open(device)?)?) {
                return Ok(ExitCode::from(cli::CHECK_FAILED));
            }
        }
        Some(Project::Bench { steps }) => {
            let measures = bench::measures(steps, &device::open(DeviceChoice::Cpu)?);
            mlbook::say!("{}", serde_json::to_string(&measures)?);
        }
    }
    Ok(ExitCode::SUCCESS)
}
