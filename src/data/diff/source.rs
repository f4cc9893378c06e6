//! One of the two files: its format, its tree, and its rows read again where they are needed.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::DiffError;
use super::rows::{Endings, Fields, Format, RowReader, Scratch};
use super::tree::{RowTree, TreeBuilder};
use crate::data::merkle::{Hash, hash_node};
use crate::files::{self, FileError};

/// Buffers for a pass over many rows, and for a single row.
const MANY: usize = 1 << 18;
const ONE: usize = 1 << 10;
const BOM: &[u8] = b"\xef\xbb\xbf";

/// A file to compare; only its first row has been read.
#[derive(Debug)]
pub struct Source {
    pub path: PathBuf,
    file: File,
    /// Where the text begins: after a byte-order mark, if there is one.
    pub text: u64,
    /// The first row, unless the file is empty, and where it ends.
    pub first: Option<(Fields, u64)>,
    /// The first row is no CSV record.
    pub first_broken: bool,
}

/// What one pass over a file found.
#[derive(Debug)]
pub struct Scan {
    pub tree: RowTree,
    pub endings: Endings,
}

/// A row of a differing part.
#[derive(Clone, Copy, Debug)]
pub struct RowRef {
    /// The first 16 bytes of the hash of its compared values.
    pub hash: u128,
    /// The same for one column, by which rows are matched.
    pub key: u128,
    /// Its number, from 0, and where it begins in the file.
    pub row: usize,
    pub offset: u64,
}

impl Source {
    pub fn open(path: &Path) -> Result<Self, DiffError> {
        let file = files::open(path)?;
        let read_failed = |e| DiffError::File(FileError::new(path, "read", e));
        if !file.metadata().map_err(read_failed)?.is_file() {
            return Err(DiffError::NotRegular { path: path.to_path_buf() });
        }
        let mut source = Self { path: path.to_path_buf(), file, text: 0, first: None, first_broken: false };
        source.read_first_row().map_err(read_failed)?;
        Ok(source)
    }

    fn read_first_row(&mut self) -> io::Result<()> {
        let mut start = Vec::new();
        (&self.file).take(BOM.len() as u64).read_to_end(&mut start)?;
        self.text = if start == BOM { BOM.len() as u64 } else { 0 };
        let mut reader = self.rows_at(self.text, false, MANY)?;
        let mut fields = Fields::default();
        let first = reader.advance()?.then(|| {
            reader.parse(&mut fields);
            reader.offset()
        });
        self.first_broken = reader.is_broken();
        self.first = first.map(|end| (fields, end));
        Ok(())
    }

    /// Builds the tree over the rows from byte `start` on; none when the file turns out to be no table:
    /// quotes that do not close, or more than one row in ten with another number of fields than the first.
    pub fn scan(&self, start: u64, format: &Format) -> Result<Option<Scan>, DiffError> {
        self.try_scan(start, format).map_err(|e| self.failed(e))
    }

    fn try_scan(&self, start: u64, format: &Format) -> io::Result<Option<Scan>> {
        let width = self.first.as_ref().map_or(0, |(fields, _)| fields.len() as u64);
        let mut reader = self.rows_at(start, format.lines, MANY)?;
        let (mut builder, mut scratch) = (TreeBuilder::default(), Scratch::default());
        let (mut rows, mut ragged) = (0u64, 0u64);
        while reader.advance()? {
            builder.push(&reader.hash(format, &mut scratch), reader.start());
            rows += 1;
            ragged += u64::from(reader.width() != width);
            if !format.lines && reader.is_broken() {
                return Ok(None);
            }
        }
        if !format.lines && ragged * 10 > rows {
            return Ok(None);
        }
        Ok(Some(Scan { tree: builder.finish(reader.offset()), endings: reader.endings }))
    }

    /// The rows of some blocks, checked against the tree.
    pub fn region(
        &self,
        tree: &RowTree,
        blocks: Range<usize>,
        format: &Format,
        key: usize,
    ) -> Result<Vec<RowRef>, DiffError> {
        let rows = tree.children(0, &blocks);
        let changed = || DiffError::ChangedMeanwhile { path: self.path.clone() };
        let mut refs = Vec::with_capacity(rows.len());
        let mut scratch = Scratch::default();
        let mut hashes: Vec<Hash> = Vec::new();
        let mut reader =
            self.rows_at(tree.bytes(&blocks).start, format.lines, MANY).map_err(|e| self.failed(e))?;
        for block in blocks {
            hashes.clear();
            for row in tree.children(0, &(block..block + 1)) {
                if !reader.advance().map_err(|e| self.failed(e))? {
                    return Err(changed());
                }
                let hash = reader.hash(format, &mut scratch);
                let key = key_hash(&reader, format, key, &mut scratch);
                refs.push(RowRef { hash: head(&hash), key, row, offset: reader.start() });
                hashes.push(hash);
            }
            if tree.hashes(0, &(block..block + 1)) != [hash_node(&hashes)] {
                return Err(changed());
            }
        }
        Ok(refs)
    }

    /// The compared values of the row that begins at `offset`; none where the row is too short.
    pub fn values(&self, offset: u64, format: &Format) -> Result<Vec<Option<Vec<u8>>>, DiffError> {
        let mut fields = Fields::default();
        let mut read = || -> io::Result<()> {
            let mut reader = self.rows_at(offset, format.lines, ONE)?;
            reader.advance()?;
            reader.parse(&mut fields);
            Ok(())
        };
        read().map_err(|e| self.failed(e))?;
        Ok(fields.picked(format).map(|field| field.map(<[u8]>::to_vec)).collect())
    }

    fn rows_at(&self, offset: u64, lines: bool, buffer: usize) -> io::Result<RowReader<BufReader<&File>>> {
        let mut file = &self.file;
        file.seek(SeekFrom::Start(offset))?;
        Ok(RowReader::new(BufReader::with_capacity(buffer, file), lines, offset))
    }

    fn failed(&self, error: io::Error) -> DiffError {
        DiffError::File(FileError::new(&self.path, "read", error))
    }
}

fn key_hash<R: io::BufRead>(
    reader: &RowReader<R>,
    format: &Format,
    key: usize,
    scratch: &mut Scratch,
) -> u128 {
    reader.parse(&mut scratch.fields);
    let value = scratch.fields.picked(format).nth(key).flatten().unwrap_or_default();
    head(&crate::data::merkle::hash_chunk(value))
}

fn head(hash: &Hash) -> u128 {
    hash.iter().take(16).fold(0, |number, &byte| number << 8 | u128::from(byte))
}
