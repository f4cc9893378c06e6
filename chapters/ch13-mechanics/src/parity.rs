//! Chapter 13's models with PyTorch's weights: same outputs, losses, gradients and steps as PyTorch.

use std::path::Path;

use burn::optim::{GradientsParams, SgdConfig};
use mlbook::nn::weights;
use mlbook::parity::{self, Fixture, ParityError, Row};
use mlbook::prelude::*;

use crate::engines::Form;
use crate::mlp::Mlp;
use crate::mpg_net::MpgNet;
use crate::noisy::NoisyNet;
use crate::xor_nets::{Logistic, TwoHidden, XorNet};

/// Compares every model of this chapter that has a fixture in `dir`.
pub fn rows(dir: &Path, device: &Device) -> Result<Vec<Row>, ParityError> {
    let mut rows = Vec::new();
    for name in Fixture::names(dir, "ch13_")? {
        let fixture = Fixture::read(dir, &name)?;
        match name.as_str() {
            name if name.starts_with("ch13_xor_logistic") => rows.push(logistic(fixture, device)?),
            name if name.starts_with("ch13_xor_mlp") => rows.push(two_hidden(fixture, device)?),
            name if name.starts_with("ch13_noisy_xor") => rows.push(noisy(&fixture, device)?),
            name if name.starts_with("ch13_auto_mpg") => rows.push(auto_mpg(fixture, device)?),
            name if name.starts_with("ch13_mnist_mlp") => {
                rows.push(mnist_mlp(&fixture, device)?);
                rows.push(mnist_mlp_softmax_twice(&fixture, device)?);
            }
            _ => say!("{name}: this model is not ported yet"),
        }
    }
    Ok(rows)
}

/// Section 13.1.10.
fn logistic(fixture: Fixture, device: &Device) -> Result<Row, ParityError> {
    let generator = Generator::seeded(1);
    xor(&fixture.renamed(&[("0", "layer")]), device, |device| Logistic::new(&generator, device))
}

/// Section 13.1.11; the layer list of 13.1.12 is the same network.
fn two_hidden(fixture: Fixture, device: &Device) -> Result<Row, ParityError> {
    let generator = Generator::seeded(1);
    let fixture = fixture.renamed(&[("0", "hidden1"), ("2", "hidden2"), ("4", "output")]);
    xor(&fixture, device, |device| TwoHidden::new(&generator, device))
}

fn xor<M: XorNet>(
    fixture: &Fixture,
    device: &Device,
    model: impl Fn(&Device) -> M,
) -> Result<Row, ParityError> {
    parity::supervised(
        fixture,
        device,
        model,
        |model, device| Ok(vec![("prob", model.forward(fixture.tensor("in.x", device)?))]),
        |model, device| {
            let probabilities = model.forward(fixture.tensor("in.x", device)?); // [batch, 1]
            Ok(binary_cross_entropy(probabilities.flatten(0, 1), fixture.tensor::<1>("in.y", device)?))
        },
        SgdConfig::new().init(),
    )
}

/// Section 13.1.14. The fixture has the noise that its training saw, the same in each step.
fn noisy(fixture: &Fixture, device: &Device) -> Result<Row, ParityError> {
    let generator = Generator::seeded(1);
    let clean = |device: &Device| fixture.tensor::<2>("in.x", device);
    let disturbed = |device: &Device| -> Result<Tensor<2>, ParityError> {
        Ok(clean(device)? + fixture.tensor("in.noise", device)?)
    };
    parity::supervised(
        fixture,
        device,
        |device| NoisyNet::new(0.07, &generator, device),
        |model, device| {
            Ok(vec![
                ("l1_clean", model.first(clean(device)?, false)),
                ("l1_noisy", model.first(disturbed(device)?, false)),
                ("prob", model.forward(clean(device)?)),
                ("prob_noisy", model.forward(disturbed(device)?)),
            ])
        },
        |model, device| {
            let probabilities = model.forward(disturbed(device)?); // [batch, 1]
            Ok(binary_cross_entropy(probabilities.flatten(0, 1), fixture.tensor::<1>("in.y", device)?))
        },
        SgdConfig::new().init(),
    )
}

/// Section 13.2.3; the sizes come from the fixture.
fn auto_mpg(fixture: Fixture, device: &Device) -> Result<Row, ParityError> {
    let fixture = fixture.renamed(&[("0", "hidden1"), ("2", "hidden2"), ("4", "output")]);
    let width = fixture.array("in.x")?.shape.last().copied().unwrap_or_default();
    let hidden = [
        fixture.array("param.hidden1.bias")?.values.len(),
        fixture.array("param.hidden2.bias")?.values.len(),
    ];
    let generator = Generator::seeded(1);
    parity::supervised(
        &fixture,
        device,
        |device| MpgNet::new(width, hidden, &generator, device),
        |model, device| Ok(vec![("y", model.forward(fixture.tensor("in.x", device)?))]),
        |model, device| {
            let mpg = model.forward(fixture.tensor("in.x", device)?); // [batch, 1]
            Ok(mean_squared_error(mpg.flatten(0, 1), fixture.tensor::<1>("in.y", device)?))
        },
        SgdConfig::new().init(),
    )
}

/// Sections 13.2.5 and 13.3.1.
fn mnist_mlp(fixture: &Fixture, device: &Device) -> Result<Row, ParityError> {
    let fixture = &fixture.clone().renamed(&MLP_LAYERS);
    let hidden_units = mlp_sizes(fixture)?;
    let generator = Generator::seeded(1);
    parity::supervised(
        fixture,
        device,
        |device| Mlp::new(hidden_units, &generator, device),
        |model, device| Ok(vec![("logits", model.forward(fixture.tensor("in.x", device)?))]),
        |model, device| {
            let logits = model.forward(fixture.tensor("in.x", device)?); // [batch, 10]
            Ok(cross_entropy(logits, fixture.labels("in.y", device)?))
        },
        adam(),
    )
}

/// Section 13.4.1: the same weights with softmax taken twice; the fixture has its loss and gradients.
fn mnist_mlp_softmax_twice(fixture: &Fixture, device: &Device) -> Result<Row, ParityError> {
    let training = device.clone().autodiff();
    let renamed = fixture.clone().renamed(&MLP_LAYERS);
    let model = Mlp::new(mlp_sizes(&renamed)?, &Generator::seeded(1), &training);
    let model = weights::from_arrays(model, &renamed.parameters()?)?;
    let scores = Form::Softmax.scores(&model, fixture.tensor("in.x", &training)?); // [batch, 10]
    let loss = cross_entropy(scores, fixture.labels("in.y", &training)?);
    let gradients = weights::gradients(&model, GradientsParams::from_grads(loss.backward(), &model))?;
    let mut worst = 0.0_f64;
    for (layer, name) in MLP_LAYERS {
        for kind in ["weight", "bias"] {
            let expected = fixture.array(&format!("grad_ce_on_softmax.{layer}.{kind}"))?;
            worst = worst
                .max(parity::largest_error(&gradients[&format!("{name}.{kind}")].values, &expected.values));
        }
    }
    let loss = [loss.into_scalar::<f32>()];
    Ok(Row {
        model: "… softmax twice".to_owned(),
        loss: Some(parity::largest_error(&loss, &fixture.array("loss_ce_on_softmax")?.values)),
        gradients: Some(worst),
        ..Row::default()
    })
}

/// PyTorch's numbers of the layers, and their names here.
const MLP_LAYERS: [(&str, &str); 3] = [("1", "hidden1"), ("3", "hidden2"), ("5", "out")];

/// The sizes of the hidden layers, from the fixture.
fn mlp_sizes(fixture: &Fixture) -> Result<[usize; 2], ParityError> {
    let [first, second] = ["hidden1", "hidden2"].map(|layer| fixture.array(&format!("param.{layer}.bias")));
    Ok([first?.values.len(), second?.values.len()])
}
