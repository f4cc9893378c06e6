//! Chapter 12's models with PyTorch's weights: same outputs, losses, gradients and steps as PyTorch.

use std::path::Path;

use burn::optim::SgdConfig;
use mlbook::parity::{self, Fixture, ParityError, Row, largest_error};
use mlbook::prelude::*;

use crate::by_hand::Parameters;
use crate::iris::Form;
use crate::iris_data::Scaling;
use crate::model::IrisNet;

/// Compares every model of this chapter that has a fixture in `dir`.
pub fn rows(dir: &Path, device: &Device) -> Result<Vec<Row>, ParityError> {
    let mut rows = Vec::new();
    for name in Fixture::names(dir, "ch12_")? {
        let fixture = Fixture::read(dir, &name)?;
        if name.starts_with("ch12_linear_regression") {
            rows.push(by_modules(&fixture, device)?);
            rows.push(by_hand(&fixture, device)?);
        } else if name.starts_with("ch12_iris_ce_on_softmax") {
            rows.push(iris(&fixture, device, true)?);
        } else if name.starts_with("ch12_iris_ce_on_logits") {
            rows.push(iris(&fixture, device, false)?);
        } else {
            say!("{name}: this model is not ported yet");
        }
    }
    Ok(rows)
}

/// Section 12.2.4, on the whole batch.
fn by_modules(fixture: &Fixture, device: &Device) -> Result<Row, ParityError> {
    let generator = Generator::seeded(1);
    parity::supervised(
        fixture,
        device,
        |device| linear(1, 1).init(&generator, device),
        |model, device| Ok(vec![("y", model.forward(fixture.tensor("in.x", device)?))]),
        |model, device| {
            let y = model.forward(fixture.tensor("in.x", device)?); // [batch, 1]
            Ok(mean_squared_error(y, fixture.tensor::<2>("in.y", device)?))
        },
        SgdConfig::new().init(),
    )
}

/// Section 12.2.2: one epoch, point by point, with gradients alone. The losses before each step, and the parameters at the end.
fn by_hand(fixture: &Fixture, device: &Device) -> Result<Row, ParityError> {
    let training = device.clone().autodiff();
    let x = fixture.tensor::<2>("in.x", &training)?;
    let y = fixture.tensor::<2>("in.y", &training)?;
    let lr = fixture.learning_rate()?;
    let weight = fixture.tensor::<2>("param.weight", &training)?.flatten(0, 1);
    let bias = fixture.tensor::<1>("param.bias", &training)?;
    let mut line = Parameters { weight: weight.require_grad(), bias: bias.require_grad() };
    let mut losses = Vec::new();
    for row in 0..x.dims()[0] {
        let prediction = line.model(x.clone().narrow(0, row, 1)); // [1, 1]
        let loss = mean_squared_error(prediction, y.clone().narrow(0, row, 1));
        line = line.step(&loss.backward(), lr);
        losses.push(loss.into_scalar::<f32>());
    }
    let end = [line.weight.into_scalar::<f32>(), line.bias.into_scalar::<f32>()];
    let expected = [fixture.array("online.weight")?, fixture.array("online.bias")?];
    let expected: Vec<f32> = expected.iter().flat_map(|array| array.values.iter().copied()).collect();
    Ok(Row {
        model: "… by hand".to_owned(),
        step: Some(largest_error(&end, &expected)),
        losses: Some(largest_error(&losses, &fixture.array("losses_online")?.values)),
        ..Row::default()
    })
}

/// Section 12.2.5; the size of the hidden layer comes from the fixture.
fn iris(fixture: &Fixture, device: &Device, softmax_twice: bool) -> Result<Row, ParityError> {
    let form = Form { softmax_twice, scaling: Scaling::Global };
    let hidden_size = fixture.parameters()?.get("layer1.bias").map_or(0, |bias| bias.values.len());
    let generator = Generator::seeded(1);
    parity::supervised(
        fixture,
        device,
        |device| IrisNet::new(hidden_size, &generator, device),
        |model, device| {
            let x = fixture.tensor::<2>("in.x", device)?;
            Ok(vec![("logits", model.logits(x.clone())), ("probs", model.forward(x))])
        },
        |model, device| {
            let scores = form.scores(model, fixture.tensor("in.x", device)?); // [batch, 3]
            Ok(cross_entropy(scores, fixture.labels("in.y", device)?))
        },
        adam(),
    )
}
