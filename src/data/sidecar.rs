//! What is kept beside a data file: the tree over its chunks, with the proof that it was made from the right
//! bytes.
//!
//! `.<file>.merkle` holds the tree, `.<file>.merkle.json` the SHA-256 of the file that it was made from and
//! its root. For a file that the catalog has no hash of, this is the hash: the file is to stay what it was when it came.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::catalog::{Set, SetFile, Version};
use super::merkle::{self, CHUNK, MerkleTree};
use crate::files::{self, FileError};

#[derive(Serialize, Deserialize)]
struct Origin {
    sha256: String,
    merkle_root: String,
}

/// A whole file, read once.
pub struct Scan {
    /// SHA-256 in hexadecimal.
    pub sha256: String,
    /// The tree over its chunks of [`CHUNK`] bytes.
    pub tree: MerkleTree,
}

impl Scan {
    /// Reads the file at `path`.
    ///
    /// # Errors
    /// [`FileError`] if it cannot be read.
    pub fn of(path: &Path) -> Result<Self, FileError> {
        let mut hashing = Hashing { inner: files::open(path)?, sha256: Sha256::new() };
        let tree = MerkleTree::of_reader(&mut hashing, CHUNK).map_err(|e| FileError::new(path, "read", e))?;
        Ok(Self { sha256: merkle::to_hex(&hashing.sha256.finalize().into()), tree })
    }

    /// The version of `file` that these bytes are.
    pub fn version<'c>(&self, file: &'c SetFile) -> Option<&'c Version> {
        file.versions.iter().find(|version| version.sha256 == self.sha256)
    }

    /// Keeps the tree beside the file at `path`.
    ///
    /// # Errors
    /// [`FileError`] if it cannot be written.
    pub fn keep(&self, path: &Path) -> Result<(), FileError> {
        let origin = Origin { sha256: self.sha256.clone(), merkle_root: self.tree.root_hex() };
        self.tree.save(&beside(path, "merkle"))?;
        let proof = beside(path, "merkle.json");
        let json =
            serde_json::to_vec(&origin).map_err(|e| FileError::new(&proof, "write", io::Error::from(e)))?;
        files::write(&proof, &json)
    }
}

struct Hashing<R> {
    inner: R,
    sha256: Sha256,
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.sha256.update(buffer.get(..count).unwrap_or_default());
        Ok(count)
    }
}

/// The hidden neighbour of `path` with this extension: `.<file>.<extension>`.
pub(super) fn beside(path: &Path, extension: &str) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{extension}"))
}

/// The set, in which files without a version have the one that was written down when they came into `folder`.
pub fn noted(set: &Set, folder: &Path) -> Set {
    let mut set = set.clone();
    for file in set.files.iter_mut().filter(|file| file.versions.is_empty()) {
        let path = folder.join(&file.name);
        let origin: Option<Origin> = files::read(&beside(&path, "merkle.json"))
            .ok()
            .and_then(|json| serde_json::from_slice(&json).ok());
        let tree = MerkleTree::load(&beside(&path, "merkle")).ok();
        file.versions.extend(origin.zip(tree).map(|(origin, tree)| Version {
            bytes: tree.len(),
            sha256: origin.sha256,
            merkle_root: Some(origin.merkle_root),
            mirrors: file.unpinned.clone(),
        }));
    }
    set
}

/// The tree kept beside `path`, with the version of `file` that it describes. None if there is no tree, or
/// none that can be trusted: its root must be the catalog's; where the catalog has no root, the tree must
/// have been made from bytes with the catalog's SHA-256.
pub fn trusted<'c>(path: &Path, file: &'c SetFile) -> Option<(&'c Version, MerkleTree)> {
    let saved = MerkleTree::load(&beside(path, "merkle")).ok()?;
    let tree = MerkleTree::from_leaves(saved.leaves().to_vec(), saved.len(), CHUNK);
    let origin: Option<Origin> =
        files::read(&beside(path, "merkle.json")).ok().and_then(|json| serde_json::from_slice(&json).ok());
    let describes = |version: &&Version| match version.root() {
        Some(root) => tree.root() == root,
        None => origin
            .as_ref()
            .is_some_and(|origin| origin.sha256 == version.sha256 && origin.merkle_root == tree.root_hex()),
    };
    let version = file.versions.iter().filter(|v| v.bytes == tree.len()).find(describes)?;
    Some((version, tree))
}
