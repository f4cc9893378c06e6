//! Which chunks of a file are damaged, and fetching those alone.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::catalog::{Set, SetFile, Version};
use super::download::{DownloadError, Fetcher};
use super::http::{Answer, Wanted};
use super::lock::FolderLock;
use super::merkle::{self, MerkleTree};
use super::sidecar::{self, Scan};
use crate::files::{self, FileError};

/// Chunks by their number.
type Chunks = BTreeMap<usize, Vec<u8>>;

/// How a file is.
#[derive(Clone, Debug)]
pub enum Condition<'c> {
    /// An accepted version, byte for byte.
    Whole,
    /// Not there.
    Missing,
    /// Not what it should be, in these chunks alone.
    Damaged { version: &'c Version, tree: MerkleTree, chunks: Vec<usize> },
    /// Not an accepted version, and no tree tells where it differs.
    Unknown { bytes: u64 },
}

/// A file of a set, looked at.
#[derive(Clone, Debug)]
pub struct Checked<'c> {
    pub file: &'c SetFile,
    pub path: PathBuf,
    pub condition: Condition<'c>,
}

/// How a file was mended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repaired {
    /// It was whole.
    Nothing,
    /// This many chunks were fetched.
    Chunks(usize),
    /// All of it was fetched.
    Whole,
}

/// Reads a file of a set and compares it with the catalog. The tree over a whole file is kept beside it, so
/// that a later look can tell which chunks are damaged.
///
/// # Errors
/// [`FileError`] if the file is there and cannot be read.
pub fn check_file<'c>(file: &'c SetFile, folder: &Path) -> Result<Checked<'c>, FileError> {
    let path = folder.join(&file.name);
    if !path.exists() {
        return Ok(Checked { file, path, condition: Condition::Missing });
    }
    let scan = Scan::of(&path)?;
    let known = sidecar::trusted(&path, file);
    if scan.version(file).is_some() {
        if known.is_none() {
            // A folder that cannot be written to still holds a good file.
            let _ = scan.keep(&path);
        }
        return Ok(Checked { file, path, condition: Condition::Whole });
    }
    let condition = match known {
        Some((version, tree)) => {
            let chunks = tree.damaged(&path)?;
            if chunks.is_empty() {
                Condition::Unknown { bytes: scan.tree.len() }
            } else {
                Condition::Damaged { version, tree, chunks }
            }
        }
        None => Condition::Unknown { bytes: scan.tree.len() },
    };
    Ok(Checked { file, path, condition })
}

impl Fetcher {
    /// Mends a file in the locked folder: its damaged chunks if they are known and a mirror serves them,
    /// otherwise all of it.
    ///
    /// # Errors
    /// [`DownloadError`]: the file is then as it was.
    pub fn repair(
        &self,
        set: &Set,
        checked: &Checked<'_>,
        lock: &FolderLock,
    ) -> Result<Repaired, DownloadError> {
        match &checked.condition {
            Condition::Whole => return Ok(Repaired::Nothing),
            Condition::Damaged { version, tree, chunks } => {
                match self.mend(version, tree, chunks, &checked.path) {
                    Ok(()) => return Ok(Repaired::Chunks(chunks.len())),
                    Err(DownloadError::File(error)) => return Err(error.into()),
                    Err(error) => self.progress().say(&format!("{error}; fetching the whole file")),
                }
            }
            Condition::Missing | Condition::Unknown { .. } => {}
        }
        self.file(set, checked.file, lock).map(|_| Repaired::Whole)
    }

    fn mend(
        &self,
        version: &Version,
        tree: &MerkleTree,
        chunks: &[usize],
        path: &Path,
    ) -> Result<(), DownloadError> {
        let mut patches = Chunks::new();
        // Bytes beyond the end count as damaged chunks; they need no fetching, the copy ends before them.
        let in_tree = chunks.partition_point(|k| *k < tree.leaves().len());
        for run in runs(chunks.get(..in_tree).unwrap_or_default()) {
            patches.extend(self.fetch_run(version, tree, &run, path)?);
        }
        patch(path, version, tree, &patches)
    }

    /// Fetches neighbouring chunks from the first mirror that has them.
    fn fetch_run(
        &self,
        version: &Version,
        tree: &MerkleTree,
        run: &Range<usize>,
        path: &Path,
    ) -> Result<Chunks, DownloadError> {
        let mut latest = DownloadError::NoMirrorForChunks { file: path.display().to_string() };
        for url in &version.mirrors {
            let attempt = || self.ask_for_run(url, version, tree, run);
            match self.persist(url, |line| self.progress().say(line), attempt) {
                Ok(good) => return Ok(good),
                Err(error) => {
                    self.progress().say(&error.to_string());
                    latest = error;
                }
            }
        }
        Err(latest)
    }

    /// A server that ignores ranges is read up to the chunks that are needed; what comes before is not kept.
    fn ask_for_run(
        &self,
        url: &str,
        version: &Version,
        tree: &MerkleTree,
        run: &Range<usize>,
    ) -> Result<Chunks, DownloadError> {
        let (from, until) =
            (tree.chunk_range(run.start).start, tree.chunk_range(run.end.saturating_sub(1)).end);
        let mut answer = self.client.get(url, &Wanted { from, until: Some(until), tag: None })?;
        if let Some(got) = answer.total.filter(|total| *total != version.bytes) {
            return Err(DownloadError::WrongSize { url: url.to_string(), got, expected: version.bytes });
        }
        let before = from.checked_sub(answer.start).ok_or_else(|| DownloadError::WrongRange {
            url: url.to_string(),
            asked: from,
            got: answer.start,
        })?;
        let short = |got| DownloadError::Truncated { url: url.to_string(), got, expected: until };
        skip(&mut answer, before, short)?;
        run.clone()
            .map(|k| {
                let mut chunk = vec![0; tree.chunk_range(k).count()];
                fill(&mut answer, &mut chunk, || short(tree.chunk_range(k).start))?;
                let is_right = tree.leaves().get(k) == Some(&merkle::hash_chunk(&chunk));
                let wrong = || DownloadError::WrongChunk { url: url.to_string(), chunk: k };
                is_right.then_some((k, chunk)).ok_or_else(wrong)
            })
            .collect()
    }
}

/// Neighbouring chunks together, so that each run is one request.
fn runs(chunks: &[usize]) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for &k in chunks {
        match runs.last_mut() {
            Some(run) if run.end == k => run.end = k + 1,
            _ => runs.push(k..k + 1),
        }
    }
    runs
}

fn skip(
    answer: &mut Answer,
    mut left: u64,
    short: impl Fn(u64) -> DownloadError,
) -> Result<(), DownloadError> {
    let mut buffer = vec![0; 64 << 10];
    while left > 0 {
        let most = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        let count = answer.read(buffer.get_mut(..most).unwrap_or_default())?;
        if count == 0 {
            return Err(short(0));
        }
        left -= count as u64;
    }
    Ok(())
}

fn fill(
    answer: &mut Answer,
    mut bytes: &mut [u8],
    short: impl Fn() -> DownloadError,
) -> Result<(), DownloadError> {
    while !bytes.is_empty() {
        let count = answer.read(bytes)?;
        if count == 0 {
            return Err(short());
        }
        bytes = bytes.get_mut(count..).unwrap_or_default();
    }
    Ok(())
}

/// Writes a copy of `path` with the patched chunks, and puts it in its place if its SHA-256 is right.
fn patch(path: &Path, version: &Version, tree: &MerkleTree, patches: &Chunks) -> Result<(), DownloadError> {
    let wrong = Cell::new(None);
    let written = files::write_with(path, |copy| {
        let mut old = std::fs::File::open(path)?;
        let mut sha256 = Sha256::new();
        for k in 0..tree.leaves().len() {
            let range = tree.chunk_range(k);
            let mut kept = Vec::new();
            let bytes = match patches.get(&k) {
                Some(bytes) => bytes,
                None => {
                    old.seek(SeekFrom::Start(range.start))?;
                    (&mut old).take(range.end - range.start).read_to_end(&mut kept)?;
                    &kept
                }
            };
            sha256.update(bytes);
            copy.write_all(bytes)?;
        }
        let got = merkle::to_hex(&sha256.finalize().into());
        if got == version.sha256 {
            return Ok(());
        }
        wrong.set(Some(got));
        Err(io::Error::other("the SHA-256 is not the catalog's"))
    });
    match wrong.take() {
        Some(got) => {
            let url = path.display().to_string();
            Err(DownloadError::WrongHash { url, got, expected: version.sha256.clone(), joined: true })
        }
        None => Ok(written?),
    }
}
