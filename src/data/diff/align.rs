//! Lines two sequences of hashes up: what is common in order, and the gaps between.

use std::ops::Range;

/// A stretch of `a` and a stretch of `b` at the same place that have nothing in common in order; one of
/// them may be empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    pub a: Range<usize>,
    pub b: Range<usize>,
}

/// Up to so many cells the longest common subsequence is found exactly; that bounds time and memory of a
/// large gap.
pub const EXACT_CELLS: usize = 1 << 16;

/// After so many rounds of anchors, repeated elements serve as anchors too.
const ROUNDS: u32 = 16;

/// The gaps between two sequences, in order. Common ends go first; then the longest common subsequence
/// where the rest is small, else anchors (elements that are unique on both sides, as in patience diff), and
/// so on between the anchors. Where there are none, repeated elements are anchors in their order of
/// appearance.
pub fn align<T: Ord + Copy>(a: &[T], b: &[T]) -> Vec<Gap> {
    align_with(a, b, true)
}

/// As [`align`], but an element that is repeated has a partner only at the common ends. Blocks of rows that
/// repeat would else line up at the wrong place and make many rows of one inserted row.
pub fn align_unique<T: Ord + Copy>(a: &[T], b: &[T]) -> Vec<Gap> {
    align_with(a, b, false)
}

fn align_with<T: Ord + Copy>(a: &[T], b: &[T], repeats: bool) -> Vec<Gap> {
    let mut marks = Marks { a: vec![false; a.len()], b: vec![false; b.len()] };
    let mut work = vec![(Gap { a: 0..a.len(), b: 0..b.len() }, 0)];
    while let Some((mut gap, round)) = work.pop() {
        trim(a, b, &mut gap, &mut marks);
        if gap.a.is_empty() || gap.b.is_empty() {
            continue;
        }
        if repeats && gap.a.len().saturating_mul(gap.b.len()) <= EXACT_CELLS {
            mark_longest_common(a, b, &gap, &mut marks);
            continue;
        }
        if round > ROUNDS {
            continue;
        }
        let (mut next_round, mut found) = (round + 1, anchors(a, b, &gap, true));
        if repeats && (found.is_empty() || round == ROUNDS) {
            next_round = ROUNDS + 1;
            found = anchors(a, b, &gap, false);
        }
        if found.is_empty() {
            continue;
        }
        let (mut start_a, mut start_b) = (gap.a.start, gap.b.start);
        for (i, j) in found {
            marks.pair(i, j);
            work.push((Gap { a: start_a..i, b: start_b..j }, next_round));
            (start_a, start_b) = (i + 1, j + 1);
        }
        work.push((Gap { a: start_a..gap.a.end, b: start_b..gap.b.end }, next_round));
    }
    marks.gaps()
}

/// Which elements have a partner. Partners never cross, so the n-th marked of one side belongs to the n-th
/// of the other.
struct Marks {
    a: Vec<bool>,
    b: Vec<bool>,
}

impl Marks {
    fn pair(&mut self, i: usize, j: usize) {
        self.a[i] = true;
        self.b[j] = true;
    }

    fn gaps(&self) -> Vec<Gap> {
        let (mut gaps, mut i, mut j) = (Vec::new(), 0, 0);
        let unmarked =
            |marks: &[bool], from: usize| marks[from..].iter().take_while(|&&marked| !marked).count();
        while i < self.a.len() || j < self.b.len() {
            let (next_i, next_j) = (i + unmarked(&self.a, i), j + unmarked(&self.b, j));
            if next_i > i || next_j > j {
                gaps.push(Gap { a: i..next_i, b: j..next_j });
            }
            (i, j) = ((next_i + 1).min(self.a.len()), (next_j + 1).min(self.b.len()));
        }
        gaps
    }
}

fn trim<T: Ord>(a: &[T], b: &[T], gap: &mut Gap, marks: &mut Marks) {
    while !gap.a.is_empty() && !gap.b.is_empty() && a[gap.a.start] == b[gap.b.start] {
        marks.pair(gap.a.start, gap.b.start);
        gap.a.start += 1;
        gap.b.start += 1;
    }
    while !gap.a.is_empty() && !gap.b.is_empty() && a[gap.a.end - 1] == b[gap.b.end - 1] {
        gap.a.end -= 1;
        gap.b.end -= 1;
        marks.pair(gap.a.end, gap.b.end);
    }
}

fn mark_longest_common<T: Ord>(a: &[T], b: &[T], gap: &Gap, marks: &mut Marks) {
    let (left, right) = (&a[gap.a.clone()], &b[gap.b.clone()]);
    let score = |i: usize, j: usize| u32::from(left[i] == right[j]);
    for (i, j) in best_pairs(left.len(), right.len(), score) {
        marks.pair(gap.a.start + i, gap.b.start + j);
    }
}

/// The pairs, in order and never crossing, with the largest sum of scores. A score of 0 makes no pair.
pub fn best_pairs(n: usize, m: usize, score: impl Fn(usize, usize) -> u32) -> Vec<(usize, usize)> {
    let width = m + 1;
    let mut best = vec![0u32; (n + 1) * width];
    for i in (0..n).rev() {
        for j in (0..m).rev() {
            let skip = best[(i + 1) * width + j].max(best[i * width + j + 1]);
            let pair = match score(i, j) {
                0 => 0,
                score => best[(i + 1) * width + j + 1] + score,
            };
            best[i * width + j] = skip.max(pair);
        }
    }
    let (mut pairs, mut i, mut j) = (Vec::new(), 0, 0);
    while i < n && j < m {
        let here = best[i * width + j];
        let pair = score(i, j);
        if pair > 0 && here == best[(i + 1) * width + j + 1] + pair {
            pairs.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if here == best[(i + 1) * width + j] {
            i += 1;
        } else {
            j += 1;
        }
    }
    pairs
}

/// Pairs of equal elements, in order and never crossing: of elements that both sides have once, or (not
/// `unique`) of the n-th occurrence on one side with the n-th on the other.
fn anchors<T: Ord + Copy>(a: &[T], b: &[T], gap: &Gap, unique: bool) -> Vec<(usize, usize)> {
    let in_a = gap.a.clone().map(|i| (a[i], false, i));
    let in_b = gap.b.clone().map(|j| (b[j], true, j));
    let mut all: Vec<(T, bool, usize)> = in_a.chain(in_b).collect();
    all.sort_unstable();
    let mut pairs = Vec::new();
    for same in all.chunk_by(|x, y| x.0 == y.0) {
        let (left, right) = same.split_at(same.partition_point(|(_, is_b, _)| !is_b));
        if !unique || (left.len() == 1 && right.len() == 1) {
            pairs.extend(left.iter().zip(right).map(|(x, y)| (x.2, y.2)));
        }
    }
    drop(all);
    pairs.sort_unstable();
    longest_rising(&pairs)
}

/// The longest part of pairs, sorted by their first number, in which the second rises too.
fn longest_rising(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    const NONE: usize = usize::MAX;
    let mut ends: Vec<usize> = Vec::new();
    let mut before = vec![NONE; pairs.len()];
    for (k, &(_, j)) in pairs.iter().enumerate() {
        let length = ends.partition_point(|&end| pairs[end].1 < j);
        before[k] = length.checked_sub(1).map_or(NONE, |shorter| ends[shorter]);
        if length == ends.len() {
            ends.push(k);
        } else {
            ends[length] = k;
        }
    }
    let mut rising = Vec::with_capacity(ends.len());
    let mut k = ends.last().copied().unwrap_or(NONE);
    while k != NONE {
        rising.push(pairs[k]);
        k = before[k];
    }
    rising.reverse();
    rising
}
