//! One cell, from the request to the reply.

use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use evcxr::{CommandContext, Error, EvalCallbacks, EvalOutputs};
use jupyter_protocol::{ExecuteRequest, JupyterMessage};
use serde_json::{Value, json};

use super::events::Outcome;
use super::failure::nameless;
use super::{Channel, Engine, Outbox, Request, message, question};
use crate::cell::{self, Outline, Prepared};
use crate::magic::{self, Magics};
use crate::probe::{self, Answer, Compiler};
use crate::trace::Failure;

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
            && (outline.as_ref().is_some_and(|outline| !outline.question_marks.is_empty())
                || errors.iter().any(|error| matches!(error.code(), Some("E0282" | "E0283" | "E0284"))))
        {
            // A type may be left open by what was written around the cell: a last expression that never returns, or a value before a
            // `?` whose type comes from behind it.
            ran = run(&mut self.context, &magics.code, callbacks);
            prepared = Prepared::unchanged(&magics.code);
        }
        let outcome = self.outcome_of(&ran);
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

    /// What the runtime had to tell of a cell that the engine is done with.
    fn outcome_of(&self, ran: &Result<EvalOutputs, Error>) -> Outcome {
        // A cell that does not compile is not run, and has no end to wait for.
        if ran.is_ok() || matches!(ran, Err(Error::SubprocessTerminated(_))) {
            self.watcher.wait_for_end();
        }
        self.watcher.take_outcome()
    }

    /// Code of the kernel's own, as for a magic.
    pub(super) fn call(&mut self, code: &str) -> Result<(), Failure> {
        let ran = self.context.execute(code);
        let outcome = self.outcome_of(&ran);
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
}

const ENGINE_PANICKED: &str = "evcxr's engine panicked on this cell; the next one may work";

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
