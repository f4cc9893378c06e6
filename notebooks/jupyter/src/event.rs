//! What the relay tells the kernel while a cell runs: one JSON object a line, on the relay's standard error.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Something that happened in the runtime.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum Event {
    /// A new runtime is there.
    Started { pid: u32 },
    /// A cell's code begins to run.
    Running,
    /// Text for standard output.
    Stdout { text: String },
    /// Text for standard error.
    Stderr { text: String },
    /// Something to show, update or clear.
    Frame { frame: Frame },
    /// The cell panicked; the engine was told too.
    Panicked,
    /// A `?` ended the cell early; the engine was told too.
    QuestionMark,
    /// An interrupt came while the cell was being compiled: it was not run.
    Skipped,
    /// The cell is over. All its output has been sent.
    Finished {
        /// Bytes of text that were not sent, because the cell printed too much.
        dropped: u64,
    },
    /// The runtime is gone.
    Died {
        /// How, for people: `signal 9 (SIGKILL)`, `exit code 3`.
        how: String,
    },
}

/// A line `\x1eMLBOOK {…}` that code in a cell printed, or a block in evcxr's own format.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "op")]
pub enum Frame {
    /// Shows something, under an `id` if it will be updated.
    Display {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<String>,
        data: Map<String, Value>,
    },
    /// Puts something in the place of what was shown under `id`.
    Update { id: String, data: Map<String, Value> },
    /// Empties the cell's output.
    Clear,
    /// A block that evcxr's code printed: the value of the cell's last expression, if nothing comes after it.
    Value { data: Map<String, Value> },
    /// A `?` is about to end the cell: its line, from 1, and what went wrong with its causes, if that is known.
    Question { line: usize, message: Option<String> },
    /// A panic: where, and what it said. `file` and `line` are those of the generated code.
    Panic { message: String, file: String, line: u32, thread: String },
}
