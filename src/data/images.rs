//! Image files: PNG and JPEG.

use std::io::Cursor;
use std::path::{Path, PathBuf};

use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, RgbImage};

use crate::files::{self, FileError};
use crate::show::grouped;

/// Pictures with more pixels in their header are refused before anything is allocated for them.
pub const MOST_PIXELS: u64 = 100_000_000;

/// An image file that could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum ImageError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error("{}: no image that can be read ({source}). PNG and JPEG files are; check that the file is complete.",
        path.display())]
    Format { path: PathBuf, source: image::ImageError },
    #[error("{}: {} by {} pixels; at most {} pixels are read. Give a smaller picture.",
        path.display(), grouped(width), grouped(height), grouped(MOST_PIXELS))]
    TooLarge { path: PathBuf, width: u32, height: u32 },
}

/// Reads a PNG or JPEG file as red, green and blue, 8 bits each.
///
/// # Errors
/// No such file, none that is a whole PNG or JPEG, or more than [`MOST_PIXELS`].
pub fn read(path: &Path) -> Result<RgbImage, ImageError> {
    decode(&files::read(path)?, path)
}

/// Decodes the bytes of a PNG or JPEG file, and turns the picture as the camera says. `path` is named in errors.
///
/// # Errors
/// Bytes that are no whole PNG or JPEG, or more than [`MOST_PIXELS`].
pub fn decode(bytes: &[u8], path: &Path) -> Result<RgbImage, ImageError> {
    let format = |source: image::ImageError| ImageError::Format { path: path.to_path_buf(), source };
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format();
    let mut decoder = reader.map_err(|e| format(e.into()))?.into_decoder().map_err(format)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MOST_PIXELS {
        return Err(ImageError::TooLarge { path: path.to_path_buf(), width, height });
    }
    let orientation = decoder.orientation().map_err(format)?;
    let mut decoded = DynamicImage::from_decoder(decoder).map_err(format)?;
    decoded.apply_orientation(orientation);
    Ok(decoded.into_rgb8())
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
