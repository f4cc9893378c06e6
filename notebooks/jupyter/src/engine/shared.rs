//! What the engine's thread, the watcher of the runtime and the front end's tasks know together.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Child;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jupyter_protocol::JupyterMessage;

/// What the engine is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    #[default]
    Idle,
    /// For the library to be built.
    Waiting,
    Compiling,
    Running,
}

/// What a cell can name: for completions.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    pub variables: BTreeMap<String, String>,
    pub uses: Vec<String>,
    /// Cells that define functions, types and so on.
    pub items: Vec<String>,
}

/// How long a training loop of ours has to stop before its process is ended.
pub const GRACE: Duration = Duration::from_secs(2);

#[derive(Default)]
struct State {
    phase: Phase,
    parent: Option<JupyterMessage>,
    runtime: Option<u32>,
    relay: Option<Arc<Mutex<Child>>>,
    /// Counts cells, so that a late end of an interrupt does not hit the next one.
    cell: u64,
    interrupted: bool,
    scope: Scope,
    /// The cells so far, as they were typed.
    inputs: Vec<String>,
    flags: Vec<String>,
    own_folder: Option<PathBuf>,
}

#[derive(Default)]
pub struct Shared(Mutex<State>);

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A cell begins.
    pub fn begin(&self, parent: &JupyterMessage) {
        let mut state = self.lock();
        state.phase = Phase::Waiting;
        state.parent = Some(parent.clone());
        state.interrupted = false;
        state.cell += 1;
    }

    /// The library is there.
    pub fn compiling(&self) {
        let mut state = self.lock();
        if state.phase == Phase::Waiting {
            state.phase = Phase::Compiling;
        }
    }

    /// The cell's code begins to run.
    pub fn running(self: &Arc<Self>) {
        let mut state = self.lock();
        if state.phase == Phase::Compiling {
            state.phase = Phase::Running;
            if state.interrupted {
                // The wish not to run it came too late.
                self.stop(&state);
            }
        }
    }

    /// Whether the cell under way is to be stopped.
    pub fn is_interrupted(&self) -> bool {
        self.lock().interrupted
    }

    /// The cell is over; whether it had been interrupted.
    pub fn end(&self) -> bool {
        let mut state = self.lock();
        state.phase = Phase::Idle;
        state.interrupted
    }

    /// The message that asked for the cell under way or the last one.
    pub fn parent(&self) -> Option<JupyterMessage> {
        self.lock().parent.clone()
    }

    pub fn set_runtime(&self, pid: u32) {
        self.lock().runtime = Some(pid);
    }

    pub fn set_relay(&self, relay: Arc<Mutex<Child>>) {
        self.lock().relay = Some(relay);
    }

    pub fn note_input(&self, code: &str) {
        self.lock().inputs.push(code.to_owned());
    }

    pub fn inputs(&self) -> Vec<String> {
        self.lock().inputs.clone()
    }

    pub fn scope(&self) -> Scope {
        self.lock().scope.clone()
    }

    pub fn change_scope(&self, change: impl FnOnce(&mut Scope)) {
        change(&mut self.lock().scope);
    }

    pub fn flags(&self) -> Vec<String> {
        self.lock().flags.clone()
    }

    pub fn set_flags(&self, flags: &[String]) {
        self.lock().flags = flags.to_vec();
    }

    pub fn set_own_folder(&self, folder: PathBuf) {
        self.lock().own_folder = Some(folder);
    }

    /// Stops the cell: one that runs gets Ctrl-C, and is ended with its process if it goes on; one that is being compiled is not run.
    pub fn interrupt(self: &Arc<Self>) {
        let mut state = self.lock();
        state.interrupted = true;
        match state.phase {
            Phase::Idle => state.interrupted = false,
            Phase::Waiting => {}
            Phase::Compiling => {
                if let Some(relay) = &state.relay {
                    let relay = relay.lock().unwrap_or_else(PoisonError::into_inner).id();
                    signal(relay, Signal::Skip);
                }
            }
            Phase::Running => self.stop(&state),
        }
    }

    fn stop(self: &Arc<Self>, state: &State) {
        if let Some(runtime) = state.runtime {
            signal(runtime, Signal::Interrupt);
        }
        let (shared, cell) = (self.clone(), state.cell);
        std::thread::spawn(move || {
            std::thread::sleep(GRACE);
            shared.end_process_of(cell);
        });
    }

    fn end_process_of(&self, cell: u64) {
        let state = self.lock();
        if state.cell == cell
            && state.phase == Phase::Running
            && let Some(runtime) = state.runtime
        {
            signal(runtime, Signal::End);
        }
    }

    /// Ends everything that the kernel started: for shutdown.
    pub fn end_all(&self) {
        let state = self.lock();
        if let Some(runtime) = state.runtime {
            signal(runtime, Signal::End);
        }
        if let Some(relay) = &state.relay {
            let _ = relay.lock().unwrap_or_else(PoisonError::into_inner).kill();
        }
        if let Some(folder) = &state.own_folder {
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

#[derive(Clone, Copy)]
enum Signal {
    /// To the relay: do not run the cell that is being compiled.
    Skip,
    Interrupt,
    End,
}

#[cfg(unix)]
fn signal(pid: u32, signal: Signal) {
    let signal = match signal {
        Signal::Skip => libc::SIGUSR1,
        Signal::Interrupt => libc::SIGINT,
        Signal::End => libc::SIGKILL,
    };
    if let Ok(pid) = i32::try_from(pid) {
        // Safety: kill only sends a signal; the process is a child of our child and not yet waited for, or gone.
        unsafe { libc::kill(pid, signal) };
    }
}

/// Without signals a cell is stopped by ending its process.
#[cfg(not(unix))]
fn signal(pid: u32, signal: Signal) {
    if let Signal::End = signal {
        let _ = std::process::Command::new("taskkill").args(["/F", "/T", "/PID", &pid.to_string()]).output();
    }
}
