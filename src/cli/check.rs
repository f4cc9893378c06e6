//! The two subcommands that check a chapter's models: `parity` and `bench`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use burn::tensor::Device;
use clap::Args;

use super::CHECK_FAILED;
use crate::bench::Measures;
use crate::device::{self, DeviceChoice};
use crate::parity::{self, ParityError, Row};
use crate::say;

/// The fixtures that come with the project.
const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/reference/fixtures");

/// Flags of `parity`.
#[derive(Args, Clone, Debug)]
pub struct ParityFlags {
    /// Folder with the fixtures; else those of the project
    #[arg(long, value_name = "DIR", default_value = FIXTURES, hide_default_value = true)]
    dir: PathBuf,
    /// Where to compute
    #[arg(long, value_enum, default_value_t)]
    device: DeviceChoice,
}

impl ParityFlags {
    /// Prints the table of a chapter's `rows`; the exit code says whether all pass.
    ///
    /// # Errors
    /// No such device, or a fixture that cannot be used.
    pub fn run(
        &self,
        rows: impl FnOnce(&Path, &Device) -> Result<Vec<Row>, ParityError>,
    ) -> anyhow::Result<ExitCode> {
        let rows = rows(&self.dir, &device::open(self.device)?)?;
        Ok(if parity::print_table(&rows) { ExitCode::SUCCESS } else { ExitCode::from(CHECK_FAILED) })
    }
}

/// Flags of `bench`, which `cargo book bench` calls.
#[derive(Args, Clone, Debug)]
pub struct BenchFlags {
    /// Steps that count
    #[arg(long, default_value_t = 40)]
    steps: usize,
}

impl BenchFlags {
    /// Prints a chapter's `measures` on the cpu as JSON.
    ///
    /// # Errors
    /// None that a chapter could cause.
    pub fn run(&self, measures: impl FnOnce(usize, &Device) -> Measures) -> anyhow::Result<ExitCode> {
        let measures = measures(self.steps, &device::open(DeviceChoice::Cpu)?);
        say!("{}", serde_json::to_string(&measures)?);
        Ok(ExitCode::SUCCESS)
    }
}
