//! Where a model's folder is: given, in Hugging Face's cache, or fetched by `book data fetch`.

use std::path::{Path, PathBuf};

use super::HubError;
use super::config::CONFIG;
use crate::data::catalog::Catalog;
use crate::data::locate::Places;

/// The file of a model's folder with its tensors.
pub(super) const WEIGHTS: &str = "model.safetensors";

/// Other files in which weights come, which are not read here.
const OTHER_WEIGHTS: [&str; 5] =
    ["model.safetensors.index.json", "pytorch_model.bin", "tf_model.h5", "flax_model.msgpack", "model.onnx"];

/// Where a model was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// `--model-dir`.
    Given,
    /// The cache of Python's `transformers` and `huggingface_hub`.
    HuggingFace,
    /// Where `book data fetch` puts it, or `MLBOOK_DATA`.
    Fetched,
}

/// A folder with `config.json` and `model.safetensors`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelFolder {
    pub path: PathBuf,
    pub place: Place,
    /// The model's name in the catalog, or the folder's own.
    pub name: String,
}

impl ModelFolder {
    /// One line for the head of a run.
    pub fn describe(&self) -> String {
        let place = match self.place {
            Place::Given => "--model-dir",
            Place::HuggingFace => "the Hugging Face cache",
            Place::Fetched => "fetched",
        };
        format!("{} ({place}: {})", self.name, self.path.display())
    }

    /// The file with the tensors.
    pub fn weights(&self) -> PathBuf {
        self.path.join(WEIGHTS)
    }

    /// A folder that somebody names.
    ///
    /// # Errors
    /// [`HubError::NotAModel`] or [`HubError::OtherWeights`].
    pub fn given(path: &Path) -> Result<Self, HubError> {
        let missing: Vec<&str> =
            [CONFIG, WEIGHTS].into_iter().filter(|name| !path.join(name).is_file()).collect();
        let other = OTHER_WEIGHTS.into_iter().find(|name| path.join(name).is_file());
        match (missing.as_slice(), other) {
            ([], _) => {
                let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
                Ok(Self { path: path.to_path_buf(), place: Place::Given, name })
            }
            ([WEIGHTS], Some(found)) => {
                Err(HubError::OtherWeights { dir: path.to_path_buf(), found: found.to_owned() })
            }
            (missing, _) => {
                Err(HubError::NotAModel { dir: path.to_path_buf(), missing: missing.join(" and no ") })
            }
        }
    }
}

/// What says where Hugging Face's cache is, as `huggingface_hub` reads it.
#[derive(Clone, Debug, Default)]
pub struct CacheSettings {
    /// `HF_HUB_CACHE`.
    pub hub_cache: Option<PathBuf>,
    /// `HF_HOME`.
    pub home: Option<PathBuf>,
    /// `XDG_CACHE_HOME`, else `~/.cache` (also on Windows and macOS).
    pub user_cache: Option<PathBuf>,
}

impl CacheSettings {
    /// Those of this process.
    pub fn of_this_computer() -> Self {
        let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        Self {
            hub_cache: variable("HF_HUB_CACHE").or_else(|| variable("HUGGINGFACE_HUB_CACHE")),
            home: variable("HF_HOME"),
            user_cache: variable("XDG_CACHE_HOME")
                .or_else(|| dirs::home_dir().map(|home| home.join(".cache"))),
        }
    }

    /// The folder with a folder for each model.
    pub fn folder(&self) -> Option<PathBuf> {
        let in_home = || self.home.as_ref().map(|home| home.join("hub"));
        let usual = || self.user_cache.as_ref().map(|cache| cache.join("huggingface").join("hub"));
        self.hub_cache.clone().or_else(in_home).or_else(usual)
    }

    /// The newest snapshot of a model in the cache, if it has a model's files: `models--OWNER--NAME/snapshots/COMMIT`, where
    /// `refs/main` holds the commit.
    pub fn snapshot(&self, id: &str) -> Option<PathBuf> {
        let model = self.folder()?.join(format!("models--{}", id.replace('/', "--")));
        let commit = std::fs::read_to_string(model.join("refs").join("main")).ok()?;
        // A commit is a name of a folder, never a path out of it.
        let commit =
            Some(commit.trim()).filter(|commit| commit.chars().all(|c| c.is_ascii_alphanumeric()))?;
        Some(model.join("snapshots").join(commit)).filter(|folder| ModelFolder::given(folder).is_ok())
    }
}

/// The owners under which a model of the catalog is, or was, published.
fn ids(name: &str) -> Vec<String> {
    match name {
        "gpt2" => vec!["openai-community/gpt2".to_owned(), "gpt2".to_owned()],
        "distilbert-base-uncased" => {
            vec!["distilbert/distilbert-base-uncased".to_owned(), "distilbert-base-uncased".to_owned()]
        }
        "all-minilm-l6-v2" => vec!["sentence-transformers/all-MiniLM-L6-v2".to_owned()],
        other => vec![other.to_owned()],
    }
}

/// Finds the folder of a model of this computer: `given` (`--model-dir`) alone if there is one; else in Hugging Face's cache; else
/// where `book data fetch` puts it (`--data-dir`, `MLBOOK_DATA`, the cache of mlbook). Nothing is fetched.
///
/// `name` is a model of the catalog (`gpt2`, `distilbert-base-uncased`, `all-minilm-l6-v2`) or an `owner/name` of Hugging Face's.
///
/// # Errors
/// A folder that is no model's, or a model that is nowhere.
pub fn find(name: &str, given: Option<&Path>, data_dir: Option<&Path>) -> Result<ModelFolder, HubError> {
    let places = Places::of_this_computer(data_dir.map(Path::to_path_buf));
    find_in(name, given, &CacheSettings::of_this_computer(), &places)
}

/// [`find`] in these places.
///
/// # Errors
/// As [`find`].
pub fn find_in(
    name: &str,
    given: Option<&Path>,
    cache: &CacheSettings,
    places: &Places,
) -> Result<ModelFolder, HubError> {
    if let Some(path) = given {
        return ModelFolder::given(path);
    }
    let found = |path, place| ModelFolder { path, place, name: name.to_owned() };
    if let Some(path) = ids(name).iter().find_map(|id| cache.snapshot(id)) {
        return Ok(found(path, Place::HuggingFace));
    }
    let catalog = Catalog::built_in()?;
    let set = catalog.set(name).ok();
    let fetched = set.and_then(|set| places.find(set));
    if let Some((_, path)) = fetched {
        return Ok(found(path, Place::Fetched));
    }
    let hub = cache.folder().map(|folder| folder.display().to_string());
    let mlbook = set.map(|set| places.folders(set)).unwrap_or_default();
    let looked =
        hub.into_iter().chain(mlbook.iter().step_by(2).map(|(_, folder)| folder.display().to_string()));
    Err(HubError::Absent { name: name.to_owned(), looked: looked.collect() })
}
