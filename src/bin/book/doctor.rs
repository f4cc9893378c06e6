//! `book doctor`: what a reader needs, checked; one line each, with what to do.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use mlbook::cli;
use mlbook::data::catalog::Catalog;
use mlbook::data::locate::Places;
use mlbook::data::verify::{Condition, check_file};
use mlbook::{device, say};

use crate::chapters;
use crate::notebook::{Environment, spec};

/// The oldest Rust that builds burn 0.22.
const RUST: [u32; 2] = [1, 95];
/// A build of everything, with figures and checkpoints, fits in this many GB.
const DISK_GB: f64 = 12.0;

enum Finding {
    Good(String),
    /// Works without, or matters only for a part of the project.
    Optional(String),
    Bad(String),
}

use Finding::{Bad, Good, Optional};

/// Prints a line for each check; exit code 1 if something that is needed is missing.
pub fn run() -> anyhow::Result<ExitCode> {
    let folder = chapters::workspace()?;
    let findings = [
        ("toolchain", toolchain()),
        ("cpu", Good(device::describe(device::DeviceChoice::Cpu, &device::open(device::DeviceChoice::Cpu)?))),
        ("webgpu", adapters()),
        ("jupyter", jupyter(&folder)?),
        ("kernel", kernel(&folder)?),
        ("disk", disk(&folder)),
    ];
    let mut missing = false;
    for (what, finding) in findings.into_iter().chain(data()?) {
        missing |= matches!(finding, Bad(_));
        match finding {
            Good(text) => say!("ok    {what:<10} {text}"),
            Optional(text) => say!("note  {what:<10} {text}"),
            Bad(text) => say!("FAIL  {what:<10} {text}"),
        }
    }
    Ok(ExitCode::from(if missing { cli::CHECK_FAILED } else { cli::SUCCESS }))
}

/// The first line that a program prints, if it is there.
pub fn first_line(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    output.status.success().then(|| text.lines().next().unwrap_or_default().to_owned())
}

fn toolchain() -> Finding {
    let Some(version) = first_line("rustc", &["--version"]) else {
        return Bad("no rustc on the PATH. Install Rust from https://rustup.rs".to_owned());
    };
    let mut numbers = version.split([' ', '.']).filter_map(|part| part.parse::<u32>().ok());
    let found = [numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)];
    if found < RUST {
        return Bad(format!(
            "{version}; burn needs {}.{} or later. Run: rustup update stable",
            RUST[0], RUST[1]
        ));
    }
    Good(version)
}

fn adapters() -> Finding {
    let names: Vec<String> =
        device::adapters().iter().filter_map(|adapter| Some(adapter.identity()?.name)).collect();
    if names.is_empty() {
        return Optional(device::DeviceError::NoAdapter.to_string());
    }
    Good(names.join("; "))
}

fn jupyter(folder: &Path) -> anyhow::Result<Finding> {
    let environment = Environment::of(folder)?;
    Ok(if environment.is_complete() {
        Good(format!("JupyterLab in {}", environment.folder().display()))
    } else {
        Optional("no JupyterLab yet; only notebooks need it. `cargo book notebook` brings it".to_owned())
    })
}

fn kernel(folder: &Path) -> anyhow::Result<Finding> {
    let places = [Environment::of(folder)?.data_folder(), spec::user_data()?];
    let programs: Vec<PathBuf> = places.iter().filter_map(|data| spec::program(data, spec::OURS)).collect();
    Ok(match programs.iter().find(|program| program.exists()) {
        Some(program) => Good(format!("Rust (mlbook), {}", program.display())),
        None if programs.is_empty() => Optional(
            "not installed; only notebooks need it. Install it with: cargo book kernel install".to_owned(),
        ),
        None => Optional(
            "installed, but its program is gone. Build it again with: cargo book kernel install".to_owned(),
        ),
    })
}

fn disk(folder: &Path) -> Finding {
    match free_gb(folder) {
        None => Optional(format!("cannot tell the free space; a full build needs about {DISK_GB:.0} GB")),
        Some(free) if free < DISK_GB => {
            Bad(format!("{free:.1} GB free; a full build needs about {DISK_GB:.0} GB"))
        }
        Some(free) => Good(format!("{free:.0} GB free")),
    }
}

/// The free space where a folder is, in GB.
pub fn free_gb(folder: &Path) -> Option<f64> {
    // POSIX df: the fourth column of the last line is the free space in KB.
    let output = Command::new("df").arg("-Pk").arg(folder).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let kilobytes = text.lines().last()?.split_whitespace().nth(3)?.parse::<f64>().ok()?;
    Some(kilobytes / 1e6)
}

/// Every bundled set, and every other set that is on this machine, byte for byte.
fn data() -> anyhow::Result<Vec<(&'static str, Finding)>> {
    let catalog = Catalog::built_in()?;
    let places = Places::of_this_computer(None);
    let mut findings = Vec::new();
    let mut absent = Vec::new();
    for set in &catalog.sets {
        let Some((origin, folder)) = places.find(set) else {
            if set.bundled {
                findings.push((
                    "data",
                    Bad(format!("{}: bundled, but not there; fetch the project again", set.name)),
                ));
            } else {
                absent.push(set.name.as_str());
            }
            continue;
        };
        let mut broken = Vec::new();
        for file in &set.files {
            let checked = check_file(file, &folder)?;
            if !matches!(checked.condition, Condition::Whole) {
                broken.push(file.name.clone());
            }
        }
        findings.push((
            "data",
            if broken.is_empty() {
                Good(format!("{} intact ({})", set.name, origin.describe()))
            } else {
                let (name, files) = (&set.name, broken.join(", "));
                Bad(format!(
                    "{name}: damaged: {files}. Repair it with: cargo book data verify {name} --repair"
                ))
            },
        ));
    }
    if !absent.is_empty() {
        let names = absent.join(", ");
        findings
            .push(("data", Optional(format!("not here: {names}. Get one with: cargo book data fetch NAME"))));
    }
    Ok(findings)
}
