//! Pretrained models in Hugging Face's layout: a folder with `config.json`, `model.safetensors` and the files of a tokenizer.
//!
//! [`find`] says where a model's folder is, [`read_config`] and [`TensorFile`] read it strictly, [`Wording`] turns texts into the
//! model's numbers, [`save`] writes a folder that Python's `transformers` loads.

mod config;
mod folder;
mod layout;
mod save;
mod tensors;
mod trail;
mod wording;

pub use config::{Activation, read_config};
pub use folder::{CacheSettings, ModelFolder, Place, find, find_in};
pub use layout::Layout;
pub use save::{save, tensors_of, write_tensors};
pub use tensors::{Filled, TensorFile};
pub use wording::{Wording, WordingKind};

use std::path::PathBuf;

use crate::data::catalog::CatalogError;
use crate::files::FileError;

/// A model's folder that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum HubError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    #[error("{}: not a model's folder; it has no {missing}. Give the folder that holds config.json and model.safetensors.", dir.display())]
    NotAModel { dir: PathBuf, missing: String },
    #[error(
        "{}: the weights are in {found}, which this program does not read. Write them as model.safetensors, for example with \
         save_pretrained of a recent transformers.",
        dir.display()
    )]
    OtherWeights { dir: PathBuf, found: String },
    #[error(
        "{name}: not on this computer. Looked in {}. Fetch it with: cargo book data fetch {name}; or give its folder with \
         --model-dir.",
        looked.join(", ")
    )]
    Absent { name: String, looked: Vec<String> },
    #[error("{}: {problem}", path.display())]
    Config { path: PathBuf, problem: String },
    #[error("{place}: not a safetensors file: {problem}. Check that the download or the copy is complete.")]
    Format { place: String, problem: String },
    #[error("{place}: the tensor {name} holds {dtype}; this reader takes F32, F16 and BF16")]
    Kind { place: String, name: String, dtype: String },
    #[error(
        "{place}: the weights do not fit the model: {}. They must come from a model of the same layers and sizes as config.json says.",
        problems.join("; ")
    )]
    Mismatch { place: String, problems: Vec<String> },
    #[error("{}: {problem}. Take the tokenizer's files from the folder that the weights came from.", path.display())]
    Wording { path: PathBuf, problem: String },
    #[error("{}: no tokenizer; it needs tokenizer.json, or vocab.txt, or vocab.json with merges.txt", dir.display())]
    NoWording { dir: PathBuf },
    #[error("texts cut to {length} tokens have no room beside the {special} special ones. Allow at least {}.", special + 1)]
    TooShort { length: usize, special: usize },
    #[error("cannot write {what}: {problem}")]
    Write { what: String, problem: String },
}
