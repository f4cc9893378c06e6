//! The model on disk: `model.json` has the preparation and the network's sizes, `model.safetensors` beside it the weights.

use std::path::{Path, PathBuf};

use mlbook::files::{self, FileError};
use mlbook::nn::weights::{self, WeightsError};
use mlbook::prelude::*;
use mlbook::train::WEIGHTS;
use serde::{Deserialize, Serialize};

use super::net::TableNet;
use super::prepare::Preparation;
use super::scores::Scores;

const DESCRIPTION: &str = "model.json";

/// A model that could not be saved or taken up.
#[derive(Debug, thiserror::Error)]
pub enum SavedError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error(transparent)]
    Weights(#[from] WeightsError),
    #[error("{}: not a model of `regression`: {problem}. Train it again.", path.display())]
    Format { path: PathBuf, problem: String },
    #[error("{}: these are not the weights that {DESCRIPTION} was saved with. Restore both files, or train again.", .0.display())]
    OtherWeights(PathBuf),
}

/// Everything that `predict` needs besides the weights.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SavedModel {
    pub preparation: Preparation,
    /// Units of the hidden layers.
    pub hidden: [usize; 2],
    /// Of the test rows.
    pub test: Scores,
    /// SHA-256 of the file of weights.
    pub weights_sha256: String,
}

impl SavedModel {
    /// Saves a model in `folder`; each file is whole or as it was.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn save(
        folder: &Path,
        model: &TableNet,
        preparation: Preparation,
        hidden: [usize; 2],
        test: Scores,
    ) -> Result<(), SavedError> {
        let path = folder.join(WEIGHTS);
        weights::save(model, &path)?;
        let saved = Self { preparation, hidden, test, weights_sha256: files::sha256(&files::read(&path)?) };
        let path = folder.join(DESCRIPTION);
        let problem =
            |e: serde_json::Error| SavedError::Format { path: path.clone(), problem: e.to_string() };
        let mut text = serde_json::to_vec_pretty(&saved).map_err(problem)?;
        text.push(b'\n');
        Ok(files::write(&path, &text)?)
    }

    /// Reads the model in the folder `path`, or that of the file `path` (either of the two).
    ///
    /// # Errors
    /// When a file is missing, altered or damaged.
    pub fn load(path: &Path, device: &Device) -> Result<(Self, TableNet), SavedError> {
        let folder = if path.is_dir() { path } else { path.parent().unwrap_or(Path::new("")) };
        if !path.is_dir() {
            files::open(path)?;
        }
        let path = folder.join(DESCRIPTION);
        let problem = |problem: String| SavedError::Format { path: path.clone(), problem };
        let saved: Self = serde_json::from_slice(&files::read(&path)?).map_err(|e| problem(e.to_string()))?;
        let columns = &saved.preparation.columns;
        if let Some(column) = columns.iter().find(|column| !column.kind.is_sound()) {
            return Err(problem(format!("column \"{}\" has impossible statistics", column.name)));
        }
        let target = &saved.preparation.target;
        if columns.is_empty() || !target.mean.is_finite() || !(target.std.is_finite() && target.std > 0.0) {
            return Err(problem(
                "the target has impossible statistics, or no column is learnt from".to_string(),
            ));
        }
        let weights_path = folder.join(WEIGHTS);
        let bytes = files::read(&weights_path)?;
        if files::sha256(&bytes) != saved.weights_sha256 {
            return Err(SavedError::OtherWeights(weights_path));
        }
        let arrays = weights::read_arrays(&bytes, &weights_path.display().to_string())?;
        let expected = [saved.preparation.width(), saved.hidden[0]];
        let sizes =
            arrays.get("hidden1.weight").map(|array| array.shape.iter().rev().copied().collect::<Vec<_>>());
        if sizes.as_deref() != Some(&expected[..]) {
            return Err(problem("its columns do not fit the weights".to_string()));
        }
        let empty = TableNet::new(expected[0], saved.hidden, 0.0, &Generator::seeded(0), device);
        let model = weights::from_arrays(empty, &arrays)?;
        Ok((saved, model))
    }

    /// A prediction for each row of features.
    pub fn predictions(&self, model: &TableNet, features: &[f32], device: &Device) -> Vec<f64> {
        let outputs = model.outputs(features, self.preparation.width(), device);
        outputs.iter().map(|&output| self.preparation.target.unscaled(f64::from(output))).collect()
    }
}
