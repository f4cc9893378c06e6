//! Chapter 11 as a program: one subcommand for each project.
#![recursion_limit = "256"]

use std::process::ExitCode;

use ch11_mlp::{bench, gradients, mnist, parity};
use clap::{Parser, Subcommand};
use mlbook::cli::{self, Chapter, Run, RunFlags};

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
    match program.project {
        None => Chapter::from_manifest(include_str!("../Cargo.toml"))?.print(),
        Some(Project::Mnist { settings, run }) => {
            let settings = settings.settings(run.book);
            mnist::run(&Run::start("ch11-mlp", "mnist", &run)?, &settings)?;
        }
        Some(Project::Gradients { settings, run }) => {
            let settings = settings.settings(run.book);
            if !gradients::run(&Run::start("ch11-mlp", "gradients", &run)?, &settings)? {
                return Ok(ExitCode::from(cli::CHECK_FAILED));
            }
        }
        Some(Project::Parity(flags)) => return flags.run(parity::rows),
        Some(Project::Bench(flags)) => return flags.run(bench::measures),
    }
    Ok(ExitCode::SUCCESS)
}
