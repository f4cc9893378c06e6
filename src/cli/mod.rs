//! What every chapter program has in common: its flags, its presets, its first and last lines, its exit codes.

mod chapter;
mod check;
mod report;
pub mod rule;
mod run;
mod settings;
mod stop;

pub use chapter::{Chapter, ManifestError, ProjectCard};
pub use check::{BenchFlags, ParityFlags};
pub use report::{Book, Report};
pub use run::{Run, RunError, RunFlags};
pub use stop::{
    CellInterrupted, Interrupted, StopFlag, begin_cell, carried_out, check_interrupt, interrupted,
    interruption_point, listen,
};

use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;

/// Exit code of a run that did what was asked.
pub const SUCCESS: u8 = 0;
/// Exit code of a check that failed: a parity row out of tolerance, two files that differ.
pub const CHECK_FAILED: u8 = 1;
/// Exit code of bad input, a missing device, an unreadable file.
pub const BAD_INPUT: u8 = 2;
/// Exit code of a run that Ctrl-C stopped in good order.
pub const INTERRUPTED: u8 = 130;

/// Prints a line to standard output. A reader that went away (`… | head`) is no reason to stop, so errors are dropped.
#[macro_export]
macro_rules! say {
    ($($text:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stdout(), $($text)*);
    }};
}

/// Reads the command line. A mistake in it becomes one line and exit code 2; `--help` and `--version` print as usual.
pub fn parse<C: Parser>(arguments: impl IntoIterator<Item = OsString>) -> Result<C, ExitCode> {
    C::try_parse_from(arguments).map_err(|error| match error.kind() {
        ErrorKind::DisplayHelp
        | ErrorKind::DisplayVersion
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let _ = error.print();
            ExitCode::SUCCESS
        }
        _ => {
            eprintln!("error: {}", one_line(&error.to_string()));
            ExitCode::from(BAD_INPUT)
        }
    })
}

/// Turns the outcome of a program into its exit code, and a failure into one line on standard error.
pub fn finish(outcome: anyhow::Result<ExitCode>) -> ExitCode {
    match outcome {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {}", one_line(&format!("{error:#}")));
            ExitCode::from(if was_interrupted(&error) { INTERRUPTED } else { BAD_INPUT })
        }
    }
}

/// Whether Ctrl-C ended the run.
fn was_interrupted(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| cause.is::<Interrupted>())
}

/// Whether a person watches: progress bars are drawn on a terminal, plain lines go everywhere else.
pub fn on_terminal() -> bool {
    io::stderr().is_terminal()
}

/// The message of a clap error without its usage block, on one line.
fn one_line(text: &str) -> String {
    let useful = text
        .lines()
        .map(str::trim)
        .take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more information"))
        .filter(|line| !line.is_empty());
    let line = useful.collect::<Vec<_>>().join(" ");
    line.strip_prefix("error: ").unwrap_or(&line).to_owned()
}

#[cfg(test)]
mod tests {
    use super::one_line;

    #[test]
    fn a_clap_error_becomes_one_line_without_its_usage() {
        let text = "error: unrecognized subcommand 'mnits'\n\n  tip: a similar subcommand exists: 'mnist'\n\n\
                    Usage: ch14-cnn [COMMAND]\n\nFor more information, try '--help'.\n";
        assert_eq!(
            one_line(text),
            "unrecognized subcommand 'mnits' tip: a similar subcommand exists: 'mnist'"
        );
    }
}
