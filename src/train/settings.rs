//! The settings a training was made with, kept beside its checkpoint.

use serde::Serialize;
use serde_json::Value;

use super::{CheckpointError, TrainError};
use crate::cli::{Run, RunError};

/// The file that keeps them.
pub(super) const SETTINGS: &str = "settings.json";

/// Keeps the settings beside a run's results; for projects with a training loop of their own. With `--resume`, the run must have
/// the settings of the one that it goes on from ([`Training::begin`](super::Training::begin) sees to all this itself).
///
/// # Errors
/// With `--resume`: no settings of an earlier run, or others (a longer `num_epochs` is fine).
pub fn keep_settings(run: &Run, settings: &impl Serialize) -> Result<(), TrainError> {
    let settings = described(run, settings)?;
    let path = run.path(SETTINGS);
    if run.flags.resume {
        if !path.exists() {
            return Err(CheckpointError::Missing(path).into());
        }
        let bytes = crate::files::read(&path).map_err(CheckpointError::from)?;
        let then = serde_json::from_slice(&bytes)
            .map_err(|error| CheckpointError::Format { path, problem: error.to_string() })?;
        same_settings(&then, &settings)?;
    }
    Ok(run.save_json(SETTINGS, &settings)?)
}

/// The settings as JSON, with the run's seed among them.
///
/// # Errors
/// Settings that cannot be written as JSON.
pub fn described(run: &Run, settings: &impl Serialize) -> Result<Value, RunError> {
    let mut value =
        serde_json::to_value(settings).map_err(|source| RunError::Json { what: "the settings", source })?;
    if let Some(fields) = value.as_object_mut() {
        fields.insert("seed".to_owned(), run.flags.seed.into());
    }
    Ok(value)
}

/// Settings that say how long to train.
const LENGTHS: [&str; 2] = ["num_epochs", "num_iterations"];

/// A checkpoint goes on under the settings it was made with; only the length of the training may grow.
///
/// # Errors
/// [`CheckpointError::Settings`] names the first setting that differs.
pub fn same_settings(then: &Value, now: &Value) -> Result<(), CheckpointError> {
    let fields = now.as_object().into_iter().flatten().filter(|(name, _)| !LENGTHS.contains(&name.as_str()));
    for (name, value) in fields {
        if then.get(name) != Some(value) {
            let then = then.get(name).map_or("nothing".to_owned(), ToString::to_string);
            return Err(CheckpointError::Settings { what: name.clone(), then, now: value.to_string() });
        }
    }
    Ok(())
}
