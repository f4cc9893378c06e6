//! IDX, the file format of MNIST: a magic number, the size of each dimension, then the bytes, all big-endian.
//!
//! Files may be gzip or plain; their first two bytes tell which. A header is a claim: sizes are checked
//! before anything is allocated, and never more memory is taken than the bytes that arrive ask for.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;

use super::gzip;
use crate::files::{self, FileError};
use crate::show::grouped;

/// The most bytes that an IDX file may unpack to, 1 GiB: twenty times MNIST, and a bound for gzip bombs.
pub const MAX_BYTES: u64 = 1 << 30;

const UNSIGNED_BYTE: u8 = 0x08;
const FETCH: &str = "Fetch it with: cargo book data fetch mnist";
const AGAIN: &str = "Fetch it again with: cargo book data fetch mnist";

/// Why a set of labelled images could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error("{}: the gzip stream is damaged or cut short ({source}). {AGAIN}", path.display())]
    Gzip { path: PathBuf, source: io::Error },
    #[error("{}: {found} bytes where an IDX header has {needed}. {AGAIN}", path.display())]
    HeaderCut { path: PathBuf, found: usize, needed: usize },
    #[error("{}: starts with {found:02x?}; an IDX file starts with two zero bytes. {AGAIN}", path.display())]
    NotIdx { path: PathBuf, found: [u8; 4] },
    #[error("{}: elements of type 0x{found:02x}; unsigned bytes, 0x08, are read. {AGAIN}", path.display())]
    ElementType { path: PathBuf, found: u8 },
    #[error(
        "{}: {found} dimensions; images have 3 and labels 1, and here {expected} are expected. \
         Check that image and label files have not changed places.", path.display()
    )]
    Dimensions { path: PathBuf, found: u8, expected: u8 },
    #[error("{}: images of {rows} x {columns}; an image has at least one pixel. {AGAIN}", path.display())]
    NoPixels { path: PathBuf, rows: u32, columns: u32 },
    #[error(
        "{}: the header claims {sizes}, more than the {} bytes that are allowed. {AGAIN}",
        path.display(), grouped(MAX_BYTES)
    )]
    TooLarge { path: PathBuf, sizes: String },
    #[error(
        "{}: cut short: the header claims {sizes}, {} bytes, and {} follow. {AGAIN}",
        path.display(), grouped(*needed), grouped(*found)
    )]
    BodyCut { path: PathBuf, sizes: String, needed: u64, found: u64 },
    #[error(
        "{}: too long: the header claims {sizes}, {} bytes, and more follow. {AGAIN}",
        path.display(), grouped(*needed)
    )]
    Trailing { path: PathBuf, sizes: String, needed: u64 },
    #[error("{}: no MNIST here, {name} is missing. {FETCH}", folder.display())]
    Absent { folder: PathBuf, name: String },
    #[error("{}: images of {rows} x {columns}; those of MNIST are 28 x 28. {AGAIN}", path.display())]
    ImageSize { path: PathBuf, rows: usize, columns: usize },
    /// `position` counts from 0.
    #[error(
        "{}: label {label} at position {}; MNIST has labels 0 to 9. {AGAIN}",
        path.display(), grouped(*position)
    )]
    Label { path: PathBuf, label: u8, position: u64 },
    #[error(
        "{}: {} labels for the {} images beside them; every image has one label. {AGAIN}",
        path.display(), grouped(*labels), grouped(*images)
    )]
    Counts { path: PathBuf, images: u64, labels: u64 },
    #[error("{}: holds no digits; at least one is needed. {AGAIN}", path.display())]
    NoDigits { path: PathBuf },
    #[error(
        "the first {} of {} digits cannot be split off. Choose a smaller part.",
        grouped(*part), grouped(*whole)
    )]
    Split { part: u64, whole: u64 },
}

/// Gray images of one size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Images {
    pub count: usize,
    pub rows: usize,
    pub columns: usize,
    /// `[count, rows, columns]`, 0 to 255.
    pub pixels: Vec<u8>,
}

/// Reads a file of images (IDX with three dimensions of unsigned bytes), gzip or plain.
pub fn read_images(path: &Path) -> Result<Images, ReadError> {
    let ([count, rows, columns], pixels) = read(path)?;
    if rows == 0 || columns == 0 {
        return Err(ReadError::NoPixels { path: path.to_path_buf(), rows, columns });
    }
    Ok(Images { count: count as usize, rows: rows as usize, columns: columns as usize, pixels })
}

/// Reads a file of labels (IDX with one dimension of unsigned bytes), gzip or plain.
pub fn read_labels(path: &Path) -> Result<Vec<u8>, ReadError> {
    let ([_count], labels) = read(path)?;
    Ok(labels)
}

/// The sizes of the `N` dimensions and the elements.
fn read<const N: usize>(path: &Path) -> Result<([u32; N], Vec<u8>), ReadError> {
    let mut source = Source::open(path)?;
    let sizes = read_sizes::<N>(&mut source)?;
    let needed = claimed_bytes(path, &sizes)?;
    let body = read_body(&mut source, &sizes, needed)?;
    Ok((sizes, body))
}

fn read_sizes<const N: usize>(source: &mut Source) -> Result<[u32; N], ReadError> {
    let path = || source.path.to_path_buf();
    let needed = 4 + 4 * N;
    let header = source.up_to(needed as u64, needed)?;
    let found = header.len();
    let (words, _) = header.as_chunks::<4>();
    let Some((&magic, claims)) = words.split_first() else {
        return Err(ReadError::HeaderCut { path: path(), found, needed });
    };
    let [zero, also_zero, element, dimensions] = magic;
    if (zero, also_zero) != (0, 0) {
        return Err(ReadError::NotIdx { path: path(), found: magic });
    }
    if element != UNSIGNED_BYTE {
        return Err(ReadError::ElementType { path: path(), found: element });
    }
    if usize::from(dimensions) != N {
        return Err(ReadError::Dimensions { path: path(), found: dimensions, expected: N as u8 });
    }
    let claims: &[[u8; 4]; N] =
        claims.try_into().map_err(|_| ReadError::HeaderCut { path: path(), found, needed })?;
    Ok(claims.map(u32::from_be_bytes))
}

/// How many bytes the header says will follow.
fn claimed_bytes(path: &Path, sizes: &[u32]) -> Result<u64, ReadError> {
    sizes
        .iter()
        .try_fold(1u64, |product, &size| product.checked_mul(size.into()))
        .filter(|&bytes| bytes <= MAX_BYTES)
        .ok_or_else(|| ReadError::TooLarge { path: path.to_path_buf(), sizes: describe(sizes) })
}

fn read_body(source: &mut Source, sizes: &[u32], needed: u64) -> Result<Vec<u8>, ReadError> {
    // MNIST packs to a fifth; a file that packs better only costs a few reallocations.
    let believable = needed.min(source.bytes_on_disk.saturating_mul(8));
    let body = source.up_to(needed + 1, believable as usize)?;
    let found = body.len() as u64;
    let path = source.path.to_path_buf();
    match found.cmp(&needed) {
        std::cmp::Ordering::Less => Err(ReadError::BodyCut { path, sizes: describe(sizes), needed, found }),
        std::cmp::Ordering::Greater => Err(ReadError::Trailing { path, sizes: describe(sizes), needed }),
        std::cmp::Ordering::Equal => Ok(body),
    }
}

/// A file's unpacked bytes.
struct Source<'a> {
    path: &'a Path,
    bytes_on_disk: u64,
    gzip: bool,
    stream: Box<dyn Read>,
}

impl<'a> Source<'a> {
    fn open(path: &'a Path) -> Result<Self, ReadError> {
        let failed = |e| FileError::new(path, "read", e);
        let file = files::open(path)?;
        let bytes_on_disk = file.metadata().map_err(failed)?.len();
        let mut packed: BufReader<File> = BufReader::new(file);
        let gzip = packed.fill_buf().map_err(failed)?.starts_with(&gzip::MAGIC);
        let stream: Box<dyn Read> =
            if gzip { Box::new(MultiGzDecoder::new(packed)) } else { Box::new(packed) };
        Ok(Self { path, bytes_on_disk, gzip, stream })
    }

    /// The next bytes, at most `limit`; fewer only at the end of the stream, whose checksum was right then.
    fn up_to(&mut self, limit: u64, capacity: usize) -> Result<Vec<u8>, ReadError> {
        let mut bytes = Vec::with_capacity(capacity);
        match self.stream.as_mut().take(limit).read_to_end(&mut bytes) {
            Ok(_) => Ok(bytes),
            Err(source) if self.gzip && means_damage(source.kind()) => {
                Err(ReadError::Gzip { path: self.path.to_path_buf(), source })
            }
            Err(source) => Err(FileError::new(self.path, "read", source).into()),
        }
    }
}

/// Whether a decoder's error is about the bytes, not about the disk under them.
fn means_damage(kind: io::ErrorKind) -> bool {
    matches!(kind, io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof)
}

fn describe(sizes: &[u32]) -> String {
    match sizes {
        [count, rows, columns] => {
            format!("{} images of {rows} x {columns}", grouped(count))
        }
        [count] => format!("{} labels", grouped(count)),
        _ => format!("sizes {sizes:?}"),
    }
}
