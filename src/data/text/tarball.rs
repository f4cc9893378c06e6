//! Reviews out of a `.tar.gz`, as a stream.

use std::io::{self, BufReader, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

use super::TextError;
use super::reviews::Entry;
use crate::files;

/// The most bytes of a review; the longest of the data set has 13,704.
const LONGEST_REVIEW: u64 = 1 << 20;
/// The most bytes that a tarball may unpack to, a bound for bombs; the original unpacks to 0.5 GB.
const MOST_BYTES: u64 = 2 << 30;
const BUFFER: usize = 1 << 17;

/// Every review of the tarball; other files in it are passed over.
pub(super) fn read(path: &Path) -> Result<Vec<Entry>, TextError> {
    let mut reviews = Vec::new();
    let gzip = MultiGzDecoder::new(BufReader::with_capacity(BUFFER, files::open(path)?));
    // One byte more than is allowed: where it is reached, there is too much.
    let limited = BufReader::with_capacity(BUFFER, gzip.take(MOST_BYTES + 1));
    let mut archive = tar::Archive::new(limited);
    let outcome = read_entries(path, &mut archive, &mut reviews);
    let mut rest = archive.into_inner();
    if rest.get_ref().limit() == 0 {
        let what = "what it unpacks to".to_owned();
        return Err(TextError::TooLarge { path: path.to_path_buf(), what, most: MOST_BYTES });
    }
    let cut = |problem: io::Error| TextError::Cut {
        path: path.to_path_buf(),
        reviews: reviews.len(),
        problem: problem.to_string(),
    };
    match outcome {
        Ok(()) => {
            // The end of the stream has the checksum of everything before it.
            io::copy(&mut rest, &mut io::sink()).map_err(cut)?;
            Ok(reviews)
        }
        Err(Problem::Text(error)) => Err(error),
        Err(Problem::Stream(problem)) => Err(cut(problem)),
    }
}

enum Problem {
    Text(TextError),
    Stream(io::Error),
}

impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Self {
        Self::Stream(error)
    }
}

fn read_entries(
    path: &Path,
    archive: &mut tar::Archive<impl Read>,
    reviews: &mut Vec<Entry>,
) -> Result<(), Problem> {
    let refuse = |error| Err(Problem::Text(error));
    for entry in archive.entries()? {
        let mut entry = entry?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        if points_outside(&name) {
            return refuse(TextError::Outside { path: path.to_path_buf(), name });
        }
        let Some(mut review) = Entry::described_by(&name) else { continue };
        if !entry.header().entry_type().is_file() {
            continue;
        }
        let size = entry.size();
        if size > LONGEST_REVIEW {
            let (path, what) = (path.to_path_buf(), format!("the review {name}"));
            return refuse(TextError::TooLarge { path, what, most: LONGEST_REVIEW });
        }
        let mut bytes = Vec::with_capacity(size as usize);
        entry.read_to_end(&mut bytes)?;
        if bytes.len() as u64 != size {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
        review.text = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                let (path, what) = (path.to_path_buf(), format!("{name}, "));
                return refuse(TextError::NotText { path, what, position: error.utf8_error().valid_up_to() });
            }
        };
        reviews.push(review);
    }
    Ok(())
}

/// Whether a name would leave the folder that a tarball is unpacked into, on any system.
fn points_outside(name: &str) -> bool {
    let is_drive = name.as_bytes().get(1) == Some(&b':');
    name.starts_with(['/', '\\']) || is_drive || name.split(['/', '\\']).any(|part| part == "..")
}
