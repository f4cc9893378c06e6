//! Progress bars in a cell's output.

use std::time::{Duration, Instant};

use super::channel::{Front, front};
use super::html::escape;
use super::{Html, Live};
use crate::cli::interruption_point;
use crate::data::progress::show_bytes;

/// Redrawn no more often than this.
const PAUSE: Duration = Duration::from_millis(150);

/// A bar that fills. Only the kernel "Rust (mlbook)" draws it; elsewhere it is silent.
///
/// ```
/// let mut bar = mlbook::notebook::Bar::new("reading", 1000);
/// bar.at(500);
/// bar.finish();
/// ```
#[derive(Debug)]
pub struct Bar {
    label: String,
    total: u64,
    position: u64,
    started: Instant,
    drawn: Option<Instant>,
    /// Whether the steps are bytes.
    bytes: bool,
    live: Option<Live>,
}

impl Bar {
    /// An empty bar for `total` steps.
    pub fn new(label: impl Into<String>, total: u64) -> Self {
        Self::begin(label.into(), total, false)
    }

    /// An empty bar for something of so many bytes.
    pub fn of_bytes(label: impl Into<String>, total: u64) -> Self {
        Self::begin(label.into(), total, true)
    }

    fn begin(label: String, total: u64, bytes: bool) -> Self {
        let live = (front() == Front::Kernel).then(Live::new);
        let mut bar = Self { label, total, position: 0, started: Instant::now(), drawn: None, bytes, live };
        bar.draw("");
        bar
    }

    /// Begins anew, in the same place, with another label and number of steps.
    pub fn restart(&mut self, label: &str, total: u64) {
        (self.label, self.total, self.position) = (label.to_owned(), total, 0);
        self.started = Instant::now();
        self.at(0);
    }

    /// `position` steps are done.
    pub fn at(&mut self, position: u64) {
        self.position = position;
        if self.drawn.is_none_or(|drawn| drawn.elapsed() >= PAUSE) {
            self.draw(&left(self.started.elapsed(), self.share()));
        }
    }

    /// One more step is done.
    pub fn step(&mut self) {
        self.at(self.position + 1);
    }

    /// The end: the bar stays, with the time that it took.
    pub fn finish(mut self) {
        let seconds = self.started.elapsed().as_secs_f64();
        self.draw(&format!("{seconds:.1} s"));
    }

    fn share(&self) -> f64 {
        self.position as f64 / self.total.max(1) as f64
    }

    fn draw(&mut self, remark: &str) {
        let share = self.share();
        let Some(live) = &mut self.live else { return };
        let count = |steps: u64| if self.bytes { show_bytes(steps) } else { steps.to_string() };
        let text = format!("{} of {} {remark}", count(self.position), count(self.total));
        live.show(&Html::new(html(&self.label, share, text.trim_end())));
        self.drawn = Some(Instant::now());
    }
}

/// A bar as HTML: label, a track that is filled by a share of 0 to 1, text.
pub(super) fn html(label: &str, share: f64, text: &str) -> String {
    let percent = (share * 100.0).clamp(0.0, 100.0);
    format!(
        "<div style=\"display:flex;gap:.8em;align-items:center;max-width:44em\"><span>{}</span> \
         <div style=\"flex:1;min-width:6em;height:.8em;border-radius:.4em;overflow:hidden;background:rgba(128,128,128,.3)\">\
         <div style=\"width:{percent:.1}%;height:100%;background:#0072b2\"></div></div> \
         <span style=\"font-variant-numeric:tabular-nums\">{}</span></div>",
        escape(label),
        escape(text)
    )
}

/// How long it will still take, if it goes on as it did: `12 s left`, `3 min left`.
pub(super) fn left(elapsed: Duration, share: f64) -> String {
    if share <= 0.0 || elapsed < Duration::from_secs(1) {
        return String::new();
    }
    match elapsed.as_secs_f64() / share * (1.0 - share) {
        seconds if seconds < 99.5 => format!("{seconds:.0} s left"),
        seconds => format!("{:.0} min left", seconds / 60.0),
    }
}

/// An iterator under a bar; see [`progress`].
#[derive(Debug)]
pub struct Progress<I> {
    items: I,
    bar: Option<Bar>,
    begun: bool,
}

/// Goes through `items` under a progress bar: `for epoch in progress("training", 0..100) { … }`. In a notebook an interrupt ends the
/// cell before the next item.
pub fn progress<I: IntoIterator>(label: &str, items: I) -> Progress<I::IntoIter> {
    let items = items.into_iter();
    let (at_least, at_most) = items.size_hint();
    let total = at_most.unwrap_or(at_least) as u64;
    Progress { items, bar: Some(Bar::new(label, total)), begun: false }
}

impl<I: Iterator> Iterator for Progress<I> {
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        interruption_point();
        if let Some(bar) = &mut self.bar
            && std::mem::replace(&mut self.begun, true)
        {
            bar.step();
        }
        let item = self.items.next();
        if item.is_none()
            && let Some(bar) = self.bar.take()
        {
            bar.finish();
        }
        item
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.items.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{left, progress};

    #[test]
    fn the_time_left_goes_by_the_time_so_far() {
        assert_eq!(left(Duration::from_secs(10), 0.25), "30 s left");
        assert_eq!(left(Duration::from_secs(100), 0.25), "5 min left");
        assert_eq!(left(Duration::from_secs(10), 0.0), "");
    }

    #[test]
    fn items_pass_unchanged() {
        assert_eq!(progress("", 0..4).collect::<Vec<_>>(), [0, 1, 2, 3]);
    }
}
