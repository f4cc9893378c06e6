//! Graphs in Cora's format: papers, the words in them, who cites whom (Sen et al., Collective classification in network data, 2008).

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use mlbook::files::{self, FileError};
use mlbook::graph::{Features, Graph, GraphError};

use super::Classified;

/// Files that are no graph of this format.
#[derive(Debug, thiserror::Error)]
pub enum CoraError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error("{}: not UTF-8 text. Check that it is the right file.", path.display())]
    NotText { path: PathBuf },
    #[error(
        "{}, line {line}: {problem}. A line has the node's name, its numbers and its class, with white space between.",
        path.display()
    )]
    Content { path: PathBuf, line: usize, problem: String },
    #[error("{}, line {line}: {problem}. A line has the names of two nodes, with white space between.", path.display())]
    Cites { path: PathBuf, line: usize, problem: String },
    #[error("{}: no nodes. Check that it is the right file.", path.display())]
    Empty { path: PathBuf },
    #[error(transparent)]
    Graph(#[from] GraphError),
}

/// Reads nodes from `content` and edges, taken both ways, from `cites`. A node's numbers are divided by their sum, as is usual with words.
///
/// # Errors
/// [`CoraError`] with the line that is wrong; an edge to a node that is not there names it.
pub fn read(content: &Path, cites: &Path) -> Result<Classified, CoraError> {
    let (mut numbers, mut names, mut of_node) = (Vec::new(), BTreeMap::new(), Vec::new());
    let mut width = None;
    for (line, words) in lines(&text(content)?) {
        let wrong = |problem: String| CoraError::Content { path: content.to_path_buf(), line, problem };
        let [name, features @ .., class] = words.as_slice() else {
            return Err(wrong(format!("{} words", words.len())));
        };
        let expected = *width.get_or_insert(features.len());
        if features.len() != expected || expected == 0 {
            return Err(wrong(format!("{} numbers where the first node has {expected}", features.len())));
        }
        if names.insert((*name).to_owned(), names.len() as u32).is_some() {
            return Err(wrong(format!("node {name} comes twice")));
        }
        let values: Vec<f32> = features
            .iter()
            .map(|word| word.parse::<f32>().ok().filter(|value| value.is_finite()).ok_or(word))
            .collect::<Result<_, _>>()
            .map_err(|word| wrong(format!("`{word}` of node {name} is no finite number")))?;
        let sum: f32 = values.iter().sum();
        let scale = if sum == 0.0 { 1.0 } else { sum };
        numbers.extend(values.iter().map(|value| value / scale));
        of_node.push((*class).to_owned());
    }
    let width = width.ok_or_else(|| CoraError::Empty { path: content.to_path_buf() })?;
    let edges = edges(cites, &names)?;
    let name = content.display().to_string();
    let classes: Vec<String> = of_node.iter().cloned().collect::<BTreeSet<_>>().into_iter().collect();
    let labels = of_node.iter().map(|class| classes.binary_search(class).unwrap_or(0)).collect();
    let graph = Graph::new(&name, Features::new(numbers, width), edges)?.undirected();
    Ok(Classified { graph, labels, classes, known: vec![], source: name })
}

/// Each pair once, whichever way and however often it is listed; no loops.
fn edges(cites: &Path, names: &BTreeMap<String, u32>) -> Result<Vec<[u32; 2]>, CoraError> {
    let mut pairs = BTreeSet::new();
    for (line, words) in lines(&text(cites)?) {
        let wrong = |problem: String| CoraError::Cites { path: cites.to_path_buf(), line, problem };
        let [a, b] = words.as_slice() else { return Err(wrong(format!("{} words", words.len()))) };
        let node =
            |name: &str| names.get(name).copied().ok_or_else(|| wrong(format!("there is no node {name}")));
        let (a, b) = (node(a)?, node(b)?);
        if a != b {
            pairs.insert([a.min(b), a.max(b)]);
        }
    }
    Ok(pairs.into_iter().collect())
}

fn text(path: &Path) -> Result<String, CoraError> {
    String::from_utf8(files::read(path)?).map_err(|_| CoraError::NotText { path: path.to_path_buf() })
}

/// The words of each line that has any, with the line's number.
fn lines(text: &str) -> impl Iterator<Item = (usize, Vec<&str>)> {
    let words = text.lines().map(|line| line.split_whitespace().collect::<Vec<&str>>());
    (1..).zip(words).filter(|(_, words)| !words.is_empty())
}
