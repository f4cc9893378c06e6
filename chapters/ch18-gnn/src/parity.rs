//! Chapter 18's models with PyTorch's weights: same outputs, losses, gradients and steps as PyTorch.

use std::path::Path;

use mlbook::graph::{Batch, EdgeKinds, Edges, Groups};
use mlbook::parity::{self, Fixture, ParityError, Row};
use mlbook::prelude::*;
use mlbook::show;

use crate::by_hand::{DenseGraph, NodeNetwork, collate};
use crate::molecule_net::MoleculeNet;

/// Compares every model of this chapter that has a fixture in `dir`; one row each.
///
/// # Errors
/// A fixture that cannot be read or lacks a tensor.
pub fn rows(dir: &Path, device: &Device) -> Result<Vec<Row>, ParityError> {
    let mut rows = Vec::new();
    for name in Fixture::names(dir, "ch18_")? {
        if name.starts_with("ch18_graph_net") {
            let fixture = Fixture::read(dir, &name)?.replaced(&[(".W1", ".w1"), (".W2", ".w2")]);
            rows.push(by_hand(&fixture, device)?);
        } else if name.starts_with("ch18_nnconv") {
            let fixture =
                Fixture::read(dir, &name)?.replaced(&[(".nn.0.", ".nn.hidden."), (".nn.2.", ".nn.out.")]);
            rows.push(nnconv(&fixture, device)?);
        } else {
            say!("{name}: this model is not ported yet");
        }
    }
    Ok(rows)
}

/// Section 18.1: each graph alone, and the first ones as a batch; the batch's own matrices too.
fn by_hand(fixture: &Fixture, device: &Device) -> Result<Row, ParityError> {
    let generator = Generator::seeded(1);
    let graph = |number: usize, device: &Device| -> Result<DenseGraph, ParityError> {
        Ok(DenseGraph {
            adjacency: fixture.tensor(&format!("in.A.{number}"), device)?,
            nodes: fixture.tensor(&format!("in.X.{number}"), device)?,
            label: Tensor::zeros([1, 2], device),
            membership: None,
        })
    };
    let alone = fixture.tensor_names("in.A.").count();
    let together = fixture.array("in.sizes")?.values.len();
    let batch = |device: &Device| -> Result<DenseGraph, ParityError> {
        let graphs: Vec<DenseGraph> = (0..together).map(|k| graph(k, device)).collect::<Result<_, _>>()?;
        Ok(collate(&graphs))
    };
    let mut row = parity::supervised(
        fixture,
        device,
        |device| NodeNetwork::new(3, &generator, device),
        |model, device| {
            let graphs = batch(device)?;
            let steps = model.steps(&graphs);
            let mut outputs = vec![
                ("batch_A", graphs.adjacency.clone()),
                ("batch_X", graphs.nodes.clone()),
                ("batch.h1", steps.h1),
                ("batch.h2", steps.h2),
                ("batch.pooled", steps.pooled),
                ("batch.logits", steps.logits),
                ("batch.probs", model.forward(&graphs)),
            ];
            outputs.extend(graphs.membership.map(|membership| ("batch_mat", membership)));
            Ok(outputs)
        },
        |model, device| {
            let logits = model.steps(&batch(device)?).logits; // [graphs, 2]
            let each = (log_softmax(logits, 1) * fixture.tensor("in.y", device)?).sum_dim(1); // [graphs, 1]
            Ok(each.mean().neg())
        },
        adam(),
    )?;
    let model = NodeNetwork::new(3, &generator, device);
    let model = mlbook::nn::weights::from_arrays(model, &fixture.parameters()?)?;
    for number in 0..alone {
        let graph = graph(number, device)?;
        let steps = model.steps(&graph);
        let probabilities = model.forward(&graph);
        for (name, tensor) in [
            ("h1", steps.h1),
            ("h2", steps.h2),
            ("pooled", steps.pooled),
            ("logits", steps.logits),
            ("probs", probabilities),
        ] {
            let expected = fixture.array(&format!("out.single.{number}.{name}"))?;
            let error = parity::largest_error(&show::floats(&tensor), &expected.values);
            row.outputs = row.outputs.map(|before| before.max(error));
        }
    }
    Ok(row)
}

/// Section 18.2.
fn nnconv(fixture: &Fixture, device: &Device) -> Result<Row, ParityError> {
    let generator = Generator::seeded(1);
    let widths = |name: &str| Ok::<_, ParityError>(fixture.array(name)?.shape.last().copied().unwrap_or(0));
    let (node_features, edge_features) = (widths("in.x")?, widths("in.edge_attr")?);
    let batch = |device: &Device| batch(fixture, device);
    parity::supervised(
        fixture,
        device,
        |device| MoleculeNet::new(node_features, edge_features, 1, &generator, device),
        |model, device| {
            let batch = batch(device)?;
            let steps = model.steps(&batch);
            Ok(vec![
                ("h1", steps.h1),
                ("h2", steps.h2),
                ("pooled", steps.pooled),
                ("y", model.forward(&batch)),
            ])
        },
        |model, device| {
            let batch = batch(device)?;
            Ok(mean_squared_error(model.forward(&batch), batch.targets))
        },
        adam(),
    )
}

/// The molecules of a fixture, as PyTorch Geometric stores a batch.
fn batch(fixture: &Fixture, device: &Device) -> Result<Batch, ParityError> {
    let numbers = |name: &str| -> Result<Vec<u32>, ParityError> {
        Ok(fixture.array(name)?.values.iter().map(|&value| value as u32).collect())
    };
    let nodes = fixture.tensor::<2>("in.x", device)?;
    let index = numbers("in.edge_index")?;
    let (sources, targets) = index.split_at(index.len() / 2);
    let pairs = sources.iter().zip(targets).map(|(&source, &target)| [source, target]).collect();
    let edges = fixture.array("in.edge_attr")?;
    let width = edges.shape.last().copied().unwrap_or(1);
    let values = fixture.tensor::<1>("in.y", device)?;
    Ok(Batch {
        edges: Edges::new(nodes.dims()[0], pairs),
        kinds: EdgeKinds::of(edges.values.chunks(width), width, device),
        graphs: Groups::new(values.dims()[0], numbers("in.batch")?),
        targets: values.unsqueeze_dim(1), // [graphs, 1]
        nodes,
    })
}
