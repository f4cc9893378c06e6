//! Chapter 13 as a program: one subcommand for each project.
#![recursion_limit = "256"]

use std::process::ExitCode;

use ch13_mechanics::regression::predict;
use ch13_mechanics::{bench, engines, graphs, learner, losses, mnist, mpg, parity, regression, xor};
use clap::{Parser, Subcommand};
use mlbook::cli::{self, Chapter, Run, RunFlags};

/// Chapter 13: the mechanics of automatic gradients, modules and training.
#[derive(Parser)]
#[command(version)]
struct Program {
    #[command(subcommand)]
    project: Option<Project>,
}

#[derive(Subcommand)]
enum Project {
    /// Computation graphs, gradients, initial weights, penalties (13.1.1 to 13.1.8)
    Graphs {
        #[command(flatten)]
        run: RunFlags,
    },
    /// Four networks tell the quadrants apart (13.1.9 to 13.1.14)
    Xor {
        #[command(flatten)]
        settings: xor::XorFlags,
        #[command(flatten)]
        run: RunFlags,
    },
    /// Predict the fuel efficiency of cars (13.2.1 to 13.2.3)
    Mpg {
        #[command(flatten)]
        settings: mpg::MpgFlags,
        #[command(flatten)]
        run: RunFlags,
    },
    /// A network of dense layers reads handwritten digits (13.2.4, 13.2.5)
    Mnist {
        #[command(flatten)]
        settings: mnist::MnistFlags,
        #[command(flatten)]
        run: RunFlags,
    },
    /// burn's Learner in place of PyTorch Lightning (13.3.1 to 13.3.7)
    Learner {
        /// Epoch lines on a terminal too, in place of the dashboard
        #[arg(long)]
        plain: bool,
        #[command(flatten)]
        settings: learner::LearnerFlags,
        #[command(flatten)]
        run: RunFlags,
    },
    /// Engines and event handlers in place of Ignite; softmax taken twice, and once (13.4.1 to 13.4.6)
    Engines {
        #[command(flatten)]
        settings: engines::EnginesFlags,
        #[command(flatten)]
        run: RunFlags,
    },
    /// Losses of one's own: wild targets, intervals, a rare class (beyond 13.1.8)
    Losses {
        #[command(flatten)]
        settings: losses::LossFlags,
        #[command(flatten)]
        run: RunFlags,
    },
    /// Learn to predict a column of any table; without one, the house prices of Ames (beyond 13.2.3)
    Regression {
        #[command(flatten)]
        table: regression::TableFlags,
        #[command(flatten)]
        settings: regression::RegressionFlags,
        #[command(flatten)]
        run: RunFlags,
    },
    /// Predict with a model that `regression` saved
    Predict {
        #[command(flatten)]
        flags: predict::PredictFlags,
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
    let start = |project: &str, flags: &RunFlags| Run::start("ch13-mechanics", project, flags);
    match program.project {
        None => Chapter::from_manifest(include_str!("../Cargo.toml"))?.print(),
        Some(Project::Graphs { run }) => graphs::run(&start("graphs", &run)?)?,
        Some(Project::Xor { settings, run }) => {
            xor::run(&start("xor", &run)?, &settings.settings(run.book))?;
        }
        Some(Project::Mpg { settings, run }) => {
            mpg::run(&start("mpg", &run)?, &settings.settings(run.book))?;
        }
        Some(Project::Mnist { settings, run }) => {
            mnist::run(&start("mnist", &run)?, &settings.settings(run.book))?;
        }
        Some(Project::Learner { plain, settings, run }) => {
            learner::run(&start("learner", &run)?, &settings.settings(run.book), plain)?;
        }
        Some(Project::Engines { settings, run }) => {
            engines::run(&start("engines", &run)?, &settings.settings(run.book))?;
        }
        Some(Project::Losses { settings, run }) => {
            losses::run(&start("losses", &run)?, &settings.settings(run.book))?;
        }
        Some(Project::Regression { table, settings, run }) => {
            regression::run(&start("regression", &run)?, &table, &settings.settings(run.book))?;
        }
        Some(Project::Predict { flags }) => predict::run(&flags)?,
        Some(Project::Parity(flags)) => return flags.run(parity::rows),
        Some(Project::Bench(flags)) => return flags.run(bench::measures),
    }
    Ok(ExitCode::SUCCESS)
}
