//! A reader's table: a column of SMILES, a column of what to predict.

use std::collections::BTreeSet;
use std::path::Path;

use mlbook::data::table::{OwnTable, Portion, TableError};
use mlbook::graph::Graph;
use mlbook::molecule::{Molecule, Perceived};
use serde::Serialize;

use super::features::Skeleton;
use super::parse;

/// More classes than this are no classes.
const MOST_CLASSES: usize = 50;
const MOST_MB: usize = 500;

/// What is predicted.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Task {
    /// Numbers.
    Regression,
    /// One of these.
    Classification(Vec<String>),
}

/// A line of the table that is left out, and why.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Invalid {
    pub line: usize,
    pub smiles: String,
    pub reason: String,
}

/// One molecule of the table.
#[derive(Clone, Debug)]
pub struct Example {
    pub molecule: Molecule,
    pub perceived: Perceived,
    /// Its one target is the number, or the number of the class.
    pub graph: Graph,
    pub fingerprint: Vec<f32>,
    pub scaffold: u64,
}

/// The molecules of a table.
#[derive(Clone, Debug)]
pub struct Examples {
    pub task: Task,
    pub examples: Vec<Example>,
    pub invalid: Vec<Invalid>,
}

/// A table that cannot be learned from.
#[derive(Debug, thiserror::Error)]
pub enum SmilesTableError {
    #[error(transparent)]
    Table(#[from] TableError),
    #[error(
        "{table}: column \"{target}\" holds {classes} different texts, and up to {MOST_CLASSES} classes are taken. Choose a column \
         of numbers or of classes."
    )]
    Classes { table: String, target: String, classes: usize },
    #[error(
        "{table}: {valid} of {rows} lines hold a molecule and a target, and at least {needed} are needed. The first that does not: \
         line {line}: {reason}"
    )]
    TooFew { table: String, valid: usize, rows: usize, needed: usize, line: usize, reason: String },
    #[error("{table}: every \"{target}\" is {value}; there is nothing to learn. Choose another --target.")]
    Constant { table: String, target: String, value: String },
}

/// Molecules that are needed at least, for a training, a validation and a test.
const NEEDED: usize = 10;

/// Reads the table at `path`. Numbers are a regression unless they are only 0 and 1; everything else is a classification.
///
/// # Errors
/// No such file or column, too few molecules, or nothing to learn.
pub fn read(path: &Path, smiles: &str, target: &str) -> Result<Examples, SmilesTableError> {
    let own = OwnTable::read(path, None, Portion { most_mb: MOST_MB, sample: None, seed: 0 })?;
    let (texts, targets) = (own.table.optional_str(smiles)?, own.table.optional_str(target)?);
    let table = || path.display().to_string();
    let task = task(targets.iter().flatten(), table(), target)?;
    let (mut examples, mut invalid) = (Vec::new(), Vec::new());
    for ((&line, text), value) in own.lines.iter().zip(&texts).zip(&targets) {
        let text = text.clone().unwrap_or_default();
        match example(&task, line, &text, value.as_deref()) {
            Ok(example) => examples.push(example),
            Err(reason) => invalid.push(Invalid { line, smiles: shortened(&text), reason }),
        }
    }
    if examples.len() < NEEDED {
        let first = invalid.first();
        return Err(SmilesTableError::TooFew {
            table: table(),
            valid: examples.len(),
            rows: texts.len(),
            needed: NEEDED,
            line: first.map_or(1, |invalid| invalid.line),
            reason: first.map_or("the file ends".to_owned(), |invalid| invalid.reason.clone()),
        });
    }
    let first = examples[0].graph.targets[0];
    if examples.iter().all(|example| example.graph.targets[0] == first) {
        let value = targets.iter().flatten().next().cloned().unwrap_or_default();
        return Err(SmilesTableError::Constant { table: table(), target: target.to_owned(), value });
    }
    Ok(Examples { task, examples, invalid })
}

fn task<'a>(
    values: impl Iterator<Item = &'a String>,
    table: String,
    target: &str,
) -> Result<Task, SmilesTableError> {
    let values: BTreeSet<&str> = values.map(|value| value.trim()).collect();
    let is_number = |value: &&str| value.parse::<f64>().is_ok();
    let is_flag = |value: &&str| matches!(value.parse::<f64>(), Ok(0.0 | 1.0));
    if values.iter().all(is_number) && !values.iter().all(is_flag) {
        return Ok(Task::Regression);
    }
    match values.len() {
        0..=MOST_CLASSES => Ok(Task::Classification(values.into_iter().map(str::to_owned).collect())),
        classes => Err(SmilesTableError::Classes { table, target: target.to_owned(), classes }),
    }
}

fn example(task: &Task, line: usize, text: &str, value: Option<&str>) -> Result<Example, String> {
    let value = value.ok_or("it has no target")?.trim();
    let target = match task {
        Task::Regression => {
            let number = value.parse::<f32>().ok().filter(|number| number.is_finite());
            number.ok_or_else(|| format!("its target `{value}` is no finite number"))?
        }
        Task::Classification(classes) => {
            classes.iter().position(|class| class == value).ok_or("its class is unknown")? as f32
        }
    };
    let molecule = parse::molecule(&format!("line {line}"), text).map_err(|problem| problem.to_string())?;
    let perceived = Perceived::of(&molecule);
    let skeleton = Skeleton::of(&molecule, &perceived);
    let graph = skeleton.graph(vec![target]).map_err(|error| error.to_string())?;
    let (fingerprint, scaffold) = (skeleton.fingerprint(), skeleton.scaffold());
    Ok(Example { graph, fingerprint, scaffold, molecule, perceived })
}

/// A text for the list of what was left out.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
