//! The crate that notebooks load: built, kept apart, and handed to the cells.
//!
//! evcxr would build it anew for itself and link it into every cell. Instead it is built once, with the workspace's own compiled
//! dependencies, as a dynamic library, and the compiler of the cells is told where it lies. Its files and those of everything
//! below it are kept in a folder of their own (hard links, so they cost nothing), so that a notebook goes on working while the
//! workspace is built anew.

mod progress;
mod snapshot;
mod stamp;

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::Instant;

use serde_json::Value;

use crate::index::Index;

pub use progress::Progress;
pub use snapshot::{Snapshot, library_name};
use stamp::Stamp;

const PACKAGE: &str = "companion";

/// The crate that notebooks load could not be built.
#[derive(Debug, thiserror::Error)]
pub enum CompanionError {
    #[error("cargo cannot be started: {0}. Is Rust installed? See https://rustup.rs")]
    Cargo(std::io::Error),
    #[error("rustc cannot be asked for its version: {0}. Is Rust installed? See https://rustup.rs")]
    Rustc(std::io::Error),
    #[error("the crate that notebooks load does not compile. Mend it, then run the cell again.\n{messages}")]
    Build { messages: String },
    #[error("cargo built {PACKAGE} but did not say where the library is")]
    NoLibrary,
    #[error("{}: {source}", path.display())]
    File { path: PathBuf, source: std::io::Error },
}

impl CompanionError {
    fn file(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        move |source| Self::File { path: path.to_owned(), source }
    }
}

/// The folder of the project: where the kernel spec says, else where this program was built.
pub fn workspace() -> PathBuf {
    let built = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    std::env::var_os("MLBOOK_WORKSPACE").map_or_else(built, PathBuf::from)
}

/// The compiler itself. `rustc` on the PATH is often rustup's, which looks for the real one first; for each cell that is too slow.
pub fn rustc() -> &'static Path {
    static RUSTC: OnceLock<PathBuf> = OnceLock::new();
    RUSTC.get_or_init(|| {
        let named = PathBuf::from(std::env::var_os("RUSTC").unwrap_or("rustc".into()));
        let asked = Command::new(&named).args(["--print", "sysroot"]).output();
        let real = asked.ok().map(|output| {
            let sysroot = String::from_utf8_lossy(&output.stdout).trim().to_owned();
            Path::new(&sysroot).join("bin").join(format!("rustc{}", std::env::consts::EXE_SUFFIX))
        });
        real.filter(|real| real.is_file()).unwrap_or(named)
    })
}

/// The library as it stands, if it is built and neither sources nor compiler have changed since.
pub fn up_to_date(workspace: &Path) -> Result<Option<Snapshot>, CompanionError> {
    let stamp = Stamp::now(workspace)?;
    Ok(Snapshot::open(&snapshot::folder(workspace), &stamp))
}

/// Builds the library if need be. `progress` is told what is being compiled.
pub fn ready(workspace: &Path, progress: &mut dyn FnMut(Progress)) -> Result<Snapshot, CompanionError> {
    let stamp = Stamp::now(workspace)?;
    let folder = snapshot::folder(workspace);
    if let Some(snapshot) = Snapshot::open(&folder, &stamp) {
        return Ok(snapshot);
    }
    let artifacts = build(workspace, progress)?;
    Snapshot::take(&folder, &stamp, &artifacts)
}

/// Runs cargo; returns the files that it made or found made.
fn build(workspace: &Path, progress: &mut dyn FnMut(Progress)) -> Result<Vec<PathBuf>, CompanionError> {
    let started = Instant::now();
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()))
        .args(["rustc", "--package", PACKAGE, "--lib", "--message-format=json-render-diagnostics"])
        // The standard library must be shared too: only this crate is linked differently, its dependencies are the workspace's.
        .args(["--", "-Cprefer-dynamic"])
        .current_dir(workspace)
        .env("CARGO_TERM_COLOR", "never")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(CompanionError::Cargo)?;
    let artifacts = std::thread::spawn({
        let output = cargo.stdout.take();
        move || output.map(read_artifacts).unwrap_or_default()
    });
    let mut messages = Vec::new();
    if let Some(errors) = cargo.stderr.take() {
        for line in BufReader::new(errors).lines().map_while(Result::ok) {
            match Progress::of_line(&line, started) {
                Some(step) => progress(step),
                None => messages.push(line),
            }
        }
    }
    let artifacts = artifacts.join().unwrap_or_default();
    let status = cargo.wait().map_err(CompanionError::Cargo)?;
    if !status.success() {
        let first_error = messages.iter().position(|line| line.starts_with("error")).unwrap_or(0);
        let shown = &messages[first_error..messages.len().min(first_error + 40)];
        return Err(CompanionError::Build { messages: shown.join("\n") });
    }
    Ok(artifacts)
}

/// The files named in cargo's messages.
fn read_artifacts(output: impl std::io::Read) -> Vec<PathBuf> {
    let messages = BufReader::new(output).lines().map_while(Result::ok);
    let artifacts = messages
        .filter_map(|line| serde_json::from_str::<Value>(&line).ok())
        .filter(|message| message["reason"] == "compiler-artifact");
    let mut files = Vec::new();
    for artifact in artifacts {
        let names = artifact["filenames"].as_array().into_iter().flatten();
        files.extend(names.filter_map(Value::as_str).map(PathBuf::from));
    }
    files
}

/// Where what is known for completions is kept.
pub fn index_file(workspace: &Path) -> PathBuf {
    snapshot::folder(workspace).join("index.json")
}

/// `mlbook-jupyter build`: for `cargo book kernel install`.
pub fn build_on_terminal() -> anyhow::Result<()> {
    let workspace = workspace();
    let snapshot = ready(&workspace, &mut |step| eprintln!("{step}"))?;
    println!("library  {}", snapshot.library().display());
    Index::open(&workspace, &index_file(&workspace))?;
    println!("index    {}", index_file(&workspace).display());
    Ok(())
}

/// `mlbook-jupyter status`: one line, and exit code 2 if something is to be built.
pub fn print_status() -> anyhow::Result<()> {
    match up_to_date(&workspace())? {
        Some(snapshot) => println!("library  {} (up to date)", snapshot.library().display()),
        None => anyhow::bail!(
            "the crate that notebooks load is not built, or sources have changed since; the kernel builds it when it starts"
        ),
    }
    Ok(())
}
