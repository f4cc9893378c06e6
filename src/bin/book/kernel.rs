//! `book kernel`: the Jupyter kernel "Rust (mlbook)", built and made known to Jupyter.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use mlbook::{cli, say};

use crate::chapters;
use crate::notebook::{Environment, build, spec};

/// Flags of `book kernel`.
#[derive(Args)]
pub struct KernelArgs {
    #[command(subcommand)]
    command: KernelCommand,
}

#[derive(Subcommand)]
enum KernelCommand {
    /// Build the kernel and make it known to the project's JupyterLab
    Install {
        /// Make it known to the user's own Jupyter (and VS Code) as well
        #[arg(long)]
        user: bool,
    },
    /// Make Jupyter forget the kernel; what was built stays
    Uninstall,
    /// What is there and what is missing, one line each
    Status,
}

/// Runs `book kernel …`.
pub fn run(args: KernelArgs) -> anyhow::Result<ExitCode> {
    let workspace = chapters::workspace()?;
    let environment = Environment::of(&workspace)?;
    match args.command {
        KernelCommand::Install { user } => {
            // With an own Jupyter the project's is not needed.
            if !user {
                environment.ensure()?;
            }
            let mut folders = Vec::new();
            folders.extend(environment.is_complete().then(|| environment.data_folder()));
            if user {
                folders.push(spec::user_data()?);
            }
            for folder in install(&workspace, &folders)? {
                say!("kernel \"Rust (mlbook)\" installed in {}", folder.display());
            }
            Ok(ExitCode::SUCCESS)
        }
        KernelCommand::Uninstall => uninstall(&environment),
        KernelCommand::Status => status(&workspace, &environment),
    }
}

/// Builds the kernel and writes its spec into some of Jupyter's data folders; returns where the specs are.
pub fn install(workspace: &Path, folders: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let program = build::kernel(workspace)?;
    let ours = spec::ours(&program, workspace)?;
    folders.iter().map(|folder| spec::write(folder, spec::OURS, &ours)).collect()
}

fn uninstall(environment: &Environment) -> anyhow::Result<ExitCode> {
    let mut removed = 0;
    for data in [environment.data_folder(), spec::user_data()?] {
        if spec::remove(&data, spec::OURS)? {
            say!("removed {}", spec::folder(&data, spec::OURS).display());
            removed += 1;
        }
    }
    if removed == 0 {
        say!("the kernel was not installed");
    }
    Ok(ExitCode::SUCCESS)
}

fn status(workspace: &Path, environment: &Environment) -> anyhow::Result<ExitCode> {
    let program = build::program(workspace)?;
    let built = program.exists();
    let library = match built.then(|| build::library_status(&program, workspace)) {
        Some(Ok(text)) => (true, text),
        Some(Err(text)) => (false, text),
        None => (false, "not built".to_owned()),
    };
    let mut specs = Vec::new();
    for data in [environment.data_folder(), spec::user_data()?] {
        if let Some(starts) = spec::program(&data, spec::OURS) {
            let folder = spec::folder(&data, spec::OURS);
            let gone = if starts.exists() { "" } else { ", but the program it starts is gone" };
            specs.push((starts.exists(), format!("{}{gone}", folder.display())));
        }
    }
    if specs.is_empty() {
        specs.push((false, "not installed".to_owned()));
    }
    let whole = environment.is_complete();
    let folder = environment.folder().display();
    let lines = [
        (
            whole,
            "python",
            if whole { folder.to_string() } else { format!("{folder} is not there, or half made") },
        ),
        (built, "program", if built { program.display().to_string() } else { "not built".to_owned() }),
        (library.0, "library", library.1),
    ];
    let specs = specs.into_iter().map(|(good, text)| (good, "spec", text));
    let mut complete = true;
    for (good, what, text) in lines.into_iter().chain(specs) {
        complete &= good;
        say!("{}  {what:<8} {text}", if good { "ok  " } else { "miss" });
    }
    if !complete {
        say!("`cargo book kernel install` brings what is missing");
    }
    Ok(ExitCode::from(if complete { cli::SUCCESS } else { cli::CHECK_FAILED }))
}
