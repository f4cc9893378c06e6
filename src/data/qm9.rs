//! QM9: small molecules with properties from quantum chemistry, as graphs.

mod cache;
mod properties;

use std::collections::HashMap;
use std::path::Path;

use rayon::prelude::*;

use super::gzip::{self, UnpackError};
use super::locate::Located;
use super::table::TableError;
use crate::files;
use crate::graph::Graph;
use crate::molecule::{self, FeatureError, Molecule, Perceived, SdfError};
use properties::Properties;

pub use cache::Cache;
pub use properties::TARGETS;

/// The molecules.
pub const SDF: &str = "gdb9.sdf.gz";
/// Their properties.
pub const CSV: &str = "gdb9.sdf.csv.gz";
/// The name under which a graph keeps all its properties, in the order of [`TARGETS`]; not a number where the source has none.
pub const PROPERTIES: &str = "y";
/// Far more than the full set takes.
const MAX_BYTES: u64 = 4 << 30;

/// Why there are no molecules.
#[derive(Debug, thiserror::Error)]
pub enum Qm9Error {
    #[error(transparent)]
    Sdf(#[from] SdfError),
    #[error(transparent)]
    File(#[from] UnpackError),
    #[error(transparent)]
    Table(#[from] TableError),
    #[error(transparent)]
    Features(#[from] FeatureError),
    #[error("{table}: molecule {molecule}: {property} is `{value}`; it must be a finite number, or empty")]
    NotNumber { table: String, molecule: String, property: String, value: String },
    #[error("{table}: molecule {molecule} is listed twice. Remove one of the lines.")]
    Twice { table: String, molecule: String },
    #[error("{table}: no line for molecule {molecule}, which {sdf} has. The two files must belong together.")]
    NoProperties { table: String, molecule: String, sdf: String },
    #[error(
        "{sdf}: {molecules} molecules, and {table} has {lines} lines for them; it lacks {missing} for one. \
         Perhaps the file was cut short: get it again."
    )]
    NoMolecule { sdf: String, molecules: usize, table: String, lines: usize, missing: String },
    #[error("molecule {molecule}: {property} is missing. Choose another --target: {known}")]
    NoTarget { molecule: String, property: String, known: String },
    #[error("there is no property `{name}`. There are: {known}")]
    UnknownTarget { name: String, known: String },
}

/// Reads the molecules of a folder and their properties, and makes graphs of them: features as in
/// [`molecule::graph`](fn@molecule::graph), all properties under [`PROPERTIES`], positions in Å. `cache` keeps the graphs; it goes by
/// the contents of both files.
///
/// # Errors
/// [`Qm9Error`], which names the molecule that is wrong.
pub fn read(located: &Located, cache: &Cache) -> Result<Vec<Graph>, Qm9Error> {
    let (sdf, csv) = (located.path(SDF), located.path(CSV));
    let [molecules, table] = [&sdf, &csv].map(|path| files::read(path).map_err(UnpackError::from));
    let (molecules, table) = (molecules?, table?);
    let key = Cache::key([&molecules, &table]);
    if let Some(graphs) = cache.get(&key) {
        return Ok(graphs);
    }
    let unpacked = gzip::unpack(&sdf, molecules, MAX_BYTES)?;
    let molecules = molecule::parse_sdf(&sdf.display().to_string(), &unpacked)?;
    let table = Properties::parse(&csv.display().to_string(), gzip::unpack(&csv, table, MAX_BYTES)?)?;
    let graphs = join(&sdf, &molecules, &table)?;
    cache.put(&key, &graphs);
    Ok(graphs)
}

/// Each molecule with its line of the table.
fn join(sdf: &Path, molecules: &[Molecule], table: &Properties) -> Result<Vec<Graph>, Qm9Error> {
    let sdf = || sdf.display().to_string();
    let found: Vec<Result<Graph, Qm9Error>> = molecules
        .par_iter()
        .map(|molecule| {
            let mut graph = molecule::graph(molecule, &Perceived::of(molecule))?;
            let values = table.of(&molecule.name).ok_or_else(|| Qm9Error::NoProperties {
                table: table.name.clone(),
                molecule: molecule.name.clone(),
                sdf: sdf(),
            })?;
            graph.attributes.insert(PROPERTIES.to_owned(), values.to_vec());
            Ok(graph)
        })
        .collect();
    let graphs: Vec<Graph> = found.into_iter().collect::<Result<_, _>>()?;
    if graphs.len() < table.len() {
        let there: HashMap<&str, ()> =
            molecules.iter().map(|molecule| (molecule.name.as_str(), ())).collect();
        let missing = table.names().find(|name| !there.contains_key(name)).unwrap_or_default().to_owned();
        let (molecules, lines) = (graphs.len(), table.len());
        return Err(Qm9Error::NoMolecule {
            sdf: sdf(),
            molecules,
            table: table.name.clone(),
            lines,
            missing,
        });
    }
    Ok(graphs)
}

/// Makes the property called `name` the target of every graph.
///
/// # Errors
/// No such property, or a molecule that lacks it.
pub fn choose_target(graphs: &mut [Graph], name: &str) -> Result<(), Qm9Error> {
    let known = || TARGETS.join(", ");
    let column = TARGETS
        .iter()
        .position(|target| *target == name)
        .ok_or_else(|| Qm9Error::UnknownTarget { name: name.to_owned(), known: known() })?;
    for graph in graphs {
        let value = graph.attributes.get(PROPERTIES).and_then(|values| values.get(column)).copied();
        match value.filter(|value| value.is_finite()) {
            Some(value) => graph.targets = vec![value],
            None => {
                let (molecule, property) = (graph.name.clone(), name.to_owned());
                return Err(Qm9Error::NoTarget { molecule, property, known: known() });
            }
        }
    }
    Ok(())
}
