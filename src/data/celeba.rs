//! CelebA's files (sections 12.1.10 and 14.2.1): faces, forty attributes of each, and which are for training.
//!
//! `list_attr_celeba.txt` has the number of faces, the names of the attributes, then a line for each face: its file and 1 or
//! -1 for each attribute. `list_eval_partition.txt` says 0 (training), 1 (validation) or 2 (test) for each file.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use image::RgbImage;

use super::images::{self, ImageError};
use super::locate::Places;
use super::pictures::{PictureFile, Pictures, Source, decode};
use crate::cli::Run;
use crate::files::{self, FileError};

const ATTRIBUTES: &str = "list_attr_celeba.txt";
const PARTITION: &str = "list_eval_partition.txt";
const IMAGES: &str = "img_align_celeba";
/// Folders of a data directory that may hold it; the second is a small set of other faces in the same layout.
const FOLDERS: [&str; 2] = ["celeba", "celeba-mini"];
/// So many missing pictures are named.
const NAMED: usize = 5;

/// Files that are not as CelebA has them.
#[derive(Debug, thiserror::Error)]
pub enum CelebaError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error(transparent)]
    Image(#[from] ImageError),
    #[error("{}:{line}: {found}; {rule}. Check that the file is CelebA's and complete.", path.display())]
    Line { path: PathBuf, line: usize, found: String, rule: String },
    #[error("{}: the first line announces {announced} faces, and {found} follow. The file is incomplete.", path.display())]
    Count { path: PathBuf, announced: String, found: usize },
    #[error("{}: {file} is in no part. The file is incomplete.", path.display())]
    NoPart { path: PathBuf, file: String },
    #[error("{}: no attribute {name:?}. There are: {known}.", path.display())]
    NoAttribute { path: PathBuf, name: String, known: String },
    #[error("{}: {missing} of {wanted} pictures are missing: {names}. Unpack img_align_celeba.zip there again.", folder.display())]
    Missing { folder: PathBuf, missing: usize, wanted: usize, names: String },
}

/// Which part of the faces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Training,
    Validation,
    Test,
}

/// The faces of one part.
#[derive(Clone, Debug)]
pub struct Celeba {
    folder: PathBuf,
    /// Names of the attributes: attribute 31 is `Smiling`.
    pub attribute_names: Vec<String>,
    /// File and attributes of each face.
    pub faces: Vec<Face>,
}

/// A face that is not read yet.
#[derive(Clone, Debug)]
pub struct Face {
    /// `000001.jpg`
    pub file: String,
    /// Whether it has each attribute.
    pub attributes: Vec<bool>,
}

impl Celeba {
    /// The folder with CelebA's lists, in the data directories of the run; none if it is in none of them.
    pub fn find(run: &Run) -> Option<PathBuf> {
        let places = Places::of_this_computer(run.flags.data_dir.clone());
        let in_dir = |dir: &Path| FOLDERS.map(|name| dir.join(name)).into_iter().chain([dir.to_path_buf()]);
        let mut folders = places.dirs().into_iter().flat_map(|(_, dir)| in_dir(dir));
        folders.find(|folder| folder.join(ATTRIBUTES).is_file())
    }

    /// Reads both lists; the images are read when they are asked for.
    ///
    /// # Errors
    /// A list that is missing, incomplete, or has a line that breaks its form.
    pub fn read(folder: &Path, part: Part) -> Result<Self, CelebaError> {
        let [training, validation, test] = Self::read_parts(folder)?;
        Ok(match part {
            Part::Training => training,
            Part::Validation => validation,
            Part::Test => test,
        })
    }

    /// Reads both lists once, for all three parts: training, validation, test.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn read_parts(folder: &Path) -> Result<[Self; 3], CelebaError> {
        let path = folder.join(PARTITION);
        let parts = read_partition(&path)?;
        let (attribute_names, faces) = read_attributes(&folder.join(ATTRIBUTES))?;
        if let Some(face) = faces.iter().find(|face| !parts.contains_key(&face.file)) {
            return Err(CelebaError::NoPart { path, file: face.file.clone() });
        }
        Ok([Part::Training, Part::Validation, Part::Test].map(|part| Self {
            folder: folder.to_path_buf(),
            attribute_names: attribute_names.clone(),
            faces: faces.iter().filter(|face| parts.get(&face.file) == Some(&part)).cloned().collect(),
        }))
    }

    /// The first `count` faces; all of them if `count` is 0 or more than there are.
    #[must_use]
    pub fn first(mut self, count: usize) -> Self {
        if count > 0 {
            self.faces.truncate(count);
        }
        self
    }

    /// The image of a face, 178 by 218 pixels in CelebA.
    pub fn image(&self, face: &Face) -> Result<RgbImage, CelebaError> {
        Ok(images::read(&self.folder.join(IMAGES).join(&face.file))?)
    }

    /// All images, decoded on all cores, with an attribute as label: 1 for a face that has it. Damaged images are skipped and
    /// listed. `prepare` makes of each image what is kept in memory.
    ///
    /// # Errors
    /// No attribute of this name, or images that are not there.
    pub fn pictures(
        &self,
        attribute: &str,
        prepare: impl Fn(RgbImage) -> RgbImage + Sync,
    ) -> Result<Pictures, CelebaError> {
        let Some(column) = self.attribute_names.iter().position(|name| name == attribute) else {
            let (path, known) = (self.folder.join(ATTRIBUTES), self.attribute_names.join(", "));
            return Err(CelebaError::NoAttribute { path, name: attribute.to_owned(), known });
        };
        let folder = self.folder.join(IMAGES);
        let files: Vec<PictureFile> = self
            .faces
            .iter()
            .map(|face| PictureFile {
                name: face.file.clone(),
                label: u8::from(face.attributes.get(column) == Some(&true)),
                source: Source::File(folder.join(&face.file)),
            })
            .collect();
        let missing: Vec<&str> =
            files.iter().map(|file| file.name.as_str()).filter(|name| !folder.join(name).exists()).collect();
        if !missing.is_empty() {
            let more = if missing.len() > NAMED { ", …" } else { "" };
            let names = format!("{}{more}", missing[..missing.len().min(NAMED)].join(", "));
            return Err(CelebaError::Missing { folder, missing: missing.len(), wanted: files.len(), names });
        }
        Ok(decode(vec![format!("not {attribute}"), attribute.to_owned()], files, prepare))
    }
}

fn read_attributes(path: &Path) -> Result<(Vec<String>, Vec<Face>), CelebaError> {
    let text = text(path)?;
    let mut lines = text.lines();
    let announced = lines.next().unwrap_or_default().trim().to_owned();
    let names: Vec<String> = lines.next().unwrap_or_default().split_whitespace().map(str::to_owned).collect();
    let mut faces = Vec::new();
    for (i, line) in lines.enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let wrong = |found: String, rule: String| CelebaError::Line {
            path: path.to_path_buf(),
            line: i + 3,
            found,
            rule,
        };
        let mut words = line.split_whitespace();
        let file = words.next().unwrap_or_default().to_owned();
        if !is_file_name(&file) {
            return Err(wrong(
                format!("file {file:?}"),
                "a bare file name like 000001.jpg is the rule".to_owned(),
            ));
        }
        let attributes = words
            .map(|word| match word {
                "1" => Ok(true),
                "-1" => Ok(false),
                other => Err(wrong(format!("attribute {other:?}"), "attributes are 1 or -1".to_owned())),
            })
            .collect::<Result<Vec<bool>, _>>()?;
        if attributes.len() != names.len() {
            let found = format!("{} attributes", attributes.len());
            return Err(wrong(found, format!("line 2 names {}", names.len())));
        }
        faces.push(Face { file, attributes });
    }
    if announced.parse() != Ok(faces.len()) {
        return Err(CelebaError::Count { path: path.to_path_buf(), announced, found: faces.len() });
    }
    Ok((names, faces))
}

fn read_partition(path: &Path) -> Result<HashMap<String, Part>, CelebaError> {
    let text = text(path)?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let parts = lines.map(|(i, line)| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let part = match words.as_slice() {
            [_, "0"] => Part::Training,
            [_, "1"] => Part::Validation,
            [_, "2"] => Part::Test,
            _ => {
                let rule = "a file and 0, 1 or 2 are the rule".to_owned();
                let found = format!("{line:?}");
                return Err(CelebaError::Line { path: path.to_path_buf(), line: i + 1, found, rule });
            }
        };
        Ok((words[0].to_owned(), part))
    });
    parts.collect()
}

/// A list must not lead out of its folder.
fn is_file_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(['/', '\\']) && name != ".."
}

fn text(path: &Path) -> Result<String, CelebaError> {
    let bytes = files::read(path)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
