//! Molecules on paper.

use super::{Element, Molecule, Order};
use crate::graph::layout;
use crate::plot::{Dot, Fill, Link, Sketch, Stroke};

/// A molecule as chemists draw it: hydrogens are written beside the atom that holds them, and left out at carbon. Atoms are coloured by
/// element, or by a share from −1 (blue) to 1 (vermilion) for each atom of the molecule.
///
/// # Panics
/// If there is not one share for each atom, or not one order for each bond.
pub fn sketch(molecule: &Molecule, orders: &[Order], shares: Option<&[f64]>) -> Sketch {
    assert_eq!(orders.len(), molecule.bonds.len(), "an order for each bond");
    assert!(shares.is_none_or(|shares| shares.len() == molecule.atoms.len()), "a share for each atom");
    let hydrogens = molecule.hydrogens();
    // Hydrogen is drawn where nothing else could be: in H₂, or a lone ion.
    let is_drawn = |atom: usize| {
        molecule.atoms[atom].element != Element::H
            || molecule
                .bonds
                .iter()
                .filter(|bond| bond.atoms.contains(&atom))
                .all(|bond| molecule.atoms[bond.other(atom)].element == Element::H)
    };
    let drawn: Vec<usize> = (0..molecule.atoms.len()).filter(|&atom| is_drawn(atom)).collect();
    let mut number = vec![None; molecule.atoms.len()];
    drawn.iter().enumerate().for_each(|(new, &atom)| number[atom] = Some(new));
    let links: Vec<Link> = molecule
        .bonds
        .iter()
        .zip(orders)
        .filter_map(|(bond, &order)| {
            Some(Link { ends: [number[bond.atoms[0]]?, number[bond.atoms[1]]?], stroke: stroke(order) })
        })
        .collect();
    let edges: Vec<[u32; 2]> = links.iter().map(|link| link.ends.map(|end| end as u32)).collect();
    let places: Vec<[f32; 3]> =
        drawn.iter().filter_map(|&atom| molecule.positions.get(atom)).copied().collect();
    let start = (places.len() == drawn.len()).then(|| flattened(&places));
    let dot = |(at, &atom): ([f64; 2], &usize)| Dot {
        at,
        text: letters(molecule.atoms[atom].element, molecule.atoms[atom].charge, hydrogens[atom]),
        fill: match shares {
            Some(shares) => Fill::Share(shares[atom]),
            None => colour(molecule.atoms[atom].element),
        },
    };
    let places = layout(drawn.len(), &edges, start.as_deref());
    Sketch { dots: places.into_iter().zip(&drawn).map(dot).collect(), links, caption: String::new() }
}

/// `C`, `NH₂`, `O⁻`.
fn letters(element: Element, charge: i8, hydrogens: usize) -> String {
    let mut text = element.symbol().to_owned();
    if hydrogens > 0 && !matches!(element, Element::C | Element::H) {
        text.push('H');
        text.extend((hydrogens > 1).then(|| char::from_u32(0x2080 + hydrogens as u32)).flatten());
    }
    text.push_str(match charge {
        ..=-1 => "⁻",
        0 => "",
        _ => "⁺",
    });
    text
}

fn stroke(order: Order) -> Stroke {
    match order {
        Order::Single => Stroke::Single,
        Order::Double => Stroke::Double,
        Order::Triple => Stroke::Triple,
        Order::Aromatic => Stroke::Aromatic,
    }
}

fn colour(element: Element) -> Fill {
    match element {
        Element::H => Fill::Rgb([245, 245, 245]),
        Element::C => Fill::Rgb([85, 85, 85]),
        Element::N => Fill::Series(0),
        Element::O => Fill::Series(1),
        Element::F | Element::Cl => Fill::Series(2),
        Element::Br | Element::I => Fill::Series(3),
        Element::S => Fill::Series(4),
        _ => Fill::Series(5),
    }
}

/// Places in space seen from where they spread most: coordinates along their two main axes.
fn flattened(places: &[[f32; 3]]) -> Vec<[f64; 2]> {
    let count = places.len().max(1) as f64;
    let centre: [f64; 3] =
        std::array::from_fn(|axis| places.iter().map(|place| f64::from(place[axis])).sum::<f64>() / count);
    let centred: Vec<[f64; 3]> = places
        .iter()
        .map(|place| std::array::from_fn(|axis| f64::from(place[axis]) - centre[axis]))
        .collect();
    let spread = |a: usize, b: usize| centred.iter().map(|place| place[a] * place[b]).sum::<f64>();
    let covariance = (0..3).map(|a| (0..3).map(|b| spread(a, b)).collect()).collect();
    let eigen = crate::graph::spectral::eigen(covariance);
    let mut axes = [0, 1, 2];
    axes.sort_by(|&a, &b| eigen.values[b].total_cmp(&eigen.values[a]));
    let along =
        |place: &[f64; 3], k: usize| (0..3).map(|axis| place[axis] * eigen.vectors[axis][axes[k]]).sum();
    centred.iter().map(|place| [along(place, 0), along(place, 1)]).collect()
}
