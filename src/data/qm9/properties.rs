//! The table of properties: one line a molecule.

use std::collections::HashMap;

use super::Qm9Error;
use crate::data::table::{Layout, Table, TableError};

/// The properties in the order of PyTorch Geometric: dipole moment (D), isotropic polarisability (a₀³), HOMO, LUMO and gap (eV),
/// electronic spatial extent (a₀²), zero-point energy, internal energy at 0 K and 298 K, enthalpy, free energy (eV), heat capacity
/// (cal/(mol K)), the four energies of atomisation (eV), rotational constants (GHz).
pub const TARGETS: [&str; 19] = [
    "mu",
    "alpha",
    "homo",
    "lumo",
    "gap",
    "r2",
    "zpve",
    "u0",
    "u298",
    "h298",
    "g298",
    "cv",
    "u0_atom",
    "u298_atom",
    "h298_atom",
    "g298_atom",
    "A",
    "B",
    "C",
];

/// One hartree in eV.
const HARTREE: f64 = 27.211_386_246;
/// One kcal/mol in eV.
const KCAL_PER_MOL: f64 = 0.043_364_14;

/// What the file's unit is in the unit of [`TARGETS`].
fn unit(property: &str) -> f64 {
    match property {
        "homo" | "lumo" | "gap" | "zpve" | "u0" | "u298" | "h298" | "g298" => HARTREE,
        name if name.ends_with("_atom") => KCAL_PER_MOL,
        _ => 1.0,
    }
}

/// The properties of each molecule.
pub(super) struct Properties {
    /// What error texts call the table.
    pub name: String,
    names: Vec<String>,
    rows: HashMap<String, usize>,
    /// `[molecules, 19]`; not a number where there is none.
    values: Vec<f32>,
}

impl Properties {
    pub fn parse(name: &str, bytes: Vec<u8>) -> Result<Self, Qm9Error> {
        let text = String::from_utf8(bytes).map_err(|error| TableError::NotText {
            table: name.to_owned(),
            position: error.utf8_error().valid_up_to(),
        })?;
        let table = Table::parse(name, &text, Layout::commas().text())?;
        let names = table.column_str("mol_id")?;
        let mut rows = HashMap::with_capacity(names.len());
        for (row, molecule) in names.iter().enumerate() {
            if rows.insert(molecule.clone(), row).is_some() {
                return Err(Qm9Error::Twice { table: name.to_owned(), molecule: molecule.clone() });
            }
        }
        let mut values = vec![f32::NAN; names.len() * TARGETS.len()];
        for (column, property) in TARGETS.iter().enumerate() {
            for (row, text) in table.optional_str(property)?.into_iter().enumerate() {
                let Some(text) = text else { continue };
                let number = text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
                let number = number.ok_or_else(|| Qm9Error::NotNumber {
                    table: name.to_owned(),
                    molecule: names[row].clone(),
                    property: (*property).to_owned(),
                    value: text.clone(),
                })?;
                values[row * TARGETS.len() + column] = (number * unit(property)) as f32;
            }
        }
        Ok(Self { name: name.to_owned(), names, rows, values })
    }

    pub fn len(&self) -> usize {
        self.names.len()
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    pub fn of(&self, molecule: &str) -> Option<&[f32]> {
        let row = *self.rows.get(molecule)?;
        self.values.get(row * TARGETS.len()..(row + 1) * TARGETS.len())
    }
}
