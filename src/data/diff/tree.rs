//! A Merkle tree over rows whose nodes end where the content says so.
//!
//! A block of rows ends after a row whose hash ends in five zero bits, a node above after a child whose
//! hash ends in two. An inserted row therefore moves no later boundary: every block, and every node above,
//! that holds the same rows in two files has the same hash in both. Only the shortest and longest sizes,
//! which keep the tree flat for rows that repeat, can delay this by a few rows.

use std::ops::Range;

use sha2::{Digest, Sha256};

use crate::data::merkle::{Hash, hash_node};

/// Shortest and longest runs that make a node, and the mask that ends one.
struct Cut {
    shortest: usize,
    longest: usize,
    mask: u8,
}

const BLOCK: Cut = Cut { shortest: 4, longest: 256, mask: 0x1f };
const INNER: Cut = Cut { shortest: 2, longest: 16, mask: 0x03 };

impl Cut {
    fn ends(&self, length: usize, last: &Hash) -> bool {
        length >= self.longest || (length >= self.shortest && last[31] & self.mask == 0)
    }
}

/// The hash of what is below, and how far the part of the level below that it covers reaches: rows for a
/// block, nodes above.
#[derive(Clone, Debug)]
pub struct Node {
    pub hash: Hash,
    end: usize,
}

/// The tree of one file: blocks of rows at level 0, a single node at the top.
#[derive(Clone, Debug)]
pub struct RowTree {
    levels: Vec<Vec<Node>>,
    /// Where each block begins in the file, and where the last one ends.
    offsets: Vec<u64>,
}

impl RowTree {
    pub fn top(&self) -> usize {
        self.levels.len() - 1
    }

    pub fn root(&self) -> &Hash {
        &self.levels[self.top()][0].hash
    }

    /// Nodes on all levels; rows are not nodes.
    pub fn nodes(&self) -> usize {
        self.levels.iter().map(Vec::len).sum()
    }

    pub fn rows(&self) -> usize {
        self.levels[0].last().map_or(0, |block| block.end)
    }

    pub fn hashes(&self, level: usize, nodes: &Range<usize>) -> Vec<Hash> {
        self.levels[level][nodes.clone()].iter().map(|node| node.hash).collect()
    }

    /// What a run of nodes covers one level down; rows for a run of blocks.
    pub fn children(&self, level: usize, nodes: &Range<usize>) -> Range<usize> {
        let end_before = |node: usize| node.checked_sub(1).map_or(0, |before| self.levels[level][before].end);
        end_before(nodes.start)..end_before(nodes.end)
    }

    /// The blocks below a run of nodes.
    pub fn blocks(&self, level: usize, nodes: Range<usize>) -> Range<usize> {
        (1..=level).rev().fold(nodes, |nodes, level| self.children(level, &nodes))
    }

    /// The bytes of a run of blocks in the file.
    pub fn bytes(&self, blocks: &Range<usize>) -> Range<u64> {
        self.offsets[blocks.start]..self.offsets[blocks.end]
    }
}

/// Takes the row hashes of a file in order.
#[derive(Default)]
pub struct TreeBuilder {
    blocks: Vec<Node>,
    offsets: Vec<u64>,
    open: Option<(Sha256, usize)>,
    rows: usize,
}

impl TreeBuilder {
    pub fn push(&mut self, row: &Hash, offset: u64) {
        let (mut hasher, mut length) = self.open.take().unwrap_or_else(|| {
            self.offsets.push(offset);
            (Sha256::new().chain_update([1]), 0)
        });
        hasher.update(row);
        length += 1;
        self.rows += 1;
        if BLOCK.ends(length, row) {
            self.blocks.push(Node { hash: hasher.finalize().into(), end: self.rows });
        } else {
            self.open = Some((hasher, length));
        }
    }

    /// The tree over all rows; `end` is where the last one ends. A file without rows is one block without
    /// rows.
    pub fn finish(mut self, end: u64) -> RowTree {
        if let Some((hasher, _)) = self.open.take() {
            self.blocks.push(Node { hash: hasher.finalize().into(), end: self.rows });
        }
        if self.blocks.is_empty() {
            self.offsets.push(end);
            self.blocks.push(Node { hash: hash_node([]), end: 0 });
        }
        self.offsets.push(end);
        let mut levels = vec![self.blocks];
        while levels[levels.len() - 1].len() > 1 {
            let above = level_above(&levels[levels.len() - 1]);
            levels.push(above);
        }
        RowTree { levels, offsets: self.offsets }
    }
}

fn level_above(below: &[Node]) -> Vec<Node> {
    let (mut above, mut start) = (Vec::new(), 0);
    for (i, child) in below.iter().enumerate() {
        if INNER.ends(i + 1 - start, &child.hash) || i + 1 == below.len() {
            let hash = hash_node(below[start..=i].iter().map(|child| &child.hash));
            above.push(Node { hash, end: i + 1 });
            start = i + 1;
        }
    }
    above
}
