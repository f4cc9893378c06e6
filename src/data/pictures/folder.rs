//! One sub-folder of pictures for each class.

use std::fs;
use std::path::{Path, PathBuf};

use image::RgbImage;

use super::{MOST_CLASSES, PictureFile, Pictures, PicturesError, Skipped, Source, decode};
use crate::files::FileError;

/// Reads the pictures of `folder`: each of its sub-folders is a class, in order of their names, and holds files of any name and size.
/// Hidden files and folders are passed over; what is no picture is skipped and listed.
///
/// # Errors
/// No such folder, fewer than two classes, more than [`MOST_CLASSES`].
pub fn read_folders(
    folder: &Path,
    prepare: impl Fn(RgbImage) -> RgbImage + Sync,
) -> Result<Pictures, PicturesError> {
    if !folder.is_dir() {
        return Err(PicturesError::NotAFolder(folder.to_path_buf()));
    }
    let folders: Vec<PathBuf> = entries(folder)?.into_iter().filter(|path| path.is_dir()).collect();
    if folders.len() < 2 {
        let found = match folders.as_slice() {
            [only] => format!("only one sub-folder, {}", name(only)),
            _ => "no sub-folders".to_owned(),
        };
        return Err(PicturesError::Classes { folder: folder.to_path_buf(), found });
    }
    if folders.len() > MOST_CLASSES {
        let (folder, classes) = (folder.to_path_buf(), folders.len());
        return Err(PicturesError::TooManyClasses { folder, classes });
    }
    let (mut classes, mut files, mut skipped) = (Vec::new(), Vec::new(), Vec::new());
    for (label, class) in folders.iter().enumerate() {
        let class_name = name(class);
        for path in entries(class)? {
            let name = format!("{class_name}/{}", name(&path));
            if path.is_dir() {
                let reason = "a folder; pictures lie directly in the folder of their class".to_owned();
                skipped.push(Skipped { name, reason });
            } else {
                files.push(PictureFile { name, label: label as u8, source: Source::File(path) });
            }
        }
        classes.push(class_name);
    }
    let mut pictures = decode(classes, files, prepare);
    skipped.append(&mut pictures.skipped);
    Ok(Pictures { skipped, ..pictures })
}

/// What is in a folder and not hidden, in order of the names.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, FileError> {
    let failed = |e| FileError::new(folder, "list the folder", e);
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if !name(&path).starts_with('.') {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

/// A name to show; what is not UTF-8 in it becomes �.
fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
