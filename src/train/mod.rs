//! Training in epochs and mini-batches: the order of the batches, the running means, the epoch line, checkpoints, Ctrl-C.

mod checkpoint;
mod descent;
mod display;
mod evaluation;
mod history;
mod labelled;
pub mod learner;
mod quiet;
mod settings;
mod training;

pub use checkpoint::CheckpointError;
pub use descent::Descent;
pub use evaluation::Evaluation;
pub use history::{EpochRecord, History};
pub use labelled::Labelled;
pub use quiet::Quiet;
pub use settings::{described, keep_settings, same_settings};
pub(crate) use training::CHECKPOINT;
pub use training::{Plan, TrainError, Training, WEIGHTS};
