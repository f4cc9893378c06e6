//! The relay: between the engine, which reads lines and knows one output per type and cell, and the runtime, which may print
//! anything. Text and displays go to the kernel while the cell runs; a flood is cut; bytes that are no UTF-8 are replaced.

mod interrupt;
mod sorter;

use std::io::{self, BufRead, Read, Write};
use std::process::{Child, Command, ExitCode, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::event::Event;
use sorter::{Sorted, Sorter};

/// Set in the environment of the process that is to be a relay.
pub const ROLE: &str = "MLBOOK_RELAY";
/// Tells code in cells that displays can be sent as frames.
const IN_KERNEL: &str = "MLBOOK_KERNEL";
/// Text of a cell beyond this is dropped, and said so.
const MOST_TEXT: u64 = 2_000_000;
/// What evcxr's code prints.
mod protocol {
    pub const COMPLETE: &str = "EVCXR_EXECUTION_COMPLETE";
    pub const PANIC: &str = "EVCXR_PANIC_NOTIFICATION";
    pub const QUESTION_MARK: &str = "EVCXR_ERROR_OCCURRED";
    pub const RUN: &str = "LOAD_AND_RUN";
}

/// Runs the relay until the runtime ends, or the engine goes away.
pub fn run() -> ExitCode {
    interrupt::listen();
    let mut runtime = match start_runtime() {
        Ok(runtime) => runtime,
        Err(error) => {
            send(&Event::Died { how: format!("could not be started: {error}") });
            return ExitCode::FAILURE;
        }
    };
    send(&Event::Started { pid: runtime.id() });
    let (Some(input), Some(output), Some(errors)) =
        (runtime.stdin.take(), runtime.stdout.take(), runtime.stderr.take())
    else {
        return ExitCode::FAILURE;
    };
    let budget = Arc::new(Budget::default());
    let activity = Arc::new(Activity::default());
    std::thread::spawn(move || pass_on_commands(input));
    let errors_thread = std::thread::spawn({
        let (budget, activity) = (budget.clone(), activity.clone());
        move || pass_on_errors(errors, &budget, &activity)
    });
    pass_on_output(output, &budget, &activity);
    let _ = errors_thread.join();
    end(runtime)
}

fn start_runtime() -> io::Result<Child> {
    let mut command = Command::new(crate::own_program()?);
    if cfg!(target_os = "linux") && std::env::var_os("XDG_RUNTIME_DIR").is_none() {
        // Graphics drivers complain when there is none, as in a container.
        command.env("XDG_RUNTIME_DIR", std::env::temp_dir());
    }
    command
        .args(std::env::args_os().skip(1))
        .env_remove(ROLE)
        .env(IN_KERNEL, "1")
        // A panic is shown by the line of the cell; the frames above it are evcxr's.
        .env("RUST_BACKTRACE", "0")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
}

/// Tells the kernel how the runtime ended, and ends in the same way as far as the engine can tell.
fn end(mut runtime: Child) -> ExitCode {
    let how = match runtime.wait() {
        Ok(status) => describe(status),
        Err(error) => error.to_string(),
    };
    send(&Event::Died { how });
    ExitCode::FAILURE
}

fn describe(status: ExitStatus) -> String {
    #[cfg(unix)]
    {
        use std::os::unix::process::ExitStatusExt;
        if let Some(signal) = status.signal() {
            let name = match signal {
                libc::SIGKILL => " (SIGKILL)",
                libc::SIGSEGV => " (SIGSEGV)",
                libc::SIGABRT => " (SIGABRT)",
                libc::SIGBUS => " (SIGBUS)",
                libc::SIGILL => " (SIGILL)",
                libc::SIGINT => " (SIGINT)",
                _ => "",
            };
            return format!("signal {signal}{name}");
        }
    }
    match status.code() {
        Some(code) => format!("exit code {code}"),
        None => status.to_string(),
    }
}

/// From the engine to the runtime. A cell that was interrupted while it was compiled is not run: the engine is told that it
/// panicked, so that it forgets the cell's variables and keeps all others.
fn pass_on_commands(mut runtime: impl Write) {
    for line in io::stdin().lock().lines() {
        let Ok(line) = line else { break };
        if line.starts_with(protocol::RUN) {
            if interrupt::take() {
                send(&Event::Skipped);
                send(&Event::Finished { dropped: 0 });
                tell_engine(protocol::PANIC);
                tell_engine(protocol::COMPLETE);
                continue;
            }
            send(&Event::Running);
        }
        if writeln!(runtime, "{line}").and_then(|()| runtime.flush()).is_err() {
            break;
        }
    }
}

fn pass_on_output(mut output: impl Read, budget: &Budget, activity: &Activity) {
    let mut sorter = Sorter::default();
    let mut buffer = vec![0; 1 << 16];
    while let Ok(read @ 1..) = output.read(&mut buffer) {
        for sorted in sorter.feed(&buffer[..read]) {
            pass_on(sorted, budget, activity);
        }
    }
    for sorted in sorter.end() {
        pass_on(sorted, budget, activity);
    }
}

fn pass_on(sorted: Sorted, budget: &Budget, activity: &Activity) {
    match sorted {
        Sorted::Text(text) => {
            if let Some(text) = budget.allow(text) {
                send(&Event::Stdout { text });
            }
        }
        Sorted::Frame(frame) => send(&Event::Frame { frame }),
        Sorted::Engine(line) => {
            match line.as_str() {
                protocol::PANIC => send(&Event::Panicked),
                protocol::QUESTION_MARK => {
                    activity.wait_for_quiet();
                    send(&Event::QuestionMark);
                }
                protocol::COMPLETE => {
                    // A wish to skip the cell that came after it had begun is not for the next one.
                    interrupt::take();
                    activity.wait_for_quiet();
                    send(&Event::Finished { dropped: budget.reset() });
                }
                _ => {}
            }
            tell_engine(&line);
        }
    }
}

fn pass_on_errors(mut errors: impl Read, budget: &Budget, activity: &Activity) {
    let mut buffer = vec![0; 1 << 16];
    let mut decoder = sorter::Decoder::default();
    while let Ok(read @ 1..) = errors.read(&mut buffer) {
        let text = decoder.decode(&buffer[..read]);
        if let Some(text) = budget.allow(text) {
            send(&Event::Stderr { text });
        }
        activity.note();
    }
}

/// How much text a cell may still print.
#[derive(Default)]
struct Budget(Mutex<(u64, u64)>);

impl Budget {
    /// The text, or the part of it that is still allowed.
    fn allow(&self, mut text: String) -> Option<String> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (sent, dropped) = &mut *counts;
        let room = usize::try_from(MOST_TEXT.saturating_sub(*sent)).unwrap_or(usize::MAX);
        let kept = if text.len() <= room { text.len() } else { text.floor_char_boundary(room) };
        *dropped += (text.len() - kept) as u64;
        *sent += kept as u64;
        text.truncate(kept);
        (!text.is_empty()).then_some(text)
    }

    /// Begins anew for the next cell; returns how much of this one was dropped.
    fn reset(&self) -> u64 {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *counts).1
    }
}

/// When the runtime last wrote to standard error. Its pipe is read by another thread than that of standard output, and what was
/// printed before the cell's end must be sent before it.
struct Activity(Mutex<Instant>);

impl Default for Activity {
    fn default() -> Self {
        Self(Mutex::new(Instant::now()))
    }
}

impl Activity {
    const QUIET: Duration = Duration::from_millis(4);
    const LONGEST: Duration = Duration::from_millis(200);

    fn note(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    fn wait_for_quiet(&self) {
        let begun = Instant::now();
        loop {
            std::thread::sleep(Self::QUIET);
            let last = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if last.elapsed() >= Self::QUIET || begun.elapsed() > Self::LONGEST {
                return;
            }
        }
    }
}

/// One line to the kernel. Nobody listening any more is no reason to stop: the runtime ends when the engine does.
fn send(event: &Event) {
    if let Ok(mut line) = serde_json::to_vec(event) {
        line.push(b'\n');
        let _ = io::stderr().lock().write_all(&line);
    }
}

fn tell_engine(line: &str) {
    let mut output = io::stdout().lock();
    let _ = writeln!(output, "{line}").and_then(|()| output.flush());
}
