//! Whether anything changed since the library was built: compiler, lock file, sources. Asking cargo would take seconds.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::UNIX_EPOCH;

use super::CompanionError;

/// Where the sources of the library and of what it is made of lie, within the workspace.
const SOURCES: [&str; 3] = ["src", "chapters", "notebooks/companion"];
const FILES: [&str; 3] = ["Cargo.toml", "Cargo.lock", ".cargo/config.toml"];
/// Folders that no library depends on.
const ASIDE: [&str; 6] = ["bin", "tests", "benches", "figures", "target", "out"];

/// Compiler, sizes and times of all sources, in one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp(u64);

impl Stamp {
    pub fn now(workspace: &Path) -> Result<Self, CompanionError> {
        let mut hasher = DefaultHasher::new();
        compiler()?.hash(&mut hasher);
        let mut files: Vec<PathBuf> = FILES.iter().map(|name| workspace.join(name)).collect();
        for folder in SOURCES {
            list(&workspace.join(folder), &mut files);
        }
        files.sort();
        for file in files {
            let Ok(metadata) = file.metadata() else { continue };
            let changed = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
            (file, metadata.len(), changed).hash(&mut hasher);
        }
        Ok(Self(hasher.finish()))
    }

    /// For a folder's name.
    pub fn name(self) -> String {
        format!("{:016x}", self.0)
    }
}

fn compiler() -> Result<Vec<u8>, CompanionError> {
    Ok(Command::new(super::rustc()).arg("-vV").output().map_err(CompanionError::Rustc)?.stdout)
}

/// Rust sources and manifests below a folder. Folders that are not there have none.
fn list(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = folder.read_dir() else { return };
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        let name = path.file_name().unwrap_or_default();
        if path.is_dir() {
            if !ASIDE.iter().any(|&aside| name == aside) {
                list(&path, files);
            }
        } else if path.extension().is_some_and(|ending| ending == "rs" || ending == "toml") {
            files.push(path);
        }
    }
}
