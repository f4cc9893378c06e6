//! What the kernel calls, not the reader.

use std::io::Write;
use std::panic::PanicHookInfo;
use std::sync::OnceLock;
use std::thread::ThreadId;

use mlbook::notebook::{self, SessionError, vars};

/// The thread on which cells run; it has no name here, since another copy of the standard library started it.
static CELLS: OnceLock<ThreadId> = OnceLock::new();

/// Called in each new process before the first cell: Ctrl-C becomes a wish that loops can hear, panics are told to the kernel.
pub fn start() {
    notebook::start();
    let _ = CELLS.set(std::thread::current().id());
    std::panic::set_hook(Box::new(tell_kernel));
}

/// For `:device NAME`.
///
/// # Errors
/// A name that is no device, or a device that this machine does not have.
pub fn set_device(name: &str) -> Result<(), SessionError> {
    notebook::set_default_device(name)?;
    show_device();
    Ok(())
}

/// For `:device`.
pub fn show_device() {
    mlbook::say!("device  {}", notebook::describe_default_device());
}

/// For `:vars`.
pub fn show_variables(rows: &[vars::Row]) {
    vars::show(rows);
}

/// One line with what a panic said and where, which the kernel shows as the cell's error.
fn tell_kernel(info: &PanicHookInfo) {
    let message = info.payload_as_str().map_or_else(|| "a value that is no text".to_owned(), str::to_owned);
    let place = info.location();
    let thread = std::thread::current();
    let frame = serde_json::json!({
        "op": "panic",
        "message": message,
        "file": place.map_or("", |place| place.file()),
        "line": place.map_or(0, |place| place.line()),
        "thread": if CELLS.get() == Some(&thread.id()) { "cell" } else { thread.name().unwrap_or("without a name") },
    });
    tell(&frame);
}

/// A line for the kernel.
pub(crate) fn tell(frame: &serde_json::Value) {
    let mut output = std::io::stdout().lock();
    // When the output is gone, nobody is there to be told.
    let _ = writeln!(output, "\u{1e}MLBOOK {frame}").and_then(|()| output.flush());
}
