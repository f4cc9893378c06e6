//! A file on its way: `.<file>.part` grows beside its final place, `.<file>.part.json` tells what it belongs
//! to.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::catalog::Version;
use super::sidecar::beside;
use crate::files::{self, FileError};

/// What the bytes of a part belong to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Origin {
    sha256: String,
    url: String,
    tag: Option<String>,
}

/// The first bytes of a file.
pub(super) struct Part {
    path: PathBuf,
    origin_path: PathBuf,
    origin: Origin,
    file: File,
    len: u64,
    is_joined: bool,
}

impl Part {
    /// The part beside `target`: what an earlier run left of this very version, otherwise an empty one.
    pub fn open(target: &Path, version: &Version) -> Result<Self, FileError> {
        let (path, origin_path) = (beside(target, "part"), beside(target, "part.json"));
        let left: Option<Origin> =
            files::read(&origin_path).ok().and_then(|json| serde_json::from_slice(&json).ok());
        let failed = |e| FileError::new(&path, "write", e);
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(failed)?;
        let len = file.seek(SeekFrom::End(0)).map_err(failed)?;
        let empty = Origin { sha256: version.sha256.clone(), ..Origin::default() };
        let usable = left.filter(|origin| origin.sha256 == version.sha256 && len <= version.bytes);
        let is_usable = usable.is_some();
        let origin = usable.unwrap_or(empty);
        let mut part = Self { path, origin_path, origin, file, len, is_joined: len > 0 };
        if !is_usable {
            part.restart()?;
        }
        Ok(part)
    }

    /// Bytes that are there.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Where they are.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the bytes came in more than one answer.
    pub fn is_joined(&self) -> bool {
        self.is_joined
    }

    /// The entity tag under which `url` served the bytes.
    pub fn tag(&self, url: &str) -> Option<String> {
        self.origin.tag.clone().filter(|_| self.origin.url == url)
    }

    /// Forgets all bytes.
    pub fn restart(&mut self) -> Result<(), FileError> {
        let failed = |e| FileError::new(&self.path, "write", e);
        self.file.set_len(0).map_err(failed)?;
        self.file.seek(SeekFrom::Start(0)).map_err(failed)?;
        self.len = 0;
        self.is_joined = false;
        Ok(())
    }

    /// Writes down, before bytes of an answer come, whose they are.
    pub fn belongs_to(&mut self, url: &str, tag: Option<String>) -> Result<(), FileError> {
        self.is_joined = self.len > 0;
        let origin = Origin { sha256: self.origin.sha256.clone(), url: url.to_string(), tag };
        if origin != self.origin || self.len == 0 {
            let json = serde_json::to_vec(&origin)
                .map_err(|e| FileError::new(&self.origin_path, "write", io::Error::from(e)))?;
            files::write(&self.origin_path, &json)?;
            self.origin = origin;
        }
        Ok(())
    }

    /// Adds bytes at the end.
    pub fn append(&mut self, bytes: &[u8]) -> Result<(), FileError> {
        self.file.write_all(bytes).map_err(|e| FileError::new(&self.path, "write", e))?;
        self.len += bytes.len() as u64;
        Ok(())
    }

    /// Keeps the bytes for a later run; if there are none, leaves nothing.
    pub fn leave(self) {
        if self.len == 0 {
            // Left behind, they would do no harm.
            let _ = fs::remove_file(&self.path);
            let _ = fs::remove_file(&self.origin_path);
        }
    }

    /// Brings the bytes to the disk and gives them their final name.
    pub fn finish(self, target: &Path) -> Result<(), FileError> {
        self.file.sync_all().map_err(|e| FileError::new(&self.path, "write", e))?;
        fs::rename(&self.path, target).map_err(|e| FileError::new(target, "write", e))?;
        // Left behind, it would only be overwritten by the next download.
        let _ = fs::remove_file(&self.origin_path);
        Ok(())
    }
}
