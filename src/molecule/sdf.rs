//! SDF files: molecules one after the other, each a molfile of version V2000 and a line `$$$$`.
//!
//! A molfile has three lines of header, a line of counts, a line for each atom and each bond in fixed columns, then properties. Read are
//! elements, positions, bonds and charges.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use super::{Atom, Bond, Element, Molecule, Order};
use crate::data::gzip::{self, UnpackError};

/// The most bytes that an SDF file may unpack to.
const MAX_BYTES: u64 = 4 << 30;

/// An SDF file that is none, or is damaged.
#[derive(Debug, thiserror::Error)]
pub enum SdfError {
    #[error(transparent)]
    File(#[from] UnpackError),
    /// What is wrong with one of its molecules.
    #[error("{file}: molecule {name} (line {line}): {problem}")]
    Molecule { file: Arc<str>, name: String, line: usize, problem: Problem },
}

/// What is wrong with a molecule.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Problem {
    #[error("the file ends within it, where {expected} is expected. Get the file again.")]
    Cut { expected: &'static str },
    #[error(
        "the counts line is `{text}`; it has the numbers of atoms and bonds in its first six columns and ends in V2000"
    )]
    Counts { text: String },
    #[error(
        "atom {number} of {count} is `{text}`; the line of an atom has three coordinates and an element. Check the counts line."
    )]
    Atom { number: usize, count: usize, text: String },
    #[error("atom {number} is of the element `{symbol}`, which is not known. Known are: {}", known())]
    Element { number: usize, symbol: String },
    #[error(
        "bond {number} of {count} is `{text}`; the line of a bond has two atoms and an order from 1 to 4. Check the counts line."
    )]
    Bond { number: usize, count: usize, text: String },
    #[error("bond {number} goes to atom {atom}, and there are {atoms}")]
    NoSuchAtom { number: usize, atom: usize, atoms: usize },
    #[error(
        "`{text}` follows the {atoms} atoms and {bonds} bonds that the counts line announces. Check the counts line."
    )]
    Trailing { text: String, atoms: usize, bonds: usize },
    #[error("bond {number} joins atoms {a} and {b}, which are one atom or bound already")]
    Repeated { number: usize, a: usize, b: usize },
    #[error("`{text}` is no list of charges: pairs of an atom and its charge")]
    Charges { text: String },
}

fn known() -> String {
    Element::ALL.map(Element::symbol).join(" ")
}

/// Reads the molecules of an SDF file, plain or gzip.
///
/// # Errors
/// [`SdfError`]: a file that cannot be read, or the first molecule that is wrong, by its name and line.
pub fn read_sdf(path: &Path) -> Result<Vec<Molecule>, SdfError> {
    let bytes = gzip::read(path, MAX_BYTES)?;
    parse(&path.display().to_string(), &bytes)
}

/// Reads the molecules of an SDF file's contents, which error texts call `file`.
///
/// # Errors
/// As [`read_sdf`].
pub fn parse(file: &str, bytes: &[u8]) -> Result<Vec<Molecule>, SdfError> {
    let mut lines = Lines { bytes, line: 0 };
    let mut molecules = Vec::new();
    while !lines.is_at_end() {
        let name = lines.peek_name(molecules.len() + 1);
        match molecule(&mut lines, &name) {
            Ok(molecule) => molecules.push(molecule),
            Err(problem) => {
                return Err(SdfError::Molecule { file: file.into(), name, line: lines.line, problem });
            }
        }
    }
    Ok(molecules)
}

/// The lines of a file, with the number of the last one taken.
struct Lines<'a> {
    bytes: &'a [u8],
    line: usize,
}

impl<'a> Lines<'a> {
    /// Only white space is left.
    fn is_at_end(&self) -> bool {
        self.bytes.iter().all(u8::is_ascii_whitespace)
    }

    fn next(&mut self, expected: &'static str) -> Result<&'a [u8], Problem> {
        if self.bytes.is_empty() {
            return Err(Problem::Cut { expected });
        }
        self.line += 1;
        let end = self.bytes.iter().position(|&byte| byte == b'\n');
        let (line, rest) = match end {
            Some(end) => (&self.bytes[..end], &self.bytes[end + 1..]),
            None => (self.bytes, &self.bytes[self.bytes.len()..]),
        };
        self.bytes = rest;
        Ok(line.strip_suffix(b"\r").unwrap_or(line))
    }

    /// The title of the molecule that begins here, or its number.
    fn peek_name(&self, number: usize) -> String {
        let title = self.bytes.split(|&byte| byte == b'\n').next().unwrap_or_default();
        match text(title).trim() {
            "" => format!("number {number}"),
            title => title.to_owned(),
        }
    }
}

fn molecule(lines: &mut Lines, name: &str) -> Result<Molecule, Problem> {
    for expected in ["its title", "the second line of its header", "the third line of its header"] {
        lines.next(expected)?;
    }
    let counts = lines.next("its counts line")?;
    let is_v2000 = text(counts).trim_end().ends_with("V2000");
    let (Some(atoms), Some(bonds), true) = (number(counts, 0, 3), number(counts, 3, 6), is_v2000) else {
        return Err(Problem::Counts { text: text(counts) });
    };
    let (atom_count, bond_count): (usize, usize) = (atoms, bonds);
    let mut molecule = Molecule { name: name.to_owned(), ..Molecule::default() };
    for number in 1..=atom_count {
        let line = lines.next("another atom")?;
        let (atom, position) = atom(line, number, atom_count)?;
        molecule.atoms.push(atom);
        molecule.positions.push(position);
    }
    let mut bound = HashSet::with_capacity(bond_count);
    for number in 1..=bond_count {
        let line = lines.next("another bond")?;
        let bond = bond(line, number, [atom_count, bond_count])?;
        let [a, b] = bond.atoms;
        if a == b || !bound.insert([a.min(b), a.max(b)]) {
            return Err(Problem::Repeated { number, a: a + 1, b: b + 1 });
        }
        molecule.bonds.push(bond);
    }
    properties(lines, &mut molecule)?;
    while lines.next("a line $$$$")? != b"$$$$" {}
    Ok(molecule)
}

fn atom(line: &[u8], number_of_atom: usize, count: usize) -> Result<(Atom, [f32; 3]), Problem> {
    let wrong = || Problem::Atom { number: number_of_atom, count, text: text(line) };
    let coordinate = |start| decimal(column(line, start, start + 10)).filter(|x| x.is_finite());
    let (Some(x), Some(y), Some(z)) = (coordinate(0), coordinate(10), coordinate(20)) else {
        return Err(wrong());
    };
    let symbol = text(column(line, 31, 34));
    let symbol = symbol.trim();
    if symbol.is_empty() || !symbol.chars().all(char::is_alphabetic) {
        return Err(wrong());
    }
    let element = Element::of_symbol(symbol)
        .ok_or_else(|| Problem::Element { number: number_of_atom, symbol: symbol.to_owned() })?;
    // Old files have charges here, as 4 − charge; 4 is a radical and 0 nothing.
    let charge = match number::<i8>(line, 36, 39) {
        Some(code @ (1..=3 | 5..=7)) => 4 - code,
        _ => 0,
    };
    Ok((Atom { element, charge }, [x, y, z]))
}

fn bond(line: &[u8], number_of_bond: usize, [atoms, count]: [usize; 2]) -> Result<Bond, Problem> {
    let order = match number::<u8>(line, 6, 9) {
        Some(1) => Some(Order::Single),
        Some(2) => Some(Order::Double),
        Some(3) => Some(Order::Triple),
        Some(4) => Some(Order::Aromatic),
        _ => None,
    };
    let ends: [Option<usize>; 2] = [number(line, 0, 3), number(line, 3, 6)];
    let ([Some(a), Some(b)], Some(order)) = (ends, order) else {
        return Err(Problem::Bond { number: number_of_bond, count, text: text(line) });
    };
    match [a, b].into_iter().find(|atom| !(1..=atoms).contains(atom)) {
        Some(atom) => Err(Problem::NoSuchAtom { number: number_of_bond, atom, atoms }),
        None => Ok(Bond { atoms: [a - 1, b - 1], order }),
    }
}

/// Lines that begin with M, up to `M  END`. A list of charges replaces all that the atoms' lines say.
fn properties(lines: &mut Lines, molecule: &mut Molecule) -> Result<(), Problem> {
    let mut is_first_list = true;
    loop {
        let line = lines.next("M  END")?;
        if line.starts_with(b"M  END") {
            return Ok(());
        }
        if line.starts_with(b"M  CHG") {
            if std::mem::take(&mut is_first_list) {
                molecule.atoms.iter_mut().for_each(|atom| atom.charge = 0);
            }
            charges(line, molecule)?;
        } else if !matches!(line.first(), Some(b'M' | b'A' | b'V' | b'G' | b'S')) {
            let (atoms, bonds) = (molecule.atoms.len(), molecule.bonds.len());
            return Err(Problem::Trailing { text: text(line), atoms, bonds });
        }
    }
}

fn charges(line: &[u8], molecule: &mut Molecule) -> Result<(), Problem> {
    let wrong = || Problem::Charges { text: text(line) };
    let words = text(line.get(9..).unwrap_or_default());
    let numbers: Vec<i32> =
        words.split_whitespace().map(|word| word.parse().ok()).collect::<Option<_>>().ok_or_else(wrong)?;
    for pair in numbers.chunks(2) {
        let &[atom, charge] = pair else { return Err(wrong()) };
        let index = usize::try_from(atom - 1).map_err(|_| wrong())?;
        molecule.atoms.get_mut(index).ok_or_else(wrong)?.charge =
            i8::try_from(charge).map_err(|_| wrong())?;
    }
    Ok(())
}

fn column(line: &[u8], start: usize, end: usize) -> &[u8] {
    line.get(start..end.min(line.len())).unwrap_or_default().trim_ascii()
}

fn number<T: std::str::FromStr>(line: &[u8], start: usize, end: usize) -> Option<T> {
    std::str::from_utf8(column(line, start, end)).ok()?.parse().ok()
}

fn decimal(column: &[u8]) -> Option<f32> {
    std::str::from_utf8(column).ok()?.parse().ok()
}

fn text(line: &[u8]) -> String {
    String::from_utf8_lossy(line).into_owned()
}
