//! Ctrl-C: the first asks for a clean stop after the current batch, the second ends the program at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Set once somebody asked the program to stop; training loops look at it after each batch.
#[derive(Clone, Debug, Default)]
pub struct StopFlag(Arc<AtomicBool>);

/// A run that was stopped on request.
#[derive(Debug, thiserror::Error)]
#[error("stopped on request {at}; {}", if *.resumable { RESUMABLE } else { NOT_RESUMABLE })]
pub struct Interrupted {
    /// Where in the training, for people: `after batch 12 of 125 in epoch 2`.
    pub at: String,
    /// Whether a checkpoint is written.
    pub resumable: bool,
}

const RESUMABLE: &str = "the checkpoint is written, go on with the same command and --resume";
const NOT_RESUMABLE: &str = "it takes seconds and keeps no checkpoint, run it again";

impl StopFlag {
    /// A flag that Ctrl-C (and the signals to end or hang up) sets. If another handler is in place, as in a notebook, that one stays.
    pub fn on_ctrl_c() -> Self {
        let flag = Self::default();
        let handler = flag.clone();
        let _ = ctrlc::set_handler(move || {
            if handler.is_set() {
                std::process::exit(i32::from(super::INTERRUPTED));
            }
            handler.set();
            eprintln!("stopping after this batch; press Ctrl-C again to end at once");
        });
        flag
    }

    /// Asks for a stop.
    pub fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether a stop was asked for.
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
