//! A trained network beside what is needed to use it: its sizes and the names of its classes.

use std::path::{Path, PathBuf};

use mlbook::files::{self, FileError};
use mlbook::nn::weights::{self, WeightsError};
use mlbook::prelude::*;
use mlbook::train::WEIGHTS;
use serde::{Deserialize, Serialize};

use crate::smile::model::{NetShape, SmileCnn};

const DESCRIPTION: &str = "model.json";
/// Larger pictures or layers are no network of this chapter.
const LARGEST: usize = 1024;

/// A network that could not be saved or taken up.
#[derive(Debug, thiserror::Error)]
pub enum SavedError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error(transparent)]
    Weights(#[from] WeightsError),
    #[error("{}: not a network of `smile` or `images`: {problem}. Give the folder that one of them trained in.", path.display())]
    Format { path: PathBuf, problem: String },
}

/// What `predict` needs besides the weights.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SavedNet {
    pub classes: Vec<String>,
    pub shape: NetShape,
    /// SHA-256 of the file of weights.
    pub weights_sha256: String,
}

impl SavedNet {
    /// Describes the weights that the training left in the run's folder.
    ///
    /// # Errors
    /// Files that cannot be read or written.
    pub fn save(run: &Run, classes: &[String], shape: NetShape) -> anyhow::Result<()> {
        let weights_sha256 = files::sha256(&files::read(&run.path(WEIGHTS))?);
        Ok(run.save_json(DESCRIPTION, &Self { classes: classes.to_vec(), shape, weights_sha256 })?)
    }

    /// Reads the network in `folder`.
    ///
    /// # Errors
    /// Files that are missing, damaged, of another project, or do not belong together.
    pub fn load(folder: &Path, device: &Device) -> Result<(Self, SmileCnn), SavedError> {
        let path = folder.join(DESCRIPTION);
        let problem = |problem: String| SavedError::Format { path: path.clone(), problem };
        let saved: Self = serde_json::from_slice(&files::read(&path)?).map_err(|e| problem(e.to_string()))?;
        let NetShape { image_size, filters, outputs, .. } = saved.shape;
        let sound = (8..=LARGEST).contains(&image_size) && (1..=LARGEST).contains(&filters);
        if !sound || saved.classes.len() != outputs.max(2) {
            return Err(problem("its sizes are impossible".to_owned()));
        }
        let weights_path = folder.join(WEIGHTS);
        let bytes = files::read(&weights_path)?;
        if files::sha256(&bytes) != saved.weights_sha256 {
            return Err(problem(format!("{WEIGHTS} is not the file it was saved with")));
        }
        let arrays = weights::read_arrays(&bytes, &weights_path.display().to_string())?;
        let empty = SmileCnn::new(saved.shape, 0.0, &Generator::seeded(0), device);
        Ok((saved, weights::from_arrays(empty, &arrays)?))
    }
}
