//! What is perceived in a molecule, as the digits in which RDKit's answers are kept.

use mlbook::molecule::{Element, Hybridisation, Molecule, Order, Perceived};

/// A digit for each atom but hydrogen (0 neither, 1 sp, 2 sp², 3 sp³, plus 4 if aromatic), and one for each bond between such, with its
/// atoms (4 is aromatic).
pub fn digits(molecule: &Molecule) -> (String, Vec<([usize; 2], &'static str)>) {
    let perceived = Perceived::of(molecule);
    let is_heavy = |atom: usize| molecule.atoms[atom].element != Element::H;
    let atom = |atom: usize| {
        let mixed = match perceived.hybridisation[atom] {
            Hybridisation::Sp => 1,
            Hybridisation::Sp2 => 2,
            Hybridisation::Sp3 => 3,
            Hybridisation::Other => 0,
        };
        (mixed + 4 * i32::from(perceived.aromatic[atom])).to_string()
    };
    let bond = |order: &Order| match order {
        Order::Single => "1",
        Order::Double => "2",
        Order::Triple => "3",
        Order::Aromatic => "4",
    };
    let atoms = (0..molecule.atoms.len()).filter(|&number| is_heavy(number)).map(atom).collect();
    let bonds = molecule.bonds.iter().zip(&perceived.orders);
    let heavy = bonds.filter(|(bond, _)| bond.atoms.iter().all(|&atom| is_heavy(atom)));
    (atoms, heavy.map(|(of, order)| (of.atoms, bond(order))).collect())
}
