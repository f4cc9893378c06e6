//! Chapter 19 as a program: one subcommand for each project.
#![recursion_limit = "256"]

use std::process::ExitCode;

use ch19_rl::{battery, bench, dqn, grid, own_project, parity};
use clap::{Parser, Subcommand};
use mlbook::cli::{self, Chapter, Run, RunFlags};

/// Chapter 19: reinforcement learning.
#[derive(Parser)]
#[command(version)]
struct Program {
    #[command(subcommand)]
    project: Option<Project>,
}

#[derive(Subcommand)]
enum Project {
    /// Gold and traps on a grid: planning, Monte Carlo, SARSA, Q-learning (19.1)
    Grid {
        #[command(flatten)]
        settings: grid::project::GridFlags,
        #[command(flatten)]
        run: RunFlags,
    },
    /// A network keeps a pole upright: the book's agent and a reliable one (19.2)
    Dqn {
        #[command(flatten)]
        settings: dqn::project::CartPoleFlags,
        #[command(flatten)]
        run: RunFlags,
    },
    /// A battery buys and sells electricity (beyond the book)
    Battery {
        #[command(flatten)]
        prices: battery::project::PriceFlags,
        #[command(flatten)]
        settings: battery::project::BatteryFlags,
        #[command(flatten)]
        run: RunFlags,
    },
    /// An agent for an environment of one's own (beyond the book)
    Own {
        #[command(flatten)]
        settings: own_project::OwnFlags,
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
    let start = |project: &str, flags: &RunFlags| Run::start("ch19-rl", project, flags);
    match program.project {
        None => Chapter::from_manifest(include_str!("../Cargo.toml"))?.print(),
        Some(Project::Grid { settings, run }) => {
            grid::project::run(&start("grid", &run)?, &settings.settings(run.book))?;
        }
        Some(Project::Dqn { settings, run }) => {
            dqn::project::run(&start("dqn", &run)?, &settings.settings(run.book))?;
        }
        Some(Project::Battery { prices, settings, run }) => {
            battery::project::run(&start("battery", &run)?, &prices, &settings.settings(run.book))?;
        }
        Some(Project::Own { settings, run }) => {
            own_project::run(&start("own", &run)?, &settings.settings(run.book))?;
        }
        Some(Project::Parity(flags)) => return flags.run(parity::rows),
        Some(Project::Bench(flags)) => return flags.run(bench::measures),
    }
    Ok(ExitCode::SUCCESS)
}
