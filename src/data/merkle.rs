//! A Merkle tree over the fixed-size chunks of a file: one hash stands for the whole, and a short proof for
//! one chunk.
//!
//! The tree is that of RFC 6962: a leaf is `SHA-256(0x00 ‖ chunk)`, an inner node `SHA-256(0x01 ‖ left ‖
//! right)`, and an odd last node rises as it is. The prefixes keep an inner node from passing for a chunk.
//! The root is `SHA-256(0x02 ‖ length ‖ chunk size ‖ top)`, both numbers as 8 bytes, big end first: without
//! the length, a file cut to its first chunks could offer an inner node as its own root.

use std::fmt::Write as _;
use std::io::{self, Read, Write as _};
use std::ops::Range;
use std::path::{Path, PathBuf};

use rs_merkle::{Hasher, MerkleProof, MerkleTree as HashTree};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::files::{self, FileError};

/// Bytes in a chunk, the last one apart.
pub const CHUNK: usize = 65_536;

/// A SHA-256 hash.
pub type Hash = [u8; 32];

/// The first bytes of a saved tree; the last one is the version of the format.
const MAGIC: &[u8; 8] = b"mlbtree\x01";

/// A saved tree that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MerkleError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error("{}: not a saved Merkle tree of this version. \
             Make it again from the file that it describes.", path.display())]
    NotATree { path: PathBuf },
    #[error("{}: {what}. Make the tree again from the file that it describes.", path.display())]
    Inconsistent { path: PathBuf, what: String },
}

/// The hashes of a file's chunks and the root over them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MerkleTree {
    leaves: Vec<Hash>,
    len: u64,
    chunk: usize,
    root: Hash,
}

impl MerkleTree {
    /// Reads to the end, holding one chunk at a time. A `chunk` of 0 is refused as invalid input.
    pub fn of_reader(mut reader: impl Read, chunk: usize) -> io::Result<Self> {
        if chunk == 0 {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "a chunk must have at least 1 byte"));
        }
        let mut leaves = Vec::new();
        let len = for_each_chunk(&mut reader, chunk, |bytes| leaves.push(hash_chunk(bytes)))?;
        Ok(Self::from_leaves(leaves, len, chunk))
    }

    /// The tree of a file over chunks of [`CHUNK`] bytes.
    pub fn of_file(path: &Path) -> Result<Self, FileError> {
        let file = files::open(path)?;
        Self::of_reader(file, CHUNK).map_err(|e| FileError::new(path, "read", e))
    }

    /// The tree over known chunk hashes. `len` bytes in chunks of `chunk` (at least 1) make
    /// `len.div_ceil(chunk)` leaves; with any other number of leaves the root fits no file.
    pub fn from_leaves(leaves: Vec<Hash>, len: u64, chunk: usize) -> Self {
        let chunk = chunk.max(1);
        // RFC 6962: the tree without leaves is the hash of nothing.
        let top =
            HashTree::<Rfc6962>::from_leaves(&leaves).root().unwrap_or_else(|| Sha256::digest(b"").into());
        Self { root: bind_length(&top, len, chunk), leaves, len, chunk }
    }

    /// The hash that stands for the whole file, its length included.
    pub fn root(&self) -> Hash {
        self.root
    }

    /// The root in 64 lowercase hexadecimal digits.
    pub fn root_hex(&self) -> String {
        to_hex(&self.root)
    }

    /// One hash per chunk, in file order; none for an empty file.
    pub fn leaves(&self) -> &[Hash] {
        &self.leaves
    }

    /// Bytes in the file.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether the file has no bytes.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Bytes in each chunk but the last.
    pub fn chunk(&self) -> usize {
        self.chunk
    }

    /// The bytes of chunk `k` in the file; empty, at the file's end, for a chunk that it does not have.
    pub fn chunk_range(&self, k: usize) -> Range<u64> {
        chunk_range(k as u64, self.len, self.chunk as u64)
    }

    /// The chunks, in ascending order, in which the file at `path` departs from this tree: other bytes,
    /// bytes missing, or bytes beyond the end.
    pub fn damaged(&self, path: &Path) -> Result<Vec<usize>, FileError> {
        let mut file = files::open(path)?;
        let (mut damaged, mut next) = (Vec::new(), 0);
        for_each_chunk(&mut file, self.chunk, |bytes| {
            if self.leaves.get(next) != Some(&hash_chunk(bytes)) {
                damaged.push(next);
            }
            next += 1;
        })
        .map_err(|e| FileError::new(path, "read", e))?;
        damaged.extend(next..self.leaves.len());
        Ok(damaged)
    }

    /// Writes the tree beside the file that it describes: magic, chunk size, length, root, leaves; 56 bytes
    /// and 32 per chunk.
    pub fn save(&self, path: &Path) -> Result<(), FileError> {
        files::write_with(path, |file| {
            file.write_all(MAGIC)?;
            file.write_all(&(self.chunk as u64).to_be_bytes())?;
            file.write_all(&self.len.to_be_bytes())?;
            file.write_all(&self.root)?;
            file.write_all(self.leaves.as_flattened())
        })
    }

    /// Reads a saved tree. Refused: another format, a number of leaves that the length does not have, a
    /// root that the leaves do not give.
    pub fn load(path: &Path) -> Result<Self, MerkleError> {
        let bytes = files::read(path)?;
        let not_a_tree = || MerkleError::NotATree { path: path.to_path_buf() };
        let inconsistent = |what| MerkleError::Inconsistent { path: path.to_path_buf(), what };

        let rest = bytes.strip_prefix(MAGIC).ok_or_else(not_a_tree)?;
        let (chunk, rest) = rest.split_first_chunk().ok_or_else(not_a_tree)?;
        let (len, rest) = rest.split_first_chunk().ok_or_else(not_a_tree)?;
        let (root, rest) = rest.split_first_chunk::<32>().ok_or_else(not_a_tree)?;
        let (leaves, tail) = rest.as_chunks::<32>();

        let len = u64::from_be_bytes(*len);
        let chunk = usize::try_from(u64::from_be_bytes(*chunk))
            .ok()
            .filter(|&chunk| chunk > 0)
            .ok_or_else(|| inconsistent("its chunk size is 0 or too large for this machine".into()))?;
        let expected = len.div_ceil(chunk as u64);
        if leaves.len() as u64 != expected || !tail.is_empty() {
            let found = leaves.len();
            return Err(inconsistent(format!(
                "a file of {len} bytes has {expected} chunk hashes, here are {found}"
            )));
        }
        let tree = Self::from_leaves(leaves.to_vec(), len, chunk);
        if tree.root != *root {
            return Err(inconsistent("its root is not the root of its chunk hashes".into()));
        }
        Ok(tree)
    }

    /// The proof that chunk `k` belongs to the file; none when the file has no such chunk.
    pub fn proof(&self, k: usize) -> Option<Proof> {
        if k >= self.leaves.len() {
            return None;
        }
        let siblings = HashTree::<Rfc6962>::from_leaves(&self.leaves).proof(&[k]).proof_hashes().to_vec();
        Some(Proof { chunk: k as u64, chunk_size: self.chunk as u64, length: self.len, siblings })
    }
}

/// What it takes to check one chunk against the root of its file without the rest: the hashes beside the
/// way up.
///
/// As JSON: `{"chunk": 3, "chunk_size": 65536, "length": 1000000, "siblings": ["hex", …]}`, from the leaf
/// to the root.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// Which chunk, counted from 0.
    pub chunk: u64,
    /// Bytes in each chunk but the last.
    pub chunk_size: u64,
    /// Bytes in the whole file.
    pub length: u64,
    #[serde(with = "hex_list")]
    siblings: Vec<Hash>,
}

impl Proof {
    /// Whether `chunk` holds the bytes that the file with this root has at the proof's chunk.
    pub fn check(&self, chunk: &[u8], root: &Hash) -> bool {
        let range = self.range();
        chunk.len() as u64 == range.end - range.start && self.root_with(chunk).as_ref() == Some(root)
    }

    /// The bytes of the chunk in the file; empty, and never valid, when the proof contradicts itself.
    pub fn range(&self) -> Range<u64> {
        chunk_range(self.chunk, self.length, self.chunk_size)
    }

    fn root_with(&self, chunk: &[u8]) -> Option<Hash> {
        let chunk_size = usize::try_from(self.chunk_size).ok().filter(|&size| size > 0)?;
        let chunks = usize::try_from(self.length.div_ceil(self.chunk_size)).ok()?;
        let k = usize::try_from(self.chunk).ok().filter(|&k| k < chunks)?;
        // rs_merkle ignores surplus hashes; a proof with any is not one that was made.
        if self.siblings.len() != siblings_above(k, chunks) {
            return None;
        }
        let top = MerkleProof::<Rfc6962>::new(self.siblings.clone())
            .root(&[k], &[hash_chunk(chunk)], chunks)
            .ok()?;
        Some(bind_length(&top, self.length, chunk_size))
    }
}

/// The hashing rules of RFC 6962 for `rs_merkle`, whose own SHA-256 does not tell leaves from inner nodes.
#[derive(Clone)]
struct Rfc6962;

impl Hasher for Rfc6962 {
    type Hash = Hash;

    fn hash(data: &[u8]) -> Hash {
        hash_chunk(data)
    }

    fn concat_and_hash(left: &Hash, right: Option<&Hash>) -> Hash {
        match right {
            Some(right) => hash_node([left, right]),
            None => *left,
        }
    }
}

/// The hash of a leaf: `SHA-256(0x00 ‖ bytes)`.
pub fn hash_chunk(bytes: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(bytes).finalize().into()
}

/// The hash of an inner node over its children: `SHA-256(0x01 ‖ child ‖ …)`.
pub fn hash_node<'a>(children: impl IntoIterator<Item = &'a Hash>) -> Hash {
    let mut hasher = Sha256::new().chain_update([1]);
    children.into_iter().for_each(|child| hasher.update(child));
    hasher.finalize().into()
}

fn bind_length(top: &Hash, len: u64, chunk: usize) -> Hash {
    let numbers = [len.to_be_bytes(), (chunk as u64).to_be_bytes()];
    Sha256::new().chain_update([2]).chain_update(numbers.as_flattened()).chain_update(top).finalize().into()
}

/// Hashes in the proof of leaf `k`: one per level where it or its ancestor has a sibling.
fn siblings_above(mut k: usize, mut nodes: usize) -> usize {
    let mut siblings = 0;
    while nodes > 1 {
        siblings += usize::from(k ^ 1 < nodes);
        k /= 2;
        nodes = nodes.div_ceil(2);
    }
    siblings
}

fn chunk_range(k: u64, len: u64, chunk: u64) -> Range<u64> {
    let start = k.saturating_mul(chunk).min(len);
    start..start.saturating_add(chunk).min(len)
}

/// Hands out the chunks of `reader` in order and returns the bytes read. The buffer grows with what is
/// there, so that a huge `chunk` costs nothing on a small file.
fn for_each_chunk(reader: &mut impl Read, chunk: usize, mut visit: impl FnMut(&[u8])) -> io::Result<u64> {
    let (mut buffer, mut len) = (Vec::new(), 0);
    loop {
        buffer.clear();
        reader.by_ref().take(chunk as u64).read_to_end(&mut buffer)?;
        if buffer.is_empty() {
            return Ok(len);
        }
        len += buffer.len() as u64;
        visit(&buffer);
    }
}

/// 64 lowercase hexadecimal digits.
pub fn to_hex(hash: &Hash) -> String {
    hash.iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The hash that 64 hexadecimal digits of either case spell; none for any other text.
pub fn from_hex(text: &str) -> Option<Hash> {
    let digits: Vec<u8> = text.chars().map(|c| c.to_digit(16).map(|d| d as u8)).collect::<Option<_>>()?;
    let (pairs, rest) = digits.as_chunks::<2>();
    let bytes: Vec<u8> = pairs.iter().map(|[high, low]| high << 4 | low).collect();
    Hash::try_from(bytes).ok().filter(|_| rest.is_empty())
}

/// Hashes in JSON are lists of hexadecimal text.
mod hex_list {
    use super::{Hash, from_hex, to_hex};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(hashes: &[Hash], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(hashes.iter().map(to_hex))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Hash>, D::Error> {
        let texts = Vec::<String>::deserialize(deserializer)?;
        let parse = |text: &String| {
            from_hex(text).ok_or_else(|| D::Error::custom("a hash has 64 hexadecimal digits"))
        };
        texts.iter().map(parse).collect()
    }
}
