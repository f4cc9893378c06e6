//! Building the index, and keeping it in a file until the sources change.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

use super::builder::Builder;
use super::{prune, read, sources, stubs};
use crate::index::model::Layer;
use crate::index::{Index, IndexError};

/// To be raised when the form of the file or what is read changes.
const FORMAT: u32 = 1;

/// What the index was made from.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
struct Stamp {
    format: u32,
    /// Of `Cargo.lock`: versions of everything that does not belong to the workspace.
    lock: u64,
    /// The workspace's own files, with their state.
    files: Vec<(PathBuf, u64)>,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    stamp: Stamp,
    notes: Vec<String>,
    layer: Layer,
}

impl Index {
    /// The index from `file` if it fits the sources, or else a new one, which is put there.
    pub fn open(workspace: &Path, file: &Path) -> Result<Self, IndexError> {
        if let Some(index) = Self::load(workspace, file) {
            return Ok(index);
        }
        let workspace = workspace.to_owned();
        // In a thread of its own: what the parser remembers of the sources goes when the thread ends.
        let stored =
            std::thread::spawn(move || build(&workspace)).join().map_err(|_| IndexError::Panicked)??;
        let text = serde_json::to_vec(&stored).map_err(IndexError::Form)?;
        // First beside it: another kernel may be reading.
        let beside = file.with_extension(format!("{}.new", std::process::id()));
        let place = file.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(place)
            .and_then(|()| std::fs::write(&beside, text))
            .and_then(|()| std::fs::rename(&beside, file))
            .map_err(|error| IndexError::Write { file: file.to_owned(), error })?;
        Ok(Self { layer: stored.layer, notes: stored.notes })
    }

    /// The index from `file`, unless it is missing, unreadable or out of date.
    pub fn load(workspace: &Path, file: &Path) -> Option<Self> {
        let bytes = std::fs::read(file).ok()?;
        let mut stored: Stored = serde_json::from_slice(&bytes).ok()?;
        let current = stamp(workspace, stored.stamp.files.iter().map(|(file, _)| file.clone()));
        if stored.stamp != current {
            return None;
        }
        stored.layer.file();
        Some(Self { layer: stored.layer, notes: stored.notes })
    }

    /// Files that could not be read, with the reason.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }
}

fn build(workspace: &Path) -> Result<Stored, IndexError> {
    let nothing = Layer::default();
    let mut builder = Builder::new(&nothing);
    let standard = stubs::add(&mut builder);
    let mut crates = HashMap::from([("std".to_owned(), standard)]);
    let mut local = Vec::new();
    for source in sources::find(workspace)? {
        let mut externs: HashMap<_, _> =
            ["std", "core", "alloc"].map(|name| (name.to_owned(), standard)).into_iter().collect();
        let known = source.externs.iter().filter_map(|(name, of)| Some((name.clone(), *crates.get(of)?)));
        externs.extend(known);
        let id = builder.add_crate(&source.name, externs);
        crates.insert(source.name.clone(), id);
        builder.features = source.features;
        let before = builder.files.len();
        builder.read_file(id, &source.root, true);
        read::forget_texts();
        if source.is_local {
            local.extend(builder.files[before..].iter().cloned());
            local.push(source.manifest);
        }
    }
    builder.resolve(standard);
    let roots = ["std", sources::COMPANION];
    builder.layer.crates =
        roots.into_iter().filter_map(|name| Some((name.to_owned(), *crates.get(name)?))).collect();
    let stamp = stamp(workspace, local.into_iter());
    let layer = prune::prune(builder.layer, &crates.into_values().collect(), sources::COMPANION);
    Ok(Stored { stamp, notes: builder.notes, layer })
}

fn stamp(workspace: &Path, files: impl Iterator<Item = PathBuf>) -> Stamp {
    let mut lock = DefaultHasher::new();
    std::fs::read(workspace.join("Cargo.lock")).unwrap_or_default().hash(&mut lock);
    let files = files.map(|file| {
        let state = state(&file);
        (file, state)
    });
    Stamp { format: FORMAT, lock: lock.finish(), files: files.collect() }
}

/// Changes when the file does; 0 without a file.
fn state(file: &Path) -> u64 {
    let Ok(about) = file.metadata() else { return 0 };
    let changed =
        about.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
    let mut state = DefaultHasher::new();
    (changed, about.len()).hash(&mut state);
    state.finish()
}
