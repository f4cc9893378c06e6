//! One cell, from the request to the reply.

use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use evcxr::{CommandContext, Error, EvalCallbacks};
use jupyter_protocol::{ExecuteRequest, JupyterMessage};
use serde_json::{Value, json};

use super::events::Outcome;
use super::{Channel, Engine, Outbox, Request, message, question};
use crate::cell::{self, Outline, Prepared};
use crate::magic::{self, Magics};
use crate::probe::{self, Answer, Compiler};
use crate::trace::{self, Failure};

/// A cell that went well.
#[derive(Default)]
struct Success {
    value: Option<Value>,
    /// What the kernel says itself, as plain text.
    note: Option<String>,
}

impl Engine {
    /// Runs a cell and replies. After a failure the cells that wait behind it are not run, as the front end wishes.
    pub fn execute(&mut self, request: &JupyterMessage, content: &ExecuteRequest) {
        self.outbox.status(request, "busy");
        let stored = content.store_history && !content.silent;
        if stored {
            self.count += 1;
            self.shared.note_input(&content.code);
        }
        let count = self.count;
        if !content.silent {
            let input = json!({ "code": content.code, "execution_count": count });
            self.outbox.publish("execute_input", input, Some(request));
        }
        self.shared.begin(request);
        let outcome = self.run_cell(request, content);
        self.interrupted |= self.shared.end();
        match outcome {
            Ok(success) => {
                if !content.silent {
                    show_success(&self.outbox, request, count, success);
                }
                let reply = json!({ "status": "ok", "execution_count": count, "payload": [], "user_expressions": {} });
                self.outbox.send(Channel::Shell, message("execute_reply", reply, Some(request)));
            }
            Err(failure) => {
                fail(&self.outbox, request, count, &failure, !content.silent);
                if content.stop_on_error {
                    self.abort_waiting();
                }
            }
        }
        self.outbox.status(request, "idle");
    }

    fn abort_waiting(&self) {
        while let Ok(Request::Execute(asked)) = self.requests.try_recv() {
            let request = &asked.0;
            self.outbox.status(request, "busy");
            let reply = json!({ "status": "aborted", "execution_count": self.count });
            self.outbox.send(Channel::Shell, message("execute_reply", reply, Some(request)));
            self.outbox.status(request, "idle");
        }
    }

    fn run_cell(&mut self, request: &JupyterMessage, content: &ExecuteRequest) -> Result<Success, Failure> {
        let begun = Instant::now();
        let magics = magic::read(&content.code);
        if content.code.trim().is_empty() {
            return Ok(Success::default());
        }
        self.wait_for_library(request)?;
        self.shared.compiling();
        self.start_session()?;
        if std::mem::take(&mut self.interrupted) {
            // Loops would take the last cell's interrupt for theirs.
            self.call("companion::mlbook::notebook::begin_cell();")?;
        }
        if let Some(name) = &magics.device {
            self.call(&device_code(name.as_deref()))?;
        }
        let mut success = Success::default();
        if !magics.code.trim().is_empty() {
            let (value, ran_for) = self.run_code(request, content, &magics)?;
            success.value = value;
            if magics.time {
                let compiled_for = begun.elapsed().saturating_sub(ran_for);
                success.note = Some(format!(
                    "compiled in {:.2} s, ran for {:.2} s",
                    compiled_for.as_secs_f64(),
                    ran_for.as_secs_f64()
                ));
            }
        }
        if magics.vars {
            let code = vars_code(&self.shared.scope().variables);
            self.call(&code)?;
        }
        Ok(success)
    }

    /// Runs the reader's code; returns the value of its last expression and how long it ran.
    fn run_code(
        &mut self,
        request: &JupyterMessage,
        content: &ExecuteRequest,
        magics: &Magics,
    ) -> Result<(Option<Value>, Duration), Failure> {
        let outline = cell::outline(&magics.code);
        let mut prepared = match &outline {
            Some(outline) => self.prepared(&magics.code, outline)?,
            None => Prepared::unchanged(&magics.code),
        };
        let (outbox, answers) = (self.outbox.clone(), self.answers.clone());
        let callbacks = &mut EvalCallbacks {
            input_reader: &|asked| match content.allow_stdin {
                true => question::ask(&outbox, &answers, request, &asked.prompt, asked.is_password),
                false => String::new(),
            },
        };
        let run = |context: &mut CommandContext, code: &str, callbacks: &mut EvalCallbacks| {
            std::panic::catch_unwind(AssertUnwindSafe(|| {
                context.execute_with_callbacks(&flushed(code), callbacks)
            }))
            .unwrap_or_else(|_| Err(Error::Message(ENGINE_PANICKED.to_owned())))
        };
        let mut ran = run(&mut self.context, &prepared.code, callbacks);
        if let Err(Error::CompilationErrors(errors)) = &ran
            && (prepared.has_marks()
                || errors.iter().any(|error| matches!(error.code(), Some("E0282" | "E0283" | "E0284"))))
        {
            // A type may be left open by what was written around the cell: a last expression that never returns, or a value before a
            // `?` whose type comes from behind it.
            ran = run(&mut self.context, &magics.code, callbacks);
            prepared = Prepared::unchanged(&magics.code);
        }
        if ran.is_ok() || matches!(ran, Err(Error::SubprocessTerminated(_))) {
            self.watcher.wait_for_end();
        }
        let outcome = self.watcher.take_outcome();
        let ran_for = outcome.running_since.map(|at| at.elapsed()).unwrap_or_default();
        self.note_scope(outline.filter(|_| ran.is_ok()).unwrap_or_default(), &magics.code);
        if outcome.dropped > 0 {
            let text = format!(
                "\n… the cell printed more than a notebook can hold: {} bytes are not shown\n",
                outcome.dropped
            );
            self.outbox.publish("stream", json!({ "name": "stderr", "text": text }), Some(request));
        }
        let outputs = ran.map_err(|error| self.failure_of(error, &outcome, &magics.code, &prepared))?;
        if let Some(failure) = self.failure_while_running(&outcome, &magics.code) {
            return Err(failure);
        }
        // What evcxr's own commands answer comes with the outputs.
        let commands: serde_json::Map<String, Value> = outputs
            .content_by_mime_type
            .into_iter()
            .map(|(mime, text)| (mime, Value::String(text)))
            .collect();
        let value = outcome.value.or_else(|| (!commands.is_empty()).then_some(commands)).map(Value::Object);
        Ok((value, ran_for))
    }

    /// Code of the kernel's own, as for a magic.
    fn call(&mut self, code: &str) -> Result<(), Failure> {
        let ran = self.context.execute(code);
        if ran.is_ok() || matches!(ran, Err(Error::SubprocessTerminated(_))) {
            self.watcher.wait_for_end();
        }
        let outcome = self.watcher.take_outcome();
        ran.map_err(|error| self.failure_of(error, &outcome, code, &Prepared::unchanged(code)))?;
        match self.failure_while_running(&outcome, code) {
            Some(failure) => Err(failure),
            None => Ok(()),
        }
    }

    /// The cell with types for the variables that it makes.
    fn prepared(&mut self, code: &str, outline: &Outline) -> Result<Prepared, Failure> {
        let asked: Vec<&str> =
            outline.untyped.iter().filter(|v| v.known.is_none()).map(|v| v.name.as_str()).collect();
        let answers = if asked.is_empty() { Default::default() } else { self.ask(code, &asked) };
        for name in &asked {
            if let Some(Answer::Nameless(kind)) = answers.get(*name) {
                return Err(nameless(name, kind));
            }
        }
        Ok(cell::prepare(code, outline, |variable| match variable.known {
            Some(known) => Some(known.to_owned()),
            None => match answers.get(&variable.name)? {
                Answer::Type(kind) => Some(kind.clone()),
                Answer::Nameless(_) => None,
            },
        }))
    }

    fn ask(&mut self, code: &str, names: &[&str]) -> std::collections::BTreeMap<String, Answer> {
        let source = format!("{code}{}", probe::questions(names));
        // Asked what something means, the engine writes the cell in its frame to its source file, without compiling it.
        if self.context.hover_at(&source, source.len()).is_err() {
            return Default::default();
        }
        let Ok(framed) = self.context.last_source() else { return Default::default() };
        Compiler { flags: self.shared.flags() }.ask(&framed).unwrap_or_default()
    }

    fn note_scope(&mut self, outline: Outline, code: &str) {
        let variables =
            self.context.variables_and_types().map(|(n, t)| (n.to_owned(), t.to_owned())).collect();
        self.shared.change_scope(|scope| {
            scope.variables = variables;
            scope.uses.extend(outline.uses);
            scope.uses.sort();
            scope.uses.dedup();
            if outline.defines {
                scope.items.retain(|earlier| earlier != code);
                scope.items.push(code.to_owned());
            }
        });
    }

    /// Why the engine did not run the cell, or not to its end.
    fn failure_of(&mut self, error: Error, outcome: &Outcome, code: &str, prepared: &Prepared) -> Failure {
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
    fn failure_while_running(&self, outcome: &Outcome, code: &str) -> Option<Failure> {
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

const ENGINE_PANICKED: &str = "evcxr's engine panicked on this cell; the next one may work";

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

fn nameless(name: &str, kind: &str) -> Failure {
    let what = if kind.contains("{closure") { "a closure" } else { "a value of a type without a name" };
    Failure::new("no type", format!("`{name}` is {what}, so it cannot be kept for later cells"))
        .hint("Box it, for example `let f: Box<dyn Fn(f32) -> f32> = Box::new(…);`, make it a function, or put the cell's code into braces { … }.")
}

fn device_code(name: Option<&str>) -> String {
    match name {
        Some(name) => format!("companion::session::set_device({name:?})?;"),
        None => "companion::session::show_device();".to_owned(),
    }
}

fn vars_code(variables: &std::collections::BTreeMap<String, String>) -> String {
    let rows = variables
        .iter()
        .map(|(name, kind)| format!("companion::mlbook::describe!({name:?}, {kind:?}, {name})"));
    format!("companion::session::show_variables(&[{}]);", rows.collect::<Vec<_>>().join(", "))
}

/// Text without a newline at the end of a cell waits in a buffer until the next newline; so it is sent on.
fn flushed(code: &str) -> String {
    if code.replace("println!", "").contains("print!") {
        format!("{code}\nlet _ = std::io::Write::flush(&mut std::io::stdout());")
    } else {
        code.to_owned()
    }
}

fn show_success(outbox: &Outbox, request: &JupyterMessage, count: usize, success: Success) {
    if let Some(note) = success.note {
        outbox.publish("stream", json!({ "name": "stdout", "text": note + "\n" }), Some(request));
    }
    if let Some(data) = success.value {
        let content = json!({ "execution_count": count, "data": data, "metadata": {} });
        outbox.publish("execute_result", content, Some(request));
    }
}

/// Shows a failure and replies with it.
pub fn fail(outbox: &Outbox, request: &JupyterMessage, count: usize, failure: &Failure, shown: bool) {
    let error = json!({ "ename": failure.name, "evalue": failure.message, "traceback": failure.traceback });
    if shown {
        outbox.publish("error", error.clone(), Some(request));
    }
    let mut reply = error;
    reply["status"] = "error".into();
    reply["execution_count"] = count.into();
    outbox.send(Channel::Shell, message("execute_reply", reply, Some(request)));
}
