//! Pictures with classes: read from folders, from a tarball or from CelebA's layout, decoded on all cores.

mod decode;
mod folder;
mod smiles;

use std::collections::HashMap;
use std::path::PathBuf;

use image::RgbImage;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::images::ImageError;
use crate::files::FileError;

pub use decode::{PictureFile, Source, decode};
pub use folder::read_folders;
pub use smiles::{read_smiles, smiles_are_in};

/// A class label is a byte.
pub const MOST_CLASSES: usize = 256;

/// Pictures that cannot be a training set.
#[derive(Debug, thiserror::Error)]
pub enum PicturesError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error(transparent)]
    Image(#[from] ImageError),
    #[error("{}: no folder. Give the folder that has one sub-folder of pictures for each class.", .0.display())]
    NotAFolder(PathBuf),
    #[error(
        "{}: {found}. There must be one sub-folder of PNG or JPEG pictures for each class, and two classes at least.",
        folder.display()
    )]
    Classes { folder: PathBuf, found: String },
    #[error("{}: {classes} classes; at most {MOST_CLASSES} can be told apart. Merge some.", folder.display())]
    TooManyClasses { folder: PathBuf, classes: usize },
    #[error("{}: damaged or cut off ({source}). Copy or fetch it again.", path.display())]
    Tarball { path: PathBuf, source: std::io::Error },
}

/// A file that is left out, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// The file as a reader finds it.
    pub name: String,
    pub reason: String,
}

/// Pictures in memory, 3 bytes a pixel, and the class of each.
#[derive(Clone, Debug, Default)]
pub struct Pictures {
    /// Names of the classes.
    pub classes: Vec<String>,
    pub images: Vec<RgbImage>,
    /// The class of each picture.
    pub labels: Vec<u8>,
    /// The file of each picture.
    pub names: Vec<String>,
    /// What was left out.
    pub skipped: Vec<Skipped>,
}

impl Pictures {
    /// How many pictures there are.
    pub fn len(&self) -> usize {
        self.images.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.images.is_empty()
    }

    /// The pictures at `rows`, each as `prepare` makes it, on all cores.
    ///
    /// # Panics
    /// When a row is not below [`len`](Self::len).
    #[must_use]
    pub fn part(&self, rows: &[usize], prepare: impl Fn(&RgbImage) -> RgbImage + Sync) -> Self {
        Self {
            classes: self.classes.clone(),
            images: rows.par_iter().map(|&row| prepare(&self.images[row])).collect(),
            labels: rows.iter().map(|&row| self.labels[row]).collect(),
            names: rows.iter().map(|&row| self.names[row].clone()).collect(),
            skipped: vec![],
        }
    }

    /// How many pictures each class has.
    pub fn counts(&self) -> Vec<usize> {
        let mut counts = vec![0; self.classes.len()];
        for &label in &self.labels {
            counts[usize::from(label)] += 1;
        }
        counts
    }

    /// Leaves out pictures that are there more than once, pixel by pixel: of copies within a class the first stays; if the same
    /// picture is in two classes nobody can say which is right, and none of its copies stays.
    #[must_use]
    pub fn without_copies(self) -> Self {
        let keys: Vec<[u8; 32]> = self.images.iter().map(fingerprint).collect();
        let mut first: HashMap<[u8; 32], usize> = HashMap::new();
        let mut disputed: HashMap<[u8; 32], bool> = HashMap::new();
        for (i, &key) in keys.iter().enumerate() {
            let of_first = self.labels[*first.entry(key).or_insert(i)];
            *disputed.entry(key).or_default() |= of_first != self.labels[i];
        }
        let reason = |i: usize| -> Option<String> {
            let of_first = first.get(&keys[i]).copied().unwrap_or(i);
            if disputed.get(&keys[i]) == Some(&true) {
                Some("the same picture is in two classes".to_owned())
            } else {
                (of_first != i).then(|| format!("the same picture as {}", self.names[of_first]))
            }
        };
        let reasons: Vec<Option<String>> = (0..self.len()).map(reason).collect();
        let mut kept = Self { classes: self.classes, skipped: self.skipped, ..Self::default() };
        let all = self.images.into_iter().zip(self.labels).zip(self.names).zip(reasons);
        for (((image, label), name), reason) in all {
            match reason {
                Some(reason) => kept.skipped.push(Skipped { name, reason }),
                None => kept.push(image, label, name),
            }
        }
        kept
    }

    /// Leaves out the classes with fewer than `least` pictures, which is said among what was skipped.
    #[must_use]
    pub fn without_small_classes(self, least: usize) -> Self {
        let counts = self.counts();
        let mut kept = Self { skipped: self.skipped, ..Self::default() };
        let mut new_label = Vec::new();
        for (name, &count) in self.classes.into_iter().zip(&counts) {
            new_label.push((count >= least).then_some(kept.classes.len() as u8));
            if count >= least {
                kept.classes.push(name);
            } else {
                let reason =
                    format!("{count} pictures that can be read, {least} are needed: the class is left out");
                kept.skipped.push(Skipped { name: format!("{name}/"), reason });
            }
        }
        for ((image, label), name) in self.images.into_iter().zip(self.labels).zip(self.names) {
            if let Some(label) = new_label[usize::from(label)] {
                kept.push(image, label, name);
            }
        }
        kept
    }

    fn push(&mut self, image: RgbImage, label: u8, name: String) {
        self.images.push(image);
        self.labels.push(label);
        self.names.push(name);
    }
}

/// Equal for equal sizes and pixels.
fn fingerprint(image: &RgbImage) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(image.width().to_le_bytes());
    hash.update(image.as_raw());
    hash.finalize().into()
}
