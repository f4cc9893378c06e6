//! Molecules: read from SDF files, and what chemistry sees in their atoms and bonds.
//!
//! Files have bonds as single, double and triple (Kekulé's form). Which atoms are aromatic and how they are hybridised follows from
//! these by small rules ([`Perceived`]), which agree with RDKit's on every atom and bond of QM9's first 12,000 molecules.

mod aromatic;
mod drawing;
mod element;
mod features;
mod hybrid;
mod rings;
mod sdf;

pub use drawing::sketch;
pub use element::Element;
pub use features::{EDGE_FEATURES, FeatureError, NODE_FEATURES, graph, of_graph};
pub use hybrid::Hybridisation;
pub use sdf::{Problem, SdfError, parse as parse_sdf, read_sdf};

use rings::Rings;

/// An atom; its hydrogens are atoms too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Atom {
    pub element: Element,
    /// In units of the elementary charge.
    pub charge: i8,
}

/// How many pairs of electrons a bond has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    Single,
    Double,
    Triple,
    /// One and a half: what perception makes of the bonds of aromatic rings.
    Aromatic,
}

impl Order {
    /// Twice the order, so that one and a half is whole.
    pub(crate) fn halves(self) -> i32 {
        match self {
            Self::Single => 2,
            Self::Aromatic => 3,
            Self::Double => 4,
            Self::Triple => 6,
        }
    }
}

/// A bond between two atoms, by their numbers from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bond {
    pub atoms: [usize; 2],
    pub order: Order,
}

impl Bond {
    /// An atom and the other one, both ways round.
    pub fn both_ways(&self) -> [[usize; 2]; 2] {
        let [a, b] = self.atoms;
        [[a, b], [b, a]]
    }

    /// The atom at the other end.
    pub(crate) fn other(&self, atom: usize) -> usize {
        if self.atoms[0] == atom { self.atoms[1] } else { self.atoms[0] }
    }
}

/// A molecule with all its hydrogens.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Molecule {
    /// Its title in the file, or whatever error texts shall call it.
    pub name: String,
    pub atoms: Vec<Atom>,
    pub bonds: Vec<Bond>,
    /// Where each atom lies, in Å; empty if that is not known.
    pub positions: Vec<[f32; 3]>,
}

impl Molecule {
    /// The bonds of each atom, by their numbers.
    pub(crate) fn bonds_of_atoms(&self) -> Vec<Vec<usize>> {
        let mut bonds = vec![vec![]; self.atoms.len()];
        for (number, bond) in self.bonds.iter().enumerate() {
            bond.atoms.iter().for_each(|&atom| bonds[atom].push(number));
        }
        bonds
    }

    /// How many hydrogens each atom holds.
    pub fn hydrogens(&self) -> Vec<usize> {
        let mut counts = vec![0; self.atoms.len()];
        for bond in &self.bonds {
            for [atom, other] in bond.both_ways() {
                counts[atom] += usize::from(self.atoms[other].element == Element::H);
            }
        }
        counts
    }
}

/// What follows from a molecule's atoms and bonds.
#[derive(Clone, Debug, PartialEq)]
pub struct Perceived {
    /// Whether each atom is aromatic.
    pub aromatic: Vec<bool>,
    pub hybridisation: Vec<Hybridisation>,
    /// The order of each bond, aromatic ones as such.
    pub orders: Vec<Order>,
    /// Small rings, each as its atoms in order.
    pub rings: Vec<Vec<usize>>,
}

impl Perceived {
    /// Finds rings, then aromatic atoms and bonds, then hybridisation.
    pub fn of(molecule: &Molecule) -> Self {
        let rings = Rings::of(molecule);
        let (aromatic, orders) = aromatic::perceive(molecule, &rings);
        let hybridisation = hybrid::perceive(molecule, &orders);
        let rings = rings.atoms;
        Self { aromatic, hybridisation, orders, rings }
    }
}

/// Each atom's electrons: what the rules of aromaticity and hybridisation count.
struct Electrons {
    /// How many atoms it is bound to.
    degree: Vec<i32>,
    /// The sum of its bonds' orders.
    valence: Vec<i32>,
}

impl Electrons {
    fn of(molecule: &Molecule) -> Self {
        let mut degree = vec![0; molecule.atoms.len()];
        let mut halves = vec![0; molecule.atoms.len()];
        for bond in &molecule.bonds {
            for atom in bond.atoms {
                degree[atom] += 1;
                halves[atom] += bond.order.halves();
            }
        }
        Self { degree, valence: halves.into_iter().map(|halves| halves / 2).collect() }
    }

    /// Electrons that the atom can give to a π system; below 0: it cannot be part of one. An atom with two free electrons of which a
    /// triple bond takes part gives one.
    fn for_pi(&self, molecule: &Molecule, number: usize) -> i32 {
        let atom = molecule.atoms[number];
        let (usual, degree) = (atom.element.valence(), self.degree[number]);
        if usual <= 1 || degree > 3 {
            return -1;
        }
        let lone = (atom.element.outer_electrons() - usual - i32::from(atom.charge)).max(0);
        let free = usual - degree + lone;
        let unsaturated = self.valence[number] - degree;
        if free > 1 && unsaturated > 1 { 1 } else { free }
    }
}
