//! A reader's molecules as graphs, as fingerprints, and by their scaffolds.

use mlbook::graph::{Features, Graph, GraphError};
use mlbook::molecule::{Element, Molecule, Order, Perceived};

/// Numbers for an atom: its element among ten or another, aromatic, sp, sp², sp³, in a ring, hydrogens, charge.
pub const NODE_FEATURES: usize = 18;
/// Numbers for a bond: single, double, triple, aromatic.
pub const EDGE_FEATURES: usize = 4;
/// Places of a fingerprint.
pub const BITS: usize = 1024;

const COLUMNS: [Element; 10] = [
    Element::H,
    Element::C,
    Element::N,
    Element::O,
    Element::F,
    Element::P,
    Element::S,
    Element::Cl,
    Element::Br,
    Element::I,
];
const ORDERS: [Order; EDGE_FEATURES] = [Order::Single, Order::Double, Order::Triple, Order::Aromatic];
/// Surroundings of an atom that a fingerprint sees, in bonds.
const RADIUS: usize = 2;

/// A molecule without its hydrogens: which atoms there are, and who is bound to whom.
#[derive(Clone, Debug)]
pub struct Skeleton<'a> {
    molecule: &'a Molecule,
    perceived: &'a Perceived,
    /// The numbers of the atoms that are no hydrogen.
    atoms: Vec<usize>,
    /// Of each of these, its neighbours among them and the order of the bond.
    neighbours: Vec<Vec<(usize, Order)>>,
    in_ring: Vec<bool>,
    hydrogens: Vec<usize>,
}

impl<'a> Skeleton<'a> {
    pub fn of(molecule: &'a Molecule, perceived: &'a Perceived) -> Self {
        let is_heavy = |&atom: &usize| molecule.atoms[atom].element != Element::H;
        let atoms: Vec<usize> = (0..molecule.atoms.len()).filter(is_heavy).collect();
        let mut number = vec![None; molecule.atoms.len()];
        atoms.iter().enumerate().for_each(|(new, &atom)| number[atom] = Some(new));
        let mut neighbours = vec![vec![]; atoms.len()];
        for (bond, &order) in molecule.bonds.iter().zip(&perceived.orders) {
            if let [Some(a), Some(b)] = bond.atoms.map(|atom| number[atom]) {
                neighbours[a].push((b, order));
                neighbours[b].push((a, order));
            }
        }
        let mut in_ring = vec![false; atoms.len()];
        perceived
            .rings
            .iter()
            .flatten()
            .filter_map(|&atom| number[atom])
            .for_each(|atom| in_ring[atom] = true);
        let hydrogens = molecule.hydrogens();
        Self { molecule, perceived, atoms, neighbours, in_ring, hydrogens }
    }

    /// The graph that the network learns from.
    ///
    /// # Errors
    /// A molecule of hydrogen alone.
    pub fn graph(&self, targets: Vec<f32>) -> Result<Graph, GraphError> {
        let mut nodes = Vec::with_capacity(self.atoms.len() * NODE_FEATURES);
        for (number, &atom) in self.atoms.iter().enumerate() {
            let element = self.molecule.atoms[atom].element;
            nodes.extend(COLUMNS.map(|column| flag(column == element)));
            nodes.push(flag(!COLUMNS.contains(&element)));
            nodes.push(flag(self.perceived.aromatic[atom]));
            nodes.extend(self.perceived.hybridisation[atom].flags());
            nodes.push(flag(self.in_ring[number]));
            nodes.push(self.hydrogens[atom] as f32);
            nodes.push(f32::from(self.molecule.atoms[atom].charge));
        }
        let (mut edges, mut features) = (Vec::new(), Vec::new());
        for (source, neighbours) in self.neighbours.iter().enumerate() {
            for &(target, order) in neighbours {
                edges.push([source as u32, target as u32]);
                features.extend(ORDERS.map(|column| flag(column == order)));
            }
        }
        Graph {
            name: self.molecule.name.clone(),
            nodes: Features::new(nodes, NODE_FEATURES),
            edges,
            edge_features: Features::new(features, EDGE_FEATURES),
            targets,
            ..Graph::default()
        }
        .checked()
    }

    /// How often each kind of surrounding occurs, hashed into [`BITS`] places, as logarithms of one more: the idea of extended-connectivity
    /// fingerprints (Rogers and Hahn, 2010).
    pub fn fingerprint(&self) -> Vec<f32> {
        let mut counts = vec![0.0_f32; BITS];
        let mut labels: Vec<u64> = (0..self.atoms.len()).map(|atom| self.label(atom, true)).collect();
        for radius in 0..=RADIUS {
            if radius > 0 {
                labels = self.wider(&labels, |_| true);
            }
            labels.iter().for_each(|label| counts[(label % BITS as u64) as usize] += 1.0);
        }
        counts.into_iter().map(|count| (1.0 + count).ln()).collect()
    }

    /// A number for the rings and what joins them (Bemis and Murcko, 1996), the same for molecules that differ in their side chains alone; 0
    /// for a molecule without rings.
    pub fn scaffold(&self) -> u64 {
        let mut kept = vec![true; self.atoms.len()];
        loop {
            let degree = |atom: usize| self.neighbours[atom].iter().filter(|(other, _)| kept[*other]).count();
            let end = (0..kept.len()).find(|&atom| kept[atom] && !self.in_ring[atom] && degree(atom) <= 1);
            match end {
                Some(end) => kept[end] = false,
                None => break,
            }
        }
        if !kept.contains(&true) {
            return 0;
        }
        let mut labels: Vec<u64> = (0..self.atoms.len()).map(|atom| self.label(atom, false)).collect();
        for _ in 0..kept.iter().filter(|&&kept| kept).count() {
            labels = self.wider(&labels, |atom| kept[atom]);
        }
        let mut left: Vec<u64> =
            labels.into_iter().zip(&kept).filter(|(_, kept)| **kept).map(|(label, _)| label).collect();
        left.sort_unstable();
        hash(left)
    }

    /// What an atom is; with its surroundings' size, charge and hydrogens or without.
    fn label(&self, number: usize, fully: bool) -> u64 {
        let atom = self.atoms[number];
        let is = self.molecule.atoms[atom];
        let what = [u64::from(is.element.atomic_number()), u64::from(self.perceived.aromatic[atom])];
        let more = [
            self.neighbours[number].len() as u64,
            self.hydrogens[atom] as u64,
            i64::from(is.charge) as u64,
            u64::from(self.in_ring[number]),
        ];
        hash(what.into_iter().chain(more.into_iter().filter(|_| fully)))
    }

    /// Labels that know the labels one bond further.
    fn wider(&self, labels: &[u64], counts: impl Fn(usize) -> bool) -> Vec<u64> {
        let wider = |(atom, neighbours): (usize, &Vec<(usize, Order)>)| {
            let near = neighbours.iter().filter(|(other, _)| counts(*other));
            let mut around: Vec<u64> =
                near.map(|&(other, order)| hash([order as u64, labels[other]])).collect();
            around.sort_unstable();
            hash([labels[atom]].into_iter().chain(around))
        };
        self.neighbours.iter().enumerate().map(wider).collect()
    }
}

/// FNV-1a over the bytes of some numbers: the same on every machine and with every compiler.
fn hash(values: impl IntoIterator<Item = u64>) -> u64 {
    let bytes = values.into_iter().flat_map(u64::to_le_bytes);
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

fn flag(value: bool) -> f32 {
    f32::from(u8::from(value))
}
