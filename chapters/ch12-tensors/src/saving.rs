//! Sections 12.2.7 and 12.2.8: a model in burn's own format, and state dicts of PyTorch.

use std::path::{Path, PathBuf};

use burn::store::{BurnpackStore, ModuleSnapshot, PytorchStore};
use burn::tensor::Bytes;
use mlbook::files::{self, FileError};
use mlbook::nn::weights::{self, WeightsError};
use mlbook::prelude::*;

/// A model that could not be saved or read back.
#[derive(Debug, thiserror::Error)]
pub enum SavingError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error(transparent)]
    Weights(#[from] WeightsError),
    #[error("{}: {found} It must be {rule} of a model of the same layers and sizes.", path.display())]
    Format { path: PathBuf, rule: &'static str, found: String },
}

const STATE_DICT: &str =
    "a PyTorch state dict (if PyTorch does read it, save it there under a shorter name or as safetensors)";

/// Writes a model in burn's own format, whole or not at all.
pub fn save_model<M: Module>(model: &M, path: &Path) -> Result<(), SavingError> {
    let mut store = BurnpackStore::from_bytes(None);
    let failed = |error: String| wrong(path, "a burnpack file", &error);
    model.save_into(&mut store).map_err(|e| failed(e.to_string()))?;
    let bytes = store.get_bytes().map_err(|e| failed(e.to_string()))?;
    Ok(files::write(path, &bytes)?)
}

/// The model with the weights of a file in burn's own format.
pub fn load_model<M: Module>(mut model: M, path: &Path) -> Result<M, SavingError> {
    let mut store = BurnpackStore::from_bytes(Some(Bytes::from_bytes_vec(files::read(path)?)));
    model.load_from(&mut store).map_err(|e| wrong(path, "a burnpack file", &e.to_string()))?;
    Ok(model)
}

/// The model with the weights of a PyTorch state dict: `torch.save(model.state_dict(), "x.pt")`, or safetensors.
///
/// burn's reader finds no directory in some whole .pt files, depending on the length of the name that they were saved under: the
/// same dict as `iris_state.pt` is read, as `iris_classifier_state.pt` it is not (zip 9.8.1). The error says what helps.
pub fn load_state<M: Module>(mut model: M, path: &Path) -> Result<M, SavingError> {
    if path.extension().is_some_and(|ending| ending == "safetensors") {
        return Ok(weights::load(model, path)?);
    }
    files::open(path)?;
    let mut store = PytorchStore::from_file(path);
    model.load_from(&mut store).map_err(|e| wrong(path, STATE_DICT, &e.to_string()))?;
    Ok(model)
}

/// burn's messages have several lines; the first says what is wrong.
fn wrong(path: &Path, rule: &'static str, message: &str) -> SavingError {
    let lines = message.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.take(2).collect::<Vec<_>>().join(" ");
    let found = format!("{}.", first.trim_end_matches(['.', ':']));
    SavingError::Format { path: path.to_path_buf(), rule, found }
}
