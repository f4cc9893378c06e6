//! A model's tensors by name, in PyTorch's layout: `conv1.weight`, `fc1.bias`, dense weights as `[out, in]`,
//! `rnn.weight_ih_l0`.
//!
//! PyTorch reads the files with `safetensors.torch.load_file`, and the files it writes load here.

use std::collections::BTreeMap;
use std::path::Path;

use burn::module::{Module, ModuleMapper, Param};
use burn::optim::GradientsParams;
use burn::store::{BurnToPyTorchAdapter, ModuleSnapshot, PyTorchToBurnAdapter, SafetensorsStore};
use burn::tensor::Tensor;
use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView};

use super::recurrent;
use crate::files::{self, FileError};

/// A tensor in host memory: row-major 32-bit floats and their shape.
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    pub shape: Vec<usize>,
    pub values: Vec<f32>,
}

/// Tensors by name.
pub type Arrays = BTreeMap<String, Array>;

/// Weights that could not be written, read, or put into a model.
#[derive(Debug, thiserror::Error)]
pub enum WeightsError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error("{place}: not a safetensors file: {source}. Check that the download or the copy is complete.")]
    Format { place: String, source: safetensors::SafeTensorError },
    #[error("tensor {name} is {dtype:?}; this reader takes F32, I64, I32 and U8")]
    Kind { name: String, dtype: Dtype },
    #[error(
        "the weights do not fit the model: {0}. They must come from a model of the same layers and sizes."
    )]
    Mismatch(String),
}

/// All floating-point tensors of a model (parameters and running statistics).
pub fn to_arrays<M: Module>(model: &M) -> Result<Arrays, WeightsError> {
    let mut store = SafetensorsStore::from_bytes(None).with_to_adapter(BurnToPyTorchAdapter);
    let mismatch = |e: String| WeightsError::Mismatch(e);
    model.save_into(&mut store).map_err(|e| mismatch(e.to_string()))?;
    let bytes = store.get_bytes().map_err(|e| mismatch(e.to_string()))?;
    Ok(renamed(read_arrays(&bytes, "the model")?, |name| recurrent::to_torch(&without_variants(name))))
}

/// The model with its tensors replaced by those of the same names; every tensor of the model must be given.
pub fn from_arrays<M: Module>(mut model: M, arrays: &Arrays) -> Result<M, WeightsError> {
    let bytes = write_arrays(&renamed(arrays.clone(), recurrent::from_torch))?;
    let mut store = SafetensorsStore::from_bytes(Some(bytes))
        .with_from_adapter(PyTorchToBurnAdapter)
        .skip_enum_variants(true);
    model.load_from(&mut store).map_err(|e| WeightsError::Mismatch(renamed_in_text(&e.to_string())))?;
    Ok(model)
}

/// A name without the variants of enums that burn puts into it: `network.0.Conv2d.weight` is `network.0.weight` in PyTorch. Fields begin with
/// a small letter, variants do not.
fn without_variants(name: &str) -> String {
    let is_field = |part: &&str| !part.starts_with(|first: char| first.is_ascii_uppercase());
    name.split('.').filter(is_field).collect::<Vec<_>>().join(".")
}

fn renamed(arrays: Arrays, name: impl Fn(&str) -> String) -> Arrays {
    arrays.into_iter().map(|(old, array)| (name(&old), array)).collect()
}

/// A text with the tensors in it under PyTorch's names.
fn renamed_in_text(text: &str) -> String {
    let words = text.split_inclusive(char::is_whitespace);
    words
        .map(|word| {
            let name = word.trim_end();
            recurrent::to_torch(name) + &word[name.len()..]
        })
        .collect()
}

/// Writes the model's weights to a safetensors file, whole or not at all.
pub fn save<M: Module>(model: &M, path: &Path) -> Result<(), WeightsError> {
    Ok(files::write(path, &write_arrays(&to_arrays(model)?)?)?)
}

/// The model with the weights of a safetensors file.
pub fn load<M: Module>(model: M, path: &Path) -> Result<M, WeightsError> {
    let bytes = files::read(path)?;
    from_arrays(model, &read_arrays(&bytes, &path.display().to_string())?)
}

/// The gradients of a model by name, in the same layout as its weights. Parameters without a gradient are zero; running statistics, which
/// take none, stay as they are.
pub fn gradients<M: Module>(model: &M, gradients: GradientsParams) -> Result<Arrays, WeightsError> {
    struct InPlaceOfWeights(GradientsParams);
    impl ModuleMapper for InPlaceOfWeights {
        fn map_float<const D: usize>(&mut self, parameter: Param<Tensor<D>>) -> Param<Tensor<D>> {
            let gradient = self.0.remove(parameter.id);
            if gradient.is_none() && !parameter.is_require_grad() {
                return parameter;
            }
            parameter.map(|weight| match gradient {
                Some(gradient) => gradient,
                None => weight.inner().zeros_like(),
            })
        }
    }
    to_arrays(&model.clone().map(&mut InPlaceOfWeights(gradients)))
}

/// Parses a safetensors file; integers become floats. `place` is named in errors.
pub fn read_arrays(bytes: &[u8], place: &str) -> Result<Arrays, WeightsError> {
    let file = SafeTensors::deserialize(bytes)
        .map_err(|source| WeightsError::Format { place: place.to_owned(), source })?;
    file.iter().map(|(name, view)| Ok((name.to_owned(), array(name, &view)?))).collect()
}

fn array(name: &str, view: &TensorView<'_>) -> Result<Array, WeightsError> {
    fn words<const N: usize>(bytes: &[u8]) -> impl Iterator<Item = [u8; N]> + '_ {
        bytes.as_chunks::<N>().0.iter().copied()
    }
    let bytes = view.data();
    let values = match view.dtype() {
        Dtype::F32 => words(bytes).map(f32::from_le_bytes).collect(),
        Dtype::I64 => words(bytes).map(|word| i64::from_le_bytes(word) as f32).collect(),
        Dtype::I32 => words(bytes).map(|word| i32::from_le_bytes(word) as f32).collect(),
        Dtype::U8 => bytes.iter().map(|&byte| f32::from(byte)).collect(),
        dtype => return Err(WeightsError::Kind { name: name.to_owned(), dtype }),
    };
    Ok(Array { shape: view.shape().to_vec(), values })
}

/// The bytes of a safetensors file.
pub fn write_arrays(arrays: &Arrays) -> Result<Vec<u8>, WeightsError> {
    let format = |source| WeightsError::Format { place: "the weights".to_owned(), source };
    let bytes: Vec<Vec<u8>> = arrays
        .values()
        .map(|array| array.values.iter().flat_map(|value| value.to_le_bytes()).collect())
        .collect();
    let views = arrays.iter().zip(&bytes).map(|((name, array), bytes)| {
        TensorView::new(Dtype::F32, array.shape.clone(), bytes)
            .map(|view| (name.as_str(), view))
            .map_err(format)
    });
    safetensors::serialize(views.collect::<Result<Vec<_>, _>>()?, None).map_err(format)
}
