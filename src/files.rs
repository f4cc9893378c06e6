//! Files that are whole or absent: nothing here ever leaves a half-written file under its final name.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use crate::data::merkle::to_hex;

/// A file that could not be read or written, with the rule that was broken.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    #[error("{}: not found. Check the path.", path.display())]
    NotFound { path: PathBuf },
    #[error("{}: is a directory where a file is expected. Give the path of a file.", path.display())]
    IsDirectory { path: PathBuf },
    #[error("{}: no permission to {action}. Change its permissions or choose another place.", path.display())]
    Permission { path: PathBuf, action: &'static str },
    #[error("{}: the disk is full. Free some space and run again; what was there before is untouched.", path.display())]
    DiskFull { path: PathBuf },
    #[error("{}: cannot {action}: {source}", path.display())]
    Io { path: PathBuf, action: &'static str, source: io::Error },
}

impl FileError {
    /// Sorts an I/O error met while trying to `action` ("read", "write", …) the file at `path`.
    pub fn new(path: &Path, action: &'static str, source: io::Error) -> Self {
        let path = path.to_path_buf();
        match source.kind() {
            io::ErrorKind::NotFound => Self::NotFound { path },
            io::ErrorKind::IsADirectory => Self::IsDirectory { path },
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                Self::Permission { path, action }
            }
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull { path },
            _ => Self::Io { path, action, source },
        }
    }
}

/// Opens a file for reading; a directory is refused here, not at the first read.
pub fn open(path: &Path) -> Result<File, FileError> {
    let file = File::open(path).map_err(|e| FileError::new(path, "read", e))?;
    let is_directory = file.metadata().map(|m| m.is_dir()).unwrap_or(false);
    if is_directory {
        return Err(FileError::IsDirectory { path: path.to_path_buf() });
    }
    Ok(file)
}

/// The whole of a file.
pub fn read(path: &Path) -> Result<Vec<u8>, FileError> {
    let mut bytes = Vec::new();
    io::Read::read_to_end(&mut open(path)?, &mut bytes).map_err(|e| FileError::new(path, "read", e))?;
    Ok(bytes)
}

/// The SHA-256 of `bytes`, as 64 hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    to_hex(&Sha256::digest(bytes).into())
}

/// Creates a directory and its parents.
pub fn create_dir(path: &Path) -> Result<(), FileError> {
    fs::create_dir_all(path).map_err(|e| FileError::new(path, "create the folder", e))
}

/// Makes a directory empty, or makes it.
pub fn clear_dir(path: &Path) -> Result<(), FileError> {
    if path.exists() {
        fs::remove_dir_all(path).map_err(|e| FileError::new(path, "clear the folder", e))?;
    }
    create_dir(path)
}

/// Deletes a file.
pub fn remove(path: &Path) -> Result<(), FileError> {
    fs::remove_file(path).map_err(|e| FileError::new(path, "remove", e))
}

/// Puts `contents` at `path`, replacing what was there in one step.
pub fn write(path: &Path, contents: &[u8]) -> Result<(), FileError> {
    write_with(path, |file| file.write_all(contents))
}

/// Lets `fill` write a temporary neighbour of `path`, brings it to the disk, then renames it to `path`. Whatever goes
/// wrong before the rename (a full disk, a crash, a kill) leaves the old file, or none.
pub fn write_with(
    path: &Path,
    fill: impl FnOnce(&mut BufWriter<&mut File>) -> io::Result<()>,
) -> Result<(), FileError> {
    let failed = |e| FileError::new(path, "write", e);
    if path.is_dir() {
        return Err(FileError::IsDirectory { path: path.to_path_buf() });
    }
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    create_dir(folder)?;
    let mut temporary = NamedTempFile::with_prefix_in(".writing-", folder).map_err(failed)?;
    let mut buffered = BufWriter::new(temporary.as_file_mut());
    fill(&mut buffered).map_err(failed)?;
    buffered.flush().map_err(failed)?;
    drop(buffered);
    temporary.as_file().sync_all().map_err(failed)?;
    widen_permissions(temporary.path()).map_err(failed)?;
    temporary.persist(path).map_err(|e| failed(e.error))?;
    Ok(())
}

/// Temporary files are private to their owner; a finished file has the usual permissions of new files.
#[cfg(unix)]
fn widen_permissions(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn widen_permissions(_path: &Path) -> io::Result<()> {
    Ok(())
}
