//! One place in a cell's output that shows one thing after another.

use std::sync::atomic::{AtomicU64, Ordering};

use super::channel::{self, Front, front};
use super::{Content, Show};

/// Shows values one in the place of the other, while the cell runs.
///
/// Where a display cannot be replaced (evcxr's own kernel, a terminal), it shows the last value, once, when it goes away.
///
/// ```
/// use mlbook::notebook::{Html, Live};
/// let mut live = Live::new();
/// for step in 1..=3 {
///     live.show(&Html::new(format!("step {step}")));
/// }
/// ```
#[derive(Debug)]
pub struct Live {
    id: String,
    shown: bool,
    /// What is still to be shown when it goes away.
    last: Option<Content>,
}

impl Live {
    /// A place for it, which takes no room until something is shown.
    pub fn new() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        // Two processes can belong to one notebook, one after the other.
        let id = format!("mlbook-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        Self { id, shown: false, last: None }
    }

    /// Shows a value in the place of the one before.
    pub fn show(&mut self, value: &(impl Show + ?Sized)) {
        let content = value.content();
        match front() {
            Front::Kernel if self.shown => channel::update(&content, &self.id),
            Front::Kernel => channel::display(&content, Some(&self.id)),
            Front::Evcxr | Front::Program => self.last = Some(content),
        }
        self.shown = true;
    }
}

impl Default for Live {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        if let Some(content) = &self.last {
            channel::display(content, None);
        }
    }
}

impl Show for Content {
    fn content(&self) -> Content {
        self.clone()
    }
}
