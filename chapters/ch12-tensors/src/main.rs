//! Chapter 12 as a program: one subcommand for each project.
#![recursion_limit = "256"]

use std::path::PathBuf;
use std::process::ExitCode;

use ch12_tensors::{activations, bench, iris, linear, parallel, parity, pipeline, remote, tensors};
use clap::{Parser, Subcommand};
use mlbook::cli::{self, Chapter, Run, RunFlags};

/// Chapter 12: tensors, data pipelines and the first networks.
#[derive(Parser)]
#[command(version)]
struct Program {
    #[command(subcommand)]
    project: Option<Project>,
}

#[derive(Subcommand)]
enum Project {
    /// Make, reshape, compute with, split and join tensors (12.1.1 to 12.1.4)
    Tensors {
        #[command(flatten)]
        run: RunFlags,
    },
    /// Batches in PyTorch's order, image files, CelebA's layout, MNIST (12.1.5 to 12.1.11)
    Pipeline {
        /// Folder with your own pictures, named cat… and dog… (PNG or JPEG); else six are drawn
        #[arg(long, value_name = "DIR")]
        images: Option<PathBuf>,
        #[command(flatten)]
        run: RunFlags,
    },
    /// Linear regression, by hand and by modules (12.2.1 to 12.2.4)
    Linear {
        #[command(flatten)]
        settings: linear::LinearFlags,
        #[command(flatten)]
        run: RunFlags,
    },
    /// Classify Iris flowers, save the network and read it back (12.2.5 to 12.2.8)
    Iris {
        /// Test these weights instead of training: a state dict of PyTorch (.pt) or a safetensors file
        #[arg(long, value_name = "FILE")]
        state: Option<PathBuf>,
        #[command(flatten)]
        settings: iris::IrisFlags,
        #[command(flatten)]
        run: RunFlags,
    },
    /// Logistic, softmax, tanh and ReLU (12.2.9 to 12.2.13)
    Activations {
        #[command(flatten)]
        run: RunFlags,
    },
    /// One training on all cores: workers with a part of every mini-batch each, their gradients averaged
    Parallel {
        #[command(flatten)]
        settings: parallel::ParallelFlags,
        #[command(flatten)]
        run: RunFlags,
    },
    /// Train on another machine's device (built with `--features remote`)
    Remote {
        #[command(subcommand)]
        command: remote::RemoteCommand,
    },
    /// Compare this chapter's models with PyTorch's numbers
    Parity(cli::ParityFlags),
    /// Time a training step (for `cargo book bench`)
    #[command(hide = true)]
    Bench(cli::BenchFlags),
}

fn main() -> ExitCode {
    match cli::parse::<Program>(std::env::args_os()) {
        Ok(program) => cli::finish(run(program)),
        Err(code) => code,
    }
}

fn run(program: Program) -> anyhow::Result<ExitCode> {
    let start = |project: &str, flags: &RunFlags| Run::start("ch12-tensors", project, flags);
    match program.project {
        None => Chapter::from_manifest(include_str!("../Cargo.toml"))?.print(),
        Some(Project::Tensors { run }) => tensors::run(&start("tensors", &run)?)?,
        Some(Project::Pipeline { images, run }) => {
            pipeline::run(&start("pipeline", &run)?, images.as_deref())?;
        }
        Some(Project::Linear { settings, run }) => {
            linear::run(&start("linear", &run)?, &settings.settings(run.book))?;
        }
        Some(Project::Iris { state: Some(path), settings, run }) => {
            iris::test_weights(&start("iris", &run)?, &settings.settings(run.book), &path)?;
        }
        Some(Project::Iris { state: None, settings, run }) => {
            iris::run(&start("iris", &run)?, &settings.settings(run.book))?;
        }
        Some(Project::Activations { run }) => activations::run(&start("activations", &run)?)?,
        Some(Project::Parallel { settings, run }) => {
            parallel::run(&start("parallel", &run)?, &settings.settings(run.book))?;
        }
        Some(Project::Remote { command }) => remote::run(command)?,
        Some(Project::Parity(flags)) => return flags.run(parity::rows),
        Some(Project::Bench(flags)) => return flags.run(bench::measures),
    }
    Ok(ExitCode::SUCCESS)
}
