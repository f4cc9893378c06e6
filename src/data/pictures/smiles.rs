//! The SMILEs faces (github.com/hromi/SMILEsmileD): `positives` smile, `negatives` do not; as a tarball, or unpacked.

use std::io::Read;
use std::path::{Component, Path, PathBuf};

use flate2::read::GzDecoder;
use image::RgbImage;
use tar::Archive;

use super::{PictureFile, Pictures, PicturesError, Skipped, Source, decode};
use crate::files;

const TARBALL: &str = "smiles.tar.gz";
/// Folders, in the order of the labels, and what their faces do.
const FOLDERS: [(&str, &str); 2] = [("negatives", "no smile"), ("positives", "smile")];
/// A face takes two thousand bytes; a file this large is none.
const MOST_BYTES: u64 = 16 << 20;

/// Whether `folder` has the faces, in either form.
pub fn smiles_are_in(folder: &Path) -> bool {
    folder.join(TARBALL).is_file() || FOLDERS.iter().all(|(name, _)| folder.join(name).is_dir())
}

/// Reads the faces in `folder`: from `smiles.tar.gz` without unpacking it (nothing is written, whatever the names in it say),
/// or from the folders that were unpacked. Label 1 is a smile. Copies are still among them; see [`Pictures::without_copies`].
///
/// # Errors
/// No such files, or a tarball that is damaged.
pub fn read_smiles(
    folder: &Path,
    prepare: impl Fn(RgbImage) -> RgbImage + Sync,
) -> Result<Pictures, PicturesError> {
    let classes = FOLDERS.map(|(_, name)| name.to_owned()).to_vec();
    let tarball = folder.join(TARBALL);
    if !tarball.is_file() {
        let pictures = super::read_folders(folder, prepare)?;
        if pictures.classes != FOLDERS.map(|(name, _)| name) {
            let found = format!("the sub-folders {}", pictures.classes.join(", "));
            return Err(PicturesError::Classes { folder: folder.to_path_buf(), found });
        }
        return Ok(Pictures { classes, ..pictures });
    }
    let (files, mut skipped) = unpack(&tarball)?;
    let mut pictures = decode(classes, files, prepare);
    skipped.append(&mut pictures.skipped);
    if pictures.is_empty() {
        let found = "no face in it".to_owned();
        return Err(PicturesError::Classes { folder: tarball, found });
    }
    Ok(Pictures { skipped, ..pictures })
}

/// The files of the tarball in memory, and those that are left out.
fn unpack(path: &Path) -> Result<(Vec<PictureFile>, Vec<Skipped>), PicturesError> {
    let damaged = |source| PicturesError::Tarball { path: path.to_path_buf(), source };
    let mut archive = Archive::new(GzDecoder::new(files::open(path)?));
    let (mut faces, mut skipped) = (Vec::new(), Vec::new());
    for entry in archive.entries().map_err(damaged)? {
        let mut entry = entry.map_err(damaged)?;
        if !entry.header().entry_type().is_file() {
            continue;
        }
        let inside = entry.path().map_err(damaged)?.into_owned();
        let name = inside.to_string_lossy().into_owned();
        let Some(label) = label(&inside) else {
            let reason = "not in positives or negatives".to_owned();
            skipped.push(Skipped { name, reason });
            continue;
        };
        if entry.size() > MOST_BYTES {
            let reason = format!("{} bytes are no face", crate::show::grouped(entry.size()));
            skipped.push(Skipped { name, reason });
            continue;
        }
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).map_err(damaged)?;
        faces.push(PictureFile { name, label, source: Source::Bytes(bytes) });
    }
    faces.sort_by(|a, b| (a.label, &a.name).cmp(&(b.label, &b.name)));
    Ok((faces, skipped))
}

/// The label of `positives/4.jpg`, also below other folders; none for a path that leads out of them.
fn label(path: &Path) -> Option<u8> {
    let plain = |part: &Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
    if !path.components().all(|part| plain(&part)) {
        return None;
    }
    let folder = path.parent().map(PathBuf::from)?;
    let place = FOLDERS.iter().position(|(name, _)| folder.ends_with(name))?;
    u8::try_from(place).ok()
}
