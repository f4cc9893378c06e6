//! The chapters of the workspace: found by reading it, run by cargo.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, bail};
use clap::Args;
use mlbook::cli::{self, Chapter};
use mlbook::device::DeviceChoice;
use mlbook::say;

/// Flags of `book parity`.
#[derive(Args)]
pub struct ParityArgs {
    /// Folder with the fixtures [default: those that come with the project]
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Where to compute
    #[arg(long, value_enum, default_value_t)]
    device: DeviceChoice,
}

/// The workspace's folder: where it was built, or else the current folder or one above it.
pub fn workspace() -> anyhow::Result<PathBuf> {
    let built = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let here = std::env::current_dir().context("the current folder is gone")?;
    std::iter::once(built.as_path())
        .chain(here.ancestors())
        .find(|folder| folder.join("chapters").is_dir() && folder.join("Cargo.toml").is_file())
        .map(Path::to_path_buf)
        .context("no chapters found here; run this in the folder of the project")
}

/// The chapters in the book's order.
pub fn all() -> anyhow::Result<Vec<Chapter>> {
    let folder = workspace()?.join("chapters");
    let mut manifests: Vec<PathBuf> = std::fs::read_dir(&folder)
        .with_context(|| format!("cannot list {}", folder.display()))?
        .filter_map(|entry| Some(entry.ok()?.path().join("Cargo.toml")))
        .filter(|manifest| manifest.is_file())
        .collect();
    manifests.sort();
    let read = |manifest: &PathBuf| {
        let text = std::fs::read_to_string(manifest)
            .with_context(|| format!("cannot read {}", manifest.display()))?;
        Chapter::from_manifest(&text).with_context(|| manifest.display().to_string())
    };
    manifests.iter().map(read).collect()
}

/// `book list`.
pub fn list() -> anyhow::Result<ExitCode> {
    for chapter in all()? {
        chapter.print();
    }
    say!(
        "run one with: cargo book run ch14 mnist    (--book for the book's settings, --device webgpu for the GPU)"
    );
    Ok(ExitCode::SUCCESS)
}

/// A chapter by its name or its number: ch14-cnn, ch14, 14-cnn.
pub fn find(name: &str) -> anyhow::Result<Chapter> {
    let mut chapters = all()?;
    let wanted = name.to_lowercase();
    let found = chapters.iter().position(|chapter| {
        chapter.name == wanted
            || chapter.name.split('-').next() == Some(&wanted)
            || chapter.name == format!("ch{wanted}")
    });
    let Some(place) = found else {
        let names: Vec<&str> = chapters.iter().map(|chapter| chapter.name.as_str()).collect();
        bail!("{name}: there is no such chapter; there are: {}", names.join(", "));
    };
    Ok(chapters.swap_remove(place))
}

/// `book run ch14 mnist …`: the chapter's program, with its exit code.
pub fn run(name: &str, arguments: Vec<OsString>) -> anyhow::Result<ExitCode> {
    cargo_run(&find(name)?.name, arguments)
}

/// `book parity`: every chapter's parity run; fails if one fails.
pub fn parity(args: ParityArgs) -> anyhow::Result<ExitCode> {
    let dir = match &args.dir {
        Some(dir) => std::path::absolute(dir)?,
        None => workspace()?.join("reference").join("fixtures"),
    };
    let mut code = ExitCode::SUCCESS;
    for chapter in all()? {
        say!("{}: {}", chapter.name, chapter.title);
        let arguments = [
            "parity".into(),
            "--dir".into(),
            dir.clone().into(),
            "--device".into(),
            args.device.to_string().into(),
        ];
        let outcome = cargo_run(&chapter.name, arguments.to_vec())?;
        if outcome != ExitCode::SUCCESS {
            code = ExitCode::from(cli::CHECK_FAILED);
        }
    }
    Ok(code)
}

/// The cargo that runs this program, or the one on the PATH.
pub fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()))
}

/// Runs a chapter's program through cargo, which builds it first if need be.
fn cargo_run(chapter: &str, arguments: Vec<OsString>) -> anyhow::Result<ExitCode> {
    let manifest = workspace()?.join("Cargo.toml");
    // The chapter handles Ctrl-C itself; this parent only waits for it.
    let _ = ctrlc::set_handler(|| {});
    let status = cargo()
        .args(["run", "--quiet", "--package", chapter, "--manifest-path"])
        .arg(manifest)
        .arg("--")
        .args(arguments)
        .status()
        .context("cannot start cargo; is the Rust toolchain installed? See https://rustup.rs")?;
    Ok(ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(cli::CHECK_FAILED)))
}
