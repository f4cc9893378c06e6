//! Trying again: when to stop, how long to wait, which outcomes are worth another attempt, and who is told.
//!
//! The rows of Python's Tenacity, driven by the loop of the crate `backon`. Time passes on a [`Clock`], so
//! that tests run on one that stands still.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use backon::BlockingRetryable;

use super::policy::hold;
pub use super::policy::{Clock, PausedClock, Policy, Statistics, Stop, SystemClock};
pub use super::wait::{Dice, ParseError, Wait, parse_duration, show_duration};

/// How an attempt ended that did not settle the matter.
#[derive(Debug, PartialEq)]
pub enum Last<T, E> {
    /// A value that the policy does not accept.
    Value(T),
    /// An error.
    Error(E),
    /// The operation itself asked for another attempt.
    TryAgain,
}

/// What an operation may answer instead of a value; `?` turns its errors into [`Again::Error`].
#[derive(Debug)]
pub enum Again<E> {
    /// Another attempt, whatever the policy says of errors.
    TryAgain,
    /// An error, which the policy judges.
    Error(E),
}

impl<E> From<E> for Again<E> {
    fn from(error: E) -> Self {
        Self::Error(error)
    }
}

type Judge<T, E> = Box<dyn Fn(Result<&T, &E>) -> bool>;

/// Which outcomes are worth another attempt.
pub struct When<T, E>(Judge<T, E>);

impl<T: 'static, E: 'static> When<T, E> {
    /// Errors for which `worth` holds.
    pub fn error(worth: impl Fn(&E) -> bool + 'static) -> Self {
        Self(Box::new(move |outcome| outcome.is_err_and(&worth)))
    }

    /// Every error.
    pub fn any_error() -> Self {
        Self::error(|_| true)
    }

    /// Errors for which `hopeless` does not hold.
    pub fn not_error(hopeless: impl Fn(&E) -> bool + 'static) -> Self {
        Self::error(move |error| !hopeless(error))
    }

    /// Values for which `unfit` holds.
    pub fn value(unfit: impl Fn(&T) -> bool + 'static) -> Self {
        Self(Box::new(move |outcome| outcome.is_ok_and(&unfit)))
    }

    /// Values for which `fit` does not hold.
    pub fn not_value(fit: impl Fn(&T) -> bool + 'static) -> Self {
        Self::value(move |value| !fit(value))
    }

    /// Nothing: one attempt.
    pub fn never() -> Self {
        Self(Box::new(|_| false))
    }

    /// Everything, good values too.
    pub fn always() -> Self {
        Self(Box::new(|_| true))
    }

    /// Outcomes that `self` or `other` names.
    pub fn or(self, other: Self) -> Self {
        Self(Box::new(move |outcome| (self.0)(outcome) || (other.0)(outcome)))
    }

    /// Outcomes that both `self` and `other` name.
    pub fn and(self, other: Self) -> Self {
        Self(Box::new(move |outcome| (self.0)(outcome) && (other.0)(outcome)))
    }
}

/// Why there is no value.
pub enum RetryError<T, E> {
    /// The policy said stop; the last attempt ended like this.
    GaveUp { last: Last<T, E>, statistics: Statistics },
    /// An error that is not worth retrying.
    NotRetried { error: E, statistics: Statistics },
}

impl<T, E> RetryError<T, E> {
    /// What had happened until then.
    pub fn statistics(&self) -> Statistics {
        match self {
            Self::GaveUp { statistics, .. } | Self::NotRetried { statistics, .. } => *statistics,
        }
    }

    /// The last attempt's own outcome, as if there had been no retry.
    ///
    /// # Errors
    /// The last error; `None` if the last attempt only asked to be repeated.
    pub fn reraise(self) -> Result<T, Option<E>> {
        match self {
            Self::GaveUp { last: Last::Value(value), .. } => Ok(value),
            Self::GaveUp { last: Last::Error(error), .. } | Self::NotRetried { error, .. } => {
                Err(Some(error))
            }
            Self::GaveUp { last: Last::TryAgain, .. } => Err(None),
        }
    }
}

impl<T, E: fmt::Display> fmt::Display for RetryError<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotRetried { error, .. } => error.fmt(f),
            Self::GaveUp { last, statistics } => {
                write!(f, "gave up after {} attempts", statistics.attempts)?;
                match last {
                    Last::Error(error) => write!(f, "; the last one said: {error}"),
                    Last::Value(_) => f.write_str("; the last one gave a value that is not accepted"),
                    Last::TryAgain => f.write_str("; the last one asked for another"),
                }
            }
        }
    }
}

impl<T, E: fmt::Display> fmt::Debug for RetryError<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl<T, E: fmt::Display> std::error::Error for RetryError<T, E> {}

type Asked<'a, E> = Box<dyn FnMut(&E) -> Option<Duration> + 'a>;
type Told<'a, T, E> = Box<dyn FnMut(&Statistics, &Last<T, E>) + 'a>;
type ToldWait<'a, T, E> = Box<dyn FnMut(&Statistics, &Last<T, E>, Duration) + 'a>;
type Rescue<'a, T, E> = Box<dyn FnMut(&Statistics, &Last<T, E>) -> Option<T> + 'a>;

/// A policy with its clock, its judge and its callbacks, ready to run one operation.
pub struct Retry<'a, T, E> {
    policy: Policy,
    clock: Arc<dyn Clock>,
    worth: When<T, E>,
    asked_wait: Asked<'a, E>,
    before: Box<dyn FnMut(&Statistics) + 'a>,
    after: Told<'a, T, E>,
    before_sleep: ToldWait<'a, T, E>,
    giving_up: Rescue<'a, T, E>,
}

impl<'a, T: 'static, E: 'static> Retry<'a, T, E> {
    /// Retries every error, on the computer's clock, and tells nobody.
    pub fn new(policy: Policy) -> Self {
        Self {
            policy,
            clock: Arc::new(SystemClock::default()),
            worth: When::any_error(),
            asked_wait: Box::new(|_| None),
            before: Box::new(|_| {}),
            after: Box::new(|_, _| {}),
            before_sleep: Box::new(|_, _, _| {}),
            giving_up: Box::new(|_, _| None),
        }
    }

    /// Runs on this clock.
    pub fn clock(self, clock: Arc<dyn Clock>) -> Self {
        Self { clock, ..self }
    }

    /// Retries these outcomes only.
    pub fn when(self, worth: When<T, E>) -> Self {
        Self { worth, ..self }
    }

    /// Takes the wait that an error names (a server's Retry-After) instead of the policy's, up to
    /// [`Policy::longest_asked`].
    pub fn asked_wait(self, asked: impl FnMut(&E) -> Option<Duration> + 'a) -> Self {
        Self { asked_wait: Box::new(asked), ..self }
    }

    /// Is told before each attempt.
    pub fn before(self, told: impl FnMut(&Statistics) + 'a) -> Self {
        Self { before: Box::new(told), ..self }
    }

    /// Is told after each attempt that was worth retrying.
    pub fn after(self, told: impl FnMut(&Statistics, &Last<T, E>) + 'a) -> Self {
        Self { after: Box::new(told), ..self }
    }

    /// Is told before each wait, with its length.
    pub fn before_sleep(self, told: impl FnMut(&Statistics, &Last<T, E>, Duration) + 'a) -> Self {
        Self { before_sleep: Box::new(told), ..self }
    }

    /// Is told when the policy says stop; a value that it returns is the result instead of the error.
    pub fn giving_up(self, told: impl FnMut(&Statistics, &Last<T, E>) -> Option<T> + 'a) -> Self {
        Self { giving_up: Box::new(told), ..self }
    }

    /// Runs `operation` until it succeeds or the policy ends it.
    ///
    /// # Errors
    /// [`RetryError::GaveUp`] when the policy says stop, [`RetryError::NotRetried`] at an error not worth
    /// retrying.
    pub fn call(self, mut operation: impl FnMut() -> Result<T, E>) -> Result<T, RetryError<T, E>> {
        self.call_with(|_| operation().map_err(Again::Error))
    }

    /// As [`Retry::call`], for an operation that looks at the statistics or asks for another attempt by
    /// itself.
    ///
    /// # Errors
    /// As [`Retry::call`].
    pub fn call_with(
        self,
        mut operation: impl FnMut(&Statistics) -> Result<T, Again<E>>,
    ) -> Result<T, RetryError<T, E>> {
        let Self {
            policy,
            clock,
            worth,
            mut asked_wait,
            mut before,
            mut after,
            mut before_sleep,
            mut giving_up,
        } = self;
        let progress = Mutex::new(Progress::default());
        let began = clock.now();
        let watch = clock.clone();
        let attempt = || {
            let mut so_far = hold(&progress).begin(watch.now() - began);
            before(&so_far);
            let outcome = operation(&so_far);
            so_far = hold(&progress).end(watch.now() - began);
            let last = match outcome {
                Ok(value) if !(worth.0)(Ok(&value)) => return Ok(value),
                Err(Again::Error(error)) if !(worth.0)(Err(&error)) => return Err(Ended::NotRetried(error)),
                Ok(value) => Last::Value(value),
                Err(Again::Error(error)) => Last::Error(error),
                Err(Again::TryAgain) => Last::TryAgain,
            };
            hold(&progress).asked = match &last {
                Last::Error(error) => asked_wait(error).map(|wait| wait.min(policy.longest_asked)),
                _ => None,
            };
            after(&so_far, &last);
            Err(Ended::Unsettled(last))
        };
        let dice = policy.seed.map_or_else(Dice::unseeded, Dice::seeded);
        let ended = attempt
            .retry(Schedule { stop: &policy.stop, wait: &policy.wait, dice, progress: &progress })
            .sleep(move |wait| clock.sleep(wait))
            .when(|ended| matches!(ended, Ended::Unsettled(_)))
            .notify(|ended, wait| {
                if let Ended::Unsettled(last) = ended {
                    before_sleep(&hold(&progress).statistics, last, wait);
                }
            })
            .call();
        let statistics = hold(&progress).statistics;
        ended.or_else(|ended| match ended {
            Ended::NotRetried(error) => Err(RetryError::NotRetried { error, statistics }),
            Ended::Unsettled(last) => match giving_up(&statistics, &last) {
                Some(value) => Ok(value),
                None => Err(RetryError::GaveUp { last, statistics }),
            },
        })
    }
}

enum Ended<T, E> {
    NotRetried(E),
    Unsettled(Last<T, E>),
}

#[derive(Default)]
struct Progress {
    statistics: Statistics,
    asked: Option<Duration>,
}

impl Progress {
    fn begin(&mut self, elapsed: Duration) -> Statistics {
        self.statistics.attempts = self.statistics.attempts.saturating_add(1);
        self.end(elapsed)
    }

    fn end(&mut self, elapsed: Duration) -> Statistics {
        self.statistics.elapsed = elapsed;
        self.statistics
    }
}

/// The policy as `backon` asks for it: the next wait, or none when it is time to stop.
struct Schedule<'p> {
    stop: &'p Stop,
    wait: &'p Wait,
    dice: Dice,
    progress: &'p Mutex<Progress>,
}

impl Iterator for Schedule<'_> {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        let mut progress = hold(self.progress);
        let planned = self.wait.after(progress.statistics.attempts, &mut self.dice);
        let wait = progress.asked.unwrap_or(planned);
        if self.stop.now(&progress.statistics, wait) {
            return None;
        }
        progress.statistics.idle = progress.statistics.idle.saturating_add(wait);
        Some(wait)
    }
}
