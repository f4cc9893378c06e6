//! The second way: evcxr_jupyter as its authors publish it, with the settings in `notebooks/evcxr.toml`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use mlbook::say;

use super::{Environment, spec};
use crate::chapters;

/// The release that the notebooks are checked on.
const VERSION: &str = "0.22.0";
const NAME: &str = "evcxr_jupyter";

/// Finds the stock kernel, or installs it if asked to, and makes it known to the project's Jupyter.
pub fn ensure(environment: &Environment, workspace: &Path, install: bool) -> anyhow::Result<()> {
    let program = match find(environment) {
        Some(program) => program,
        None if install => build(environment)?,
        None => bail!(
            "no {NAME} on the PATH. Install it, which takes about 15 minutes on two cores, with: \
             cargo install --locked {NAME}@{VERSION}    or beside JupyterLab with --install-stock"
        ),
    };
    spec::write(&environment.data_folder(), spec::STOCK, &spec::stock(&program)?)?;
    same_versions(workspace)
}

/// Starts the stock kernel once, which compiles burn into `notebooks/.evcxr`: JupyterLab would wait for it without a word.
pub fn warm_up(environment: &Environment, workspace: &Path) -> anyhow::Result<()> {
    say!(
        "starting the stock kernel; the first time it compiles burn, which takes 15 to 25 minutes on two cores"
    );
    let mut command = environment.python();
    command.arg(workspace.join("notebooks").join("tools").join("run_notebooks.py"));
    command.args(["--kernel", spec::STOCK, "--start-timeout", "5400", "--start-only"]);
    command.arg(workspace.join("notebooks"));
    let status = command.status().context("cannot start the stock kernel")?;
    if !status.success() {
        bail!("the stock kernel does not start; its message is above");
    }
    Ok(())
}

/// evcxr compiles in a package of its own; with a copy of our lock file it takes the versions that the workspace has.
fn same_versions(workspace: &Path) -> anyhow::Result<()> {
    let folder = workspace.join("notebooks").join(".evcxr");
    let lock = folder.join("Cargo.lock");
    if !lock.exists() {
        fs::create_dir_all(&folder)?;
        fs::copy(workspace.join("Cargo.lock"), &lock)
            .with_context(|| format!("cannot write {}", lock.display()))?;
    }
    Ok(())
}

fn find(environment: &Environment) -> Option<PathBuf> {
    let ours = installed(environment);
    if ours.exists() {
        return Some(ours);
    }
    let file = format!("{NAME}{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|folder| folder.join(&file))
        .find(|path| path.exists())
}

/// Where `--install-stock` puts it.
fn installed(environment: &Environment) -> PathBuf {
    let file = format!("{NAME}{}", std::env::consts::EXE_SUFFIX);
    environment.folder().join("stock").join("bin").join(file)
}

fn build(environment: &Environment) -> anyhow::Result<PathBuf> {
    say!("installing {NAME} {VERSION}; about 15 minutes on two cores");
    let mut command = chapters::cargo();
    command.args(["install", "--locked", &format!("{NAME}@{VERSION}"), "--root"]);
    command.arg(environment.folder().join("stock"));
    let status = command.status().context("cannot start cargo")?;
    if !status.success() {
        bail!("{NAME} does not build; cargo's message is above");
    }
    Ok(installed(environment))
}
