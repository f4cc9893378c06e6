//! Graphs, batches, pooling and every layer: by its formula on small graphs, one by one as together, in any order of the nodes.

mod batches;
mod layers;
mod rules;

use std::collections::BTreeMap;

use mlbook::device::{self, DeviceChoice};
use mlbook::graph::{
    Batch, EdgeKinds, Edges, Features, Graph, GraphError, Groups, cheb, gat, gcn, gin, graph_layer_norm,
    graph_sage, layout, nn_conv, spectral, top_k,
};
use mlbook::nn::Sparse;
use mlbook::nn::weights::{self, Arrays};
use mlbook::prelude::*;
use mlbook::show::floats;
use proptest::prelude::*;

/// Numbers of a node and of an edge in these tests.
const WIDTH: usize = 3;
const EDGE_WIDTH: usize = 2;
const OUT: usize = 4;

type Rows = Vec<Vec<f64>>;

fn cpu() -> Device {
    device::open(DeviceChoice::Cpu).expect("the cpu is there")
}

fn generator() -> Generator {
    Generator::seeded(7)
}

fn rows(tensor: &Tensor<2>) -> Rows {
    let [_, width] = tensor.dims();
    let values: Vec<f64> = floats(tensor).into_iter().map(f64::from).collect();
    values.chunks(width.max(1)).map(<[f64]>::to_vec).collect()
}

fn near(found: &Rows, expected: &Rows, what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (found, expected) in found.iter().flatten().zip(expected.iter().flatten()) {
        assert!(
            (found - expected).abs() <= 1e-4 * (1.0 + expected.abs()),
            "{what}: {found} is not {expected}"
        );
    }
}

/// Numbers that look random and are the same every time.
fn features(rows: usize, width: usize, seed: u64) -> Features {
    Features::new(TorchRng::new(seed).randn(rows * width), width)
}

fn graph(name: &str, nodes: usize, pairs: &[(usize, usize)], seed: u64) -> Graph {
    let edges: Vec<[u32; 2]> = pairs.iter().map(|&(a, b)| [(a % nodes) as u32, (b % nodes) as u32]).collect();
    let kinds = [[1.0, 0.0], [0.0, 1.0], [0.5, -0.5]];
    let of_edge = edges.iter().map(|[a, b]| kinds[(a + b) as usize % 3]);
    Graph {
        name: name.to_owned(),
        nodes: features(nodes, WIDTH, seed),
        edge_features: Features::new(of_edge.flatten().collect(), EDGE_WIDTH),
        edges,
        targets: vec![seed as f32],
        ..Graph::default()
    }
    .checked()
    .expect("a good graph")
}

/// A square with a tail, both ways, and a node alone.
fn square() -> Graph {
    let pairs = [(0, 1), (1, 2), (2, 3), (3, 0), (3, 4)];
    let both: Vec<(usize, usize)> = pairs.into_iter().flat_map(|(a, b)| [(a, b), (b, a)]).collect();
    graph("square", 6, &both, 3)
}

fn any_graph() -> impl Strategy<Value = Graph> {
    (1..7_usize, prop::collection::vec((0..7_usize, 0..7_usize), 0..12), 0..1000_u64)
        .prop_map(|(nodes, pairs, seed)| graph(&format!("seed {seed}"), nodes, &pairs, seed))
}

type Layer = Box<dyn Fn(&Batch) -> Tensor<2>>;

/// Every layer, from a batch to a row for each node.
fn layers(device: &Device) -> Vec<(&'static str, Layer)> {
    let generator = generator();
    let (gcn, sage) = (gcn(WIDTH, OUT, &generator, device), graph_sage(WIDTH, OUT, &generator, device));
    let (gat, gin) = (gat(WIDTH, 2, 2, &generator, device), gin(WIDTH, 5, OUT, &generator, device));
    let cheb = cheb(WIDTH, OUT, 3, &generator, device);
    let conv = nn_conv([WIDTH, OUT], EDGE_WIDTH, 6, &generator, device);
    let norm = graph_layer_norm(WIDTH, device);
    let x = |batch: &Batch| batch.nodes.clone();
    vec![
        ("GCN", Box::new(move |batch| gcn.forward(x(batch), &batch.edges))),
        ("GraphSAGE", Box::new(move |batch| sage.forward(x(batch), &batch.edges))),
        ("GAT", Box::new(move |batch| gat.forward(x(batch), &batch.edges))),
        ("GIN", Box::new(move |batch| gin.forward(x(batch), &batch.edges))),
        ("Chebyshev", Box::new(move |batch| cheb.forward(x(batch), &batch.edges))),
        ("NNConv", Box::new(move |batch| conv.forward(x(batch), &batch.edges, &batch.kinds))),
        ("graph layer norm", Box::new(move |batch| norm.forward(x(batch), &batch.graphs))),
    ]
}

fn on(device: &Device, graphs: &[Graph]) -> Batch {
    Batch::of(&graphs.iter().collect::<Vec<_>>(), device).expect("good graphs")
}
