//! The Jupyter kernel "Rust (mlbook)".
//!
//! One binary, three processes: the *kernel* talks to Jupyter and holds evcxr's engine; the engine starts a *relay* as its child;
//! the relay starts the *runtime*, which loads the compiled cells and runs them. The relay sorts what the runtime prints: lines of
//! the engine's own protocol go on to the engine, everything else goes to the front end at once.

mod cell;
mod companion;
mod engine;
mod event;
mod index;
mod kernel;
mod link;
mod magic;
mod probe;
mod relay;
mod trace;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The Jupyter kernel of mlbook.
#[derive(Parser)]
#[command(version)]
struct Program {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve one notebook; Jupyter starts this
    Kernel {
        /// The file in which Jupyter says where to listen
        connection_file: PathBuf,
    },
    /// Build the crate that notebooks load, and the index for completions
    Build,
    /// Whether the crate that notebooks load is built and up to date
    Status,
}

/// This program's file. When a newer one took its place while this one runs, Linux says ` (deleted)` behind the path.
fn own_program() -> std::io::Result<PathBuf> {
    let path = std::env::current_exe()?;
    let text = path.to_string_lossy();
    Ok(text.strip_suffix(" (deleted)").map_or_else(|| path.clone(), PathBuf::from))
}

fn main() -> ExitCode {
    if std::env::var_os(relay::ROLE).is_some() {
        return relay::run();
    }
    if let Some(code) = link::run(&companion::library_name()) {
        return code;
    }
    evcxr::runtime_hook();
    let outcome = match Program::parse().command {
        Command::Kernel { connection_file } => kernel::serve(&connection_file),
        Command::Build => companion::build_on_terminal(),
        Command::Status => companion::print_status(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}
