//! What a retry goes by: the clock, when to stop, how long to wait.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::wait::Wait;

/// Where time comes from.
pub trait Clock: Send + Sync {
    /// Time since some fixed moment.
    fn now(&self) -> Duration;
    /// Lets `duration` pass.
    fn sleep(&self, duration: Duration);
}

/// The computer's clock.
pub struct SystemClock(Instant);

impl Default for SystemClock {
    fn default() -> Self {
        Self(Instant::now())
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Duration {
        self.0.elapsed()
    }

    fn sleep(&self, duration: Duration) {
        std::thread::sleep(duration);
    }
}

/// A clock that stands still but for sleeping, which takes no real time.
#[derive(Default)]
pub struct PausedClock(Mutex<Vec<Duration>>);

impl PausedClock {
    /// Lets time pass as if the operation itself had taken it.
    pub fn advance(&self, duration: Duration) {
        hold(&self.0).push(duration);
    }
}

impl Clock for PausedClock {
    fn now(&self) -> Duration {
        hold(&self.0).iter().sum()
    }

    fn sleep(&self, duration: Duration) {
        self.advance(duration);
    }
}

/// When to give up. Looked at after each attempt that was worth retrying.
#[derive(Clone, Debug)]
pub enum Stop {
    /// Go on until it works.
    Never,
    /// After this many attempts.
    Attempts(u32),
    /// Once this much time has passed since the first attempt began.
    After(Duration),
    /// Before a wait that would end later than this after the first attempt began.
    Before(Duration),
    /// Once somebody has set the flag.
    Event(Arc<AtomicBool>),
    /// As soon as one of these says so.
    Any(Vec<Stop>),
    /// Only when all of these say so.
    All(Vec<Stop>),
}

impl Stop {
    pub(super) fn now(&self, so_far: &Statistics, wait: Duration) -> bool {
        match self {
            Self::Never => false,
            Self::Attempts(most) => so_far.attempts >= *most,
            Self::After(limit) => so_far.elapsed >= *limit,
            Self::Before(limit) => so_far.elapsed.saturating_add(wait) > *limit,
            Self::Event(flag) => flag.load(Ordering::Relaxed),
            Self::Any(stops) => stops.iter().any(|stop| stop.now(so_far, wait)),
            Self::All(stops) => !stops.is_empty() && stops.iter().all(|stop| stop.now(so_far, wait)),
        }
    }
}

/// What has happened so far.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Statistics {
    /// Attempts begun.
    pub attempts: u32,
    /// Time spent waiting between attempts.
    pub idle: Duration,
    /// Time from the beginning of the first attempt to the end of the latest.
    pub elapsed: Duration,
}

/// When to stop and how long to wait: the part of a retry that flags can say.
#[derive(Clone, Debug)]
pub struct Policy {
    pub stop: Stop,
    pub wait: Wait,
    /// The longest wait that a server may ask for.
    pub longest_asked: Duration,
    /// Makes jitter repeatable.
    pub seed: Option<u64>,
}

impl Policy {
    /// Without a seed, and with at most two minutes when a server asks for a wait.
    pub fn new(stop: Stop, wait: Wait) -> Self {
        Self { stop, wait, longest_asked: Duration::from_secs(120), seed: None }
    }

    /// With repeatable jitter.
    pub fn seeded(self, seed: u64) -> Self {
        Self { seed: Some(seed), ..self }
    }

    /// At most `longest` when a server asks for a wait.
    pub fn longest_asked(self, longest: Duration) -> Self {
        Self { longest_asked: longest, ..self }
    }
}

/// A panic elsewhere does not make numbers wrong, so a poisoned lock is still good.
pub(super) fn hold<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
