//! Groups, graphs that break a rule, drawings, devices.

use super::*;

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
