//! Many picture files at once: each core takes the next file that is left.

use std::path::{Path, PathBuf};

use image::RgbImage;
use rayon::prelude::*;

use super::{Pictures, Skipped};
use crate::data::images::{self, ImageError};

/// Where the bytes of a picture are.
#[derive(Clone, Debug)]
pub enum Source {
    /// In a file.
    File(PathBuf),
    /// In memory, out of an archive.
    Bytes(Vec<u8>),
}

/// A picture that is not decoded yet.
#[derive(Clone, Debug)]
pub struct PictureFile {
    /// How a reader finds it.
    pub name: String,
    /// Its class.
    pub label: u8,
    pub source: Source,
}

impl PictureFile {
    fn image(&self) -> Result<RgbImage, ImageError> {
        match &self.source {
            Source::File(path) => images::read(path),
            Source::Bytes(bytes) => images::decode(bytes, Path::new(&self.name)),
        }
    }
}

/// Decodes the files on all cores. What is no whole picture is skipped and listed. `prepare` makes of each picture what is kept in
/// memory: all of it, a crop, a smaller one.
pub fn decode(
    classes: Vec<String>,
    files: Vec<PictureFile>,
    prepare: impl Fn(RgbImage) -> RgbImage + Sync,
) -> Pictures {
    let decoded: Vec<Result<RgbImage, ImageError>> =
        files.par_iter().with_max_len(1).map(|file| Ok(prepare(file.image()?))).collect();
    let mut pictures = Pictures { classes, ..Pictures::default() };
    for (file, image) in files.into_iter().zip(decoded) {
        match image {
            Ok(image) => pictures.push(image, file.label, file.name),
            Err(error) => {
                pictures.skipped.push(Skipped { reason: reason(&file.name, &error), name: file.name })
            }
        }
    }
    pictures
}

/// The error without the file's name, which stands before it already.
fn reason(name: &str, error: &ImageError) -> String {
    let text = error.to_string();
    text.split_once(": ")
        .filter(|(path, _)| path.ends_with(name))
        .map_or(text.clone(), |(_, rest)| rest.to_owned())
}
