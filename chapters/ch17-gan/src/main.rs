//! Chapter 17 as a program: one subcommand for each project.
#![recursion_limit = "256"]

use std::process::ExitCode;

use ch17_gan::beyond::{anomaly, augment};
use ch17_gan::learn::DigitFlags;
use ch17_gan::noise::Mode;
use ch17_gan::{bench, dcgan, gan, judge, parity, wgan};
use clap::{Parser, Subcommand};
use mlbook::cli::{self, Chapter, Run, RunFlags};

/// Chapter 17: generative adversarial networks for synthesizing new data.
#[derive(Parser)]
#[command(version)]
struct Program {
    #[command(subcommand)]
    project: Option<Project>,
}

#[derive(Subcommand)]
enum Project {
    /// Dense networks (17.1.1 to 17.1.9)
    Gan {
        /// How noise is drawn
        #[arg(long, value_enum, default_value_t)]
        noise: Mode,
        #[command(flatten)]
        digits: DigitFlags,
        #[command(flatten)]
        settings: gan::GanFlags,
        #[command(flatten)]
        run: RunFlags,
    },
    /// Transposed convolutions and batch normalisation (17.2.1 to 17.2.4)
    Dcgan {
        /// How noise is drawn
        #[arg(long, value_enum, default_value_t)]
        noise: Mode,
        #[command(flatten)]
        digits: DigitFlags,
        #[command(flatten)]
        settings: dcgan::DcganFlags,
        #[command(flatten)]
        run: RunFlags,
    },
    /// A critic with a gradient penalty (17.2.5 to 17.2.8)
    WganGp {
        /// How noise is drawn
        #[arg(long, value_enum, default_value_t)]
        noise: Mode,
        #[command(flatten)]
        digits: DigitFlags,
        #[command(flatten)]
        settings: wgan::WganFlags,
        #[command(flatten)]
        run: RunFlags,
    },
    /// Have a classifier read the digits that a trained generator makes (beyond 17.2)
    Judge {
        #[command(flatten)]
        flags: judge::JudgeFlags,
        #[command(flatten)]
        run: RunFlags,
    },
    /// Examples of a rare class for a classifier: made, copied, or none (beyond 17.2)
    Augment {
        #[command(flatten)]
        flags: augment::AugmentFlags,
        #[command(flatten)]
        run: RunFlags,
    },
    /// What is out of place among digits, or in a table of yours (beyond 17.2)
    Anomaly {
        #[command(flatten)]
        flags: anomaly::AnomalyFlags,
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
    let start = |project: &str, flags: &RunFlags| Run::start("ch17-gan", project, flags);
    match program.project {
        None => Chapter::from_manifest(include_str!("../Cargo.toml"))?.print(),
        Some(Project::Gan { noise, digits, settings, run }) => {
            let settings = settings.settings(run.book);
            gan::run(&start("gan", &run)?, noise, &digits, &settings)?;
        }
        Some(Project::Dcgan { noise, digits, settings, run }) => {
            let settings = settings.settings(run.book);
            dcgan::run(&start("dcgan", &run)?, noise, &digits, &settings)?;
        }
        Some(Project::WganGp { noise, digits, settings, run }) => {
            let settings = settings.settings(run.book);
            wgan::run(&start("wgan-gp", &run)?, noise, &digits, &settings)?;
        }
        Some(Project::Judge { flags, run }) => judge::run(&start("judge", &run)?, &flags)?,
        Some(Project::Augment { flags, run }) => augment::run(&start("augment", &run)?, &flags)?,
        Some(Project::Anomaly { flags, run }) => anomaly::run(&start("anomaly", &run)?, &flags)?,
        Some(Project::Parity(flags)) => return flags.run(parity::rows),
        Some(Project::Bench(flags)) => return flags.run(bench::measures),
    }
    Ok(ExitCode::SUCCESS)
}
