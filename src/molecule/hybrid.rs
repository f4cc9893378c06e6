//! Hybridisation: how an atom's orbitals mix, from how many it needs.

use super::{Electrons, Molecule, Order};

/// How the orbitals of an atom are mixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hybridisation {
    Sp,
    Sp2,
    Sp3,
    /// Hydrogen, ions, and atoms with more than four partners.
    Other,
}

impl Hybridisation {
    /// A one in the first, second or third place for sp, sp² or sp³.
    pub fn flags(self) -> [f32; 3] {
        [Self::Sp, Self::Sp2, Self::Sp3].map(|kind| f32::from(u8::from(kind == self)))
    }
}

/// Bonds and lone pairs each take an orbital: two are sp, three sp², four sp³; but an atom with at most three partners and a
/// conjugated bond, as an amide's nitrogen, keeps one orbital out of four for the π system and is sp².
pub(super) fn perceive(molecule: &Molecule, orders: &[Order]) -> Vec<Hybridisation> {
    let electrons = Electrons::of(molecule);
    let conjugated = conjugated_atoms(molecule, orders, &electrons);
    let of = |(number, atom): (usize, &super::Atom)| {
        let degree = electrons.degree[number];
        let outer = atom.element.outer_electrons();
        let free = outer - electrons.valence[number] - i32::from(atom.charge);
        let orbitals = match atom.element.atomic_number() {
            1 => degree,
            _ => degree + free / 2,
        };
        match orbitals {
            2 => Hybridisation::Sp,
            3 => Hybridisation::Sp2,
            4 if degree <= 3 && conjugated[number] => Hybridisation::Sp2,
            4 => Hybridisation::Sp3,
            _ => Hybridisation::Other,
        }
    };
    molecule.atoms.iter().enumerate().map(of).collect()
}

/// Atoms with a conjugated bond: an aromatic one, or a multiple bond and the bond beside it, between atoms that have electrons for a
/// π system.
fn conjugated_atoms(molecule: &Molecule, orders: &[Order], electrons: &Electrons) -> Vec<bool> {
    let bonds = molecule.bonds_of_atoms();
    let can_take_part: Vec<bool> =
        (0..molecule.atoms.len()).map(|atom| can_conjugate(molecule, electrons, atom)).collect();
    let mut conjugated = vec![false; molecule.atoms.len()];
    let mut mark = |bond: usize| molecule.bonds[bond].atoms.iter().for_each(|&atom| conjugated[atom] = true);
    for (bond, _) in orders.iter().enumerate().filter(|(_, order)| **order == Order::Aromatic) {
        mark(bond);
    }
    for atom in (0..molecule.atoms.len()).filter(|&atom| can_take_part[atom]) {
        if !(2..=3).contains(&electrons.degree[atom]) {
            continue;
        }
        for &first in bonds[atom].iter().filter(|&&bond| orders[bond] != Order::Single) {
            if !can_take_part[molecule.bonds[first].other(atom)] {
                continue;
            }
            for &second in bonds[atom].iter().filter(|&&bond| bond != first) {
                let other = molecule.bonds[second].other(atom);
                if electrons.degree[other] <= 3 && can_take_part[other] {
                    mark(first);
                    mark(second);
                }
            }
        }
    }
    conjugated
}

/// Whether an atom has electrons for a π system: not with more bonds than usual, and of the heavier elements of nitrogen's and
/// oxygen's columns only the latter at the end of a chain.
fn can_conjugate(molecule: &Molecule, electrons: &Electrons, number: usize) -> bool {
    let atom = molecule.atoms[number];
    if atom.charge == 0 && electrons.valence[number] > atom.element.valence() {
        return false;
    }
    let outer = atom.element.outer_electrons();
    let is_light = atom.element.atomic_number() <= 10;
    let fits = is_light || !matches!(outer, 5 | 6) || outer == 6 && electrons.degree[number] < 2;
    fits && electrons.for_pi(molecule, number) > 0
}
