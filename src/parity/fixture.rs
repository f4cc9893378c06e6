//! Fixtures: PyTorch's numbers for one model, from a folder.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use burn::tensor::{Device, Int, Tensor, TensorData};
use safetensors::SafeTensors;

use crate::files::{self, FileError};
use crate::hub::HubError;
use crate::nn::weights::{self, Array, Arrays, WeightsError};

/// A fixture that could not be read, or does not hold what the model needs.
#[derive(Debug, thiserror::Error)]
pub enum ParityError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error(transparent)]
    Weights(#[from] WeightsError),
    #[error(transparent)]
    Hub(#[from] HubError),
    #[error("{fixture}: no tensor {name}. The fixture must be made by make_fixtures.py for this model.")]
    Missing { fixture: String, name: String },
    #[error("{fixture}: {name} has shape {shape:?}, {rank} dimensions were expected")]
    Rank { fixture: String, name: String, shape: Vec<usize>, rank: usize },
    #[error("{fixture}: metadata {key} is {value:?}, {rule}")]
    Metadata { fixture: String, key: &'static str, value: String, rule: &'static str },
    #[error("no fixture {prefix}*.safetensors in {}. Give the folder that make_fixtures.py wrote with --dir.", dir.display())]
    NoneFound { dir: PathBuf, prefix: String },
}

/// Numbers from PyTorch for one model.
#[derive(Clone, Debug)]
pub struct Fixture {
    /// The file's name without ending: `ch14_mnist_cnn`.
    pub name: String,
    pub(super) arrays: Arrays,
    metadata: HashMap<String, String>,
}

impl Fixture {
    /// Names of the fixtures in `dir` that begin with `prefix`, in order.
    pub fn names(dir: &Path, prefix: &str) -> Result<Vec<String>, ParityError> {
        let listing = std::fs::read_dir(dir).map_err(|e| FileError::new(dir, "list the folder", e))?;
        let mut names: Vec<String> = listing
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter_map(|file| file.strip_suffix(".safetensors").map(str::to_owned))
            .filter(|name| name.starts_with(prefix) && !name.contains('.'))
            .collect();
        names.sort();
        if names.is_empty() {
            return Err(ParityError::NoneFound { dir: dir.to_path_buf(), prefix: prefix.to_owned() });
        }
        Ok(names)
    }

    /// Reads a fixture with all its parts.
    pub fn read(dir: &Path, name: &str) -> Result<Self, ParityError> {
        let mut fixture = Self { name: name.to_owned(), arrays: Arrays::new(), metadata: HashMap::new() };
        for part in ["", ".grad", ".step"] {
            let path = dir.join(format!("{name}{part}.safetensors"));
            if !part.is_empty() && !path.exists() {
                continue;
            }
            let bytes = files::read(&path)?;
            let place = path.display().to_string();
            fixture.arrays.extend(weights::read_arrays(&bytes, &place)?);
            if part.is_empty() {
                let (_, header) = SafeTensors::read_metadata(&bytes)
                    .map_err(|source| WeightsError::Format { place, source })?;
                fixture.metadata = header.metadata().clone().unwrap_or_default();
            }
        }
        Ok(fixture)
    }

    /// The fixture with layers called by the names that the model has for them: `nn.Sequential` numbers its layers, so
    /// `("2", "hidden2")` turns `param.2.weight`, `grad.2.weight`, … into `param.hidden2.weight`, `grad.hidden2.weight`, …
    pub fn renamed(mut self, layers: &[(&str, &str)]) -> Self {
        let new_name = |name: &str| {
            let (group, rest) = name.split_once('.')?;
            let (layer, tensor) = rest.split_once('.')?;
            let (_, new) = layers.iter().find(|(old, _)| *old == layer)?;
            Some(format!("{group}.{new}.{tensor}"))
        };
        let arrays = std::mem::take(&mut self.arrays);
        self.arrays =
            arrays.into_iter().map(|(name, array)| (new_name(&name).unwrap_or(name), array)).collect();
        self
    }

    /// The fixture with parts of its tensors' names replaced: `(".nn.0.", ".nn.hidden.")` for layers within layers, which
    /// [`renamed`](Self::renamed) does not reach.
    pub fn replaced(mut self, parts: &[(&str, &str)]) -> Self {
        let new_name = |name: String| parts.iter().fold(name, |name, (old, new)| name.replace(old, new));
        if let Some(order) = self.metadata.get_mut("order") {
            *order = new_name(std::mem::take(order));
        }
        self.arrays = std::mem::take(&mut self.arrays)
            .into_iter()
            .map(|(name, array)| (new_name(name), array))
            .collect();
        self
    }

    /// Names of the tensors that begin with `prefix`, in order.
    pub fn tensor_names(&self, prefix: &str) -> impl Iterator<Item = &str> {
        self.arrays.keys().map(String::as_str).filter(move |name| name.starts_with(prefix))
    }

    /// A tensor of the fixture in host memory.
    pub fn array(&self, name: &str) -> Result<&Array, ParityError> {
        self.arrays
            .get(name)
            .ok_or_else(|| ParityError::Missing { fixture: self.name.clone(), name: name.to_owned() })
    }

    /// A tensor of the fixture on a device.
    pub fn tensor<const D: usize>(&self, name: &str, device: &Device) -> Result<Tensor<D>, ParityError> {
        let array = self.array(name)?;
        if array.shape.len() != D {
            let (fixture, name, shape) = (self.name.clone(), name.to_owned(), array.shape.clone());
            return Err(ParityError::Rank { fixture, name, shape, rank: D });
        }
        Ok(Tensor::from_data(TensorData::new(array.values.clone(), array.shape.clone()), device))
    }

    /// Class labels of the fixture on a device.
    pub fn labels(&self, name: &str, device: &Device) -> Result<Tensor<1, Int>, ParityError> {
        let values: Vec<i32> = self.array(name)?.values.iter().map(|&value| value as i32).collect();
        let length = values.len();
        Ok(Tensor::from_data(TensorData::new(values, [length]), device))
    }

    /// The initial weights: those stored, or those of the formula (32-bit hash of the index, scaled to ±bound).
    pub fn parameters(&self) -> Result<Arrays, ParityError> {
        let Some(order) = self.metadata.get("order") else { return Ok(self.with_prefix("param.")) };
        let seed: u32 = self.number("seed", "a whole number was expected")?;
        let wrong = || ParityError::Metadata {
            fixture: self.name.clone(),
            key: "order",
            value: order.clone(),
            rule: "entries like `0 conv1.weight [32, 1, 5, 5] bound 0.2` were expected",
        };
        order.split(';').map(|entry| formula_parameter(entry.trim(), seed).ok_or_else(wrong)).collect()
    }

    /// An entry of the metadata; empty if there is none.
    pub fn metadata(&self, key: &str) -> &str {
        self.metadata.get(key).map_or("", String::as_str)
    }

    /// The optimiser's learning rate.
    pub fn learning_rate(&self) -> Result<f64, ParityError> {
        self.number("lr", "a number was expected")
    }

    fn number<T: std::str::FromStr>(&self, key: &'static str, rule: &'static str) -> Result<T, ParityError> {
        let value = self.metadata.get(key).cloned().unwrap_or_default();
        value.parse().map_err(|_| ParityError::Metadata { fixture: self.name.clone(), key, value, rule })
    }

    fn with_prefix(&self, prefix: &str) -> Arrays {
        self.arrays
            .iter()
            .filter_map(|(name, array)| Some((name.strip_prefix(prefix)?.to_owned(), array.clone())))
            .collect()
    }
}

/// One entry of the metadata `order`: position, name, shape, bound; its values by the formula of the fixtures' README.
fn formula_parameter(entry: &str, seed: u32) -> Option<(String, Array)> {
    let (head, rest) = entry.split_once('[')?;
    let (shape, bound) = rest.split_once("] bound ")?;
    let (position, name) = head.trim().split_once(' ')?;
    let shape: Vec<usize> = shape.split(',').map(|side| side.trim().parse().ok()).collect::<Option<_>>()?;
    let position: u32 = position.parse().ok()?;
    let bound: f32 = bound.trim().parse().ok()?;
    let offset = 0x9E37_79B9_u32.wrapping_mul(position + 1).wrapping_add(seed);
    let values = (0..shape.iter().product::<usize>() as u32)
        .map(|index| bound * (2.0 * (mixed(index.wrapping_add(offset)) >> 8) as f32 / (1 << 24) as f32 - 1.0))
        .collect();
    Some((name.trim().to_owned(), Array { shape, values }))
}

fn mixed(mut x: u32) -> u32 {
    x ^= x >> 16;
    x = x.wrapping_mul(0x7FEB_352D);
    x ^= x >> 15;
    x = x.wrapping_mul(0x846C_A68B);
    x ^ (x >> 16)
}

#[cfg(test)]
mod tests {
    use super::formula_parameter;

    #[test]
    fn the_formula_gives_the_values_of_the_fixtures_readme() {
        let (_, array) =
            formula_parameter("0 conv1.weight [2, 2] bound 1.0", 1).expect("the entry is well formed");
        assert_eq!(array.values, [0.24463916, -0.9404509, -0.878554, -0.16412938]);
    }
}
