//! Chapter 11's network with PyTorch's weights, once with gradients by hand and once by autodiff: same outputs, losses,
//! gradients and steps as PyTorch.

use std::path::Path;

use burn::optim::SgdConfig;
use mlbook::nn::weights::Arrays;
use mlbook::parity::{self, Fixture, ParityError, Row, largest_error};
use mlbook::prelude::*;

use crate::autodiff::RecordedNet;
use crate::network::{NeuralNet, int_to_onehot, loss, mse};

/// Compares both forms of the network for every fixture of this chapter in `dir`; one row each.
pub fn rows(dir: &Path, device: &Device) -> Result<Vec<Row>, ParityError> {
    let mut rows = Vec::new();
    for name in Fixture::names(dir, "ch11_")? {
        let fixture = Fixture::read(dir, &name)?;
        rows.push(by_hand(&fixture, device)?);
        rows.push(by_autodiff(&fixture, device)?);
    }
    Ok(rows)
}

/// The fixture's batch: pixels `[batch, 784]` and labels as `[batch, 10]`.
fn batch(fixture: &Fixture, device: &Device) -> Result<(Tensor<2>, Tensor<2>), ParityError> {
    let classes = fixture.tensor::<1>("param.bias_out", device)?.dims()[0];
    let onehot = int_to_onehot(fixture.labels("in.y", device)?, classes);
    Ok((fixture.tensor("in.x", device)?, onehot))
}

/// Forward, backward and steps as section 11.5 writes them out.
fn by_hand(fixture: &Fixture, device: &Device) -> Result<Row, ParityError> {
    let (x, onehot) = batch(fixture, device)?;
    let lr = fixture.learning_rate()?;
    let mut net = NeuralNet::from_arrays(&fixture.parameters()?, device)?;
    let mut row = Row { model: format!("{} by hand", fixture.name), ..Row::default() };
    let mut losses = Vec::new();
    for step in 0..fixture.array("losses")?.values.len() {
        let activations = net.forward(x.clone());
        let out = activations.out.clone();
        losses.push(loss(out.clone(), onehot.clone()).into_scalar::<f32>());
        let gradients = net.backward(x.clone(), activations.clone(), onehot.clone());
        let named = gradients.to_arrays();
        net = net.descend(gradients, lr);
        if step == 0 {
            let hidden = values(&activations.hidden);
            let outputs = largest_error(&hidden, &fixture.array("out.a_h")?.values);
            row.outputs =
                Some(outputs.max(largest_error(&values(&out), &fixture.array("out.a_out")?.values)));
            let mse = [mse(out, onehot.clone()).into_scalar::<f32>()];
            let losses = largest_error(&losses, &fixture.array("loss")?.values);
            row.loss = Some(losses.max(largest_error(&mse, &fixture.array("loss_mse")?.values)));
            row.gradients = Some(largest_of_all(fixture, "grad", &named)?);
            row.step = Some(largest_of_all(fixture, "step", &net.to_arrays())?);
        }
    }
    row.losses = Some(largest_error(&losses, &fixture.array("losses")?.values));
    Ok(row)
}

/// The same network as a module, with burn's gradients and burn's optimiser.
fn by_autodiff(fixture: &Fixture, device: &Device) -> Result<Row, ParityError> {
    let net = NeuralNet::from_arrays(&fixture.parameters()?, device)?;
    let row = parity::supervised(
        fixture,
        device,
        |device| RecordedNet::of(&net, device),
        |model, device| {
            let activations = model.forward(fixture.tensor("in.x", device)?);
            Ok(vec![("a_h", activations.hidden), ("a_out", activations.out)])
        },
        |model, device| {
            let (x, onehot) = batch(fixture, device)?;
            Ok(loss(model.forward(x).out, onehot))
        },
        SgdConfig::new().init(),
    )?;
    Ok(Row { model: format!("{} autodiff", fixture.name), ..row })
}

fn values(tensor: &Tensor<2>) -> Vec<f32> {
    tensor.to_data().iter::<f32>().collect()
}

/// The largest error of all tensors against the fixture's of the same names.
fn largest_of_all(fixture: &Fixture, kind: &str, arrays: &Arrays) -> Result<f64, ParityError> {
    let mut largest = 0.0_f64;
    for (name, array) in arrays {
        largest =
            largest.max(largest_error(&array.values, &fixture.array(&format!("{kind}.{name}"))?.values));
    }
    Ok(largest)
}
