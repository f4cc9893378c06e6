//! A training run on disk: weights, optimiser, random numbers and place, in one file that is whole or absent.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param, ParamId};
use burn::optim::ModuleOptimizer;
use burn::tensor::{Bytes, Tensor};
use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView};
use serde::{Deserialize, Serialize};

use super::History;
use crate::files::{self, FileError};
use crate::nn::weights::{self, Arrays, WeightsError};
use crate::rng::TorchRng;

/// Prefix of the model's tensors in the file.
const MODEL: &str = "model.";
/// Name of the optimiser's state in the file: burn's own format, as bytes.
const OPTIMIZER: &str = "optimizer";
/// Metadata key of everything that is not a tensor, as JSON.
const PLACE: &str = "mlbook";

/// A checkpoint that could not be written or taken up.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error(transparent)]
    Weights(#[from] WeightsError),
    #[error("no checkpoint at {}: a run leaves one from its first batch on. Run without --resume.", .0.display())]
    Missing(PathBuf),
    #[error("{}: not a checkpoint of mlbook: {problem}. Run without --resume to start anew.", path.display())]
    Format { path: PathBuf, problem: String },
    #[error(
        "the checkpoint was made with other settings ({what}: {then} then, {now} now). \
         Resume with the same flags, or run without --resume."
    )]
    Settings { what: String, then: String, now: String },
}

/// Where a training run stands, apart from its tensors.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Place {
    /// The project's settings as JSON, with the seed.
    pub settings: serde_json::Value,
    /// Epochs finished.
    pub epoch: usize,
    /// Batches finished in the epoch under way.
    pub batch: usize,
    /// The epoch's order of examples; empty between epochs.
    pub order: Vec<usize>,
    /// Running sums of the epoch's metrics.
    pub sums: BTreeMap<String, f32>,
    /// Seconds that the epoch under way took before.
    pub seconds: f64,
    pub history: History,
    pub generator: TorchRng,
    /// burn's identifiers of the parameters: the optimiser's state is filed under them.
    pub parameter_ids: BTreeMap<String, u64>,
}

/// Writes the checkpoint in one step.
pub(super) fn save<M: Module>(
    path: &Path,
    model: &M,
    optimizer: &ModuleOptimizer,
    place: &mut Place,
) -> Result<(), CheckpointError> {
    place.parameter_ids = parameter_ids(model);
    let problem = |problem: String| CheckpointError::Format { path: path.to_path_buf(), problem };
    let arrays = weights::to_arrays(model)?;
    let mut tensors: Vec<(String, Dtype, Vec<usize>, Vec<u8>)> = arrays
        .into_iter()
        .map(|(name, array)| {
            let bytes = array.values.iter().flat_map(|value| value.to_le_bytes()).collect();
            (format!("{MODEL}{name}"), Dtype::F32, array.shape, bytes)
        })
        .collect();
    let state = optimizer.into_bytes().map_err(|e| problem(e.to_string()))?.to_vec();
    tensors.push((OPTIMIZER.to_owned(), Dtype::U8, vec![state.len()], state));
    let views = tensors.iter().map(|(name, kind, shape, bytes)| {
        TensorView::new(*kind, shape.clone(), bytes)
            .map(|view| (name.as_str(), view))
            .map_err(|e| problem(e.to_string()))
    });
    let text = serde_json::to_string(place).map_err(|e| problem(e.to_string()))?;
    let metadata = HashMap::from([(PLACE.to_owned(), text)]);
    let bytes = safetensors::serialize(views.collect::<Result<Vec<_>, _>>()?, Some(metadata))
        .map_err(|e| problem(e.to_string()))?;
    Ok(files::write(path, &bytes)?)
}

/// Reads a checkpoint into a model and an optimiser that were made like those saved.
pub(super) fn load<M: Module>(
    path: &Path,
    model: M,
    optimizer: ModuleOptimizer,
) -> Result<(M, ModuleOptimizer, Place), CheckpointError> {
    if !path.exists() {
        return Err(CheckpointError::Missing(path.to_path_buf()));
    }
    let problem = |problem: String| CheckpointError::Format { path: path.to_path_buf(), problem };
    let bytes = files::read(path)?;
    let (_, header) = SafeTensors::read_metadata(&bytes).map_err(|e| problem(e.to_string()))?;
    let text = header
        .metadata()
        .as_ref()
        .and_then(|all| all.get(PLACE))
        .ok_or_else(|| problem("no place in it".into()))?;
    let place: Place = serde_json::from_str(text).map_err(|e| problem(e.to_string()))?;

    let file = SafeTensors::deserialize(&bytes).map_err(|e| problem(e.to_string()))?;
    let state = file.tensor(OPTIMIZER).map_err(|e| problem(e.to_string()))?.data().to_vec();
    let arrays: Arrays = weights::read_arrays(&bytes, &path.display().to_string())?
        .into_iter()
        .filter_map(|(name, array)| Some((name.strip_prefix(MODEL)?.to_owned(), array)))
        .collect();

    let model = weights::from_arrays(model, &arrays)?;
    let model = with_parameter_ids(model, &place.parameter_ids);
    let optimizer = optimizer.from_bytes(Bytes::from_bytes_vec(state)).map_err(|e| problem(e.to_string()))?;
    Ok((model, optimizer, place))
}

/// burn's identifier of every parameter, by the parameter's path in the model.
fn parameter_ids<M: Module>(model: &M) -> BTreeMap<String, u64> {
    #[derive(Default)]
    struct Ids {
        path: Vec<String>,
        found: BTreeMap<String, u64>,
    }
    impl ModuleVisitor for Ids {
        fn enter_module(&mut self, name: &str, _: &str) {
            self.path.push(name.to_owned());
        }
        fn exit_module(&mut self, _: &str, _: &str) {
            self.path.pop();
        }
        fn visit_float<const D: usize>(&mut self, parameter: &Param<Tensor<D>>) {
            self.found.insert(self.path.join("."), parameter.id.val());
        }
    }
    let mut ids = Ids::default();
    model.visit(&mut ids);
    ids.found
}

/// The model with the given identifiers in place of those it was made with.
fn with_parameter_ids<M: Module>(model: M, ids: &BTreeMap<String, u64>) -> M {
    struct Renumber<'a> {
        path: Vec<String>,
        ids: &'a BTreeMap<String, u64>,
    }
    impl ModuleMapper for Renumber<'_> {
        fn enter_module(&mut self, name: &str, _: &str) {
            self.path.push(name.to_owned());
        }
        fn exit_module(&mut self, _: &str, _: &str) {
            self.path.pop();
        }
        fn map_float<const D: usize>(&mut self, parameter: Param<Tensor<D>>) -> Param<Tensor<D>> {
            let (id, tensor, mapper) = parameter.consume();
            let id = self.ids.get(&self.path.join(".")).map_or(id, |&id| ParamId::from(id));
            Param::from_mapped_value(id, tensor, mapper)
        }
    }
    model.map(&mut Renumber { path: vec![], ids })
}
