//! Which rings are aromatic: Hückel's rule, for rings and for rings fused together.

use super::{Electrons, Molecule, Order, rings::Rings};

/// Fused rings that are looked at together.
const MOST_FUSED: usize = 6;
/// Sets of fused rings that are looked at; far more than molecules have.
const MOST_SETS: usize = 5000;

/// What an atom gives to a ring's π electrons.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gives {
    /// It has no orbital for them: a ring with this atom is not aromatic.
    NoPart,
    Electrons(i32),
}

/// Whether each atom is aromatic, and the orders of the bonds.
///
/// A ring is aromatic if each of its atoms takes part and they give 4n + 2 electrons together; likewise the outline of fused rings.
/// Bonds between two fused rings are aromatic only if one of these alone is.
pub(super) fn perceive(molecule: &Molecule, rings: &Rings) -> (Vec<bool>, Vec<Order>) {
    let mut orders: Vec<Order> = molecule.bonds.iter().map(|bond| bond.order).collect();
    let mut aromatic = vec![false; molecule.atoms.len()];
    for bond in molecule.bonds.iter().filter(|bond| bond.order == Order::Aromatic) {
        bond.atoms.iter().for_each(|&atom| aromatic[atom] = true);
    }
    let gives = Giving::of(molecule, rings);
    let takes_part = |ring: &usize| rings.atoms[*ring].iter().all(|&atom| gives[atom] != Gives::NoPart);
    let candidates: Vec<usize> = (0..rings.atoms.len()).filter(takes_part).collect();
    for set in fused_sets(rings, &candidates) {
        if !is_huckel(rings, &set, &gives) {
            continue;
        }
        for &ring in &set {
            rings.atoms[ring].iter().for_each(|&atom| aromatic[atom] = true);
            for &bond in &rings.bonds[ring] {
                if set.iter().filter(|&&other| rings.bonds[other].contains(&bond)).count() == 1 {
                    orders[bond] = Order::Aromatic;
                }
            }
        }
    }
    (aromatic, orders)
}

struct Giving<'a> {
    molecule: &'a Molecule,
    rings: &'a Rings,
    bonds: Vec<Vec<usize>>,
    electrons: Electrons,
}

impl<'a> Giving<'a> {
    fn of(molecule: &'a Molecule, rings: &'a Rings) -> Vec<Gives> {
        let (bonds, electrons) = (molecule.bonds_of_atoms(), Electrons::of(molecule));
        let giving = Self { molecule, rings, bonds, electrons };
        (0..molecule.atoms.len()).map(|atom| giving.by(atom)).collect()
    }

    fn by(&self, number: usize) -> Gives {
        let atom = self.molecule.atoms[number];
        let valence = self.electrons.valence[number];
        if valence > atom.element.valence_with_charge(atom.charge) {
            return Gives::NoPart;
        }
        let is_multiple =
            |bond: &&usize| self.molecule.bonds[**bond].order.halves() >= Order::Double.halves();
        let multiple: Vec<usize> = self.bonds[number].iter().filter(is_multiple).copied().collect();
        if multiple.len() > 1 {
            return Gives::NoPart;
        }
        let electrons = self.electrons.for_pi(self.molecule, number);
        let outside = multiple.iter().find(|&&bond| !self.rings.has_bond[bond]);
        let is_robbed = outside.is_some_and(|&bond| {
            let other = self.molecule.bonds[bond].other(number);
            self.molecule.atoms[other].element.is_more_electronegative_than(atom.element)
        });
        match electrons {
            ..0 => Gives::NoPart,
            0 if outside.is_some() => Gives::Electrons(0),
            0 if !multiple.is_empty() => Gives::Electrons(1),
            0 => Gives::NoPart,
            1 if outside.is_some() => Gives::Electrons(i32::from(!is_robbed)),
            1 if valence > self.electrons.degree[number] => Gives::Electrons(1),
            1 if atom.charge == 1 => Gives::Electrons(0),
            1 => Gives::NoPart,
            more => Gives::Electrons(2 - (more - i32::from(is_robbed)) % 2),
        }
    }
}

/// Every set of rings that hang together by common bonds, the small sets first.
fn fused_sets(rings: &Rings, candidates: &[usize]) -> Vec<Vec<usize>> {
    let are_fused = |a: usize, b: usize| rings.bonds[a].iter().any(|bond| rings.bonds[b].contains(bond));
    let mut sets: Vec<Vec<usize>> = candidates.iter().map(|&ring| vec![ring]).collect();
    let mut last = sets.clone();
    for _ in 1..MOST_FUSED {
        let mut larger: Vec<Vec<usize>> = Vec::new();
        for set in &last {
            for &ring in candidates.iter().filter(|ring| !set.contains(ring)) {
                if set.iter().any(|&other| are_fused(ring, other)) {
                    let mut grown = set.clone();
                    grown.push(ring);
                    grown.sort_unstable();
                    if !larger.contains(&grown) {
                        larger.push(grown);
                    }
                }
            }
        }
        if larger.is_empty() || sets.len() + larger.len() > MOST_SETS {
            break;
        }
        sets.extend_from_slice(&larger);
        last = larger;
    }
    sets
}

/// Whether the atoms on the outline of the rings give 2, 6, 10, … electrons. An atom within, which three rings share, does not count.
fn is_huckel(rings: &Rings, set: &[usize], gives: &[Gives]) -> bool {
    let mut times = std::collections::BTreeMap::new();
    for &atom in set.iter().flat_map(|&ring| &rings.atoms[ring]) {
        *times.entry(atom).or_insert(0) += 1;
    }
    let electrons: i32 = times
        .iter()
        .filter(|&(_, &times)| times <= 2)
        .map(|(&atom, _)| if let Gives::Electrons(count) = gives[atom] { count } else { 0 })
        .sum();
    electrons >= 2 && (electrons - 2) % 4 == 0
}
