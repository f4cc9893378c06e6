//! What happens in the runtime while a cell runs, passed on to the front end as it comes.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use evcxr::EvalContextOutputs;
use serde_json::{Map, Value, json};

use super::{Outbox, Shared};
use crate::event::{Event, Frame};

/// How a cell went, as far as the runtime could see.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    pub panicked: bool,
    /// A `?` ended it; the error text is the last that it printed.
    pub question_mark: bool,
    /// The line of that `?`, and what went wrong with its causes.
    pub question: Option<(usize, Option<String>)>,
    pub skipped: bool,
    pub panic: Option<Panic>,
    /// How the process ended, if it did.
    pub died: Option<String>,
    pub dropped: u64,
    /// The value of the last expression.
    pub value: Option<Map<String, Value>>,
    /// Text for standard error that has not been shown yet.
    pub last_words: String,
    /// When its code began to run.
    pub running_since: Option<Instant>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Panic {
    pub message: String,
    pub file: String,
    pub line: u32,
}

impl Panic {
    /// Whether the place is in the code of a cell, not in a library.
    pub fn in_cell(&self) -> bool {
        self.file == "src/lib.rs"
    }
}

#[derive(Default)]
struct Progress {
    outcome: Outcome,
    ended: bool,
}

/// Reads the relay's events on a thread of its own.
#[derive(Clone)]
pub struct Watcher {
    progress: Arc<(Mutex<Progress>, Condvar)>,
}

/// Output to standard error is shown this much later: the words with which a `?` ends a cell are shown as its error instead.
const HELD_BACK: Duration = Duration::from_millis(80);
/// The relay has sent the end before the engine hears of it; this is for the case that it was killed.
const LONGEST_WAIT: Duration = Duration::from_secs(3);

impl Watcher {
    pub fn start(outputs: EvalContextOutputs, outbox: Outbox, shared: Arc<Shared>) -> Self {
        let watcher = Self { progress: Arc::default() };
        let EvalContextOutputs { stdout, stderr } = outputs;
        // The relay keeps text from the engine; should some get there all the same, the engine waits until somebody takes it.
        std::thread::spawn(move || stdout.iter().for_each(drop));
        std::thread::spawn({
            let watcher = watcher.clone();
            move || {
                let mut held = VecDeque::new();
                loop {
                    match stderr.recv_timeout(HELD_BACK) {
                        Ok(line) => watcher.line(&line, &mut held, &outbox, &shared),
                        Err(crossbeam_channel::RecvTimeoutError::Timeout) => {}
                        Err(crossbeam_channel::RecvTimeoutError::Disconnected) => return,
                    }
                    show_held(&mut held, HELD_BACK, &outbox, &shared);
                }
            }
        });
        watcher
    }

    fn line(
        &self,
        line: &str,
        held: &mut VecDeque<(Instant, String)>,
        outbox: &Outbox,
        shared: &Arc<Shared>,
    ) {
        let Ok(event) = serde_json::from_str::<Event>(line) else { return };
        // Order is kept: whatever comes after held text comes after it in the notebook too.
        let holds = match &event {
            Event::Stderr { .. } | Event::QuestionMark | Event::Finished { .. } | Event::Panicked => true,
            Event::Frame { frame } => matches!(frame, Frame::Question { .. } | Frame::Panic { .. }),
            _ => false,
        };
        if !holds {
            show_held(held, Duration::ZERO, outbox, shared);
        }
        let (lock, changed) = &*self.progress;
        let mut progress = lock.lock().unwrap_or_else(PoisonError::into_inner);
        let outcome = &mut progress.outcome;
        match event {
            Event::Started { pid } => shared.set_runtime(pid),
            Event::Running => {
                shared.running();
                outcome.running_since = Some(Instant::now());
            }
            Event::Stdout { text } => stream("stdout", &text, outbox, shared),
            Event::Stderr { text } => {
                // Should the `?` that printed it be slow to end the cell, it is shown twice.
                outcome.last_words.clone_from(&text);
                held.push_back((Instant::now(), text));
            }
            Event::Frame { frame: Frame::Panic { message, file, line, thread } } => {
                if thread == "cell" {
                    outcome.panic = Some(Panic { message, file, line });
                } else {
                    let text = format!("thread {thread} panicked at {file}:{line}: {message}\n");
                    stream("stderr", &text, outbox, shared);
                }
            }
            Event::Frame { frame: Frame::Question { line, message } } => {
                outcome.question = Some((line, message))
            }
            Event::Frame { frame: Frame::Value { data } } => outcome.value = Some(data),
            Event::Frame { frame } => show(frame, outbox, shared),
            Event::Panicked => outcome.panicked = true,
            Event::QuestionMark => {
                outcome.question_mark = true;
                let words: String = held.drain(..).map(|(_, text)| text).collect();
                if !words.is_empty() {
                    outcome.last_words = words;
                }
            }
            Event::Skipped => outcome.skipped = true,
            Event::Finished { dropped } => {
                outcome.dropped = dropped;
                show_held(held, Duration::ZERO, outbox, shared);
                progress.ended = true;
                changed.notify_all();
            }
            Event::Died { how } => {
                outcome.died = Some(how);
                progress.ended = true;
                changed.notify_all();
            }
        }
    }

    /// Waits until all output of a cell that ran has been passed on.
    pub fn wait_for_end(&self) {
        let (lock, changed) = &*self.progress;
        let progress = lock.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = changed.wait_timeout_while(progress, LONGEST_WAIT, |progress| !progress.ended);
        drop(waited);
    }

    /// How the cell went; from now on it is about the next one.
    pub fn take_outcome(&self) -> Outcome {
        let mut progress = self.progress.0.lock().unwrap_or_else(PoisonError::into_inner);
        progress.ended = false;
        std::mem::take(&mut progress.outcome)
    }
}

/// Shows what has been held back for so long, oldest first.
fn show_held(held: &mut VecDeque<(Instant, String)>, at_least: Duration, outbox: &Outbox, shared: &Shared) {
    while let Some((_, text)) = held.pop_front_if(|(at, _)| at.elapsed() >= at_least) {
        stream("stderr", &text, outbox, shared);
    }
}

fn stream(name: &str, text: &str, outbox: &Outbox, shared: &Shared) {
    if let Some(parent) = shared.parent() {
        outbox.publish("stream", json!({ "name": name, "text": text }), Some(&parent));
    }
}

fn show(frame: Frame, outbox: &Outbox, shared: &Shared) {
    let Some(parent) = shared.parent() else { return };
    let (kind, content) = match frame {
        Frame::Display { id, data } => {
            let transient = id.map_or_else(|| json!({}), |id| json!({ "display_id": id }));
            ("display_data", json!({ "data": data, "metadata": {}, "transient": transient }))
        }
        Frame::Update { id, data } => (
            "update_display_data",
            json!({ "data": data, "metadata": {}, "transient": { "display_id": id } }),
        ),
        Frame::Clear => ("clear_output", json!({ "wait": true })),
        Frame::Value { .. } | Frame::Panic { .. } | Frame::Question { .. } => return,
    };
    outbox.publish(kind, content, Some(&parent));
}
