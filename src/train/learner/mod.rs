//! Around burn's `Learner`: checkpoints that are whole or absent, the epoch line, the history, Ctrl-C (13.3, 16.B4).

mod checkpoints;
mod recorder;

pub use checkpoints::{BestAndNewest, Folder, PARTS, Part, ReadError, load};
pub use recorder::{Course, Curves, Logbook, Recorder, nine_decimals};

use std::path::PathBuf;

use burn::data::dataset::{Dataset, DatasetError};
use burn::train::{Interrupter, TrainingError};

use crate::cli::Interrupted;
use crate::files::FileError;
use crate::train::{History, TrainError};

/// Why a training by burn's Learner did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum LearnerError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error(transparent)]
    Train(#[from] TrainError),
    #[error("{}: {problem}. Run without --resume to start anew.", path.display())]
    History { path: PathBuf, problem: String },
    #[error(
        "burn's Learner ended with an error: {0}. Run again, with --resume to go on from the last checkpoint."
    )]
    Burn(String),
    #[error("epoch {epoch} has no checkpoint in {}. Check that there is room on the disk and go on with --resume.", folder.display())]
    NoCheckpoint { epoch: usize, folder: PathBuf },
}

/// Whether a training came to its end. burn's dashboard forgets, when it is over, that it was stopped and why: what counts is which
/// epochs are there.
///
/// # Errors
/// What ended it before: trouble with files, a loss that is no number, Ctrl-C.
pub fn check_end(
    checkpoints: &Folder,
    num_epochs: usize,
    logbook: &Logbook,
    interrupter: &Interrupter,
    error: Option<&TrainingError>,
) -> Result<(), LearnerError> {
    if let Some(failure) = logbook.failure() {
        return Err(failure);
    }
    if let Some(error) = error {
        return Err(LearnerError::Burn(error.to_string()));
    }
    let newest = checkpoints.newest(num_epochs);
    if newest == num_epochs {
        return Ok(());
    }
    if interrupter.get_message().is_none() {
        return Err(LearnerError::NoCheckpoint { epoch: newest + 1, folder: checkpoints.0.clone() });
    }
    let at = format!("in epoch {} of {num_epochs}, which will begin again", newest + 1);
    Err(TrainError::from(Interrupted { at, resumable: true }).into())
}

/// A data set whose items are row numbers: what they stand for is copied once, when their batch is made.
#[derive(Clone, Copy, Debug)]
pub struct Rows(pub usize);

impl Dataset<usize> for Rows {
    fn get(&self, index: usize) -> Result<usize, DatasetError> {
        Ok(index)
    }

    fn len(&self) -> usize {
        self.0
    }
}

/// The epoch with the highest accuracy on the validation set, of the first `epochs`; the earliest of equals.
pub fn best_epoch(history: &History, epochs: usize) -> usize {
    let (numbers, accuracies) = history.curve("valid accuracy");
    let mut best = (0, f64::MIN);
    for (number, accuracy) in numbers.into_iter().zip(accuracies).take(epochs) {
        if accuracy > best.1 {
            best = (number as usize, accuracy);
        }
    }
    best.0
}
