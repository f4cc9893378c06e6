//! Two tables compared from the roots of their Merkle trees down: which rows changed, and which only one
//! file has.
//!
//! Each file is read once, in parallel, into a tree over its rows (`tree`); in memory are hashes of
//! blocks, not rows. Equal roots end the comparison. Otherwise only the branches that differ are entered
//! (`descend`), only the rows of differing blocks are read again, and what is not equal in order there
//! (`align`) is paired by place or by key (`pair`).
//!
//! Values are compared, not their spelling: line endings, quotes that need not be there, a missing last
//! newline and a byte-order mark are noted and make no difference. Columns are matched by name. A file that
//! is no table is compared line by line.

mod align;
mod columns;
mod descend;
mod pair;
mod plan;
mod rows;
mod source;
mod text;
mod tree;

use std::path::{Path, PathBuf};
use std::thread;

use self::plan::Plan;
use self::rows::Format;
use self::source::{Scan, Source};
use crate::files::FileError;
pub use columns::Columns;
pub use text::escape;

/// A comparison that cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum DiffError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error("{}: not a regular file, and rows are read again where files differ. \
             Save the stream to a file first.", path.display())]
    NotRegular { path: PathBuf },
    #[error("no column `{key}` that both files have; a key must be one of: {columns}. Choose one of these.")]
    UnknownKey { key: String, columns: String },
    #[error("{}: not a CSV table (an open quote, or rows of many widths), so it has no key column. \
             Leave --key out to compare it line by line.", path.display())]
    KeyNeedsTable { path: PathBuf },
    #[error("{}: changed while it was compared. Run again when nothing writes to it.", path.display())]
    ChangedMeanwhile { path: PathBuf },
}

/// How to compare.
#[derive(Clone, Debug)]
pub struct Options {
    /// Match rows by this column's value instead of their place; the order of rows then makes no
    /// difference.
    pub key: Option<String>,
    /// The first row names the columns. Without, columns are called `column 1`, `column 2`, …
    pub header: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { key: None, header: true }
    }
}

/// A row of a file; the header is not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowAt {
    /// Its number, from 1.
    pub row: u64,
    offset: u64,
}

/// One row before and after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowPair {
    /// In the first file.
    pub a: RowAt,
    /// In the second.
    pub b: RowAt,
}

/// A value that changed; none where the row is too short to have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// The column's name.
    pub column: Vec<u8>,
    /// The value in the first file.
    pub from: Option<Vec<u8>>,
    /// The value in the second.
    pub to: Option<Vec<u8>>,
}

/// What was seen of one file.
#[derive(Debug)]
pub struct Side {
    source: Source,
    format: Format,
    /// Rows without the header.
    pub rows: usize,
    /// Nodes in its tree.
    pub nodes: usize,
    /// Nodes whose hashes were looked at.
    pub visited: usize,
}

/// The result of [`compare`]. Rows are in A's order, those only in B in B's.
#[derive(Debug)]
pub struct Comparison {
    /// The first file.
    pub a: Side,
    /// The second file.
    pub b: Side,
    /// Which columns are compared.
    pub columns: Columns,
    /// Compared line by line, because a file is no table.
    pub lines: bool,
    /// The headers name different columns, or in another order.
    pub header_differs: bool,
    /// Rows with a counterpart of other values.
    pub changed: Vec<RowPair>,
    /// Rows that B lacks.
    pub only_in_a: Vec<RowAt>,
    /// Rows that A lacks.
    pub only_in_b: Vec<RowAt>,
    /// With a key: equal rows at another place, no difference.
    pub moved: usize,
    /// What is worth knowing and is no difference of rows.
    pub notes: Vec<String>,
}

impl Comparison {
    /// Whether no row and no column differs.
    pub fn is_equal(&self) -> bool {
        self.differing() == 0 && !self.header_differs
    }

    /// Rows changed and rows in one file only.
    pub fn differing(&self) -> usize {
        self.changed.len() + self.only_in_a.len() + self.only_in_b.len()
    }

    /// Rows in either file, a row and its changed state counted once.
    pub fn rows(&self) -> usize {
        self.a.rows + self.only_in_b.len()
    }

    /// The columns in which a row changed, read from the files.
    pub fn cells(&self, pair: &RowPair) -> Result<Vec<Cell>, DiffError> {
        let mut from = self.a.values(pair.a)?;
        let mut to = self.b.values(pair.b)?;
        let width = from.len().max(to.len());
        from.resize(width, None);
        to.resize(width, None);
        let cells = from.into_iter().zip(to).enumerate().filter(|(_, (from, to))| from != to);
        Ok(cells.map(|(i, (from, to))| Cell { column: self.column(i), from, to }).collect())
    }

    /// The name of a compared column; a number beyond the header.
    pub fn column(&self, i: usize) -> Vec<u8> {
        match self.columns.names.get(i) {
            Some(name) => name.clone(),
            None if self.lines => b"line".to_vec(),
            None => format!("column {}", i + 1).into_bytes(),
        }
    }
}

impl Side {
    /// The path that was compared.
    pub fn path(&self) -> &Path {
        &self.source.path
    }

    /// The compared values of a row of this file, read from it; none where the row is too short.
    pub fn values(&self, row: RowAt) -> Result<Vec<Option<Vec<u8>>>, DiffError> {
        self.source.values(row.offset, &self.format)
    }
}

/// Compares two files. Memory: about 100 bytes for each block of some 35 rows, and for each row of a
/// differing block.
pub fn compare(a: &Path, b: &Path, options: &Options) -> Result<Comparison, DiffError> {
    let (a, b) = (Source::open(a)?, Source::open(b)?);
    let plan = Plan::new(&a, &b, options);
    let tables = if plan.lines { None } else { scan_both(&a, &b, &plan)? };
    let (plan, scans) = match tables {
        Some(scans) => (plan, scans),
        None => {
            let plan = Plan::by_line();
            let scans = scan_both(&a, &b, &plan)?;
            let unreadable = || DiffError::ChangedMeanwhile { path: a.path.clone() };
            (plan, scans.ok_or_else(unreadable)?)
        }
    };
    let key = options.key.as_deref().map(|key| plan.key(key, &a)).transpose()?;
    let header_differs = plan.header && (!plan.columns.agree() || a.first.is_some() != b.first.is_some());
    let mut notes = text::notes((&a, &scans[0]), (&b, &scans[1]), plan.lines);
    let mut comparison = differences(a, b, plan, scans, key)?;
    notes.append(&mut comparison.notes);
    Ok(Comparison { header_differs, notes, ..comparison })
}

/// One scan per file, side by side; none when one of them is no table.
fn scan_both(a: &Source, b: &Source, plan: &Plan) -> Result<Option<[Scan; 2]>, DiffError> {
    let [format_a, format_b] = plan.formats();
    let (scan_a, scan_b) = thread::scope(|scope| {
        let other = scope.spawn(|| b.scan(plan.start(b), &format_b));
        let one = a.scan(plan.start(a), &format_a);
        (one, other.join())
    });
    let scan_b = scan_b.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    Ok(scan_a?.zip(scan_b?).map(|(a, b)| [a, b]))
}

fn differences(
    a: Source,
    b: Source,
    plan: Plan,
    [scan_a, scan_b]: [Scan; 2],
    key: Option<usize>,
) -> Result<Comparison, DiffError> {
    let [format_a, format_b] = plan.formats();
    let (tree_a, tree_b) = (&scan_a.tree, &scan_b.tree);
    let descent = descend::descend(tree_a, tree_b);
    let mut outcome = pair::Outcome::default();
    let (mut left_a, mut left_b) = (Vec::new(), Vec::new());
    for gap in &descent.gaps {
        let column = key.unwrap_or(0);
        let rows_a = a.region(tree_a, gap.a.clone(), &format_a, column)?;
        let rows_b = b.region(tree_b, gap.b.clone(), &format_b, column)?;
        if key.is_none() {
            pair::by_place(((&a, &format_a), &rows_a), ((&b, &format_b), &rows_b), &mut outcome)?;
        } else {
            let (rows_a, rows_b) = pair::unequal(&rows_a, &rows_b);
            left_a.extend(rows_a);
            left_b.extend(rows_b);
        }
    }
    if key.is_some() {
        outcome = pair::by_key(&left_a, &left_b);
    }
    let side = |source, format, tree: &tree::RowTree, visited| Side {
        source,
        format,
        rows: tree.rows(),
        nodes: tree.nodes(),
        visited,
    };
    let mut notes = Vec::new();
    if outcome.duplicate_keys > 0 {
        let count = outcome.duplicate_keys;
        notes.push(format!(
            "{count} differing rows of B repeat a key; equal keys are matched in order of appearance"
        ));
    }
    Ok(Comparison {
        a: side(a, format_a, tree_a, descent.visited_a),
        b: side(b, format_b, tree_b, descent.visited_b),
        columns: plan.columns,
        lines: plan.lines,
        header_differs: false,
        changed: outcome.changed,
        only_in_a: outcome.only_in_a,
        only_in_b: outcome.only_in_b,
        moved: outcome.moved,
        notes,
    })
}
