//! The checkpoints of a Learner: which epochs are kept, and how they are written.

use std::path::{Path, PathBuf};

use burn::lr_scheduler::LrSchedulerRecord;
use burn::module::Module;
use burn::optim::OptimizerRecord;
use burn::store::{ModuleRecord, RecordError};
use burn::tensor::Bytes;
use burn::train::checkpoint::{
    Checkpoint, Checkpointer, CheckpointerError, CheckpointingAction, CheckpointingStrategy,
};
use burn::train::metric::store::{Aggregate, Direction, EventStoreClient, Split};
use burn::train::metric::{AccuracyMetric, Metric};

use crate::files::{self, FileError};

/// Newest epochs that are kept besides the best: two, as an epoch's three files are written one after the other and the one
/// before must stay until they all are there.
const NEWEST: usize = 2;

/// Keeps the epoch with the best accuracy on the validation set, and the newest.
///
/// burn has both strategies and one that composes them. They count which epochs they have let go, and begin anew when a training is
/// resumed, so that epochs of the run before would stay for ever; this one looks at the metrics alone.
#[derive(Clone, Copy, Debug)]
pub struct BestAndNewest;

impl CheckpointingStrategy for BestAndNewest {
    fn checkpointing(&mut self, epoch: usize, metrics: &EventStoreClient) -> Vec<CheckpointingAction> {
        let accuracy = AccuracyMetric::new().name();
        let best = metrics.find_epoch(&accuracy, Aggregate::Mean, Direction::Highest, &Split::Valid);
        let old = (1..=epoch.saturating_sub(NEWEST)).filter(|&old| Some(old) != best);
        let mut actions = vec![CheckpointingAction::Save];
        actions.extend(old.map(CheckpointingAction::Delete));
        actions
    }
}

/// The parts of a checkpoint, each a file: `model-9.bpk`.
pub const PARTS: [&str; 3] = [MODEL, OPTIMIZER, SCHEDULER];
const MODEL: &str = "model";
const OPTIMIZER: &str = "optim";
const SCHEDULER: &str = "scheduler";

/// A folder of checkpoints whose files are whole or absent, in burn's own format (burnpack).
#[derive(Clone, Debug)]
pub struct Folder(pub PathBuf);

impl Folder {
    /// One of the [`PARTS`], as burn's `with_custom_checkpointers` takes them.
    pub fn part(&self, part: &'static str) -> Part {
        Part { folder: self.0.clone(), part }
    }

    /// The newest epoch whose three files are there; 0 if there is none.
    pub fn newest(&self, num_epochs: usize) -> usize {
        let whole = |epoch: &usize| PARTS.iter().all(|part| self.part(part).path(*epoch).exists());
        (1..=num_epochs).rev().find(whole).unwrap_or(0)
    }

    /// `model` with the weights that it had after an epoch.
    ///
    /// # Errors
    /// A file that cannot be read, or one of another network.
    pub fn load<M: Module>(&self, model: M, epoch: usize) -> Result<M, ReadError> {
        load(model, &self.part(MODEL).path(epoch))
    }

    /// Whether burn can go on from an epoch with `model`: it panics on a checkpoint that it cannot read, so all three files are read
    /// once before.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn check<M: Module>(&self, model: M, epoch: usize) -> Result<(), ReadError> {
        self.load(model, epoch)?;
        read::<OptimizerRecord>(&self.part(OPTIMIZER).path(epoch))?;
        read::<LrSchedulerRecord>(&self.part(SCHEDULER).path(epoch))?;
        Ok(())
    }
}

/// One part of all checkpoints. burn's `FileCheckpointer` writes under the final name, so that a crash leaves half a file.
#[derive(Clone, Debug)]
pub struct Part {
    folder: PathBuf,
    part: &'static str,
}

impl Part {
    /// The file of an epoch.
    pub fn path(&self, epoch: usize) -> PathBuf {
        self.folder.join(format!("{}-{epoch}.bpk", self.part))
    }
}

impl<R: Checkpoint> Checkpointer<R> for Part {
    fn save(&self, epoch: usize, record: R) -> Result<(), CheckpointerError> {
        let bytes = record.checkpoint_into_bytes().map_err(CheckpointerError::Record)?;
        files::write(&self.path(epoch), &bytes).map_err(unknown)
    }

    fn restore(&self, epoch: usize) -> Result<R, CheckpointerError> {
        read(&self.path(epoch)).map_err(unknown)
    }

    fn delete(&self, epoch: usize) -> Result<(), CheckpointerError> {
        let path = self.path(epoch);
        if path.exists() { files::remove(&path).map_err(unknown) } else { Ok(()) }
    }
}

/// A checkpoint that could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error("{}: not a checkpoint of this network: {source}. Run without --resume to start anew.", path.display())]
    Format { path: PathBuf, source: RecordError },
}

/// `model` with the weights of a checkpoint's file.
///
/// # Errors
/// A file that cannot be read, or one of another network.
pub fn load<M: Module>(model: M, path: &Path) -> Result<M, ReadError> {
    let record = read::<ModuleRecord>(path)?;
    model.try_load_record(record).map_err(|source| ReadError::Format { path: path.to_path_buf(), source })
}

/// A record from its file.
fn read<R: Checkpoint>(path: &Path) -> Result<R, ReadError> {
    let bytes = Bytes::from_bytes_vec(files::read(path)?);
    R::checkpoint_from_bytes(bytes).map_err(|source| ReadError::Format { path: path.to_path_buf(), source })
}

/// burn has kinds of errors for its own files alone.
fn unknown(error: impl ToString) -> CheckpointerError {
    CheckpointerError::Unknown(error.to_string())
}
