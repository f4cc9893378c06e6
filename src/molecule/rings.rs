//! The small rings of a molecule.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::Molecule;

/// The relevant rings (Vismara, 1997): those that are no sum of shorter ones. They are the faces one would name: six in cubane, two
/// in naphthalene.
#[derive(Clone, Debug, Default)]
pub(super) struct Rings {
    /// The atoms of each ring, in order.
    pub atoms: Vec<Vec<usize>>,
    /// The bonds of each ring.
    pub bonds: Vec<Vec<usize>>,
    /// Whether each bond is part of a ring.
    pub has_bond: Vec<bool>,
}

/// Rings of up to so many atoms are looked for first.
const SHORT: usize = 8;
/// Most shortest paths that are followed between two atoms; molecules have one or two.
const MOST_PATHS: usize = 16;

impl Rings {
    /// Looks for rings of up to 8 atoms, then up to 16, and so on, until there are as many independent ones as the molecule has.
    pub fn of(molecule: &Molecule) -> Self {
        let neighbours = ring_neighbours(molecule);
        let independent = independent_rings(&neighbours);
        let mut longest = SHORT;
        loop {
            let (rings, found) = Self::relevant(molecule, &candidates(molecule, &neighbours, longest));
            if found >= independent || longest > molecule.atoms.len() {
                return rings;
            }
            longest *= 2;
        }
    }

    /// By length: a ring stays if the shorter ones do not add up to it.
    /// Returns how many independent ones there are, too.
    fn relevant(molecule: &Molecule, candidates: &Candidates) -> (Self, usize) {
        let mut rings = Self { has_bond: vec![false; molecule.bonds.len()], ..Self::default() };
        let bond_between: BTreeMap<[usize; 2], usize> = molecule
            .bonds
            .iter()
            .enumerate()
            .flat_map(|(number, bond)| bond.both_ways().map(|atoms| (atoms, number)))
            .collect();
        let mut basis = Basis::default();
        for of_length in candidates.values() {
            let mut longer = Vec::new();
            for atoms in of_length {
                let next = |i: usize| [atoms[i], atoms[(i + 1) % atoms.len()]];
                let bonds: Vec<usize> =
                    (0..atoms.len()).filter_map(|i| bond_between.get(&next(i)).copied()).collect();
                let vector: BTreeSet<usize> = bonds.iter().copied().collect();
                if !basis.spans(vector.clone()) {
                    bonds.iter().for_each(|&bond| rings.has_bond[bond] = true);
                    rings.atoms.push(atoms.clone());
                    rings.bonds.push(bonds);
                    longer.push(vector);
                }
            }
            longer.into_iter().for_each(|vector| basis.add(vector));
        }
        (rings, basis.0.len())
    }
}

/// Rings by length.
type Candidates = BTreeMap<usize, BTreeSet<Vec<usize>>>;

/// Rings of up to `longest` atoms made of two shortest paths from an atom and the bond between their ends.
fn candidates(molecule: &Molecule, neighbours: &[Vec<(usize, usize)>], longest: usize) -> Candidates {
    let mut candidates = Candidates::new();
    for start in (0..molecule.atoms.len()).filter(|&atom| !neighbours[atom].is_empty()) {
        let paths = shortest_paths(start, neighbours, longest / 2 + 1);
        for (&a, to_a) in &paths {
            // An odd ring closes with the bond opposite its start, an even one with either bond of the atom opposite.
            for &(b, _) in neighbours[a].iter().filter(|(b, _)| *b < a) {
                for (to_a, to_b) in
                    to_a.iter().flat_map(|a| paths.get(&b).into_iter().flatten().map(move |b| (a, b)))
                {
                    if to_a.len().abs_diff(to_b.len()) <= 1
                        && to_a.len() + to_b.len() <= longest + 1
                        && let Some(ring) = closed(to_a, to_b)
                    {
                        candidates.entry(ring.len()).or_default().insert(in_order(ring));
                    }
                }
            }
        }
    }
    candidates
}

/// Bonds less atoms plus connected parts, of what is left without chains.
fn independent_rings(neighbours: &[Vec<(usize, usize)>]) -> usize {
    let bonds = neighbours.iter().map(Vec::len).sum::<usize>() / 2;
    let (mut seen, mut atoms, mut parts) = (vec![false; neighbours.len()], 0, 0);
    for start in (0..neighbours.len()).filter(|&atom| !neighbours[atom].is_empty()) {
        if seen[start] {
            continue;
        }
        parts += 1;
        let mut open = vec![start];
        while let Some(atom) = open.pop() {
            if !std::mem::replace(&mut seen[atom], true) {
                atoms += 1;
                open.extend(neighbours[atom].iter().map(|(other, _)| *other));
            }
        }
    }
    bonds + parts - atoms
}

/// Neighbours with the bond to each, of atoms that are left when chains are taken away from their ends.
fn ring_neighbours(molecule: &Molecule) -> Vec<Vec<(usize, usize)>> {
    let bonds = molecule.bonds_of_atoms();
    let mut degree: Vec<usize> = bonds.iter().map(Vec::len).collect();
    let mut gone = vec![false; molecule.atoms.len()];
    let mut ends: Vec<usize> = (0..degree.len()).filter(|&atom| degree[atom] <= 1).collect();
    while let Some(end) = ends.pop() {
        if gone[end] {
            continue;
        }
        gone[end] = true;
        for &bond in &bonds[end] {
            let other = molecule.bonds[bond].other(end);
            degree[other] = degree[other].saturating_sub(1);
            if degree[other] <= 1 {
                ends.push(other);
            }
        }
    }
    let kept = |atom: usize| {
        let others = bonds[atom].iter().map(|&bond| (molecule.bonds[bond].other(atom), bond));
        if gone[atom] { vec![] } else { others.filter(|&(other, _)| !gone[other]).collect() }
    };
    (0..degree.len()).map(kept).collect()
}

type Paths = BTreeMap<usize, Vec<Vec<usize>>>;

/// The shortest paths of up to `most` atoms from `start` over atoms with smaller numbers: each ring is found from its highest atom.
fn shortest_paths(start: usize, neighbours: &[Vec<(usize, usize)>], most: usize) -> Paths {
    let mut paths: Paths = BTreeMap::from([(start, vec![vec![start]])]);
    let mut queue = VecDeque::from([start]);
    while let Some(atom) = queue.pop_front() {
        let here = paths[&atom].clone();
        if here.first().is_none_or(|path| path.len() >= most) {
            continue;
        }
        for &(next, _) in neighbours[atom].iter().filter(|(next, _)| *next < start) {
            let known = paths.entry(next).or_insert_with(|| {
                queue.push_back(next);
                vec![]
            });
            for path in &here {
                let is_shortest =
                    known.first().is_none_or(|other: &Vec<usize>| other.len() == path.len() + 1);
                if is_shortest && known.len() < MOST_PATHS {
                    known.push(path.iter().copied().chain([next]).collect());
                }
            }
        }
    }
    paths
}

/// The ring of two paths from the same start whose ends are neighbours, unless they meet on the way.
fn closed(a: &[usize], b: &[usize]) -> Option<Vec<usize>> {
    let meet = a[1..].iter().any(|atom| b[1..].contains(atom));
    let ring: Vec<usize> = a.iter().chain(b[1..].iter().rev()).copied().collect();
    (!meet && ring.len() > 2).then_some(ring)
}

/// The same ring, from its smallest atom towards the smaller of that atom's neighbours.
fn in_order(mut ring: Vec<usize>) -> Vec<usize> {
    let smallest = (0..ring.len()).min_by_key(|&i| ring[i]).unwrap_or(0);
    ring.rotate_left(smallest);
    if ring.len() > 2 && ring[1] > ring[ring.len() - 1] {
        ring[1..].reverse();
    }
    ring
}

/// Sets of bonds, added by taking what is in one but not in both.
#[derive(Default)]
struct Basis(BTreeMap<usize, BTreeSet<usize>>);

impl Basis {
    /// What is left of a set when those of the basis are taken from it; nothing: they add up to it.
    fn rest(&self, mut set: BTreeSet<usize>) -> BTreeSet<usize> {
        while let Some((_, other)) = set.iter().find_map(|bond| self.0.get_key_value(bond)) {
            set = set.symmetric_difference(other).copied().collect();
        }
        set
    }

    fn spans(&self, set: BTreeSet<usize>) -> bool {
        self.rest(set).is_empty()
    }

    fn add(&mut self, set: BTreeSet<usize>) {
        let rest = self.rest(set);
        if let Some(&first) = rest.first() {
            // The others stay free of the new first bond, so that `rest` ends.
            for other in self.0.values_mut().filter(|other| other.contains(&first)) {
                *other = other.symmetric_difference(&rest).copied().collect();
            }
            self.0.insert(first, rest);
        }
    }
}
