//! Which molecules are for training, validation and test.

use std::collections::BTreeMap;

use clap::ValueEnum;
use mlbook::prelude::*;
use serde::Serialize;

/// How molecules are divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
pub enum Split {
    /// Molecules with the same rings stay together, so that the test has rings that the training has not seen
    Scaffold,
    /// By chance
    Random,
}

/// The rows for training, validation and test; of each share at least one row.
pub fn split(how: Split, scaffolds: &[u64], shares: [f64; 2], generator: &Generator) -> [Vec<usize>; 3] {
    let count = scaffolds.len();
    let part = |share: f64| ((share * count as f64).round() as usize).max(1);
    let [validation, test] = shares.map(part);
    let train = count.saturating_sub(validation + test).max(1);
    let order = match how {
        Split::Random => generator.lock().randperm(count),
        Split::Scaffold => {
            let mut groups: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
            scaffolds
                .iter()
                .enumerate()
                .for_each(|(row, &scaffold)| groups.entry(scaffold).or_default().push(row));
            // The common rings come first, into the training; the rare ones are for the test.
            let mut groups: Vec<Vec<usize>> = groups.into_values().collect();
            groups.sort_by(|a, b| b.len().cmp(&a.len()).then(a[0].cmp(&b[0])));
            return fill(groups, [train, validation], count);
        }
    };
    let mut rest = order.into_iter();
    [train, validation, count].map(|size| rest.by_ref().take(size).collect())
}

/// Each group goes whole into the first part that has room for it, else into the last; a validation left empty gets the smallest group of
/// the test, if that has another.
fn fill(groups: Vec<Vec<usize>>, [train, validation]: [usize; 2], count: usize) -> [Vec<usize>; 3] {
    let room = [train, validation, count];
    let mut parts: [Vec<Vec<usize>>; 3] = [vec![], vec![], vec![]];
    for group in groups {
        let size = |part: usize| parts[part].iter().map(Vec::len).sum::<usize>();
        let part = (0..3).find(|&part| size(part) + group.len() <= room[part]).unwrap_or(2);
        parts[part].push(group);
    }
    if parts[1].is_empty() && parts[2].len() > 1 {
        let smallest = parts[2].pop();
        parts[1].extend(smallest);
    }
    parts.map(|groups| groups.concat())
}
