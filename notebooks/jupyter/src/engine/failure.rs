//! What went wrong with a cell, found out from the engine and from the runtime.

use evcxr::Error;

use super::Engine;
use super::events::Outcome;
use crate::cell::{self, Prepared};
use crate::trace::{self, Failure};

impl Engine {
    /// Why the engine did not run the cell, or not to its end.
    pub(super) fn failure_of(
        &mut self,
        error: Error,
        outcome: &Outcome,
        code: &str,
        prepared: &Prepared,
    ) -> Failure {
        match error {
            Error::CompilationErrors(errors) => Failure::of_compiler(&errors, code, prepared),
            Error::TypeRedefinedVariablesLost(names) => Failure::new(
                "variables lost",
                format!(
                    "a type was defined anew, so variables of the old type are gone: {}",
                    names.join(", ")
                ),
            ),
            Error::SubprocessTerminated(text) => {
                self.session_started = false;
                self.shared.change_scope(|scope| scope.variables.clear());
                let how = outcome.died.clone().unwrap_or(text);
                let words = outcome
                    .last_words
                    .lines()
                    .filter(|line| !line.starts_with("note: run with `RUST_BACKTRACE"));
                let words = words.collect::<Vec<_>>().join("\n");
                let how = [how.trim(), words.trim()].join(": ");
                let how = how.trim_end_matches(": ");
                let failure = match self.shared.end() {
                    true => Failure::new("interrupted", "the cell went on, so its process was ended"),
                    false => Failure::new("process ended", format!("the cell ended its process: {how}")),
                };
                failure.hint("Variables are lost; functions, types and imports are kept. The next cell starts a new process.")
            }
            Error::Message(text) => Failure::new("error", text),
        }
    }

    /// A panic, a `?` or an interrupt: the engine takes them for a success.
    pub(super) fn failure_while_running(&self, outcome: &Outcome, code: &str) -> Option<Failure> {
        if outcome.skipped {
            return Some(Failure::new("interrupted", "before the cell was run"));
        }
        if outcome.panicked {
            let Some(panic) = &outcome.panic else { return Some(Failure::new("panic", "the cell panicked")) };
            if panic.message == INTERRUPTED {
                return Some(Failure::new(
                    "interrupted",
                    "the cell stopped; variables that it did not use up are kept",
                ));
            }
            if !panic.in_cell() {
                let place = format!("{} line {}", library_file(&panic.file), panic.line);
                return Some(Failure::new("panic", panic.message.clone()).hint(&format!("in {place}")));
            }
            let generated = self.context.last_source().unwrap_or_default();
            let line = trace::line_of_cell(&generated, panic.line, code);
            return Some(Failure::at_line("panic", panic.message.clone(), code, line));
        }
        if outcome.question_mark {
            let (line, message) = outcome.question.clone().unzip();
            let words = outcome.last_words.trim_end();
            let words = if words.is_empty() { "a `?` ended the cell" } else { words };
            let only_line = || match cell::outline(code)?.question_marks.as_slice() {
                [only] => Some(only.line),
                _ => None,
            };
            let text = message.flatten().unwrap_or_else(|| words.to_owned());
            return Some(Failure::at_line("error", text, code, line.or_else(only_line)));
        }
        None
    }
}

/// What loops of mlbook panic with when Ctrl-C ends them.
const INTERRUPTED: &str = "interrupted";

/// A source file of a library without the folders of this machine: `burn-tensor-0.22.1/src/tensor/api/base.rs`.
fn library_file(path: &str) -> &str {
    let start = path.find("/registry/src/").and_then(|at| {
        let rest = &path[at + "/registry/src/".len()..];
        rest.find('/').map(|slash| &rest[slash + 1..])
    });
    start.unwrap_or(path)
}

/// A variable whose type cannot be written.
pub fn nameless(name: &str, kind: &str) -> Failure {
    let what = if kind.contains("{closure") { "a closure" } else { "a value of a type without a name" };
    Failure::new("no type", format!("`{name}` is {what}, so it cannot be kept for later cells"))
        .hint("Box it, for example `let f: Box<dyn Fn(f32) -> f32> = Box::new(…);`, make it a function, or put the cell's code into braces { … }.")
}
