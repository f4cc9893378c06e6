//! `book retry`: runs a command until it succeeds or the policy ends it.

use std::cell::Cell;
use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::process::{Child, Command, ExitCode, ExitStatus};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::time::Duration;

use anyhow::Result;
use clap::{Args, value_parser};
use mlbook::data::retry::{
    Clock, Last, Policy, Retry, Stop, SystemClock, Wait, When, parse_duration, show_duration,
};

/// The shell's exit codes for commands that are not there and that cannot be run.
const NOT_FOUND: u8 = 127;
const NOT_RUNNABLE: u8 = 126;

#[derive(Args, Debug)]
pub struct RetryArgs {
    /// Run it at most this often [default: 3, or no limit with --for].
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..))]
    attempts: Option<u32>,
    /// Begin no new run after this long, as in 90s or 2h.
    #[arg(long = "for", value_name = "TIME", value_parser = parse_duration)]
    limit: Option<Duration>,
    /// Wait between runs: none, fixed:10ms, random:1s..3s, exponential:1s..60s, jitter:1s..60s,
    /// full-jitter:1s..60s or incrementing:1s..10s; join with + for a sum, with , for one after the other.
    #[arg(long, default_value = "exponential:1s..60s")]
    wait: Wait,
    /// Run it again only after these exit codes, as in 1,75 [default: any but 0].
    #[arg(long, value_name = "CODES", value_delimiter = ',', value_parser = value_parser!(u8).range(1..))]
    on_exit: Vec<u8>,
    /// The command with its arguments, after --.
    #[arg(required = true, last = true)]
    command: Vec<OsString>,
}

/// How a run of the command ended without success.
enum Failure {
    Exit(u8),
    Start(io::Error),
}

/// Runs `book retry …` and ends with the command's own exit code; 128 and the signal's number if a signal
/// ended it.
pub fn run(args: RetryArgs) -> Result<ExitCode> {
    let interrupted = Arc::new(AtomicBool::new(false));
    let child = Arc::new(AtomicI32::new(0));
    pass_signals_on(&interrupted, &child)?;
    let runs = Cell::new(0);
    let on_exit = args.on_exit.clone();
    let outcome = Retry::new(Policy::new(stop(&args, &interrupted), args.wait.clone()))
        .clock(Arc::new(PatientClock { clock: SystemClock::default(), interrupted: interrupted.clone() }))
        .when(When::error(move |failure| match failure {
            Failure::Exit(code) => on_exit.is_empty() || on_exit.contains(code),
            Failure::Start(_) => false,
        }))
        .before_sleep(|so_far, last, wait| {
            if let Last::Error(Failure::Exit(code)) = last {
                let (run, wait) = (so_far.attempts, show_duration(wait));
                tell(format_args!("run {run} ended with exit code {code}; next run in {wait}"));
            }
        })
        .call(|| {
            if interrupted.load(Ordering::Relaxed) {
                return Err(Failure::Exit(code_of_interrupt()));
            }
            runs.set(runs.get() + 1);
            run_once(&args.command, &child, &interrupted)
        });
    let name = args.command.first().map(|word| word.to_string_lossy()).unwrap_or_default();
    let times = if runs.get() == 1 { "once".to_string() } else { format!("{} times", runs.get()) };
    let failure = outcome.map_err(|error| error.reraise().err().flatten());
    Ok(match failure {
        Ok(()) => {
            tell(format_args!("`{name}` succeeded; it ran {times}"));
            ExitCode::SUCCESS
        }
        Err(Some(Failure::Start(error))) if error.kind() == io::ErrorKind::NotFound => {
            tell(format_args!("`{name}` is not found. Check its spelling and PATH."));
            ExitCode::from(NOT_FOUND)
        }
        Err(Some(Failure::Start(error))) => {
            tell(format_args!("`{name}` cannot be run: {error}"));
            ExitCode::from(NOT_RUNNABLE)
        }
        Err(Some(Failure::Exit(code))) => {
            tell(format_args!("`{name}` failed with exit code {code}; it ran {times}"));
            ExitCode::from(code)
        }
        Err(None) => ExitCode::from(1),
    })
}

fn stop(args: &RetryArgs, interrupted: &Arc<AtomicBool>) -> Stop {
    let attempts = match (args.attempts, args.limit) {
        (Some(attempts), _) => Stop::Attempts(attempts),
        (None, Some(_)) => Stop::Never,
        (None, None) => Stop::Attempts(3),
    };
    let limit = args.limit.map_or(Stop::Never, Stop::After);
    Stop::Any(vec![attempts, limit, Stop::Event(interrupted.clone())])
}

fn run_once(command: &[OsString], child: &AtomicI32, interrupted: &AtomicBool) -> Result<(), Failure> {
    let Some((program, arguments)) = command.split_first() else { return Ok(()) };
    let mut running: Child = Command::new(program).args(arguments).spawn().map_err(Failure::Start)?;
    child.store(i32::try_from(running.id()).unwrap_or(0), Ordering::SeqCst);
    // A signal that came while the command was being started has reached nobody.
    if interrupted.load(Ordering::SeqCst) {
        pass_on(child);
    }
    let ended = running.wait();
    child.store(0, Ordering::SeqCst);
    match exit_code(ended.map_err(Failure::Start)?) {
        0 => Ok(()),
        code => Err(Failure::Exit(code)),
    }
}

#[cfg(unix)]
fn exit_code(status: ExitStatus) -> u8 {
    use std::os::unix::process::ExitStatusExt;
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
}

#[cfg(not(unix))]
fn exit_code(status: ExitStatus) -> u8 {
    status.code().map_or(1, |code| u8::try_from(code).unwrap_or(1))
}

/// On an interrupt or a request to end, no further run begins. At a terminal the command has had the same
/// signal; without one it is told to end.
fn pass_signals_on(interrupted: &Arc<AtomicBool>, child: &Arc<AtomicI32>) -> Result<(), ctrlc::Error> {
    let (interrupted, child) = (interrupted.clone(), child.clone());
    ctrlc::set_handler(move || {
        interrupted.store(true, Ordering::SeqCst);
        pass_on(&child);
    })
}

fn pass_on(child: &AtomicI32) {
    if !io::stdin().is_terminal() {
        tell_to_end(child.load(Ordering::SeqCst));
    }
}

#[cfg(unix)]
fn tell_to_end(child: i32) {
    use nix::sys::signal::{Signal, kill};
    if child > 0 {
        // It may have ended in the meantime.
        let _ = kill(nix::unistd::Pid::from_raw(child), Signal::SIGTERM);
    }
}

#[cfg(not(unix))]
fn tell_to_end(_child: i32) {}

/// 128 and the signal's number: SIGINT at a terminal, SIGTERM elsewhere.
fn code_of_interrupt() -> u8 {
    if io::stdin().is_terminal() { 130 } else { 143 }
}

/// One line on the standard error stream; that nobody reads it any more is no reason to stop.
fn tell(line: std::fmt::Arguments<'_>) {
    let _ = writeln!(io::stderr(), "book retry: {line}");
}

/// Sleeps in slices, so that an interrupt ends a long wait.
struct PatientClock {
    clock: SystemClock,
    interrupted: Arc<AtomicBool>,
}

impl Clock for PatientClock {
    fn now(&self) -> Duration {
        self.clock.now()
    }

    fn sleep(&self, duration: Duration) {
        let end = self.now().saturating_add(duration);
        while !self.interrupted.load(Ordering::Relaxed) && self.now() < end {
            self.clock.sleep(end.saturating_sub(self.now()).min(Duration::from_millis(50)));
        }
    }
}
