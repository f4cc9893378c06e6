//! Graphs, batches, pooling and every layer: by its formula on small graphs, one by one as together, in any order of the nodes.

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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_batch_is_its_graphs_one_by_one(graphs in prop::collection::vec(any_graph(), 1..33)) {
        let device = cpu();
        let together = on(&device, &graphs);
        for (name, layer) in layers(&device) {
            let whole = layer(&together);
            let pools = [Groups::sum, Groups::mean, Groups::max];
            let pooled = pools.map(|pool| rows(&pool(&together.graphs, whole.clone())));
            let mut start = 0;
            for (number, graph) in graphs.iter().enumerate() {
                let alone = on(&device, std::slice::from_ref(graph));
                let out = layer(&alone);
                near(&rows(&whole)[start..start + graph.len()].to_vec(), &rows(&out), name);
                for (pool, pooled) in pools.iter().zip(&pooled) {
                    near(&vec![pooled[number].clone()], &rows(&pool(&alone.graphs, out.clone())), name);
                }
                start += graph.len();
            }
        }
    }

    #[test]
    fn the_order_of_nodes_and_edges_changes_nothing(graph in any_graph(), seed in 0..1000_u64) {
        let device = cpu();
        let order = TorchRng::new(seed).randperm(graph.len());
        let place: BTreeMap<usize, u32> = order.iter().zip(0_u32..).map(|(&old, new)| (old, new)).collect();
        let edges: Vec<usize> = TorchRng::new(seed + 1).randperm(graph.edges.len());
        let permuted = Graph {
            nodes: Features::new(order.iter().flat_map(|&old| graph.nodes.row(old).to_vec()).collect(), WIDTH),
            edges: edges.iter().map(|&edge| graph.edges[edge].map(|node| place[&(node as usize)])).collect(),
            edge_features: Features::new(
                edges.iter().flat_map(|&edge| graph.edge_features.row(edge).to_vec()).collect(),
                EDGE_WIDTH,
            ),
            ..graph.clone()
        };
        let (before, after) = (on(&device, &[graph]), on(&device, &[permuted]));
        for (name, layer) in layers(&device) {
            let (before_rows, after_rows) = (rows(&layer(&before)), rows(&layer(&after)));
            let moved: Rows = order.iter().map(|&old| before_rows[old].clone()).collect();
            near(&after_rows, &moved, name);
            near(
                &rows(&after.graphs.sum(layer(&after))),
                &rows(&before.graphs.sum(layer(&before))),
                name,
            );
        }
    }

    #[test]
    fn a_matrix_for_each_kind_of_edge_is_a_matrix_for_each_edge(graph in any_graph()) {
        let device = cpu();
        let conv = nn_conv([WIDTH, OUT], EDGE_WIDTH, 6, &generator(), &device);
        let batch = on(&device, &[graph]);
        prop_assume!(!batch.kinds.is_empty());
        let x = || batch.nodes.clone();
        let by_kind = conv.by_kind(x(), &batch.edges, &batch.kinds);
        near(&rows(&by_kind), &rows(&conv.by_edge(x(), &batch.edges, &batch.kinds)), "NNConv");
    }

    #[test]
    fn sparse_products_and_their_gradients_are_those_of_dense_matrices(
        entries in prop::collection::vec((0..5_u32, 0..4_u32), 0..15), weighted: bool,
    ) {
        let entries: Vec<[u32; 2]> = entries.into_iter().map(|(row, column)| [row, column]).collect();
        let values = TorchRng::new(1).randn(entries.len());
        let values = weighted.then_some(values.as_slice());
        let sparse = Sparse::new(5, 4, &entries, values);
        let mut dense = [0.0_f32; 20];
        for (k, [row, column]) in entries.iter().enumerate() {
            dense[(row * 4 + column) as usize] += values.map_or(1.0, |values| values[k]);
        }
        for choice in [DeviceChoice::Cpu, DeviceChoice::Ndarray] {
            let device = device::open(choice).expect("it is there").autodiff();
            let dense = Tensor::<2>::from_data(TensorData::new(dense.to_vec(), [5, 4]), &device);
            let x = || Tensor::<2>::from_data(TensorData::new(TorchRng::new(2).randn(12), [4, 3]), &device).require_grad();
            let (a, b) = (x(), x());
            let (ours, plain) = (sparse.product(a.clone()), dense.matmul(b.clone()));
            near(&rows(&ours), &rows(&plain), "product");
            let slope = |out: Tensor<2>, x: &Tensor<2>| x.grad(&out.square().sum().backward()).map(|grad| rows(&grad));
            near(&slope(ours, &a).unwrap_or_default(), &slope(plain, &b).unwrap_or_default(), "gradient");
        }
    }
}

/// The weights of a layer; dense ones as `[out, in]`.
fn weight(arrays: &Arrays, name: &str) -> Rows {
    let array = &arrays[name];
    let width = array.shape.last().copied().unwrap_or(1);
    array.values.chunks(width).map(|row| row.iter().map(|&value| f64::from(value)).collect()).collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// x W with W as `[out, in]`.
fn through(weight: &Rows, x: &[f64]) -> Vec<f64> {
    weight.iter().map(|row| dot(row, x)).collect()
}

fn add(sum: &mut [f64], x: &[f64], factor: f64) {
    sum.iter_mut().zip(x).for_each(|(sum, x)| *sum += factor * x);
}

fn node_rows(graph: &Graph) -> Rows {
    (0..graph.len()).map(|row| graph.nodes.row(row).iter().map(|&value| f64::from(value)).collect()).collect()
}

/// The nodes that send to `node`.
fn senders(graph: &Graph, node: usize) -> Vec<usize> {
    graph.edges.iter().filter(|pair| pair[1] as usize == node).map(|pair| pair[0] as usize).collect()
}

#[test]
fn gcn_weighs_by_degrees() {
    let (device, graph) = (cpu(), square());
    let layer = gcn(WIDTH, OUT, &generator(), &device);
    let w = weight(&weights::to_arrays(&layer).expect("weights"), "lin.weight");
    let (x, batch) = (node_rows(&graph), on(&device, std::slice::from_ref(&graph)));
    let degree = |node: usize| senders(&graph, node).len() as f64 + 1.0;
    let expected = (0..graph.len()).map(|i| {
        let mut sum = vec![0.0; OUT];
        for j in senders(&graph, i).into_iter().chain([i]) {
            add(&mut sum, &through(&w, &x[j]), 1.0 / (degree(i) * degree(j)).sqrt());
        }
        sum
    });
    near(&rows(&layer.forward(batch.nodes.clone(), &batch.edges)), &expected.collect(), "GCN");
}

#[test]
fn graph_sage_takes_the_mean_and_gin_the_sum() {
    let (device, graph) = (cpu(), square());
    let (x, batch) = (node_rows(&graph), on(&device, std::slice::from_ref(&graph)));
    let sage = graph_sage(WIDTH, OUT, &generator(), &device);
    let arrays = weights::to_arrays(&sage).expect("weights");
    let (of_others, of_self) = (weight(&arrays, "lin_l.weight"), weight(&arrays, "lin_r.weight"));
    let bias: Vec<f64> = weight(&arrays, "lin_l.bias").concat();
    let expected = (0..graph.len()).map(|i| {
        let (mut sum, others) = (bias.clone(), senders(&graph, i));
        add(&mut sum, &through(&of_self, &x[i]), 1.0);
        for &j in &others {
            add(&mut sum, &through(&of_others, &x[j]), 1.0 / others.len() as f64);
        }
        sum
    });
    near(&rows(&sage.forward(batch.nodes.clone(), &batch.edges)), &expected.collect(), "GraphSAGE");

    let gin = gin(WIDTH, 5, OUT, &generator(), &device);
    let mut arrays = weights::to_arrays(&gin).expect("weights");
    arrays.get_mut("eps").expect("it is trained").values[0] = 0.3;
    let gin = weights::from_arrays(gin, &arrays).expect("the same names");
    let part = |name: &str| {
        (weight(&arrays, &format!("{name}.weight")), weight(&arrays, &format!("{name}.bias")).concat())
    };
    let ((hidden, hidden_bias), (out, out_bias)) = (part("hidden"), part("out"));
    let expected = (0..graph.len()).map(|i| {
        let mut sum: Vec<f64> = x[i].iter().map(|value| 1.3 * value).collect();
        senders(&graph, i).iter().for_each(|&j| add(&mut sum, &x[j], 1.0));
        let mut inner = through(&hidden, &sum);
        add(&mut inner, &hidden_bias, 1.0);
        inner.iter_mut().for_each(|value| *value = value.max(0.0));
        let mut outer = through(&out, &inner);
        add(&mut outer, &out_bias, 1.0);
        outer
    });
    near(&rows(&gin.forward(batch.nodes.clone(), &batch.edges)), &expected.collect(), "GIN");
}

#[test]
fn graph_attention_is_a_softmax_over_neighbours_for_each_head() {
    let (device, graph) = (cpu(), square());
    let (heads, out) = (2, 2);
    let layer = gat(WIDTH, out, heads, &generator(), &device);
    let arrays = weights::to_arrays(&layer).expect("weights");
    let (w, source, target) =
        (weight(&arrays, "lin.weight"), weight(&arrays, "att_src"), weight(&arrays, "att_dst"));
    let h: Rows = node_rows(&graph).iter().map(|x| through(&w, x)).collect();
    let expected: Rows = (0..graph.len())
        .map(|i| {
            let others: Vec<usize> = senders(&graph, i).into_iter().chain([i]).collect();
            (0..heads)
                .flat_map(|head| {
                    let part = head * out..(head + 1) * out;
                    let score = |j: usize| {
                        let sum = dot(&source[0][part.clone()], &h[j][part.clone()])
                            + dot(&target[0][part.clone()], &h[i][part.clone()]);
                        if sum < 0.0 { 0.2 * sum } else { sum }.exp()
                    };
                    let total: f64 = others.iter().map(|&j| score(j)).sum();
                    let mut sum = vec![0.0; out];
                    others.iter().for_each(|&j| add(&mut sum, &h[j][part.clone()], score(j) / total));
                    sum
                })
                .collect()
        })
        .collect();
    let batch = on(&device, &[graph]);
    near(&rows(&layer.forward(batch.nodes.clone(), &batch.edges)), &expected, "GAT");
    let (_, attention) = layer.forward_with_attention(batch.nodes.clone(), &batch.edges.with_loops());
    let loops = batch.edges.with_loops();
    let sums = rows(&loops.by_target().sum(attention));
    assert!(sums.iter().flatten().all(|sum| (sum - 1.0).abs() < 1e-5), "{sums:?}");
}

#[test]
fn nnconv_multiplies_each_message_by_the_matrix_of_its_edge() {
    let (device, graph) = (cpu(), square());
    let conv = nn_conv([WIDTH, OUT], EDGE_WIDTH, 6, &generator(), &device);
    let arrays = weights::to_arrays(&conv).expect("weights");
    let part = |name: &str| {
        (weight(&arrays, &format!("nn.{name}.weight")), weight(&arrays, &format!("nn.{name}.bias")).concat())
    };
    let ((hidden, hidden_bias), (out, out_bias)) = (part("hidden"), part("out"));
    let (root, x) = (weight(&arrays, "lin.weight"), node_rows(&graph));
    let mut expected: Rows = x.iter().map(|x| through(&root, x)).collect();
    for (edge, [source, target]) in graph.edges.iter().map(|pair| pair.map(|node| node as usize)).enumerate()
    {
        let features: Vec<f64> =
            graph.edge_features.row(edge).iter().map(|&value| f64::from(value)).collect();
        let mut inner = through(&hidden, &features);
        add(&mut inner, &hidden_bias, 1.0);
        inner.iter_mut().for_each(|value| *value = value.max(0.0));
        let mut matrix = through(&out, &inner);
        add(&mut matrix, &out_bias, 1.0);
        for (row, value) in x[source].iter().enumerate() {
            add(&mut expected[target], &matrix[row * OUT..(row + 1) * OUT], *value);
        }
    }
    let batch = on(&device, &[graph]);
    near(&rows(&conv.forward(batch.nodes.clone(), &batch.edges, &batch.kinds)), &expected, "NNConv");
}

#[test]
fn many_kinds_of_edges_are_kept_apart() {
    let device = cpu();
    let count = 40;
    let values: Vec<f32> = (0..count).flat_map(|k| [k as f32 % 20.0, 1.0]).collect();
    let kinds = EdgeKinds::of(values.chunks(2), 2, &device);
    assert_eq!(kinds.len(), 20);
    assert_eq!(floats(&kinds.spread(kinds.rows.clone())), values);
    // More than the layer takes together: each edge has its own matrix, with the same result.
    let pairs: Vec<[u32; 2]> = (0..count as u32).map(|k| [k % 5, (k * 3 + 1) % 5]).collect();
    let edges = Edges::new(5, pairs);
    let conv = nn_conv([WIDTH, OUT], EDGE_WIDTH, 6, &generator(), &device);
    let x =
        || Tensor::<2>::from_data(TensorData::new(TorchRng::new(4).randn(5 * WIDTH), [5, WIDTH]), &device);
    near(&rows(&conv.by_edge(x(), &edges, &kinds)), &rows(&conv.by_kind(x(), &edges, &kinds)), "NNConv");
}

#[test]
fn chebyshev_is_the_filter_of_eigenvectors() {
    let device = cpu();
    let pairs: Vec<(usize, usize)> = [(0, 1), (1, 2), (2, 3), (3, 0), (3, 4), (4, 5), (5, 6), (2, 6)]
        .into_iter()
        .flat_map(|(a, b)| [(a, b), (b, a)])
        .collect();
    let graph = graph("ring", 7, &pairs, 11);
    let layer = cheb(WIDTH, OUT, 4, &generator(), &device);
    let arrays = weights::to_arrays(&layer).expect("weights");
    let w: Vec<Rows> = (0..4).map(|k| weight(&arrays, &format!("lins.{k}.weight"))).collect();
    let batch = on(&device, std::slice::from_ref(&graph));
    let eigen = spectral::eigen(spectral::scaled_laplacian(&batch.edges));
    assert!(
        eigen.values.iter().all(|value| (-1.0 - 1e-9..=1.0 + 1e-9).contains(value)),
        "{:?}",
        eigen.values
    );
    let x = node_rows(&graph);
    let mut expected = vec![vec![0.0; OUT]; graph.len()];
    for input in 0..WIDTH {
        let signal: Vec<f64> = x.iter().map(|row| row[input]).collect();
        for output in 0..OUT {
            let g = |frequency: f64| -> f64 {
                (0..4).map(|k| w[k][output][input] * spectral::chebyshev(k, frequency)).sum()
            };
            for (node, value) in spectral::filter(&eigen, &signal, g).into_iter().enumerate() {
                expected[node][output] += value;
            }
        }
    }
    near(&rows(&layer.forward(batch.nodes.clone(), &batch.edges)), &expected, "Chebyshev");
}

#[test]
fn eigenvectors_put_their_matrix_together_again() {
    let matrix = vec![vec![2.0, -1.0, 0.5], vec![-1.0, 3.0, 0.0], vec![0.5, 0.0, -1.0]];
    let eigen = spectral::eigen(matrix.clone());
    for (column, unit) in [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]].iter().enumerate() {
        let found = spectral::filter(&eigen, unit, |value| value);
        let expected: Vec<f64> = matrix.iter().map(|row| row[column]).collect();
        near(&vec![found], &vec![expected], "U Λ Uᵀ");
    }
}

#[test]
fn graph_layer_norm_gives_each_graph_mean_zero_and_variance_one() {
    let device = cpu();
    let graphs = [square(), graph("pair", 2, &[(0, 1)], 5)];
    let batch = on(&device, &graphs);
    let normal = rows(&graph_layer_norm(WIDTH, &device).forward(batch.nodes.clone(), &batch.graphs));
    for rows in [&normal[..6], &normal[6..]] {
        let (mean, std) = mlbook::statistics::mean_and_std(&rows.concat(), 0);
        assert!(mean.abs() < 1e-5 && (std - 1.0).abs() < 1e-3, "{mean} {std}");
    }
}

#[test]
fn top_k_keeps_the_best_nodes_of_each_graph_and_the_edges_between_them() {
    let device = cpu();
    let graphs = [square(), graph("pair", 2, &[(0, 1)], 5)];
    let batch = on(&device, &graphs);
    let layer = top_k(WIDTH, 0.5, &generator(), &device);
    let p = weight(&weights::to_arrays(&layer).expect("weights"), "weight").concat();
    let length = dot(&p, &p).sqrt();
    let x = rows(&batch.nodes);
    let scores: Vec<f64> = x.iter().map(|x| dot(x, &p) / length).collect();
    let best = |range: std::ops::Range<usize>, count: usize| {
        let mut nodes: Vec<usize> = range.collect();
        nodes.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
        nodes.truncate(count);
        nodes
    };
    let pooled = layer.forward(batch.nodes.clone(), &batch.edges, &batch.graphs);
    assert_eq!(pooled.kept, [best(0..6, 3), best(6..8, 1)].concat());
    assert_eq!(pooled.graphs.of_row(), [0, 0, 0, 1]);
    let expected: Rows =
        pooled.kept.iter().map(|&node| x[node].iter().map(|x| x * scores[node].tanh()).collect()).collect();
    near(&rows(&pooled.nodes), &expected, "top-k");
    let there = |node: u32| pooled.kept.iter().position(|&kept| kept == node as usize);
    let between: Vec<[u32; 2]> = batch
        .edges
        .pairs()
        .iter()
        .filter_map(|pair| Some([there(pair[0])? as u32, there(pair[1])? as u32]))
        .collect();
    assert_eq!(pooled.edges.pairs(), between);
    assert_eq!(pooled.kept_edges.len(), between.len());
}

#[test]
fn groups_may_be_empty_and_their_maxima_have_gradients() {
    let device = cpu().autodiff();
    let groups = Groups::new(3, vec![2, 0, 2]);
    let x = Tensor::<2>::from_data([[1.0, -2.0], [-3.0, 4.0], [5.0, -6.0]], &device).require_grad();
    assert_eq!(rows(&groups.sum(x.clone())), [[-3.0, 4.0], [0.0, 0.0], [6.0, -8.0]]);
    assert_eq!(rows(&groups.mean(x.clone())), [[-3.0, 4.0], [0.0, 0.0], [3.0, -4.0]]);
    let largest = groups.max(x.clone());
    assert_eq!(rows(&largest), [[-3.0, 4.0], [0.0, 0.0], [5.0, -2.0]]);
    let slopes = x.grad(&largest.sum().backward()).expect("it has one");
    assert_eq!(rows(&slopes), [[0.0, 1.0], [1.0, 1.0], [1.0, 0.0]]);
    assert_eq!(groups.sizes(), [1, 0, 2]);
    let weights = rows(&groups.softmax(Tensor::<2>::from_data([[1000.0], [7.0], [998.0]], &cpu())));
    assert!((weights[0][0] - 0.880_797).abs() < 1e-5 && weights[1][0] == 1.0, "{weights:?}");
}

#[test]
fn a_graph_that_breaks_a_rule_is_named() {
    let nodes = || Features::from_rows(&[[1.0], [2.0]]);
    let message = |graph: Graph| graph.check().expect_err("it breaks a rule").to_string();
    let missing = Graph::new("gdb_7", nodes(), vec![[0, 1], [1, 2]]).expect_err("node 2 is not there");
    assert_eq!(
        missing.to_string(),
        "gdb_7: edge 1 goes from node 1 to node 2, and there are nodes 0 to 1 only. Number the nodes from 0."
    );
    let good = Graph::new("gdb_7", nodes(), vec![[0, 1], [1, 1]]).expect("loops are fine");
    assert_eq!(good.clone().undirected().edges, [[0, 1], [1, 1], [1, 0]]);
    assert!(
        message(Graph { targets: vec![1.0, f32::NAN], ..good.clone() })
            .contains("gdb_7: target number 1 is NaN")
    );
    assert!(
        message(Graph { edge_features: Features::from_rows(&[[1.0]]), ..good.clone() })
            .contains("1 rows of edge features for 2 edges")
    );
    assert!(
        message(Graph { nodes: Features::new(vec![1.0; 3], 2), ..good.clone() })
            .contains("3 numbers do not make rows of 2")
    );
    assert!(message(Graph { positions: vec![[0.0; 3]], ..good.clone() }).contains("1 positions for 2 nodes"));
    assert!(message(Graph { name: "empty".to_owned(), ..Graph::default() }).contains("empty: no nodes"));
    let other = Graph::new("gdb_8", Features::from_rows(&[[1.0, 2.0]]), vec![]).expect("one node is fine");
    let refused = Batch::of(&[&good, &other], &cpu()).expect_err("other features");
    assert_eq!(
        refused.to_string(),
        "gdb_8: 2 node features where gdb_7 has 1; graphs of a batch have the same kinds of numbers"
    );
    assert_eq!(Batch::of(&[], &cpu()).expect_err("nothing"), GraphError::EmptyBatch);
}

#[test]
fn layouts_keep_edges_short_and_other_nodes_apart() {
    let edges = [[0, 1], [1, 2], [2, 3], [3, 0], [3, 4]];
    let places = layout(6, &edges, None);
    let distance = |a: usize, b: usize| (places[a][0] - places[b][0]).hypot(places[a][1] - places[b][1]);
    for [a, b] in edges.map(|edge| edge.map(|node| node as usize)) {
        assert!((0.7..1.4).contains(&distance(a, b)), "{a}–{b}: {}", distance(a, b));
    }
    assert!(distance(0, 2) > 1.1 && distance(1, 3) > 1.1, "the square is open");
    assert!((0..5).all(|node| distance(5, node) > 2.0), "what is not joined stands apart");
    assert!(layout(0, &[], None).is_empty());
}

#[test]
fn an_atom_alone_and_a_pair_give_the_same_on_every_device() {
    let graphs = [graph("atom", 1, &[], 5), graph("pair", 2, &[(0, 1), (1, 0)], 6)];
    let out = |choice: DeviceChoice, graphs: &[Graph]| {
        let device = device::open(choice).expect("it is there");
        let conv = nn_conv([WIDTH, OUT], EDGE_WIDTH, 6, &generator(), &device);
        let batch = on(&device, graphs);
        rows(&batch.graphs.sum(conv.forward(batch.nodes.clone(), &batch.edges, &batch.kinds)))
    };
    for graphs in [&graphs[..1], &graphs[..]] {
        let cpu = out(DeviceChoice::Cpu, graphs);
        assert_eq!(cpu.len(), graphs.len());
        for choice in [DeviceChoice::Ndarray, DeviceChoice::Webgpu] {
            near(&out(choice, graphs), &cpu, "NNConv");
        }
    }
}
