//! Which names are most like a mistyped one.

/// The `count` names nearest to `name`, the nearest first: by the number of letters to change, capitals apart.
pub(super) fn closest<'a>(name: &str, names: &[&'a str], count: usize) -> Vec<&'a str> {
    let mut names: Vec<(usize, &str)> = names.iter().map(|known| (distance(name, known), *known)).collect();
    names.sort_by_key(|&(distance, _)| distance);
    names.into_iter().take(count).map(|(_, name)| name).collect()
}

/// Letters to insert, delete or change (Levenshtein 1966) to turn one text into the other.
fn distance(a: &str, b: &str) -> usize {
    let [a, b] = [a, b].map(|text| text.to_lowercase().chars().collect::<Vec<char>>());
    // One row of the table of distances between beginnings of `a` and beginnings of `b`.
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, letter) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, other) in b.iter().enumerate() {
            let changed = diagonal + usize::from(letter != other);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{closest, distance};

    #[test]
    fn the_nearest_name_comes_first() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(closest("saleprise", &["Lot Area", "SalePrice", "Sale Type"], 2)[0], "SalePrice");
    }
}
