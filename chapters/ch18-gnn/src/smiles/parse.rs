//! Molecules from SMILES, by the crate smiles-rs.

use mlbook::molecule::{Atom, Bond, Element, Molecule, Order};
use smiles_rs::bond::Bond as Line;
use smiles_rs::prelude::Smiles;

/// Longer texts are no small molecules.
pub const LONGEST: usize = 1000;

/// Why a text is no molecule that can be learned from.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SmilesProblem {
    #[error("it is empty")]
    Empty,
    #[error("it has {0} characters, and molecules of up to {LONGEST} are taken")]
    Long(usize),
    #[error("{0}")]
    Syntax(String),
    #[error("its aromatic atoms have no Kekulé form: {0}")]
    Aromatic(String),
    #[error("atom {atom} is {symbol}, which is not known here")]
    Element { atom: usize, symbol: String },
    #[error("atom {atom}, {element}, has bonds of order {found} together, and at most {most} is possible")]
    Valence { atom: usize, element: Element, found: i32, most: i32 },
    #[error("atom {atom} has a quadruple bond, which is not known here")]
    Quadruple { atom: usize },
    #[error("it holds only hydrogen")]
    OnlyHydrogen,
}

/// The molecule of a SMILES with all its hydrogens and without positions; error texts call it `name`. Stereochemistry and isotopes are left
/// out.
///
/// # Errors
/// [`SmilesProblem`]: no SMILES, or no molecule.
pub fn molecule(name: &str, text: &str) -> Result<Molecule, SmilesProblem> {
    let text = text.trim();
    let length = text.chars().count();
    match length {
        0 => return Err(SmilesProblem::Empty),
        1..=LONGEST => {}
        _ => return Err(SmilesProblem::Long(length)),
    }
    let smiles: Smiles = text.parse().map_err(|error: smiles_rs::SmilesErrorWithSpan| {
        let place = error.start() + 1;
        SmilesProblem::Syntax(format!("{} (character {place})", error.smiles_error()))
    })?;
    let kekule = smiles.kekulize().map_err(|error| SmilesProblem::Aromatic(error.to_string()))?;
    let mut molecule = Molecule { name: name.to_owned(), ..Molecule::default() };
    for (number, atom) in smiles.nodes().iter().enumerate() {
        let symbol = atom.element().map_or("*".to_owned(), |element| element.to_string());
        let element =
            Element::of_symbol(&symbol).ok_or(SmilesProblem::Element { atom: number + 1, symbol })?;
        molecule.atoms.push(Atom { element, charge: atom.charge_value() });
    }
    if molecule.atoms.iter().all(|atom| atom.element == Element::H) {
        return Err(SmilesProblem::OnlyHydrogen);
    }
    for atom in 0..molecule.atoms.len() {
        for edge in kekule.edges_for_node(atom) {
            let other = edge.other(atom).unwrap_or(atom);
            if other > atom {
                molecule.bonds.push(Bond { atoms: [atom, other], order: order(edge.bond(), atom)? });
            }
        }
    }
    for (number, atom) in smiles.nodes().iter().enumerate() {
        for _ in 0..u32::from(atom.hydrogen_count()) + u32::from(smiles.implicit_hydrogen_count(number)) {
            molecule.bonds.push(Bond { atoms: [number, molecule.atoms.len()], order: Order::Single });
            molecule.atoms.push(Atom { element: Element::H, charge: 0 });
        }
    }
    valences(&molecule)?;
    Ok(molecule)
}

fn order(line: Line, atom: usize) -> Result<Order, SmilesProblem> {
    match line {
        Line::Single | Line::Up | Line::Down => Ok(Order::Single),
        Line::Double => Ok(Order::Double),
        Line::Triple => Ok(Order::Triple),
        Line::Quadruple => Err(SmilesProblem::Quadruple { atom: atom + 1 }),
    }
}

/// Atoms of the second row cannot bind more than their electrons allow; nitrogen with five bonds is an old way to write a nitro group.
fn valences(molecule: &Molecule) -> Result<(), SmilesProblem> {
    let mut sums = vec![0; molecule.atoms.len()];
    for bond in &molecule.bonds {
        let order = match bond.order {
            Order::Single | Order::Aromatic => 1,
            Order::Double => 2,
            Order::Triple => 3,
        };
        bond.atoms.iter().for_each(|&atom| sums[atom] += order);
    }
    for (number, (atom, &found)) in molecule.atoms.iter().zip(&sums).enumerate() {
        let charge = i32::from(atom.charge);
        let most = match atom.element {
            Element::H | Element::F => 1,
            Element::B => 3 - charge,
            Element::C => 4 - charge.abs(),
            Element::N if charge == 0 => 5,
            Element::N => 3 + charge,
            Element::O => 2 + charge,
            _ => continue,
        };
        if found > most {
            return Err(SmilesProblem::Valence { atom: number + 1, element: atom.element, found, most });
        }
    }
    Ok(())
}
