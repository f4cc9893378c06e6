//! A training by hand on disk: the weights and the place in the training, in one file that is whole or absent.

use std::path::{Path, PathBuf};

use mlbook::files;
use mlbook::nn::weights::{self, Array};
use mlbook::prelude::*;
use mlbook::train::{CheckpointError, described, same_settings};
use serde::{Deserialize, Serialize};

use crate::mnist::MnistSettings;
use crate::network::NeuralNet;

const CHECKPOINT: &str = "checkpoint.safetensors";
/// mlbook's writer of weights takes tensors only, so the place is one more of them: JSON, a number for each byte.
const PLACE: &str = "place";

/// Where a training stands, apart from the weights.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Place {
    /// The project's settings as JSON, with the seed.
    pub settings: serde_json::Value,
    /// Epochs finished.
    pub epoch: usize,
    /// Batches finished in the epoch under way.
    pub batch: usize,
    /// Seconds that the epoch under way took before.
    pub seconds: f64,
    /// The generator as it was when the epoch under way began.
    pub rng: NumpyRng,
    pub history: History,
}

/// The initial network and place, or those of the checkpoint if the run says `--resume`.
///
/// # Errors
/// With `--resume`: no checkpoint, a damaged one, or one made with other settings (a longer `--num-epochs` is fine).
pub fn begin(
    net: NeuralNet,
    rng: NumpyRng,
    settings: &MnistSettings,
    run: &Run,
) -> Result<(NeuralNet, Place), TrainError> {
    let settings = described(run, settings)?;
    run.save_json("settings.json", &settings)?;
    if run.flags.resume {
        let (net, place) = load(&run.path(CHECKPOINT), &run.device)?;
        same_settings(&place.settings, &settings)?;
        say!("resumed after epoch {}, batch {}", place.epoch, place.batch);
        return Ok((net, Place { settings, ..place }));
    }
    let history = History::default();
    Ok((net, Place { settings, epoch: 0, batch: 0, seconds: 0.0, rng, history }))
}

/// Writes the checkpoint in one step.
pub fn save(net: &NeuralNet, place: &Place, run: &Run) -> Result<(), CheckpointError> {
    let path = run.path(CHECKPOINT);
    let text = serde_json::to_vec(place).map_err(|error| not_ours(&path, error))?;
    let mut arrays = net.to_arrays();
    let values: Vec<f32> = text.into_iter().map(f32::from).collect();
    arrays.insert(PLACE.to_owned(), Array { shape: vec![values.len()], values });
    Ok(files::write(&path, &weights::write_arrays(&arrays)?)?)
}

fn load(path: &Path, device: &Device) -> Result<(NeuralNet, Place), CheckpointError> {
    if !path.exists() {
        return Err(CheckpointError::Missing(path.to_path_buf()));
    }
    let arrays = weights::read_arrays(&files::read(path)?, &path.display().to_string())
        .map_err(|error| not_ours(path, error))?;
    let place = arrays.get(PLACE).ok_or_else(|| not_ours(path, "no place in it"))?;
    let text: Vec<u8> = place.values.iter().map(|&byte| byte as u8).collect();
    let place = serde_json::from_slice(&text).map_err(|error| not_ours(path, error))?;
    Ok((NeuralNet::from_arrays(&arrays, device)?, place))
}

fn not_ours(path: &Path, problem: impl ToString) -> CheckpointError {
    CheckpointError::Format { path: PathBuf::from(path), problem: problem.to_string() }
}
