//! evcxr's engine, on a thread of its own: it runs cells one after the other.

mod events;
mod execute;
mod failure;
mod outbox;
mod question;
mod shared;

use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, unbounded};
use evcxr::{CommandContext, EvalContext};
use jupyter_protocol::{ExecuteRequest, JupyterMessage};
use serde_json::json;

use crate::companion::{self, CompanionError, Progress, Snapshot};
use crate::trace::Failure;
use crate::{link, relay};
use events::Watcher;
pub use outbox::{Channel, Outbox, message};
pub use shared::{Scope, Shared};

/// While a build is waited for.
const LOOK_FOR_INTERRUPTS: Duration = Duration::from_millis(200);

/// What the front end asks of the engine.
pub enum Request {
    /// To run a cell: the message, and what it asks.
    Execute(Box<(JupyterMessage, ExecuteRequest)>),
    /// The process ends.
    Stop,
}

/// The front end's side.
#[derive(Clone)]
pub struct Handle {
    requests: Sender<Request>,
    pub shared: Arc<Shared>,
}

impl Handle {
    pub fn send(&self, request: Request) {
        // A thread that is gone has said why; the process ends with it.
        let _ = self.requests.send(request);
    }
}

/// Starts the engine.
pub fn start(outbox: Outbox, answers: Receiver<String>) -> Handle {
    let (sender, requests) = unbounded();
    let shared = Arc::new(Shared::default());
    let handle = Handle { requests: sender, shared: shared.clone() };
    std::thread::spawn(move || Engine::run(outbox, shared, requests, answers));
    handle
}

/// The crate that notebooks load, on its way.
enum Library {
    Coming(Receiver<Step>),
    Here(Snapshot),
    Failed(String),
}

enum Step {
    Progress(Progress),
    Done(Result<Snapshot, CompanionError>),
}

struct Engine {
    context: CommandContext,
    watcher: Watcher,
    library: Library,
    outbox: Outbox,
    shared: Arc<Shared>,
    requests: Receiver<Request>,
    /// What the reader types when a cell asks.
    answers: Receiver<String>,
    count: usize,
    /// Whether the session's first words have been said to the present runtime.
    session_started: bool,
    /// Whether an interrupt may still be known to the runtime.
    interrupted: bool,
}

impl Engine {
    fn run(outbox: Outbox, shared: Arc<Shared>, requests: Receiver<Request>, answers: Receiver<String>) {
        let library = Library::Coming(build());
        let (context, watcher) = match new_context(&outbox, &shared) {
            Ok(parts) => parts,
            Err(error) => return refuse_all(&requests, &outbox, &error),
        };
        let mut engine = Self {
            context,
            watcher,
            library,
            outbox,
            shared,
            requests,
            answers,
            count: 0,
            interrupted: false,
            session_started: false,
        };
        engine.serve();
    }

    fn serve(&mut self) {
        loop {
            // While nobody asks anything, the library is taken in as soon as it is there.
            let coming = match &self.library {
                Library::Coming(steps) => steps.clone(),
                _ => crossbeam_channel::never(),
            };
            let requests = self.requests.clone();
            crossbeam_channel::select! {
                recv(requests) -> request => match request {
                    Ok(Request::Execute(asked)) => self.execute(&asked.0, &asked.1),
                    Ok(Request::Stop) | Err(_) => return,
                },
                recv(coming) -> step => match step {
                    Ok(Step::Progress(_)) => {}
                    Ok(Step::Done(outcome)) => {
                        self.take_library(outcome);
                        // An error here comes again, and is shown, with the first cell.
                        let _ = self.start_session();
                    }
                    Err(_) => self.library = Library::Failed("its build ended without a word".to_owned()),
                },
            }
        }
    }

    fn take_library(&mut self, outcome: Result<Snapshot, CompanionError>) {
        self.library = match outcome {
            Ok(snapshot) => Library::Here(snapshot),
            Err(error) => Library::Failed(error.to_string()),
        };
    }

    /// Waits until the library is there, showing what is being built under the cell that waits.
    fn wait_for_library(&mut self, parent: &JupyterMessage) -> Result<(), Failure> {
        if let Library::Failed(_) = self.library {
            // Sources may have been mended since.
            self.library = Library::Coming(build());
        }
        let Library::Coming(steps) = &self.library else { return Ok(()) };
        let steps = steps.clone();
        let mut shown = BuildDisplay::default();
        loop {
            match steps.recv_timeout(LOOK_FOR_INTERRUPTS) {
                Ok(Step::Progress(step)) => shown.show(&self.outbox, parent, &step.to_string()),
                Ok(Step::Done(outcome)) => {
                    if outcome.is_ok() {
                        shown.end(&self.outbox, parent);
                    }
                    self.take_library(outcome);
                    break;
                }
                Err(RecvTimeoutError::Timeout) if self.shared.is_interrupted() => {
                    return Err(Failure::new(
                        "interrupted",
                        "the build goes on; run the cell again to wait for it",
                    ));
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        match &self.library {
            Library::Failed(reason) => Err(Failure::new("build failed", reason.clone())),
            _ => Ok(()),
        }
    }

    /// Tells the compiler of the cells where the library is, and the runtime that it serves a notebook. Once for each runtime.
    fn start_session(&mut self) -> Result<(), Failure> {
        if self.session_started {
            return Ok(());
        }
        let Library::Here(snapshot) = &self.library else { return Ok(()) };
        let flags = snapshot.flags();
        self.shared.set_flags(&flags);
        let mut settings = vec![
            format!(":build_env CARGO_ENCODED_RUSTFLAGS={}", flags.join("\x1f")),
            // Cells call compiled code; compiling them quickly matters more than how fast their own few lines run. The rest agrees with
            // the workspace's profile, so that generic code compiled there can be used.
            ":opt 1".to_owned(),
            ":build_env CARGO_PROFILE_DEV_DEBUG_ASSERTIONS=false".to_owned(),
            ":build_env CARGO_PROFILE_DEV_OVERFLOW_CHECKS=false".to_owned(),
            ":build_env CARGO_PROFILE_DEV_CODEGEN_UNITS=2".to_owned(),
            // Each cell is new code: keeping what could be used again costs more than it ever saves.
            ":build_env CARGO_PROFILE_DEV_INCREMENTAL=false".to_owned(),
            ":build_env CARGO_NET_OFFLINE=true".to_owned(),
        ];
        if let Some(stand_in) = snapshot.stand_in() {
            settings.push(format!(":build_env {}={}", link::STAND_IN, stand_in.display()));
        }
        for setting in settings {
            self.context.execute(&setting).map_err(|error| Failure::new("kernel", error.to_string()))?;
        }
        self.call("companion::session::start();")?;
        self.session_started = true;
        trim_memory();
        Ok(())
    }
}

/// Gives back what the engine's start has freed: 100 MB that glibc would keep.
fn trim_memory() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // Safety: takes no pointers; only free memory is given back.
    unsafe {
        libc::malloc_trim(0);
    }
}

/// Builds the library on another thread.
fn build() -> Receiver<Step> {
    let (sender, steps) = unbounded();
    std::thread::spawn(move || {
        let outcome = companion::ready(&companion::workspace(), &mut |step| {
            let _ = sender.send(Step::Progress(step));
        });
        let _ = sender.send(Step::Done(outcome));
    });
    steps
}

/// evcxr's engine with our relay as its child.
fn new_context(outbox: &Outbox, shared: &Arc<Shared>) -> Result<(CommandContext, Watcher), String> {
    let program = crate::own_program().map_err(|error| error.to_string())?;
    let notebook_folder = std::env::current_dir().map_err(|error| error.to_string())?;
    // evcxr reads an evcxr.toml in the current folder or in the user's settings; that one is for stock evcxr. Cells still run in the
    // notebook's folder.
    let own_folder = tempfile::tempdir().map_err(|error| error.to_string())?.keep();
    std::env::set_current_dir(&own_folder).map_err(|error| error.to_string())?;
    // Safety: no other thread of ours reads or writes the environment while the engine starts.
    unsafe {
        std::env::set_var("EVCXR_CONFIG_DIR", &own_folder);
        // Removed at the end with the folder; evcxr's own would stay when the process ends.
        std::env::set_var("EVCXR_TMPDIR", own_folder.join("cells"));
        std::env::remove_var("RUSTFLAGS");
    }
    shared.set_own_folder(own_folder);
    let mut relay = std::process::Command::new(program);
    relay.env(relay::ROLE, "1").current_dir(notebook_folder);
    let (context, outputs) =
        EvalContext::with_subprocess_command(relay).map_err(|error| error.to_string())?;
    shared.set_relay(context.process_handle());
    let watcher = Watcher::start(outputs, outbox.clone(), shared.clone());
    watcher.wait_for_end();
    watcher.take_outcome();
    Ok((CommandContext::with_eval_context(context), watcher))
}

/// Answers every cell with the reason why there is no engine.
fn refuse_all(requests: &Receiver<Request>, outbox: &Outbox, reason: &str) {
    let failure = Failure::new("kernel", format!("the kernel could not start: {reason}"));
    while let Ok(Request::Execute(asked)) = requests.recv() {
        outbox.status(&asked.0, "busy");
        execute::fail(outbox, &asked.0, 0, &failure, true);
        outbox.status(&asked.0, "idle");
    }
}

/// One line under a cell, replaced as the build goes on.
#[derive(Default)]
struct BuildDisplay(Option<String>);

impl BuildDisplay {
    fn show(&mut self, outbox: &Outbox, parent: &JupyterMessage, text: &str) {
        let kind = if self.0.is_some() { "update_display_data" } else { "display_data" };
        let id = self.0.get_or_insert_with(|| {
            let note = "The crate that notebooks load is being built: the first time this takes 15 to 25 minutes on two cores, \
                        after a change of its sources a minute.\n";
            outbox.publish("stream", json!({ "name": "stdout", "text": note }), Some(parent));
            parent.header.msg_id.clone() + "-build"
        });
        let transient = json!({ "display_id": id });
        let content = json!({ "data": { "text/plain": text }, "metadata": {}, "transient": transient });
        outbox.publish(kind, content, Some(parent));
    }

    fn end(&self, outbox: &Outbox, parent: &JupyterMessage) {
        if self.0.is_some() {
            outbox.publish("clear_output", json!({ "wait": false }), Some(parent));
        }
    }
}
