//! Which column of one table is compared with which of the other.

use std::collections::HashMap;

use super::rows::{Fields, Pick};

/// The columns of two tables side by side.
#[derive(Clone, Debug, Default)]
pub struct Columns {
    /// Names of the compared columns, in A's order.
    pub names: Vec<Vec<u8>>,
    /// Columns that B lacks.
    pub only_in_a: Vec<Vec<u8>>,
    /// Columns that A lacks.
    pub only_in_b: Vec<Vec<u8>>,
    /// Columns at the same place under different names: A's and B's. They are compared.
    pub renamed: Vec<(Vec<u8>, Vec<u8>)>,
    /// B has the common columns in another order.
    pub reordered: bool,
    pub(super) pick_a: Option<Pick>,
    pub(super) pick_b: Option<Pick>,
}

impl Columns {
    /// Matches columns by name, the n-th of a name with the n-th; what is left, by place.
    pub fn matched(a: &Fields, b: &Fields) -> Self {
        let mut places: HashMap<(&[u8], usize), usize> = HashMap::new();
        for (j, key) in numbered(b).enumerate() {
            places.insert(key, j);
        }
        let mut partner: Vec<Option<usize>> = numbered(a).map(|key| places.remove(&key)).collect();
        let mut left_in_b: Vec<usize> = places.into_values().collect();
        left_in_b.sort_unstable();

        let mut columns = Self::default();
        for (i, partner) in partner.iter_mut().enumerate().filter(|(_, partner)| partner.is_none()) {
            if let Some(at) = left_in_b.iter().position(|&j| j == i) {
                *partner = Some(left_in_b.remove(at));
                columns.renamed.push((name(a, i), name(b, i)));
            } else {
                columns.only_in_a.push(name(a, i));
            }
        }
        columns.only_in_b = left_in_b.iter().map(|&j| name(b, j)).collect();
        let pairs: Vec<(usize, usize)> =
            partner.iter().enumerate().filter_map(|(i, j)| Some((i, (*j)?))).collect();
        columns.names = pairs.iter().map(|&(i, _)| name(a, i)).collect();
        columns.reordered = !pairs.is_sorted_by_key(|&(_, j)| j);
        if columns.reordered || !columns.only_in_a.is_empty() || !columns.only_in_b.is_empty() {
            columns.pick_a = Some(Pick { order: pairs.iter().map(|&(i, _)| i).collect(), width: a.len() });
            columns.pick_b = Some(Pick { order: pairs.iter().map(|&(_, j)| j).collect(), width: b.len() });
        }
        columns
    }

    /// The columns of a table that is compared with one that has no header, or of two with the same header.
    pub fn of(header: &Fields) -> Self {
        Self { names: header.iter().map(<[u8]>::to_vec).collect(), ..Self::default() }
    }

    /// Whether both headers have the same names in the same order.
    pub fn agree(&self) -> bool {
        self.only_in_a.is_empty() && self.only_in_b.is_empty() && self.renamed.is_empty() && !self.reordered
    }

    /// The place of a column, by name, among the compared ones. A renamed column has A's name.
    pub fn place(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|column| column == name.as_bytes())
    }
}

fn numbered(header: &Fields) -> impl Iterator<Item = (&[u8], usize)> {
    let mut seen: HashMap<&[u8], usize> = HashMap::new();
    header.iter().map(move |name| {
        let count = seen.entry(name).or_default();
        *count += 1;
        (name, *count)
    })
}

fn name(header: &Fields, i: usize) -> Vec<u8> {
    header.get(i).unwrap_or_default().to_vec()
}
