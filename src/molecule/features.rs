//! Molecules as graphs: atoms are nodes, bonds are edges in both directions.

use super::{Atom, Bond, Element, Molecule, Order, Perceived};
use crate::graph::{Features, Graph, GraphError};

/// Numbers for an atom: whether it is H, C, N, O, F; its atomic number; whether it is aromatic, sp, sp², sp³; how many hydrogens it
/// holds.
pub const NODE_FEATURES: usize = 11;
/// Numbers for a bond: whether it is single, double, triple, aromatic.
pub const EDGE_FEATURES: usize = 4;

/// The elements that have a column of their own, those of QM9.
const COLUMNS: [Element; 5] = [Element::H, Element::C, Element::N, Element::O, Element::F];
const ATOMIC_NUMBER: usize = 5;
const ORDERS: [Order; EDGE_FEATURES] = [Order::Single, Order::Double, Order::Triple, Order::Aromatic];

/// A molecule that does not fit these features.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum FeatureError {
    #[error("{molecule}: atom {atom} is {element}; these features are for molecules of H, C, N, O and F")]
    Element { molecule: String, atom: usize, element: Element },
    #[error(transparent)]
    Graph(#[from] GraphError),
}

/// A molecule with the features that PyTorch Geometric gives QM9's: 11 for atoms, 4 for bonds, edges sorted by source, then target.
///
/// # Errors
/// An element that has no column, or a molecule without atoms.
pub fn graph(molecule: &Molecule, perceived: &Perceived) -> Result<Graph, FeatureError> {
    let hydrogens = molecule.hydrogens();
    let mut nodes = Vec::with_capacity(molecule.atoms.len() * NODE_FEATURES);
    for (number, atom) in molecule.atoms.iter().enumerate() {
        if !COLUMNS.contains(&atom.element) {
            let (molecule, atom, element) = (molecule.name.clone(), number + 1, atom.element);
            return Err(FeatureError::Element { molecule, atom, element });
        }
        nodes.extend(COLUMNS.map(|element| flag(element == atom.element)));
        nodes.push(f32::from(atom.element.atomic_number()));
        nodes.push(flag(perceived.aromatic[number]));
        nodes.extend(perceived.hybridisation[number].flags());
        nodes.push(hydrogens[number] as f32);
    }
    let (edges, orders) = directed(molecule, &perceived.orders);
    let edge_features = orders.iter().flat_map(|order| ORDERS.map(|other| flag(other == *order)));
    Ok(Graph {
        name: molecule.name.clone(),
        nodes: Features::new(nodes, NODE_FEATURES),
        edges,
        edge_features: Features::new(edge_features.collect(), EDGE_FEATURES),
        positions: molecule.positions.clone(),
        ..Graph::default()
    }
    .checked()?)
}

/// The bonds in both directions, sorted, each with its order.
pub(crate) fn directed(molecule: &Molecule, orders: &[Order]) -> (Vec<[u32; 2]>, Vec<Order>) {
    let both = molecule
        .bonds
        .iter()
        .zip(orders)
        .flat_map(|(bond, &order)| bond.both_ways().map(|pair| (pair.map(|atom| atom as u32), order)));
    let mut edges: Vec<_> = both.collect();
    edges.sort_by_key(|(pair, _)| *pair);
    edges.into_iter().unzip()
}

/// The molecule that [`graph`] made a graph of: its atoms, its bonds as perceived, its positions. Charges are not among the features.
pub fn of_graph(graph: &Graph) -> Molecule {
    let element = |row: usize| {
        let number = graph.nodes.row(row)[ATOMIC_NUMBER];
        COLUMNS.into_iter().find(|element| f32::from(element.atomic_number()) == number).unwrap_or(Element::C)
    };
    let order = |row: usize| {
        let column = graph.edge_features.row(row).iter().position(|&value| value == 1.0);
        ORDERS[column.unwrap_or(0)]
    };
    let once = graph.edges.iter().enumerate().filter(|(_, pair)| pair[0] < pair[1]);
    Molecule {
        name: graph.name.clone(),
        atoms: (0..graph.len()).map(|row| Atom { element: element(row), charge: 0 }).collect(),
        bonds: once
            .map(|(row, pair)| Bond { atoms: pair.map(|node| node as usize), order: order(row) })
            .collect(),
        positions: graph.positions.clone(),
    }
}

fn flag(value: bool) -> f32 {
    f32::from(u8::from(value))
}
