//! The Large Movie Review Dataset (Maas et al., 2011): 25,000 reviews to train on and 25,000 to test with.

use std::path::Path;

use super::{TextError, folder, tarball};

/// In the original tarball the reviews of a folder stand in blocks of so many ids, each block from its last id to its first.
const BLOCK: usize = 128;

/// A review of a film.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    pub text: String,
    pub positive: bool,
}

/// Reviews to train on and to test with, each in the order in which torchtext gives them: those of the original tarball, the
/// negative ones first. With it, the book's random split can be drawn again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reviews {
    pub train: Vec<Review>,
    pub test: Vec<Review>,
}

impl Reviews {
    /// Reads the tarball `aclImdb_v1.tar.gz`, or the folder that it unpacks to (`aclImdb`, or the one that it is in). A tarball
    /// is read as a stream: nothing is written to the disk, whatever its entries are called.
    ///
    /// # Errors
    /// A file that cannot be read, a tarball that is cut short, damaged, too large, or has names that point outside of it, text
    /// that is not UTF-8, or no reviews in one of the four folders.
    pub fn read(path: &Path) -> Result<Self, TextError> {
        let entries = if path.is_dir() { folder::read(path)? } else { tarball::read(path)? };
        Self::arranged(path, entries)
    }

    fn arranged(path: &Path, mut entries: Vec<Entry>) -> Result<Self, TextError> {
        for (train, positive, missing) in [
            (true, true, "train/pos"),
            (true, false, "train/neg"),
            (false, true, "test/pos"),
            (false, false, "test/neg"),
        ] {
            if !entries.iter().any(|entry| (entry.train, entry.positive) == (train, positive)) {
                return Err(TextError::NoReviews { path: path.to_path_buf(), missing });
            }
        }
        entries.sort_by_key(|entry| (entry.positive, entry.id / BLOCK, BLOCK - entry.id % BLOCK));
        let mut reviews = Self::default();
        for Entry { train, positive, text, .. } in entries {
            let part = if train { &mut reviews.train } else { &mut reviews.test };
            part.push(Review { text, positive });
        }
        Ok(reviews)
    }
}

/// A review with what its name says of it.
pub(super) struct Entry {
    pub train: bool,
    pub positive: bool,
    pub id: usize,
    pub text: String,
}

impl Entry {
    /// Reads `…/train/pos/ID_RATING.txt`; none for every other name.
    pub fn described_by(name: &str) -> Option<Self> {
        let mut parts = name.rsplit('/');
        let (file, sentiment, part) = (parts.next()?, parts.next()?, parts.next()?);
        let (id, rating) = file.strip_suffix(".txt")?.split_once('_')?;
        rating.parse::<usize>().ok()?;
        let train = named(part, "train", "test")?;
        let positive = named(sentiment, "pos", "neg")?;
        Some(Self { train, positive, id: id.parse().ok()?, text: String::new() })
    }
}

fn named(name: &str, yes: &str, no: &str) -> Option<bool> {
    if name == yes { Some(true) } else { (name == no).then_some(false) }
}
