//! Whole files, gzip or plain: their first two bytes tell which.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;

use crate::files::{self, FileError};
use crate::show::grouped;

/// What a gzip stream begins with.
pub(super) const MAGIC: [u8; 2] = [0x1f, 0x8b];

/// A file that could not be read or unpacked.
#[derive(Debug, thiserror::Error)]
pub enum UnpackError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error("{}: the gzip stream is damaged or cut short ({source}). Get the file again.", path.display())]
    Gzip { path: PathBuf, source: io::Error },
    #[error("{}: unpacks to more than {} bytes. Check that it is the right file.", path.display(), grouped(*most))]
    TooLarge { path: PathBuf, most: u64 },
}

/// The contents of the file at `path`, unpacked if it is gzip, up to `most` bytes.
///
/// # Errors
/// [`UnpackError`]: a file that cannot be read, a damaged stream, or more bytes than allowed.
pub fn read(path: &Path, most: u64) -> Result<Vec<u8>, UnpackError> {
    unpack(path, files::read(path)?, most)
}

/// What `bytes`, the contents of the file at `path`, unpack to.
///
/// # Errors
/// As [`read`].
pub fn unpack(path: &Path, bytes: Vec<u8>, most: u64) -> Result<Vec<u8>, UnpackError> {
    let too_large = || UnpackError::TooLarge { path: path.to_path_buf(), most };
    if !bytes.starts_with(&MAGIC) {
        return if bytes.len() as u64 > most { Err(too_large()) } else { Ok(bytes) };
    }
    let mut unpacked = Vec::with_capacity(bytes.len().saturating_mul(6).min(most as usize));
    let damaged = |source| UnpackError::Gzip { path: path.to_path_buf(), source };
    MultiGzDecoder::new(bytes.as_slice()).take(most + 1).read_to_end(&mut unpacked).map_err(damaged)?;
    if unpacked.len() as u64 > most { Err(too_large()) } else { Ok(unpacked) }
}
