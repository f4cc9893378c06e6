//! JupyterLab, opened on a notebook.

use std::path::Path;
use std::process::{Child, Command, ExitCode};

use anyhow::Context;
use mlbook::{cli, say};

use super::{Environment, NotebookArgs};
use crate::doctor;

/// Opens JupyterLab and waits until the reader ends it.
pub fn open(
    environment: &Environment,
    workspace: &Path,
    notebook: &Path,
    args: &NotebookArgs,
) -> anyhow::Result<ExitCode> {
    let folder = workspace.join("notebooks");
    let mut command = environment.python();
    command.args(["-m", "jupyterlab", "--log-level=WARN", "--ServerApp.answer_yes=True"]);
    command.arg(format!("--ServerApp.root_dir={}", folder.display()));
    if args.no_browser {
        command.arg("--no-browser");
    }
    if let Some(port) = args.port {
        command.arg(format!("--port={port}"));
    }
    if is_root() {
        command.arg("--allow-root");
    }
    // Rather than as an argument: the address that is printed then leads to the notebook too.
    let name = notebook.file_name().unwrap_or_default().to_string_lossy();
    command.arg(format!("--LabApp.default_url=/lab/tree/{name}")).current_dir(&folder);
    say!("opening {} in JupyterLab; Ctrl-C ends it", notebook.display());
    let mut jupyter = apart(&mut command).spawn().context("cannot start JupyterLab")?;
    end_together(&jupyter);
    let status = jupyter.wait()?;
    let code = status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(cli::INTERRUPTED);
    Ok(ExitCode::from(code))
}

/// Ctrl-C reaches this program alone: a second signal, before it has ended its kernels, would kill JupyterLab.
#[cfg(unix)]
fn apart(command: &mut Command) -> &mut Command {
    std::os::unix::process::CommandExt::process_group(command, 0)
}

/// The console gives Ctrl-C to JupyterLab as well.
#[cfg(not(unix))]
fn apart(command: &mut Command) -> &mut Command {
    command
}

/// A signal to this program ends JupyterLab, which then ends its kernels; this program waits for it.
fn end_together(jupyter: &Child) {
    let id = jupyter.id();
    let _ = ctrlc::set_handler(move || terminate(id));
}

#[cfg(unix)]
fn terminate(id: u32) {
    use nix::sys::signal::{Signal, kill};
    use nix::unistd::Pid;

    if let Ok(id) = i32::try_from(id) {
        let _ = kill(Pid::from_raw(id), Signal::SIGTERM);
    }
}

#[cfg(not(unix))]
fn terminate(_: u32) {}

/// JupyterLab refuses to run as root unless told so.
fn is_root() -> bool {
    cfg!(unix) && doctor::first_line("id", &["-u"]).is_some_and(|user| user == "0")
}
