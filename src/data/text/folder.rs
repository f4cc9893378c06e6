//! Reviews out of an unpacked tarball: `aclImdb/train/pos/0_9.txt` and so on.

use std::fs;
use std::path::Path;

use rayon::prelude::*;

use super::TextError;
use super::reviews::Entry;
use crate::files::{self, FileError};

/// Every review below `path`, which is `aclImdb` or the folder that it is in; other files are passed over.
pub(super) fn read(path: &Path) -> Result<Vec<Entry>, TextError> {
    let inner = path.join("aclImdb");
    let root = if inner.is_dir() { &inner } else { path };
    let mut found = Vec::new();
    for folder in ["train/pos", "train/neg", "test/pos", "test/neg"] {
        let folder_path = root.join(folder);
        let failed = |error| FileError::new(&folder_path, "list the folder", error);
        for entry in fs::read_dir(&folder_path).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let name = format!("{folder}/{}", entry.file_name().to_string_lossy());
            found.extend(Entry::described_by(&name).map(|review| (entry.path(), review)));
        }
    }
    let read = |(path, review): (std::path::PathBuf, Entry)| -> Result<Entry, TextError> {
        match String::from_utf8(files::read(&path)?) {
            Ok(text) => Ok(Entry { text, ..review }),
            Err(error) => {
                let position = error.utf8_error().valid_up_to();
                Err(TextError::NotText { path, what: String::new(), position })
            }
        }
    };
    found.into_par_iter().map(read).collect()
}
