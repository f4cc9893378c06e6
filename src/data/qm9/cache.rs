//! Prepared graphs, kept for the next run.

use std::path::PathBuf;

use safetensors::tensor::{Dtype, TensorView};
use safetensors::{SafeTensors, serialize};

use super::{PROPERTIES, TARGETS};
use crate::files;
use crate::graph::{Features, Graph};

/// Counts up when anything about the features changes, so that graphs of an older program are not taken.
const VERSION: u32 = 1;

/// A folder of prepared graphs, or none. A file is called by what it was made from; what cannot be written or read is made again.
#[derive(Clone, Debug, Default)]
pub struct Cache(Option<PathBuf>);

impl Cache {
    /// The user's cache folder.
    pub fn of_this_computer() -> Self {
        Self(dirs::cache_dir().map(|cache| cache.join("mlbook").join("prepared")))
    }

    /// Keeps files in `folder`.
    pub fn in_folder(folder: PathBuf) -> Self {
        Self(Some(folder))
    }

    /// Keeps nothing.
    pub fn none() -> Self {
        Self(None)
    }

    /// The name for graphs made from these bytes.
    pub fn key(sources: [&[u8]; 2]) -> String {
        let parts = sources.map(files::sha256).join("");
        files::sha256(format!("{VERSION} {parts}").as_bytes())
    }

    fn path(&self, key: &str) -> Option<PathBuf> {
        Some(self.0.as_ref()?.join(format!("qm9-{key}.safetensors")))
    }

    /// The graphs kept under `key`, whole or not at all.
    pub fn get(&self, key: &str) -> Option<Vec<Graph>> {
        let bytes = std::fs::read(self.path(key)?).ok()?;
        unpack(&SafeTensors::deserialize(&bytes).ok()?)
    }

    /// Keeps graphs under `key`, if there is a place to.
    pub fn put(&self, key: &str, graphs: &[Graph]) {
        if let (Some(path), Some(bytes)) = (self.path(key), pack(graphs)) {
            // Without it the next run takes a second longer; that is no reason to fail.
            let _ = files::write(&path, &bytes);
        }
    }
}

/// All graphs side by side: their names one to a line, how many nodes and edges each has, then everything in order.
fn pack(graphs: &[Graph]) -> Option<Vec<u8>> {
    let names: Vec<&str> = graphs.iter().map(|graph| graph.name.as_str()).collect();
    let words = |values: Vec<u32>| values.into_iter().flat_map(u32::to_le_bytes).collect::<Vec<u8>>();
    let floats = |of: &dyn Fn(&Graph) -> Vec<f32>| {
        graphs.iter().flat_map(of).flat_map(f32::to_le_bytes).collect::<Vec<u8>>()
    };
    let width = |of: fn(&Graph) -> &Features| graphs.first().map_or(0, |graph| of(graph).width as u32);
    let sizes = graphs.iter().flat_map(|graph| [graph.len() as u32, graph.edges.len() as u32]);
    let parts = [
        ("names", Dtype::U8, names.join("\n").into_bytes()),
        ("widths", Dtype::U32, words(vec![width(|graph| &graph.nodes), width(|graph| &graph.edge_features)])),
        ("sizes", Dtype::U32, words(sizes.collect())),
        (
            "edges",
            Dtype::U32,
            words(graphs.iter().flat_map(|graph| graph.edges.as_flattened()).copied().collect()),
        ),
        ("nodes", Dtype::F32, floats(&|graph| graph.nodes.values.clone())),
        ("edge_features", Dtype::F32, floats(&|graph| graph.edge_features.values.clone())),
        ("positions", Dtype::F32, floats(&|graph| graph.positions.as_flattened().to_vec())),
        ("properties", Dtype::F32, floats(&|graph| graph.attributes[PROPERTIES].clone())),
    ];
    let views: Vec<_> = parts
        .iter()
        .map(|(name, dtype, bytes)| {
            let size = if *dtype == Dtype::U8 { 1 } else { 4 };
            Some((*name, TensorView::new(*dtype, vec![bytes.len() / size], bytes).ok()?))
        })
        .collect::<Option<_>>()?;
    serialize(views, None).ok()
}

fn unpack(file: &SafeTensors) -> Option<Vec<Graph>> {
    let bytes = |name| Some(file.tensor(name).ok()?.data());
    let words =
        |name| Some(bytes(name)?.as_chunks::<4>().0.iter().map(|word| u32::from_le_bytes(*word)).collect());
    let floats = |name| {
        let chunks = bytes(name)?.as_chunks::<4>().0;
        Some(chunks.iter().map(|word| f32::from_le_bytes(*word)).collect::<Vec<f32>>().into_iter())
    };
    let names = std::str::from_utf8(bytes("names")?).ok()?;
    let (widths, sizes, edges): (Vec<u32>, Vec<u32>, Vec<u32>) =
        (words("widths")?, words("sizes")?, words("edges")?);
    let &[node_width, edge_width] = widths.as_slice() else { return None };
    let (node_width, edge_width) = (node_width as usize, edge_width as usize);
    let mut edges = edges.as_chunks::<2>().0.iter().copied();
    let (mut nodes, mut edge_features) = (floats("nodes")?, floats("edge_features")?);
    let (mut positions, mut properties) = (floats("positions")?, floats("properties")?);
    let mut graphs = Vec::new();
    for (name, &[node_count, edge_count]) in names.lines().zip(sizes.as_chunks::<2>().0) {
        let (node_count, edge_count) = (node_count as usize, edge_count as usize);
        let coordinates: Vec<f32> = positions.by_ref().take(3 * node_count).collect();
        let values: Vec<f32> = properties.by_ref().take(TARGETS.len()).collect();
        let graph = Graph {
            name: name.to_owned(),
            nodes: Features::new(nodes.by_ref().take(node_count * node_width).collect(), node_width),
            edges: edges.by_ref().take(edge_count).collect(),
            edge_features: Features::new(
                edge_features.by_ref().take(edge_count * edge_width).collect(),
                edge_width,
            ),
            positions: coordinates.as_chunks::<3>().0.to_vec(),
            attributes: [(PROPERTIES.to_owned(), values)].into(),
            ..Graph::default()
        };
        if graph.len() != node_count || graph.edges.len() != edge_count || graph.check().is_err() {
            return None;
        }
        graphs.push(graph);
    }
    Some(graphs)
}
