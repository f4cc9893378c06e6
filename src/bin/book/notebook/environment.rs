//! The project's own Python: a virtual environment with JupyterLab in an ignored folder, made once and repaired when half made.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};
use mlbook::say;

/// Puts the environment elsewhere than in the project's folder.
const VARIABLE: &str = "MLBOOK_JUPYTER_ENV";
/// The oldest Python that the pinned JupyterLab runs on.
const PYTHON: [u32; 2] = [3, 10];
/// What says that an environment is whole: a copy of the requirements that it was made from.
const STAMP: &str = "mlbook-requirements.txt";

/// Without JupyterLab's question about news and its look-up of newer versions, a reader sees the notebook at once.
const SETTINGS: &str = r#"{
  "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": false}
}
"#;

/// A Python environment; it may not be there yet.
pub struct Environment {
    folder: PathBuf,
    requirements: PathBuf,
}

impl Environment {
    /// The environment of this project: `.jupyter-env`, or the folder that `MLBOOK_JUPYTER_ENV` names.
    pub fn of(workspace: &Path) -> anyhow::Result<Self> {
        let folder = match std::env::var_os(VARIABLE).filter(|value| !value.is_empty()) {
            Some(folder) => std::path::absolute(folder)?,
            None => workspace.join(".jupyter-env"),
        };
        Ok(Self { folder, requirements: workspace.join("notebooks").join("requirements.txt") })
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// A program of the environment: `python`, `jupyter`.
    pub fn program(&self, name: &str) -> PathBuf {
        if cfg!(windows) {
            self.folder.join("Scripts").join(format!("{name}.exe"))
        } else {
            self.folder.join("bin").join(name)
        }
    }

    /// Its Python, which sees the kernels of this environment before the user's own.
    pub fn python(&self) -> Command {
        let mut command = Command::new(self.program("python"));
        command.env("JUPYTER_PREFER_ENV_PATH", "1").env_remove("PYTHONHOME").env_remove("PYTHONPATH");
        command
    }

    /// Where Jupyter looks for kernels of this environment.
    pub fn data_folder(&self) -> PathBuf {
        self.folder.join("share").join("jupyter")
    }

    /// Whether everything in the requirements is installed.
    pub fn is_complete(&self) -> bool {
        let wanted = fs::read(&self.requirements);
        let made = fs::read(self.folder.join(STAMP));
        self.program("python").exists() && matches!((wanted, made), (Ok(wanted), Ok(made)) if wanted == made)
    }

    /// Makes the environment unless it is whole.
    pub fn ensure(&self) -> anyhow::Result<()> {
        if self.is_complete() {
            return Ok(());
        }
        let lock = File::create(self.folder.with_extension("lock"))
            .with_context(|| format!("cannot make {}", self.folder.display()))?;
        lock.lock()
            .context("another `cargo book` is making the Python environment, and waiting for it failed")?;
        if self.is_complete() {
            return Ok(());
        }
        say!("installing JupyterLab into {} (a minute or two, 400 MB, once)", self.folder.display());
        if !runs(&mut self.python()) {
            self.create()?;
        }
        self.install(&self.requirements)?;
        let settings = self.data_folder().join("lab").join("settings");
        fs::create_dir_all(&settings)?;
        fs::write(settings.join("overrides.json"), SETTINGS)?;
        fs::copy(&self.requirements, self.folder.join(STAMP))?;
        Ok(())
    }

    /// A new virtual environment, in place of what is left of an earlier one.
    fn create(&self) -> anyhow::Result<()> {
        let is_empty = fs::read_dir(&self.folder).map_or(true, |mut entries| entries.next().is_none());
        if !is_empty && !self.folder.join("pyvenv.cfg").exists() {
            bail!(
                "{} is not a Python environment and not empty; name another folder in {VARIABLE}",
                self.folder.display()
            );
        }
        let status = Command::new(system_python()?)
            .args(["-m", "venv", "--clear"])
            .arg(&self.folder)
            .status()
            .context("cannot start Python")?;
        if !status.success() {
            bail!(
                "Python could not make an environment in {}; its message is above. \
                 On Debian and Ubuntu it needs: apt install python3-venv",
                self.folder.display()
            );
        }
        Ok(())
    }

    /// Installs a list of packages with pip.
    fn install(&self, requirements: &Path) -> anyhow::Result<()> {
        let status = self
            .python()
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"])
            .arg(requirements)
            .status()
            .context("cannot start pip")?;
        if !status.success() {
            bail!(
                "pip could not install {}; its message is above. Check the network and the disk, then run \
                 the same command again",
                requirements.display()
            );
        }
        Ok(())
    }
}

/// Whether a Python starts; one whose files are half there does not.
fn runs(python: &mut Command) -> bool {
    python.args(["-c", "import pip"]).output().is_ok_and(|output| output.status.success())
}

/// A Python of this computer that is new enough and can make environments.
fn system_python() -> anyhow::Result<&'static str> {
    let mut problem =
        "no python3 on the PATH; notebooks need Python 3.10 or later. Install it from https://www.python.org"
            .to_owned();
    for name in ["python3", "python"] {
        let print = "import sys; print(*sys.version_info[:2])";
        let Ok(output) = Command::new(name).args(["-c", print]).output() else { continue };
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let mut numbers = text.split_whitespace().filter_map(|part| part.parse::<u32>().ok());
        let found = [numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)];
        if found < PYTHON {
            problem = format!(
                "{name} is Python {}.{}; JupyterLab needs {}.{} or later",
                found[0], found[1], PYTHON[0], PYTHON[1]
            );
            continue;
        }
        let venv = Command::new(name).args(["-c", "import venv, ensurepip"]).output();
        if venv.is_ok_and(|output| output.status.success()) {
            return Ok(name);
        }
        problem = format!(
            "{name} cannot make environments: its module venv or ensurepip is missing. \
             On Debian and Ubuntu: apt install python3-venv"
        );
    }
    bail!(problem)
}
