//! Section 18.1: the book's matrices, its layer, its batches, its check.

use ch18_gnn::book_graphs::GRAPHS;
use ch18_gnn::by_hand::{
    DenseGraph, GraphConvolution, NodeNetwork, basic_convolution, collate, global_sum_pool, membership,
};
use ch18_gnn::graphs::is_close;
use mlbook::device::{self, DeviceChoice};
use mlbook::prelude::*;
use mlbook::show::floats;

fn cpu() -> Device {
    device::open(DeviceChoice::Cpu).expect("the cpu is there")
}

fn graphs() -> Vec<DenseGraph> {
    GRAPHS.iter().map(|graph| graph.dense(&cpu())).collect()
}

#[test]
fn the_first_graph_has_the_books_matrices() {
    let graph = &graphs()[0];
    assert_eq!(
        floats(&graph.adjacency),
        [[0., 1., 1., 0.], [1., 0., 1., 0.], [1., 1., 0., 1.], [0., 0., 1., 0.]].concat()
    );
    assert_eq!(floats(&graph.nodes), [[0., 1., 0.], [0., 0., 1.], [0., 1., 0.], [1., 0., 0.]].concat());
    assert_eq!(floats(&graph.label), [1., 0.]);
}

#[test]
fn a_node_keeps_its_part_and_hears_its_neighbours() {
    let graph = &graphs()[0];
    let weight = |values: [[f32; 1]; 3]| Tensor::<2>::from_data(values, &cpu());
    let (own, heard) = (weight([[1.], [10.], [100.]]), weight([[0.1], [0.2], [0.3]]));
    let hidden = basic_convolution(graph.nodes.clone(), graph.adjacency.clone(), [own, heard]);
    // Node 1 is blue (10) and hears an orange (0.3) and a blue (0.2) one, and so on.
    let expected = [10.0 + 0.3 + 0.2, 100.0 + 0.2 + 0.2, 10.0 + 0.2 + 0.3 + 0.1, 1.0 + 0.2];
    assert!(floats(&hidden).iter().zip(expected).all(|(a, b): (&f32, f32)| (a - b).abs() < 1e-5));
    let layer = GraphConvolution::new(3, 6, &Generator::seeded(1), &cpu());
    assert_eq!(layer.forward(graph.nodes.clone(), graph.adjacency.clone()).dims(), [4, 6]);
    let drawn = TorchRng::new(1).rand(36);
    assert_eq!(floats(&layer.w2.val()), drawn[..18], "W2 is drawn first");
    assert_eq!(floats(&layer.w1.val()), drawn[18..]);
}

#[test]
fn a_batch_lies_on_the_diagonal() {
    assert_eq!(floats(&membership(&[1, 2], &cpu())), [1., 0., 0., 0., 1., 1.]);
    let graphs = graphs();
    let batch = collate(&graphs[2..]);
    assert_eq!((batch.adjacency.dims(), batch.nodes.dims(), batch.label.dims()), ([9, 9], [9, 3], [2, 2]));
    let a = floats(&batch.adjacency);
    for (row, column) in (0..9).flat_map(|row| (0..9).map(move |column| (row, column))) {
        let expected = match (row < 6, column < 6) {
            (true, true) => floats(&graphs[2].adjacency)[row * 6 + column],
            (false, false) => floats(&graphs[3].adjacency)[(row - 6) * 3 + column - 6],
            _ => 0.0,
        };
        assert_eq!(a[row * 9 + column], expected);
    }
    let sums = global_sum_pool(batch.nodes.clone(), batch.membership);
    assert_eq!(floats(&sums), [2., 1., 3., 1., 2., 0.]);
    assert_eq!(floats(&global_sum_pool(graphs[3].nodes.clone(), None)), [1., 2., 0.]);
}

#[test]
fn the_network_of_seed_123_says_the_same_of_a_graph_alone_and_in_a_batch() {
    let model = NodeNetwork::new(3, &Generator::seeded(123), &cpu());
    assert_eq!(model.num_params(), 2866);
    // PyTorch 2.15 with the same draws.
    let logits = [
        [8.349_146, -216.940_6],
        [9.458_847, -216.674_99],
        [15.715_755, -338.844_82],
        [2.942_509_7, -96.348_95],
    ];
    let graphs = graphs();
    for (graph, expected) in graphs.iter().zip(logits) {
        for (found, expected) in floats(&model.steps(graph).logits).into_iter().zip(expected) {
            assert!((found - expected).abs() < 1e-4 * (1.0 + expected.abs()), "{found} is not {expected}");
        }
    }
    for pair in [[0, 1], [2, 3]] {
        let batch = collate(&pair.map(|number| graphs[number].clone()));
        let (together, logits) = (floats(&model.forward(&batch)), floats(&model.steps(&batch).logits));
        for (place, number) in pair.into_iter().enumerate() {
            let alone = floats(&model.forward(&graphs[number]));
            assert!(alone.iter().zip(&together[place * 2..]).all(|(&a, &b)| is_close(a, b)));
            let alone = floats(&model.steps(&graphs[number]).logits);
            assert!(
                alone.iter().zip(&logits[place * 2..]).all(|(&a, &b)| is_close(a, b)),
                "{alone:?} {logits:?}"
            );
        }
    }
}
