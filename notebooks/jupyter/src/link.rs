//! A linker for cells that does not read the library.
//!
//! The library has half a million symbols, and a linker reads them all for each cell: two thirds of the time that a small cell
//! takes. A shared object may leave symbols open, which the dynamic loader finds when it loads the cell, so the linker is given an
//! empty library of the same name instead. On Linux only: other systems want to know where each symbol comes from.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// Set in the environment of the cells' compiler, to the path of the empty library.
pub const STAND_IN: &str = "MLBOOK_LINK_STAND_IN";

/// Links, if this process was started as a linker; `library` is the real one's file name.
pub fn run(library: &str) -> Option<ExitCode> {
    let stand_in = std::env::var_os(STAND_IN)?;
    let arguments = std::env::args_os().skip(1);
    let mut command = Command::new("cc");
    for argument in arguments {
        if Path::new(&argument).file_name().is_some_and(|name| name == library) {
            // The empty library defines nothing that is needed, and must be named in the cell all the same.
            command.arg("-Wl,--push-state,--no-as-needed").arg(&stand_in).arg("-Wl,--pop-state");
        } else {
            command.arg(argument);
        }
    }
    match command.status() {
        Ok(status) => Some(ExitCode::from(u8::try_from(status.code().unwrap_or(1)).unwrap_or(1))),
        Err(error) => {
            eprintln!("cannot start the linker `cc`: {error}");
            Some(ExitCode::FAILURE)
        }
    }
}

/// Makes the empty library in a folder; none where this is not done, or if there is no C compiler.
pub fn make_stand_in(folder: &Path, library: &str) -> Option<PathBuf> {
    if !cfg!(target_os = "linux") {
        return None;
    }
    let stand_in = folder.join(library);
    let mut soname = OsString::from("-Wl,-soname,");
    soname.push(library);
    let made = Command::new("cc")
        .args(["-shared", "-nostdlib", "-x", "c", "/dev/null", "-o"])
        .arg(&stand_in)
        .arg(soname)
        .output();
    made.ok().filter(|output| output.status.success()).map(|_| stand_in)
}
