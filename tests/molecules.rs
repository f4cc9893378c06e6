//! Molecules: SDF files, what is perceived in them beside RDKit, QM9's features and properties, and what happens to bad files.

use std::collections::HashMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use mlbook::data::gzip;
use mlbook::data::locate::{Located, Origin};
use mlbook::data::qm9::{self, Cache, PROPERTIES, TARGETS};
use mlbook::molecule::{Element, Hybridisation, Molecule, Order, Perceived, read_sdf};
use tempfile::TempDir;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// RDKit's answers: of each molecule a digit for each atom but hydrogen and for each bond between such; see
/// reference/make_qm9_rdkit.py.
fn rdkit() -> HashMap<String, (String, String)> {
    let path = root().join("reference/fixtures/qm9_rdkit.txt.gz");
    let text = String::from_utf8(gzip::read(&path, 1 << 24).expect("the fixture is there")).expect("text");
    text.lines()
        .map(|line| {
            let mut words = line.split(' ').map(str::to_owned);
            let mut word = || words.next().unwrap_or_default();
            (word(), (word(), word()))
        })
        .collect()
}

fn digits(molecule: &Molecule) -> (String, String) {
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
    let heavy = bonds.filter(|(bond, _)| bond.atoms.iter().all(|&number| is_heavy(number)));
    (atoms, heavy.map(|(_, order)| bond(order)).collect())
}

/// Compares a file's molecules with RDKit; how many atoms and bonds there are and which molecules differ.
fn compared(sdf: &Path) -> (usize, usize, Vec<String>) {
    let expected = rdkit();
    let molecules = read_sdf(sdf).expect("the file is a good one");
    let (mut things, mut differing, mut which) = (0, 0, Vec::new());
    for molecule in &molecules {
        let (atoms, bonds) = digits(molecule);
        let (their_atoms, their_bonds) = &expected[&molecule.name];
        assert_eq!((atoms.len(), bonds.len()), (their_atoms.len(), their_bonds.len()), "{}", molecule.name);
        let differ = |a: &str, b: &str| a.bytes().zip(b.bytes()).filter(|(a, b)| a != b).count();
        let wrong = differ(&atoms, their_atoms) + differ(&bonds, their_bonds);
        things += molecule.atoms.len() + molecule.bonds.len();
        differing += wrong;
        if wrong > 0 {
            which.push(format!("{} {atoms} {bonds}, RDKit {their_atoms} {their_bonds}", molecule.name));
        }
    }
    (things, differing, which)
}

#[test]
fn atoms_and_bonds_are_perceived_as_rdkit_does() {
    let (things, _, which) = compared(&root().join("data/qm9-mini").join(qm9::SDF));
    assert!(which.is_empty(), "{which:#?}");
    assert!(things > 30_000, "{things}");
    let all = root().join("../shared/data/qm9").join(qm9::SDF);
    if all.exists() {
        let (things, differing, which) = compared(&all);
        assert_eq!(things, 191_504 + 190_887);
        assert_eq!(differing, 0, "{which:#?}");
    }
}
