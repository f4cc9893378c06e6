//! Chapter 18 as a program: one subcommand for each project.
#![recursion_limit = "256"]

use std::process::ExitCode;

use ch18_gnn::{bench, graphs, nodes, parity, qm9, smiles};
use clap::{Parser, Subcommand};
use mlbook::cli::{self, Chapter, Run, RunFlags};

/// Chapter 18: graph neural networks for capturing dependencies in graph structured data.
#[derive(Parser)]
#[command(version)]
struct Program {
    #[command(subcommand)]
    project: Option<Project>,
}

#[derive(Subcommand)]
enum Project {
    /// A graph convolution by hand: dense adjacency, batches, pooling (18.1)
    Graphs {
        #[command(flatten)]
        run: RunFlags,
    },
    /// Predict a property of molecules (18.2)
    Qm9 {
        #[command(flatten)]
        settings: qm9::Qm9Flags,
        #[command(flatten)]
        run: RunFlags,
    },
    /// Classify the nodes of a graph: a karate club, or one of your own (beyond the book)
    Nodes {
        #[command(flatten)]
        settings: nodes::NodeFlags,
        #[command(flatten)]
        run: RunFlags,
    },
    /// Learn from molecules of your own, a table of SMILES (beyond the book)
    Smiles {
        #[command(flatten)]
        settings: smiles::SmilesFlags,
        #[command(flatten)]
        run: RunFlags,
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
    let start = |project: &str, flags: &RunFlags| Run::start("ch18-gnn", project, flags);
    match program.project {
        None => Chapter::from_manifest(include_str!("../Cargo.toml"))?.print(),
        Some(Project::Graphs { run }) => graphs::run(&start("graphs", &run)?)?,
        Some(Project::Qm9 { settings, run }) => {
            let numbers = settings.numbers.settings(run.book);
            qm9::run(&start("qm9", &run)?, &numbers, &settings.target)?;
        }
        Some(Project::Nodes { settings, run }) => {
            let numbers = settings.numbers.settings(run.book);
            nodes::run(&start("nodes", &run)?, &numbers, &settings)?;
        }
        Some(Project::Smiles { settings, run }) => {
            let numbers = settings.numbers.settings(run.book);
            smiles::run(&start("smiles", &run)?, &numbers, &settings)?;
        }
        Some(Project::Parity(flags)) => return flags.run(parity::rows),
        Some(Project::Bench(flags)) => return flags.run(bench::measures),
    }
    Ok(ExitCode::SUCCESS)
}
