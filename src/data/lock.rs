//! One program at a time fetches into a folder.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use super::progress::Progress;
use crate::files::{self, FileError};

/// The right to fetch into a folder, until it is dropped. Other programs wait for it.
pub struct FolderLock {
    folder: PathBuf,
    _held: File,
}

impl FolderLock {
    /// Creates the folder if need be and waits until no other program fetches into it.
    ///
    /// # Errors
    /// [`FileError`] if the folder cannot be created or written to.
    pub fn acquire(folder: &Path, progress: Progress) -> Result<Self, FileError> {
        files::create_dir(folder)?;
        let path = folder.join(".lock");
        let failed = |e| FileError::new(&path, "write", e);
        let file = OpenOptions::new().create(true).write(true).truncate(false).open(&path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                progress.say(&format!(
                    "{}: another program is fetching into it; waiting for it",
                    folder.display()
                ));
                file.lock().map_err(failed)?;
            }
            // Some network file systems have no locks: two programs may then spoil each other's unfinished
            // file, which the hash finds out before it gets its name.
            Err(TryLockError::Error(e)) if e.kind() == std::io::ErrorKind::Unsupported => {}
            Err(TryLockError::Error(e)) => return Err(failed(e)),
        }
        Ok(Self { folder: folder.to_path_buf(), _held: file })
    }

    /// The folder that this is the right to.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}
