//! This chapter's program, run as a reader runs it.
#![allow(dead_code, reason = "no test file needs every part of it")]

#[path = "../../../../tests/support/mod.rs"]
pub mod support;

use std::path::{Path, PathBuf};
use std::process::Command;

/// The program, closed to the user's own data and settings.
pub fn program() -> Command {
    support::program(env!("CARGO_BIN_EXE_ch19-rl"))
}

/// A project that writes below `out`.
pub fn project(name: &str, out: &Path) -> Command {
    let mut command = program();
    command.arg(name).arg("--out").arg(out);
    command
}

/// Where a project writes.
pub fn folder(out: &Path, project: &str) -> PathBuf {
    out.join("ch19-rl").join(project)
}
