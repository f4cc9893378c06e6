//! Sections 12.1.8 and 12.1.9: image files, their labels from their names, and a data set that reads and resizes them.

use std::path::{Path, PathBuf};

use image::RgbImage;
use image::imageops::{self, FilterType};
use mlbook::data::images;
pub use mlbook::data::images::read;
use mlbook::files::FileError;
use mlbook::plot::{Image, PlotError};
use mlbook::prelude::*;

use crate::loader::Dataset;

/// A folder of images that could not be listed, or an image in it not read.
#[derive(Debug, thiserror::Error)]
pub enum ImageError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error(transparent)]
    Image(#[from] images::ImageError),
    #[error("{}: no PNG or JPEG files. Give a folder with pictures named cat… and dog….", folder.display())]
    NoImages { folder: PathBuf },
}

/// The PNG and JPEG files of a folder, in order of their names.
pub fn list(folder: &Path) -> Result<Vec<PathBuf>, ImageError> {
    let entries = std::fs::read_dir(folder).map_err(|e| FileError::new(folder, "list the folder", e))?;
    let is_image = |path: &PathBuf| {
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        ["png", "jpg", "jpeg"].contains(&ending.to_ascii_lowercase().as_str())
    };
    let mut paths: Vec<PathBuf> =
        entries.filter_map(|entry| Some(entry.ok()?.path())).filter(is_image).collect();
    paths.sort();
    if paths.is_empty() {
        return Err(ImageError::NoImages { folder: folder.to_path_buf() });
    }
    Ok(paths)
}

/// 1 for a file whose name has "dog" in it, else 0.
pub fn label(path: &Path) -> u8 {
    u8::from(name(path).contains("dog"))
}

/// A file's name without its folder.
pub fn name(path: &Path) -> String {
    path.file_name().map_or(String::new(), |name| name.to_string_lossy().into_owned())
}

/// From an image to a tensor `[3, height, width]` of numbers from 0 to 1: `Compose([ToTensor(), Resize((height, width))])`.
#[derive(Clone, Debug)]
pub struct Transform {
    /// Rows after resizing.
    pub height: usize,
    /// Columns after resizing.
    pub width: usize,
    /// Where the tensor goes.
    pub device: Device,
}

impl Transform {
    /// Resizes with a triangle filter as wide as the step between samples: bilinear with antialiasing, torchvision's default.
    pub fn apply(&self, image: &RgbImage) -> Tensor<3> {
        let resized = imageops::resize(image, self.width as u32, self.height as u32, FilterType::Triangle);
        let pixels = resized.into_raw().into_iter().map(|byte| f32::from(byte) / 255.0).collect();
        let rows = TensorData::new::<f32, _>(pixels, [self.height, self.width, 3]);
        Tensor::<3>::from_data(rows, &self.device).permute([2, 0, 1]) // [3, height, width]
    }
}

/// Section 12.1.9, first form: file names and labels.
pub struct FileDataset {
    /// The files.
    pub paths: Vec<PathBuf>,
    /// A class for each.
    pub labels: Vec<u8>,
}

impl Dataset for FileDataset {
    type Item = (PathBuf, u8);
    type Error = std::convert::Infallible;

    fn len(&self) -> usize {
        self.paths.len()
    }

    fn get(&self, index: usize) -> Result<Self::Item, Self::Error> {
        Ok((self.paths[index].clone(), self.labels[index]))
    }
}

/// Section 12.1.9, second form: each image is read when it is asked for, and transformed.
pub struct ImageDataset {
    /// Files and labels.
    pub files: FileDataset,
    /// What becomes of an image.
    pub transform: Transform,
}

impl Dataset for ImageDataset {
    type Item = (Tensor<3>, u8);
    type Error = ImageError;

    fn len(&self) -> usize {
        self.files.len()
    }

    fn get(&self, index: usize) -> Result<Self::Item, ImageError> {
        let image = read(&self.files.paths[index])?;
        Ok((self.transform.apply(&image), self.files.labels[index]))
    }
}

/// A tensor `[3, height, width]` of numbers from 0 to 1 as a picture for a figure.
pub fn picture(tensor: &Tensor<3>) -> Result<Image, PlotError> {
    let [_, height, width] = tensor.dims();
    let values: Vec<f32> = tensor.to_data().iter::<f32>().collect();
    Image::planes(width, height, &values, 0.0, 1.0)
}

/// An image file as a picture for a figure.
pub fn whole_picture(image: &RgbImage) -> Result<Image, PlotError> {
    Image::rgb(image.width() as usize, image.height() as usize, image.as_raw())
}
