//! Writing a model's folder that Python's `transformers` and `safetensors` load.

use std::collections::HashMap;
use std::path::Path;

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::Tensor;
use safetensors::Dtype;
use safetensors::tensor::TensorView;

use super::config::CONFIG;
use super::folder::WEIGHTS;
use super::trail::Trail;
use super::wording::FILES;
use super::{HubError, Layout};
use crate::files;
use crate::nn::transposed;
use crate::nn::weights::{Array, Arrays};

/// Writes `config.json` and `model.safetensors` into `folder`, and copies the tokenizer's files of `wording` beside them if it is
/// given. Every file is whole or absent.
///
/// # Errors
/// Files that cannot be read or written.
pub fn save<M: Module>(
    folder: &Path,
    config: &serde_json::Value,
    model: &M,
    layout: &Layout,
    wording: Option<&Path>,
) -> Result<(), HubError> {
    let failed =
        |error: serde_json::Error| HubError::Write { what: CONFIG.to_owned(), problem: error.to_string() };
    let mut text = serde_json::to_vec_pretty(config).map_err(failed)?;
    text.push(b'\n');
    files::write(&folder.join(CONFIG), &text)?;
    for from in FILES.iter().filter_map(|name| Some(wording?.join(name))) {
        let to = folder.join(from.file_name().unwrap_or_default());
        if from.is_file() && from != to {
            files::write(&to, &files::read(&from)?)?;
        }
    }
    write_tensors(&folder.join(WEIGHTS), &tensors_of(model, layout))
}

/// The parameters of a model by their names in files, in the files' layout.
pub fn tensors_of<M: Module>(model: &M, layout: &Layout) -> Arrays {
    struct Taking<'l>(Trail, &'l Layout, Arrays);
    impl ModuleVisitor for Taking<'_> {
        fn enter_module(&mut self, name: &str, container: &str) {
            self.0.enter(name, container);
        }
        fn exit_module(&mut self, _: &str, _: &str) {
            self.0.exit();
        }
        fn visit_float<const D: usize>(&mut self, parameter: &Param<Tensor<D>>) {
            let mut shape = parameter.shape().to_vec();
            let mut values: Vec<f32> = parameter.val().into_data().iter::<f32>().collect();
            if self.0.is_turned() {
                values = transposed(&values, shape[0], shape[1]);
                shape.reverse();
            }
            self.2.insert(self.1.in_file(&self.0.name()), Array { shape, values });
        }
    }
    let mut taking = Taking(Trail::default(), layout, Arrays::new());
    model.visit(&mut taking);
    taking.2
}

/// Writes a safetensors file with the mark of PyTorch's tensors, which `transformers` asks for.
///
/// # Errors
/// A file that cannot be written.
pub fn write_tensors(path: &Path, tensors: &Arrays) -> Result<(), HubError> {
    let failed = |problem: String| HubError::Write { what: path.display().to_string(), problem };
    let bytes: Vec<Vec<u8>> = tensors
        .values()
        .map(|array| array.values.iter().flat_map(|value| value.to_le_bytes()).collect())
        .collect();
    let views = tensors.iter().zip(&bytes).map(|((name, array), bytes)| {
        let view = TensorView::new(Dtype::F32, array.shape.clone(), bytes);
        view.map(|view| (name.as_str(), view)).map_err(|error| failed(error.to_string()))
    });
    let mark = HashMap::from([("format".to_owned(), "pt".to_owned())]);
    let bytes = safetensors::serialize(views.collect::<Result<Vec<_>, _>>()?, Some(mark))
        .map_err(|error| failed(error.to_string()))?;
    Ok(files::write(path, &bytes)?)
}
