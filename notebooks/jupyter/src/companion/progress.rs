//! What cargo is doing, for people who wait.

use std::fmt;
use std::time::Instant;

/// A step of the build.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    /// The crate being compiled, or what is being waited for.
    pub step: String,
    pub seconds: u64,
}

impl Progress {
    /// Reads a line of cargo's; none for those that are not about progress.
    pub fn of_line(line: &str, started: Instant) -> Option<Self> {
        let line = line.trim_start();
        let step = if let Some(package) = line.strip_prefix("Compiling ") {
            package.split(' ').take(2).collect::<Vec<_>>().join(" ")
        } else if line.starts_with("Blocking waiting for") {
            "waiting for another cargo to finish".to_owned()
        } else if ["Updating", "Downloading", "Downloaded", "Locking"]
            .iter()
            .any(|word| line.starts_with(word))
        {
            line.to_owned()
        } else if line.starts_with("Finished ") {
            "done".to_owned()
        } else {
            return None;
        };
        Some(Self { step, seconds: started.elapsed().as_secs() })
    }
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "building the crate that notebooks load: {} ({} s)", self.step, self.seconds)
    }
}
