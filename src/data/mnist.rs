//! MNIST: 28 x 28 gray images of handwritten digits, 60,000 to train on and 10,000 to test with.

use std::path::{Path, PathBuf};

use super::idx::{self, ReadError};

/// Height of an image in pixels.
pub const ROWS: usize = 28;
/// Width of an image in pixels.
pub const COLUMNS: usize = 28;
/// Pixels of an image.
pub const PIXELS: usize = ROWS * COLUMNS;
/// The digits 0 to 9.
pub const CLASSES: usize = 10;

/// Images of digits with the digit that each one shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Digits {
    /// `[len, 28, 28]`: 0 is paper, 255 is ink.
    pub images: Vec<u8>,
    /// `[len]`, each 0 to 9.
    pub labels: Vec<u8>,
}

impl Digits {
    /// How many digits there are.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// The 784 pixels of digit `i`, row by row.
    ///
    /// # Panics
    /// When there is no digit `i`, as indexing a slice does.
    pub fn image(&self, i: usize) -> &[u8] {
        &self.images[i * PIXELS..(i + 1) * PIXELS]
    }

    /// All pixels from 0 to 1, `[len, 28, 28]`: each byte divided by 255, as torchvision's `ToTensor` does.
    pub fn pixels(&self) -> Vec<f32> {
        self.images.iter().map(|&ink| f32::from(ink) / 255.0).collect()
    }

    /// How many there are of each digit.
    pub fn class_counts(&self) -> [usize; CLASSES] {
        std::array::from_fn(|digit| self.labels.iter().filter(|&&label| usize::from(label) == digit).count())
    }

    /// The first `part` digits, and the rest. Either may be empty.
    pub fn split_at(mut self, part: usize) -> Result<(Self, Self), ReadError> {
        if part > self.len() {
            return Err(ReadError::Split { part: part as u64, whole: self.len() as u64 });
        }
        let rest = Self { images: self.images.split_off(part * PIXELS), labels: self.labels.split_off(part) };
        Ok((self, rest))
    }

    /// The digits at `indices`, in that order.
    ///
    /// # Panics
    /// When an index is not below [`len`](Self::len), as indexing a slice does.
    pub fn subset(&self, indices: &[usize]) -> Self {
        Self {
            images: indices.iter().flat_map(|&i| self.image(i)).copied().collect(),
            labels: indices.iter().map(|&i| self.labels[i]).collect(),
        }
    }
}

/// The digits to train on and those to test with, from the official files of each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mnist {
    pub train: Digits,
    pub test: Digits,
}

impl Mnist {
    /// Reads the four files of MNIST, or of a subset, from `folder`. Each may be gzip or unpacked, with or
    /// without `.gz`.
    ///
    /// Refused: a missing or damaged file (see [`ReadError`]), images that are not 28 x 28, a label above 9,
    /// a set without digits, and counts of images and labels that differ.
    pub fn read(folder: &Path) -> Result<Self, ReadError> {
        Ok(Self { train: read_digits(folder, "train")?, test: read_digits(folder, "t10k")? })
    }
}

fn read_digits(folder: &Path, split: &str) -> Result<Digits, ReadError> {
    let image_path = find(folder, &format!("{split}-images-idx3-ubyte"))?;
    let label_path = find(folder, &format!("{split}-labels-idx1-ubyte"))?;
    let images = idx::read_images(&image_path)?;
    let labels = idx::read_labels(&label_path)?;
    check_images(image_path, &images)?;
    check_labels(label_path, &labels, images.count)?;
    Ok(Digits { images: images.pixels, labels })
}

/// The file `name.gz`, or `name` where that one is absent.
fn find(folder: &Path, name: &str) -> Result<PathBuf, ReadError> {
    let packed = format!("{name}.gz");
    [&packed, name]
        .map(|name| folder.join(name))
        .into_iter()
        .find(|path| path.try_exists().unwrap_or(true))
        .ok_or_else(|| ReadError::Absent { folder: folder.to_path_buf(), name: packed })
}

fn check_images(path: PathBuf, images: &idx::Images) -> Result<(), ReadError> {
    let &idx::Images { count, rows, columns, .. } = images;
    if (rows, columns) != (ROWS, COLUMNS) {
        return Err(ReadError::ImageSize { path, rows, columns });
    }
    if count == 0 {
        return Err(ReadError::NoDigits { path });
    }
    Ok(())
}

fn check_labels(path: PathBuf, labels: &[u8], images: usize) -> Result<(), ReadError> {
    if labels.len() != images {
        return Err(ReadError::Counts { path, images: images as u64, labels: labels.len() as u64 });
    }
    match labels.iter().position(|&label| usize::from(label) >= CLASSES) {
        Some(position) => Err(ReadError::Label { path, label: labels[position], position: position as u64 }),
        None => Ok(()),
    }
}
