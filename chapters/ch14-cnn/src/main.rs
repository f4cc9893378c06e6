//! Chapter 14 as a program: one subcommand for each project.
#![recursion_limit = "256"]

use std::path::PathBuf;
use std::process::ExitCode;

use ch14_cnn::{bench, convolution, losses, mnist, own_images, parity, predict, smile};
use clap::{Parser, Subcommand};
use mlbook::cli::{self, Chapter, Run, RunFlags};

/// Chapter 14: classifying images with deep convolutional networks.
#[derive(Parser)]
#[command(version)]
struct Program {
    #[command(subcommand)]
    project: Option<Project>,
}

#[derive(Subcommand)]
enum Project {
    /// Convolve a signal, an image and an image file (14.1.1 to 14.1.3)
    Convolution {
        /// A PNG or JPEG file in place of the picture drawn here
        #[arg(long, value_name = "FILE")]
        image: Option<PathBuf>,
        #[command(flatten)]
        run: RunFlags,
    },
    /// Penalise large weights; losses of probabilities and of logits (14.1.4, 14.1.5)
    Losses {
        #[command(flatten)]
        run: RunFlags,
    },
    /// Read handwritten digits with a convolutional network (14.1.6 to 14.1.9)
    Mnist {
        #[command(flatten)]
        settings: mnist::MnistFlags,
        #[command(flatten)]
        run: RunFlags,
    },
    /// See whether a face smiles (14.2.1 to 14.2.11)
    Smile {
        /// Which faces [default: the first kind that is there]
        #[arg(long, value_enum)]
        faces: Option<smile::Faces>,
        #[command(flatten)]
        settings: smile::SmileFlags,
        #[command(flatten)]
        run: RunFlags,
    },
    /// Learn the classes of your own pictures, one sub-folder each (beyond 14.2)
    Images {
        /// Folder with a sub-folder of PNG or JPEG files for each class
        #[arg(long, value_name = "DIR")]
        dir: PathBuf,
        #[command(flatten)]
        settings: own_images::ImageFlags,
        #[command(flatten)]
        run: RunFlags,
    },
    /// What a network that `smile` or `images` saved sees in pictures
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
    let start = |project: &str, flags: &RunFlags| Run::start("ch14-cnn", project, flags);
    match program.project {
        None => Chapter::from_manifest(include_str!("../Cargo.toml"))?.print(),
        Some(Project::Convolution { image, run }) => {
            convolution::run(&start("convolution", &run)?, image.as_deref())?;
        }
        Some(Project::Losses { run }) => losses::run(&start("losses", &run)?)?,
        Some(Project::Mnist { settings, run }) => {
            let settings = settings.settings(run.book);
            mnist::run(&start("mnist", &run)?, &settings)?;
        }
        Some(Project::Smile { faces, settings, run }) => {
            let settings = settings.settings(run.book);
            smile::run(&start("smile", &run)?, faces, &settings)?;
        }
        Some(Project::Images { dir, settings, run }) => {
            let settings = settings.settings(run.book);
            own_images::run(&start("images", &run)?, &dir, &settings)?;
        }
        Some(Project::Predict { flags }) => predict::run(&flags)?,
        Some(Project::Parity(flags)) => return flags.run(parity::rows),
        Some(Project::Bench(flags)) => return flags.run(bench::measures),
    }
    Ok(ExitCode::SUCCESS)
}
