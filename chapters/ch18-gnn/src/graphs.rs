//! Section 18.1 as a program: the book's matrices, its layer, its batches, and its check that a batch changes nothing.

use mlbook::prelude::*;
use mlbook::show;

use crate::book_graphs::{self, GRAPHS};
use crate::by_hand::{DenseGraph, NodeNetwork, basic_convolution, collate};

/// The book's loader takes two graphs at a time, in order.
const BATCH: usize = 2;
/// The book's seed for the network of 18.1.11.
const SEED: u64 = 123;
/// What `torch.isclose` allows: 1e-8 + 1e-5 · |value|.
const CLOSE: [f64; 2] = [1e-8, 1e-5];

/// Data, layer, batches, check, figure.
///
/// # Errors
/// Results that cannot be written.
pub fn run(run: &Run) -> anyhow::Result<()> {
    run.in_one_go()?;
    let device = &run.device;
    let graph = GRAPHS[0].dense(device);
    show::matrix("A, who is joined to whom", &graph.adjacency);
    show::matrix("X, the colours (green, blue, orange)", &graph.nodes);

    let weight = || {
        let drawn = run.generator().lock().rand(3 * 6);
        Tensor::<2>::from_data(TensorData::new(drawn, [3, 6]), device)
    };
    let hidden = basic_convolution(graph.nodes.clone(), graph.adjacency.clone(), [weight(), weight()]);
    show::shape("X W1 + A X W2", &hidden.dims()); // [4, 6]

    let graphs: Vec<DenseGraph> = GRAPHS.iter().map(|graph| graph.dense(device)).collect();
    let batches: Vec<DenseGraph> = graphs.chunks(BATCH).map(collate).collect();
    for (number, batch) in (1..).zip(&batches) {
        show::matrix(&format!("A of batch {number}"), &batch.adjacency);
        if let Some(membership) = &batch.membership {
            show::matrix("… whose nodes belong to its graphs like this", membership);
        }
    }

    let model = NodeNetwork::new(3, &Generator::seeded(SEED), device);
    let mut report =
        run.report().data("the book's four graphs").metric("parameters", model.num_params() as f64);
    for (number, (single, batched)) in (1..).zip(graphs.iter().zip(batched_rows(&model, &batches))) {
        let alone = show::floats(&model.forward(single));
        let equal = alone.iter().zip(&batched).all(|(&a, &b)| is_close(a, b));
        say!("graph {number}: alone {alone:.4?}, in its batch {batched:.4?}; equal: {equal}");
        let name = format!("graph {number} alone as in its batch");
        let here = f64::from(u8::from(equal));
        report =
            if number == 2 { report.compare(&name, here, Book(1.0)) } else { report.metric(&name, here) };
    }
    run.save("graphs", &book_graphs::figure()?)?;
    report.finish(run)?;
    Ok(())
}

/// The probabilities of each graph, from the batch that it is in.
fn batched_rows(model: &NodeNetwork, batches: &[DenseGraph]) -> Vec<Vec<f32>> {
    let rows = batches.iter().flat_map(|batch| {
        let probabilities = show::floats(&model.forward(batch));
        probabilities.chunks(2).map(<[f32]>::to_vec).collect::<Vec<_>>()
    });
    rows.collect()
}

/// `torch.isclose(a, b)` with its defaults.
pub fn is_close(a: f32, b: f32) -> bool {
    let [absolute, relative] = CLOSE;
    f64::from((a - b).abs()) <= absolute + relative * f64::from(b.abs())
}
