//! Chapter 15 as a program: one subcommand for each project.
#![recursion_limit = "256"]

use std::process::ExitCode;

use ch15_rnn::{
    bench, charlm, generate, manual, parity, reading, sampling, sentiment, sentiment_data, sentiment_predict,
};
use clap::{Parser, Subcommand};
use mlbook::cli::{self, Chapter, Run, RunFlags};

/// Chapter 15: modelling sequences with recurrent networks.
#[derive(Parser)]
#[command(version)]
struct Program {
    #[command(subcommand)]
    project: Option<Project>,
}

#[derive(Subcommand)]
enum Project {
    /// A recurrent layer by hand and from the library; embeddings; two layers (15.1, 15.2.6, 15.2.7)
    Manual {
        #[command(flatten)]
        run: RunFlags,
    },
    /// Judge film reviews, or texts of yours (15.2.1 to 15.2.5, 15.2.8 to 15.2.10)
    Sentiment {
        /// The network
        #[arg(long, value_enum, default_value_t)]
        model: sentiment::Kind,
        #[command(flatten)]
        own: sentiment_data::OwnReviews,
        #[command(flatten)]
        settings: sentiment::SentimentFlags,
        #[command(flatten)]
        run: RunFlags,
    },
    /// Judge texts with a network that sentiment has trained
    Predict(sentiment_predict::PredictFlags),
    /// Learn to write from a text, character by character (15.3.1 to 15.3.6, 15.3.8, 15.3.10)
    Charlm {
        #[command(flatten)]
        settings: charlm::CharFlags,
        #[command(flatten)]
        text: charlm::OwnText,
        #[command(flatten)]
        run: RunFlags,
    },
    /// Draw characters by their probabilities (15.3.7, 15.3.9)
    Sampling {
        #[command(flatten)]
        run: RunFlags,
    },
    /// Write with a model that charlm has trained (15.3.8)
    Generate(generate::GenerateFlags),
    /// Time from the tarball of reviews to a vocabulary
    #[command(hide = true)]
    Reading(reading::ReadingFlags),
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
    let start = |project: &str, flags: &RunFlags| Run::start("ch15-rnn", project, flags);
    match program.project {
        None => Chapter::from_manifest(include_str!("../Cargo.toml"))?.print(),
        Some(Project::Manual { run }) => manual::run(&start("manual", &run)?)?,
        Some(Project::Sentiment { model, own, settings, run }) => {
            let settings = settings.settings(run.book);
            sentiment::run(&start("sentiment", &run)?, model, &own, &settings)?;
        }
        Some(Project::Predict(flags)) => sentiment_predict::run(&flags)?,
        Some(Project::Charlm { settings, text, run }) => {
            let settings = settings.settings(run.book);
            charlm::run(&start("charlm", &run)?, &text, &settings)?;
        }
        Some(Project::Sampling { run }) => sampling::run(&start("sampling", &run)?)?,
        Some(Project::Generate(flags)) => generate::run(&flags)?,
        Some(Project::Reading(flags)) => reading::run(&flags)?,
        Some(Project::Parity(flags)) => return flags.run(parity::rows),
        Some(Project::Bench(flags)) => return flags.run(bench::measures),
    }
    Ok(ExitCode::SUCCESS)
}
