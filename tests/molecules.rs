//! Molecules: SDF files, what is perceived in them beside RDKit, QM9's features and properties, and what happens to bad files.

#[path = "support/perceived.rs"]
mod perceived;

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
    let (atoms, bonds) = perceived::digits(molecule);
    (atoms, bonds.into_iter().map(|(_, digit)| digit).collect())
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

fn mini() -> Located {
    Located {
        wanted: "qm9".to_owned(),
        set: "qm9-mini".to_owned(),
        dir: root().join("data/qm9-mini"),
        origin: Origin::Bundled,
        stand_in: true,
        fetchable: false,
    }
}

#[test]
fn the_first_molecule_is_as_pytorch_geometric_has_it() {
    let graphs = qm9::read(&mini(), &Cache::none()).expect("bundled");
    assert_eq!(graphs.len(), 1200);
    let methane = &graphs[0];
    assert_eq!((methane.name.as_str(), methane.len(), methane.edges.len()), ("gdb_1", 5, 8));
    assert_eq!(methane.nodes.row(0), [0.0, 1.0, 0.0, 0.0, 0.0, 6.0, 0.0, 0.0, 0.0, 1.0, 4.0]);
    assert_eq!(methane.nodes.row(1), [1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    assert_eq!(methane.edges, [[0, 1], [0, 2], [0, 3], [0, 4], [1, 0], [2, 0], [3, 0], [4, 0]]);
    assert_eq!(methane.edge_features.row(0), [1.0, 0.0, 0.0, 0.0]);
    assert_eq!(methane.positions[0], [-0.0127, 1.0858, 0.0080]);
    let y = &methane.attributes[PROPERTIES];
    assert_eq!((y.len(), y[1]), (TARGETS.len(), 13.21));
    // −0.3877 hartree, and 157.7118 GHz at the end.
    assert!((y[2] + 10.549_854).abs() < 1e-5 && (y[16] - 157.7118).abs() < 1e-4, "{y:?}");
    assert!(y[12].is_nan(), "energies of atomisation are not in the file");
}

#[test]
fn graphs_from_the_cache_are_those_of_the_files_and_follow_them() {
    let folder = TempDir::new().expect("a folder");
    let copy = Located { dir: folder.path().join("data"), ..mini() };
    fs::create_dir(&copy.dir).expect("a folder");
    for file in [qm9::SDF, qm9::CSV] {
        fs::copy(mini().path(file), copy.path(file)).expect("a copy");
    }
    let cache = Cache::in_folder(folder.path().join("cache"));
    let files = || fs::read_dir(folder.path().join("cache")).map_or(0, Iterator::count);
    let first = qm9::read(&copy, &cache).expect("good files");
    assert_eq!(files(), 1);
    let mut again = qm9::read(&copy, &cache).expect("from the cache");
    let mut first_alpha = first.clone();
    for graphs in [&mut first_alpha, &mut again] {
        qm9::choose_target(graphs, "alpha").expect("every molecule has it");
        // Missing properties are not a number, which equals nothing.
        graphs.iter_mut().for_each(|graph| graph.attributes.clear());
    }
    assert!(first_alpha == again);
    // A damaged cache is made again.
    let kept = fs::read_dir(folder.path().join("cache"))
        .expect("a folder")
        .next()
        .expect("a file")
        .expect("its name");
    fs::write(kept.path(), b"rubbish").expect("it is ours");
    assert_eq!(qm9::read(&copy, &cache).expect("good files").len(), 1200);
    // Other bytes are another source.
    let text = String::from_utf8(gzip::read(&copy.path(qm9::CSV), 1 << 24).expect("gzip")).expect("text");
    fs::write(copy.path(qm9::CSV), text.replacen("13.21", "99.5", 1)).expect("it is ours");
    let changed = qm9::read(&copy, &cache).expect("good files");
    assert_eq!((changed[0].attributes[PROPERTIES][1], files()), (99.5, 2));
}

/// The bundled files with a change, which must be refused; the message.
fn refused(change: impl FnOnce(&mut String, &mut String)) -> String {
    let folder = TempDir::new().expect("a folder");
    let text = |file: &str| {
        String::from_utf8(gzip::read(&mini().path(file), 1 << 26).expect("bundled")).expect("text")
    };
    let (mut sdf, mut csv) = (text(qm9::SDF), text(qm9::CSV));
    change(&mut sdf, &mut csv);
    for (file, text) in [(qm9::SDF, sdf), (qm9::CSV, csv)] {
        let file = fs::File::create(folder.path().join(file)).expect("a file");
        let mut packed = GzEncoder::new(file, Compression::fast());
        packed.write_all(text.as_bytes()).expect("room");
        packed.finish().expect("room");
    }
    let located = Located { dir: folder.path().to_path_buf(), ..mini() };
    let mut graphs = match qm9::read(&located, &Cache::none()) {
        Ok(graphs) => graphs,
        Err(error) => return error.to_string(),
    };
    qm9::choose_target(&mut graphs, "alpha").expect_err("something is wrong").to_string()
}

/// The block of the second molecule, gdb_11, changed.
fn second(sdf: &mut String, change: impl FnOnce(&str) -> String) {
    let blocks: Vec<&str> = sdf.splitn(3, "$$$$\n").collect();
    *sdf = [blocks[0], &change(blocks[1]), blocks[2]].join("$$$$\n");
}

#[test]
fn bad_files_are_refused_with_the_molecule_that_is_wrong() {
    let cut = refused(|sdf, _| {
        let place = sdf.find("gdb_11\n").expect("it is there") + 120;
        sdf.truncate(place);
    });
    assert!(cut.contains("molecule gdb_11") && cut.contains("ends within it"), "{cut}");
    let fewer = refused(|sdf, _| {
        let place = sdf.find("gdb_104\n").expect("it is there");
        sdf.truncate(place);
    });
    assert!(fewer.contains("lacks gdb_104 for one") && fewer.contains("cut short"), "{fewer}");

    let changed = |from: &str, to: &str| refused(|sdf, _| second(sdf, |block| block.replacen(from, to, 1)));
    let text =
        String::from_utf8(gzip::read(&mini().path(qm9::SDF), 1 << 26).expect("bundled")).expect("text");
    let block: Vec<&str> = text.split("$$$$\n").nth(1).expect("a second").lines().collect();
    let counts = block[3];
    let number = |columns: &str| columns.trim().parse::<usize>().expect("a number");
    let (atoms, bonds) = (number(&counts[..3]), number(&counts[3..6]));
    let claims =
        |atoms: usize, bonds: usize| changed(counts, &format!("{atoms:>3}{bonds:>3}{}", &counts[6..]));
    let message = claims(atoms + 1, bonds);
    assert!(
        message.contains("molecule gdb_11") && message.contains(&format!("atom {} of", atoms + 1)),
        "{message}"
    );
    let message = claims(atoms - 1, bonds);
    assert!(message.contains("molecule gdb_11") && message.contains("bond 1 of"), "{message}");
    assert!(claims(atoms, bonds - 1).contains("follows the"), "a bond too many");
    assert!(changed(counts, "  x  y V2000").contains("counts line is `  x  y V2000`"));
    assert!(changed(counts, &counts.replace("V2000", "V3000")).contains("ends in V2000"));

    let message = changed(" C   0", " Xx  0");
    assert!(
        message.contains("gdb_11") && message.contains("element `Xx`") && message.contains("H Li B C"),
        "{message}"
    );
    let message = changed(" C   0", " Br  0");
    assert!(message.contains("gdb_11: atom") && message.contains("Br; these features"), "{message}");
    let bond = block[4 + atoms];
    let message = changed(bond, &format!("{:>3}{:>3}{}", 1, 99, &bond[6..]));
    assert!(message.contains("gdb_11") && message.contains("bond 1 goes to atom 99"), "{message}");
    let message = changed(block[5 + atoms], bond);
    assert!(message.contains("gdb_11") && message.contains("bond 2 joins atoms"), "{message}");
}

#[test]
fn bad_properties_are_refused_with_the_molecule_that_is_wrong() {
    let nan = refused(|_, csv| *csv = csv.replacen(",13.21,", ",nan,", 1));
    assert!(nan.contains("molecule gdb_1: alpha is `nan`"), "{nan}");
    let missing = refused(|_, csv| *csv = csv.replacen(",13.21,", ",,", 1));
    assert!(missing.contains("molecule gdb_1: alpha is missing"), "{missing}");
    let unknown = refused(|_, csv| *csv = csv.replacen("gdb_11,", "gdb_9999999,", 1));
    assert!(unknown.contains("no line for molecule gdb_11"), "{unknown}");
    let twice = refused(|_, csv| *csv = csv.replacen("gdb_11,", "gdb_1,", 1));
    assert!(twice.contains("molecule gdb_1 is listed twice"), "{twice}");
    let mut graphs = qm9::read(&mini(), &Cache::none()).expect("bundled");
    let wrong = qm9::choose_target(&mut graphs, "colour").expect_err("no such property").to_string();
    assert!(wrong.contains("`colour`") && wrong.contains("alpha"), "{wrong}");
    assert!(qm9::choose_target(&mut graphs, "u0_atom").is_err(), "it is empty in the file");
}

#[test]
fn benzene_is_aromatic_and_cyclobutadiene_is_not() {
    let ring = |size: usize| {
        let atom = mlbook::molecule::Atom { element: Element::C, charge: 0 };
        let hydrogen = mlbook::molecule::Atom { element: Element::H, charge: 0 };
        let order = |k: usize| if k.is_multiple_of(2) { Order::Double } else { Order::Single };
        let ring = (0..size).map(|k| mlbook::molecule::Bond { atoms: [k, (k + 1) % size], order: order(k) });
        let out = (0..size).map(|k| mlbook::molecule::Bond { atoms: [k, size + k], order: Order::Single });
        Molecule {
            name: format!("ring of {size}"),
            atoms: [vec![atom; size], vec![hydrogen; size]].concat(),
            bonds: ring.chain(out).collect(),
            positions: vec![],
        }
    };
    for (size, aromatic) in [(4, false), (6, true), (8, false), (10, true)] {
        let perceived = Perceived::of(&ring(size));
        assert_eq!(perceived.rings.len(), 1);
        assert!(perceived.aromatic[..size].iter().all(|&is| is == aromatic), "a ring of {size}");
        assert!(perceived.aromatic[size..].iter().all(|&is| !is), "hydrogen");
        assert!(perceived.hybridisation[..size].iter().all(|&kind| kind == Hybridisation::Sp2));
        let orders = perceived.orders[..size].iter().filter(|&&order| order == Order::Aromatic).count();
        assert_eq!(orders, if aromatic { size } else { 0 });
    }
}

#[test]
fn rings_are_the_faces_that_one_would_name() {
    let molecule = |atoms: usize, bonds: &[[usize; 2]]| Molecule {
        name: "skeleton".to_owned(),
        atoms: vec![mlbook::molecule::Atom { element: Element::C, charge: 0 }; atoms],
        bonds: bonds.iter().map(|&atoms| mlbook::molecule::Bond { atoms, order: Order::Single }).collect(),
        positions: vec![],
    };
    let lengths = |atoms: usize, bonds: &[[usize; 2]]| {
        let mut lengths: Vec<usize> =
            Perceived::of(&molecule(atoms, bonds)).rings.iter().map(Vec::len).collect();
        lengths.sort_unstable();
        lengths
    };
    let cube =
        [[0, 1], [1, 2], [2, 3], [3, 0], [4, 5], [5, 6], [6, 7], [7, 4], [0, 4], [1, 5], [2, 6], [3, 7]];
    assert_eq!(lengths(8, &cube), [4; 6]);
    let bicycle = [[0, 1], [1, 2], [2, 3], [3, 4], [4, 5], [5, 0], [0, 6], [6, 3]];
    assert_eq!(lengths(7, &bicycle), [5, 5]);
    assert_eq!(lengths(4, &[[0, 1], [1, 2], [2, 3]]), [0_usize; 0]);
    let long: Vec<[usize; 2]> = (0..40).map(|k| [k, (k + 1) % 40]).collect();
    assert_eq!(lengths(40, &long), [40]);
    // A ladder of 300 rungs, and a ring beside it: no time is lost on the many long rings.
    let mut ladder: Vec<[usize; 2]> =
        (0..299).flat_map(|k| [[2 * k, 2 * k + 2], [2 * k + 1, 2 * k + 3]]).collect();
    ladder.extend((0..300).map(|k| [2 * k, 2 * k + 1]));
    ladder.extend([[600, 601], [601, 602], [602, 600]]);
    assert_eq!(lengths(603, &ladder), [vec![3], vec![4; 299]].concat());
}
