//! Which of the rows that are not equal in order are two states of one row.

use std::collections::{HashMap, VecDeque};
use std::ops::Range;

use super::align::{EXACT_CELLS, Gap, align, best_pairs};
use super::rows::Format;
use super::source::{RowRef, Source};
use super::{DiffError, RowAt, RowPair};

/// What became of the rows in differing parts.
#[derive(Debug, Default)]
pub struct Outcome {
    pub changed: Vec<RowPair>,
    pub only_in_a: Vec<RowAt>,
    pub only_in_b: Vec<RowAt>,
    pub moved: usize,
    pub duplicate_keys: usize,
}

/// A file with the way its rows are read.
pub type Side<'a> = (&'a Source, &'a Format);

/// Matches the rows of two stretches by their place between equal rows. In a small gap the pairs with the
/// most fields in common win; in a large one, rows with the same first column are matched first and the
/// others in their order.
pub fn by_place(a: (Side, &[RowRef]), b: (Side, &[RowRef]), outcome: &mut Outcome) -> Result<(), DiffError> {
    let ((side_a, rows_a), (side_b, rows_b)) = (a, b);
    for gap in gaps(rows_a, rows_b, |row| row.hash) {
        let (left, right) = (&rows_a[gap.a.clone()], &rows_b[gap.b.clone()]);
        if is_small(&gap) {
            pair_alike((side_a, left), (side_b, right), outcome)?;
            continue;
        }
        let by_key = gaps(left, right, |row| row.key);
        let (mut i, mut j) = (0, 0);
        for inner in
            by_key.iter().cloned().chain([Gap { a: left.len()..left.len(), b: right.len()..right.len() }])
        {
            pair_in_order(&left[i..inner.a.start], &right[j..inner.b.start], outcome);
            (i, j) = (inner.a.end, inner.b.end);
            let (rest_a, rest_b) = (&left[inner.a.clone()], &right[inner.b.clone()]);
            match is_small(&inner) {
                true => pair_alike((side_a, rest_a), (side_b, rest_b), outcome)?,
                false => pair_in_order(rest_a, rest_b, outcome),
            }
        }
    }
    Ok(())
}

/// Matches by key the rows that no equal row in order claimed: in order of appearance when a key is there
/// more than once. Equal rows under one key have only moved.
pub fn by_key(a: &[RowRef], b: &[RowRef]) -> Outcome {
    let mut outcome = Outcome::default();
    let mut waiting: HashMap<u128, VecDeque<&RowRef>> = HashMap::with_capacity(b.len());
    for row in b {
        let same_key = waiting.entry(row.key).or_default();
        outcome.duplicate_keys += usize::from(!same_key.is_empty());
        same_key.push_back(row);
    }
    for row in a {
        match waiting.get_mut(&row.key).and_then(VecDeque::pop_front) {
            Some(other) if other.hash == row.hash => outcome.moved += 1,
            Some(other) => outcome.changed.push(RowPair { a: at(row), b: at(other) }),
            None => outcome.only_in_a.push(at(row)),
        }
    }
    let mut rest: Vec<RowAt> = waiting.into_values().flatten().map(at).collect();
    rest.sort_unstable_by_key(|row| row.row);
    outcome.only_in_b = rest;
    outcome
}

/// The rows of both stretches that are not equal in order.
pub fn unequal(a: &[RowRef], b: &[RowRef]) -> (Vec<RowRef>, Vec<RowRef>) {
    let gaps = gaps(a, b, |row| row.hash);
    let collect = |rows: &[RowRef], range: fn(&Gap) -> &Range<usize>| {
        gaps.iter().flat_map(|gap| rows[range(gap).clone()].iter().copied()).collect()
    };
    (collect(a, |gap| &gap.a), collect(b, |gap| &gap.b))
}

fn gaps(a: &[RowRef], b: &[RowRef], hash: impl Fn(&RowRef) -> u128) -> Vec<Gap> {
    let a: Vec<u128> = a.iter().map(&hash).collect();
    let b: Vec<u128> = b.iter().map(&hash).collect();
    align(&a, &b)
}

fn is_small(gap: &Gap) -> bool {
    gap.a.len().saturating_mul(gap.b.len()) <= EXACT_CELLS
}

fn pair_alike(a: (Side, &[RowRef]), b: (Side, &[RowRef]), outcome: &mut Outcome) -> Result<(), DiffError> {
    let ((side_a, rows_a), (side_b, rows_b)) = (a, b);
    if rows_a.is_empty() || rows_b.is_empty() || (rows_a.len() == 1 && rows_b.len() == 1) {
        pair_in_order(rows_a, rows_b, outcome);
        return Ok(());
    }
    let values_a = values(side_a, rows_a)?;
    let values_b = values(side_b, rows_b)?;
    let pairs = best_pairs(rows_a.len(), rows_b.len(), |i, j| likeness(&values_a[i], &values_b[j]));
    let (mut i, mut j) = (0, 0);
    for (next_i, next_j) in pairs {
        outcome.only_in_a.extend(rows_a[i..next_i].iter().map(at));
        outcome.only_in_b.extend(rows_b[j..next_j].iter().map(at));
        outcome.changed.push(RowPair { a: at(&rows_a[next_i]), b: at(&rows_b[next_j]) });
        (i, j) = (next_i + 1, next_j + 1);
    }
    outcome.only_in_a.extend(rows_a[i..].iter().map(at));
    outcome.only_in_b.extend(rows_b[j..].iter().map(at));
    Ok(())
}

fn pair_in_order(a: &[RowRef], b: &[RowRef], outcome: &mut Outcome) {
    let common = a.len().min(b.len());
    outcome.changed.extend(a.iter().zip(b).map(|(a, b)| RowPair { a: at(a), b: at(b) }));
    outcome.only_in_a.extend(a[common..].iter().map(at));
    outcome.only_in_b.extend(b[common..].iter().map(at));
}

fn values((source, format): Side, rows: &[RowRef]) -> Result<Vec<Vec<Option<Vec<u8>>>>, DiffError> {
    rows.iter().map(|row| source.values(row.offset, format)).collect()
}

/// At least 1, and more the more two rows have in common, so that one good match beats two poor ones.
fn likeness(a: &[Option<Vec<u8>>], b: &[Option<Vec<u8>>]) -> u32 {
    let common = match (a, b) {
        ([Some(a)], [Some(b)]) => 8 * common_ends(a, b) / a.len().max(b.len()).max(1),
        _ => a.iter().zip(b).filter(|(a, b)| a == b).count(),
    };
    1 + (common.min(1 << 12) as u32).pow(2)
}

/// Bytes that two texts have in common at their beginnings and ends.
fn common_ends(a: &[u8], b: &[u8]) -> usize {
    let front = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let back = a[front..].iter().rev().zip(b[front..].iter().rev()).take_while(|(a, b)| a == b).count();
    front + back
}

fn at(row: &RowRef) -> RowAt {
    RowAt { row: row.row as u64 + 1, offset: row.offset }
}
