//! One run of one project: its flags, its device, its seed, its folder.

use std::path::{Path, PathBuf};
use std::time::Instant;

use burn::tensor::Device;
use clap::Args;

use super::{Report, StopFlag};
use crate::device::{self, DeviceChoice, DeviceError};
use crate::files::FileError;
use crate::plot::{Figure, PlotError};
use crate::rng::Generator;
use crate::say;
use crate::train::CHECKPOINT;

/// Flags of every project.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Flags of every project")]
pub struct RunFlags {
    /// Where to compute
    #[arg(long, value_enum, default_value_t)]
    pub device: DeviceChoice,
    /// Use the book's settings instead of the quick ones
    #[arg(long)]
    pub book: bool,
    /// Seed of every random draw, on every device alike
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Folder with the full data sets (else MLBOOK_DATA, the cache, the bundled data)
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Folder for figures, results, weights and checkpoints
    #[arg(long, value_name = "DIR", default_value = "out")]
    pub out: PathBuf,
    /// Go on from the checkpoint that an interrupted run left
    #[arg(long)]
    pub resume: bool,
}

impl Default for RunFlags {
    fn default() -> Self {
        Self {
            device: DeviceChoice::Cpu,
            book: false,
            seed: 1,
            data_dir: None,
            out: PathBuf::from("out"),
            resume: false,
        }
    }
}

/// A run that could not begin, or whose results could not be written.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error(transparent)]
    Device(#[from] DeviceError),
    #[error(transparent)]
    File(#[from] FileError),
    #[error(transparent)]
    Plot(#[from] PlotError),
    #[error("cannot write {what} as JSON: {source}")]
    Json { what: &'static str, source: serde_json::Error },
    #[error("{project} takes seconds and keeps no checkpoint: run it without --resume")]
    NothingToResume { project: String },
}

/// A run in progress. Everything about files, devices and seeds is here, so that a chapter's code is about its models.
#[derive(Clone, Debug)]
pub struct Run {
    pub chapter: String,
    pub project: String,
    pub flags: RunFlags,
    /// The device for plain computation; see [`Run::training_device`].
    pub device: Device,
    /// Stops training loops after the current batch.
    pub stop: StopFlag,
    generator: Generator,
    out: PathBuf,
    started: Instant,
}

impl Run {
    /// Opens the device, makes the folder `out/<chapter>/<project>` and says what is about to run.
    pub fn start(chapter: &str, project: &str, flags: &RunFlags) -> Result<Self, RunError> {
        let device = device::open(flags.device)?;
        let out = flags.out.join(chapter).join(project);
        crate::files::create_dir(&out)?;
        let run = Self {
            chapter: chapter.to_owned(),
            project: project.to_owned(),
            flags: flags.clone(),
            stop: StopFlag::on_ctrl_c(),
            generator: Generator::seeded(flags.seed),
            started: Instant::now(),
            device,
            out,
        };
        let place = device::describe(flags.device, &run.device);
        say!("{chapter} {project}, {} settings, seed {}, on {place}", run.preset(), flags.seed);
        Ok(run)
    }

    /// The run's trainings, each with a folder of its own in the run's, for a project that trains several models one after
    /// the other with the same random numbers.
    ///
    /// A fresh run clears away the checkpoints that an earlier one left there. With `--resume` those that were under way or
    /// done go on from their checkpoints, and those that had not begun begin; the first must have one.
    ///
    /// # Errors
    /// [`RunError::File`] if a folder cannot be made or a checkpoint not removed.
    pub fn parts<const N: usize>(&self, names: [&str; N]) -> Result<[Run; N], RunError> {
        let mut parts = names.map(|name| Self { out: self.out.join(name), ..self.clone() });
        for (i, part) in parts.iter_mut().enumerate() {
            crate::files::create_dir(&part.out)?;
            let checkpoint = part.path(CHECKPOINT);
            if !checkpoint.exists() {
                part.flags.resume &= i == 0;
            } else if !self.flags.resume {
                crate::files::remove(&checkpoint)?;
            }
        }
        Ok(parts)
    }

    /// The device on which operations are recorded for gradients.
    pub fn training_device(&self) -> Device {
        self.device.clone().autodiff()
    }

    /// The run's random numbers, seeded by `--seed`: PyTorch's, on every device alike.
    pub fn generator(&self) -> &Generator {
        &self.generator
    }

    /// `quick` or `book`.
    pub fn preset(&self) -> &'static str {
        if self.flags.book { "book" } else { "quick" }
    }

    /// The path of a file in the run's folder.
    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.out.join(name)
    }

    /// Seconds since the run began.
    pub fn seconds(&self) -> f64 {
        self.started.elapsed().as_secs_f64()
    }

    /// Saves a figure as SVG and PNG and prints its path.
    pub fn save(&self, name: &str, figure: &Figure) -> Result<(), RunError> {
        figure.save(&self.path(name))?;
        say!("figure  {}", self.path(format!("{name}.png")).display());
        Ok(())
    }

    /// Saves a value as JSON, for example the settings beside the weights.
    pub fn save_json<T: serde::Serialize>(&self, name: &'static str, value: &T) -> Result<(), RunError> {
        let mut text =
            serde_json::to_vec_pretty(value).map_err(|source| RunError::Json { what: name, source })?;
        text.push(b'\n');
        Ok(crate::files::write(&self.path(name), &text)?)
    }

    /// For a project that is over in seconds and keeps no checkpoint.
    ///
    /// # Errors
    /// When `--resume` asks for one.
    pub fn in_one_go(&self) -> Result<(), RunError> {
        match self.flags.resume {
            true => Err(RunError::NothingToResume { project: self.project.clone() }),
            false => Ok(()),
        }
    }

    /// Begins the table *book / here* of this run.
    pub fn report(&self) -> Report {
        Report::new(self)
    }
}
