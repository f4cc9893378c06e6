//! Section 16.B4, `CSVLogger`: the curves of a training as a table, a point a line.

use std::path::PathBuf;

use mlbook::files::{self, FileError};
use mlbook::train::learner::Curves;

const HEADER: &str = "step,curve,value\n";

/// A table that is whole after every epoch.
#[derive(Clone, Debug)]
pub struct CsvLog {
    path: PathBuf,
    text: String,
}

impl CsvLog {
    /// A new table, or what an earlier run wrote up to a step, if that is not 0.
    ///
    /// # Errors
    /// A table of an earlier run that cannot be read.
    pub fn open(path: PathBuf, last_step: usize) -> Result<Self, FileError> {
        let mut text = HEADER.to_owned();
        if last_step > 0 {
            let earlier = files::read(&path)?;
            let step = |line: &&str| line.split(',').next().and_then(|step| step.parse::<usize>().ok());
            let earlier = String::from_utf8_lossy(&earlier);
            for line in earlier.lines().filter(|line| step(line).is_some_and(|step| step <= last_step)) {
                text.push_str(line);
                text.push('\n');
            }
        }
        Ok(Self { path, text })
    }
}

impl Curves for CsvLog {
    fn point(&mut self, name: &str, step: usize, value: f64) -> Result<(), FileError> {
        self.text.push_str(&format!("{step},{name},{value}\n"));
        Ok(())
    }

    fn flush(&mut self) -> Result<(), FileError> {
        files::write(&self.path, self.text.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_goes_on_keeps_what_was_before_its_checkpoint() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("metrics.csv");
        let mut log = CsvLog::open(path.clone(), 0).unwrap();
        log.point("train_loss", 50, 0.5).unwrap();
        log.point("train_loss", 100, 0.25).unwrap();
        log.flush().unwrap();
        let mut log = CsvLog::open(path.clone(), 50).unwrap();
        log.point("train_loss", 100, 0.375).unwrap();
        log.flush().unwrap();
        let written = String::from_utf8(files::read(&path).unwrap()).unwrap();
        assert_eq!(written, "step,curve,value\n50,train_loss,0.5\n100,train_loss,0.375\n");
    }
}
