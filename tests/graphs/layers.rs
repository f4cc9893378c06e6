//! Every layer by its formula, number by number on a small graph.

use super::*;

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
