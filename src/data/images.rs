//! Image files: PNG and JPEG.

use std::io::Cursor;
use std::path::{Path, PathBuf};

use image::{ImageFormat, RgbImage};

use crate::files::{self, FileError};

/// An image file that could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum ImageError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error("{}: no image that can be read ({source}). PNG and JPEG files are; check that the file is complete.",
        path.display())]
    Format { path: PathBuf, source: image::ImageError },
}

/// Reads a PNG or JPEG file as red, green and blue, 8 bits each.
///
/// # Errors
/// No such file, or none that is a whole PNG or JPEG.
pub fn read(path: &Path) -> Result<RgbImage, ImageError> {
    let decoded = image::load_from_memory(&files::read(path)?)
        .map_err(|source| ImageError::Format { path: path.to_path_buf(), source })?;
    Ok(decoded.to_rgb8())
}

/// Writes a PNG file, whole or not at all.
///
/// # Errors
/// A file that cannot be written.
pub fn write_png(path: &Path, pixels: &RgbImage) -> Result<(), ImageError> {
    let mut bytes = Cursor::new(Vec::new());
    pixels
        .write_to(&mut bytes, ImageFormat::Png)
        .map_err(|source| ImageError::Format { path: path.to_path_buf(), source })?;
    Ok(files::write(path, bytes.get_ref())?)
}
