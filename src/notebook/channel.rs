//! The way from a cell to the front end: lines on standard output, which the kernel takes out of the cell's text.

use std::io::{self, Write};
use std::sync::OnceLock;

use serde_json::{Map, Value, json};

use super::Content;

/// Begins a line that is not text but a display.
const MARK: &str = "\u{1e}MLBOOK ";

/// Who reads what a cell prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Front {
    /// The kernel "Rust (mlbook)": displays at once, any number, replaced in place.
    Kernel,
    /// evcxr's own kernel or REPL: one display of each type, when the cell is over.
    Evcxr,
    /// No notebook: a program on a terminal or in a pipe.
    Program,
}

/// Where this process runs.
pub fn front() -> Front {
    static FRONT: OnceLock<Front> = OnceLock::new();
    let is_set = |name| std::env::var_os(name).is_some_and(|value| value == "1");
    *FRONT.get_or_init(|| match (is_set("MLBOOK_KERNEL"), is_set("EVCXR_IS_RUNTIME")) {
        (true, _) => Front::Kernel,
        (false, true) => Front::Evcxr,
        (false, false) => Front::Program,
    })
}

/// Shows something, in the kernel under an identity by which it can be replaced.
pub(super) fn display(content: &Content, id: Option<&str>) {
    match front() {
        Front::Kernel => {
            let mut frame = json!({ "op": "display", "data": content.bundle() });
            if let (Some(id), Value::Object(frame)) = (id, &mut frame) {
                frame.insert("id".to_owned(), id.into());
            }
            send(&frame);
        }
        Front::Evcxr => {
            let block = |(mime, text)| format!("EVCXR_BEGIN_CONTENT {mime}\n{text}\nEVCXR_END_CONTENT\n");
            write(&content.parts().map(block).collect::<String>());
        }
        Front::Program => write(&format!("{}\n", content.plain())),
    }
}

/// Shows the value of a cell's last expression.
pub(super) fn display_value(content: &Content) {
    match front() {
        Front::Kernel => send(&json!({ "op": "value", "data": content.bundle() })),
        Front::Evcxr | Front::Program => display(content, None),
    }
}

/// Puts something in the place of what was shown under `id`. Only the kernel can.
pub(super) fn update(content: &Content, id: &str) {
    if front() == Front::Kernel {
        send(&json!({ "op": "update", "id": id, "data": content.bundle() }));
    }
}

/// Empties the cell's output. Only the kernel can.
pub fn clear() {
    if front() == Front::Kernel {
        send(&json!({ "op": "clear", "data": Map::new() }));
    }
}

fn send(frame: &Value) {
    write(&format!("{MARK}{frame}\n"));
}

/// One write under one lock, so that what other threads print stays whole. A reader that went away is no reason to stop.
fn write(text: &str) {
    let mut output = io::stdout().lock();
    let _ = output.write_all(text.as_bytes()).and_then(|()| output.flush());
}
