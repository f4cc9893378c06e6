//! How far a download is: a bar on a terminal and in a notebook, plain lines otherwise.

use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use indicatif::{ProgressBar, ProgressStyle};

use crate::notebook::{Bar, Front, front};

/// Where progress is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// A bar on the standard error stream.
    Bar,
    /// A bar in the output of a notebook's cell.
    Notebook,
    /// Lines on the standard error stream.
    Lines,
    /// Nowhere.
    Silent,
}

impl Progress {
    /// A bar if the standard error stream is a terminal or a notebook runs, lines otherwise.
    pub fn for_stderr() -> Self {
        match front() {
            Front::Kernel => Self::Notebook,
            _ if std::io::stderr().is_terminal() => Self::Bar,
            _ => Self::Lines,
        }
    }

    /// Shows one line. That nobody reads it any more is no reason to stop.
    pub fn say(self, line: &str) {
        if self != Self::Silent {
            let _ = writeln!(std::io::stderr(), "{line}");
        }
    }

    /// Begins to show one file.
    pub fn track(self, name: &str, bytes: u64) -> Track {
        let bar = (self == Self::Bar).then(|| {
            let style =
                ProgressStyle::with_template("{msg:32} {bar:30} {bytes:>10} of {total_bytes}, {eta} left");
            ProgressBar::new(bytes).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        });
        if let Some(bar) = &bar {
            bar.set_message(name.to_string());
        }
        let in_notebook = (self == Self::Notebook).then(|| Mutex::new(Bar::of_bytes(name, bytes)));
        Track { progress: self, name: name.to_string(), bytes, shown: AtomicU64::new(0), bar, in_notebook }
    }
}

/// One file on its way.
pub struct Track {
    progress: Progress,
    name: String,
    bytes: u64,
    shown: AtomicU64,
    bar: Option<ProgressBar>,
    in_notebook: Option<Mutex<Bar>>,
}

impl Track {
    /// The first `position` bytes are there. Without a bar, every quarter gets a line.
    pub fn at(&self, position: u64) {
        if let Some(bar) = &self.bar {
            bar.set_position(position);
            return;
        }
        if let Some(bar) = &self.in_notebook {
            bar.lock().unwrap_or_else(PoisonError::into_inner).at(position);
            return;
        }
        let quarter = position.saturating_mul(4) / self.bytes.max(1);
        if self.shown.swap(quarter, Ordering::Relaxed) < quarter && quarter < 4 {
            self.progress.say(&format!("{}: {} % of {}", self.name, quarter * 25, show_bytes(self.bytes)));
        }
    }

    /// Shows one line, above the bar if there is one.
    pub fn say(&self, line: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| self.progress.say(line)),
            None => self.progress.say(line),
        }
    }
}

impl Drop for Track {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        if let Some(bar) = self.in_notebook.take() {
            bar.into_inner().unwrap_or_else(PoisonError::into_inner).finish();
        }
    }
}

/// A size in the unit that reads best: `512 bytes`, `28.9 kB`, `9.7 MB`.
pub fn show_bytes(bytes: u64) -> String {
    match bytes as f64 {
        b if b < 1e3 => format!("{bytes} bytes"),
        b if b < 1e6 => format!("{:.1} kB", b / 1e3),
        b if b < 1e9 => format!("{:.1} MB", b / 1e6),
        b => format!("{:.1} GB", b / 1e9),
    }
}
