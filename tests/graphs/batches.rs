//! One by one as together, in any order of the nodes, whatever the edges.

use super::*;

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
