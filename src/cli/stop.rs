//! Ctrl-C. In a program the first asks for a clean stop after the current batch, the second ends the program at once. In a
//! notebook it is about the cell that runs, and the process goes on.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Once};
use std::time::{Duration, Instant};

use crate::notebook::{Front, front};

/// How often Ctrl-C was pressed, and when last, in milliseconds of [`clock`].
static PRESSED: AtomicU64 = AtomicU64::new(0);
static PRESSED_AT: AtomicU64 = AtomicU64::new(0);
/// How many of them are over, because what they were about has ended. Only in a notebook.
static OVER: AtomicU64 = AtomicU64::new(0);

/// The kernel ends a cell that has not stopped two seconds after the interrupt. One that still runs later was started since.
const LIFE_IN_NOTEBOOK: Duration = Duration::from_secs(4);

/// Set once somebody asked the program to stop; training loops look at it after each batch.
#[derive(Clone, Debug)]
pub struct StopFlag(Arc<State>);

#[derive(Debug)]
struct State {
    asked: AtomicBool,
    /// Ctrl-Cs that came before, and are none of this flag's business.
    before: u64,
}

/// A run that was stopped on request.
#[derive(Debug, thiserror::Error)]
#[error("stopped on request {at}; {}", how_to_go_on(*.resumable))]
pub struct Interrupted {
    /// Where in the training, for people: `after batch 12 of 125 in epoch 2`.
    pub at: String,
    /// Whether a checkpoint is written.
    pub resumable: bool,
}

fn how_to_go_on(resumable: bool) -> &'static str {
    match (resumable, front()) {
        (true, Front::Program) => "the checkpoint is written, go on with the same command and --resume",
        (true, _) => "the checkpoint is written, go on with RunFlags { resume: true, ..run_flags() }",
        (false, _) => "it takes seconds and keeps no checkpoint, run it again",
    }
}

/// A cell of a notebook that its user interrupted.
#[derive(Debug, thiserror::Error)]
#[error("interrupted")]
pub struct CellInterrupted;

impl StopFlag {
    /// A flag that Ctrl-C (and the signals to end or hang up) sets from now on. If a handler of another library is in place, that
    /// one stays.
    pub fn on_ctrl_c() -> Self {
        listen();
        Self::after(PRESSED.load(Ordering::Relaxed))
    }

    fn after(before: u64) -> Self {
        Self(Arc::new(State { asked: AtomicBool::new(false), before }))
    }

    /// Asks for a stop.
    pub fn set(&self) {
        self.0.asked.store(true, Ordering::Relaxed);
    }

    /// Whether a stop was asked for.
    pub fn is_set(&self) -> bool {
        self.0.asked.load(Ordering::Relaxed) || was_pressed(self.0.before)
    }
}

/// A flag of its own, which Ctrl-C does not set.
impl Default for StopFlag {
    fn default() -> Self {
        Self::after(u64::MAX)
    }
}

/// Says that the last Ctrl-C was carried out. In a notebook a run can go on in the next cell, so its flag is unset; a program ends.
pub fn carried_out() {
    if front() != Front::Program {
        OVER.store(PRESSED.load(Ordering::Relaxed), Ordering::Relaxed);
    }
}

/// Tells that a new cell of a notebook begins: interrupts of the cells before are not about it.
pub fn begin_cell() {
    listen();
    carried_out();
}

/// Whether the notebook's user interrupted the cell that runs. A loop written in a cell may look at it and end early.
pub fn interrupted() -> bool {
    listen();
    was_pressed(0)
}

/// Ends a loop written in a cell when its user interrupts it: `check_interrupt()?;`. Everything that the loop made stays.
///
/// # Errors
/// [`CellInterrupted`], once for each interrupt.
pub fn check_interrupt() -> Result<(), CellInterrupted> {
    if !interrupted() {
        return Ok(());
    }
    carried_out();
    Err(CellInterrupted)
}

/// Where a loop of ours without a `Result` can be left: in a notebook an interrupt unwinds from here to the cell, as Python's
/// `KeyboardInterrupt` does. Programs go on, for their own loops look at the [`StopFlag`].
///
/// # Panics
/// In a notebook, when its user interrupted the cell.
pub fn interruption_point() {
    if front() != Front::Program && interrupted() {
        carried_out();
        panic!("interrupted");
    }
}

/// Takes Ctrl-C over for this process, once.
pub fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let _ = ctrlc::set_handler(|| {
            PRESSED_AT.store(clock(), Ordering::Relaxed);
            let before = PRESSED.fetch_add(1, Ordering::Relaxed);
            match front() {
                Front::Program if before > 0 => std::process::exit(i32::from(super::INTERRUPTED)),
                Front::Program => eprintln!("stopping after this batch; press Ctrl-C again to end at once"),
                Front::Kernel | Front::Evcxr => {}
            }
        });
    });
}

/// Whether Ctrl-C was pressed once more than `before` times, and is not over.
fn was_pressed(before: u64) -> bool {
    let is_old = || {
        let age = clock().saturating_sub(PRESSED_AT.load(Ordering::Relaxed));
        front() != Front::Program && Duration::from_millis(age) > LIFE_IN_NOTEBOOK
    };
    PRESSED.load(Ordering::Relaxed) > before.max(OVER.load(Ordering::Relaxed)) && !is_old()
}

/// Milliseconds since the first call.
fn clock() -> u64 {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    u64::try_from(START.elapsed().as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::StopFlag;

    #[test]
    fn a_flag_of_its_own_is_set_by_hand_and_each_copy_sees_it() {
        let flag = StopFlag::default();
        let copy = flag.clone();
        assert!(!copy.is_set());
        flag.set();
        assert!(copy.is_set());
        assert!(!StopFlag::default().is_set(), "another run begins unset");
    }
}
