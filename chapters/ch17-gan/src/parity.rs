//! Chapter 17's models with PyTorch's weights: same pictures, losses, gradients, running statistics and steps as PyTorch.

use std::path::Path;

use burn::module::Module;
use burn::optim::GradientsParams;
use mlbook::nn::critic::interpolated;
use mlbook::nn::weights::{self, Arrays};
use mlbook::parity::{Fixture, ParityError, RUNNING, Row, largest_error, one_step};
use mlbook::prelude::*;
use mlbook::show::floats;
use mlbook::train::Descent;

use crate::convolutional::{ConvDiscriminator, ConvGenerator, Kind, critic};
use crate::dense::{DenseDiscriminator, DenseGenerator};
use crate::game::{CRITIC_STEPS, Doubts, Draws, Gan, Wgan};
use crate::score;

/// PyTorch's names of the layers, and this crate's.
const DENSE: [(&str, &str); 4] = [
    ("gen.0.", "generator.hidden."),
    ("gen.2.", "generator.output."),
    ("disc.0.", "discriminator.hidden."),
    ("disc.3.", "discriminator.output."),
];
const CONVOLUTIONAL: [(&str, &str); 13] = [
    ("gen.0.", "generator.conv1."),
    ("gen.1.", "generator.norm1."),
    ("gen.3.", "generator.conv2."),
    ("gen.4.", "generator.norm2."),
    ("gen.6.", "generator.conv3."),
    ("gen.7.", "generator.norm3."),
    ("gen.9.", "generator.conv4."),
    ("disc.network.0.", "discriminator.conv1."),
    ("disc.network.2.", "discriminator.conv2."),
    ("disc.network.3.", "discriminator.norm2."),
    ("disc.network.5.", "discriminator.conv3."),
    ("disc.network.6.", "discriminator.norm3."),
    ("disc.network.8.", "discriminator.conv4."),
];
const WASSERSTEIN: [(&str, &str); 5] = [
    ("gen.0.", "generator.conv1."),
    ("gen.3.", "generator.conv2."),
    ("gen.6.", "generator.conv3."),
    ("gen.9.", "generator.conv4."),
    ("disc.", "critic."),
];

/// Compares every model of this chapter that has a fixture in `dir`; one row each, two for a GAN's networks.
pub fn rows(dir: &Path, device: &Device) -> Result<Vec<Row>, ParityError> {
    let mut rows = Vec::new();
    for name in Fixture::names(dir, "ch17_")? {
        let fixture = Fixture::read(dir, &name)?;
        match name.as_str() {
            "ch17_gan" => rows.push(dense(&fixture.replaced(&DENSE), device)?),
            "ch17_dcgan" => rows.push(convolutional(&fixture.replaced(&CONVOLUTIONAL), device)?),
            "ch17_wgan_gp" | "ch17_wgan_gp_full" => {
                rows.push(wasserstein(&fixture.replaced(&WASSERSTEIN), device)?);
            }
            "ch17_mmd" => rows.push(distances(&fixture, device)?),
            _ => say!("{name}: no model of this chapter has this name"),
        }
    }
    Ok(rows)
}

/// A column of the table: the largest error so far.
fn worst(column: &mut Option<f64>, got: &[f32], expected: &[f32]) {
    let error = largest_error(got, expected);
    *column = Some(column.map_or(error, |before| before.max(error)));
}

fn side(fixture: &Fixture, name: &str, dim: usize) -> Result<usize, ParityError> {
    let missing = || ParityError::Missing { fixture: fixture.name.clone(), name: format!("param.{name}") };
    fixture.parameters()?.get(name).and_then(|array| array.shape.get(dim).copied()).ok_or_else(missing)
}

/// Section 17.1: drop-out off.
fn dense(fixture: &Fixture, device: &Device) -> Result<Row, ParityError> {
    let generator = Generator::seeded(1);
    let hidden_size = side(fixture, "generator.hidden.weight", 0)?;
    let z_size = side(fixture, "generator.hidden.weight", 1)?;
    let new = |device: &Device| Gan {
        generator: DenseGenerator::new(z_size, hidden_size, &generator, device),
        discriminator: DenseDiscriminator::with_drop_rate(hidden_size, 0.0, &generator, device),
    };
    gan(fixture, device, new)
}

/// Sections 17.2.2 and 17.2.3.
fn convolutional(fixture: &Fixture, device: &Device) -> Result<Row, ParityError> {
    let generator = Generator::seeded(1);
    let n_filters = side(fixture, "discriminator.conv1.weight", 0)?;
    let z_size = side(fixture, "generator.conv1.weight", 0)?;
    let new = |device: &Device| Gan {
        generator: ConvGenerator::new(Kind::Dcgan, z_size, n_filters, &generator, device),
        discriminator: ConvDiscriminator::new(n_filters, &generator, device),
    };
    gan(fixture, device, new)
}

/// Vectors of noise, of one of five rounds.
fn noise(fixture: &Fixture, name: &str, round: usize, device: &Device) -> Result<Tensor<2>, ParityError> {
    let array = fixture.array(name)?;
    let (batch, z_size) = match array.shape.as_slice() {
        &[_, batch, z_size] | &[_, batch, z_size, 1, 1] => (batch, z_size),
        &[batch, z_size, 1, 1] => (batch, z_size),
        shape => {
            let (fixture, name) = (fixture.name.clone(), name.to_owned());
            return Err(ParityError::Rank { fixture, name, shape: shape.to_vec(), rank: 5 });
        }
    };
    let values = array.values.iter().skip(round * batch * z_size).take(batch * z_size).copied().collect();
    Ok(Tensor::from_data(TensorData::new(values, [batch, z_size]), device))
}

/// Real pictures, which a dense network's fixture has as rows.
fn real(fixture: &Fixture, device: &Device) -> Result<Tensor<4>, ParityError> {
    let array = fixture.array("in.real")?;
    let data = TensorData::new(array.values.clone(), [array.shape[0], 1, 28, 28]);
    Ok(Tensor::from_data(data, device))
}

/// The learning rates of generator and discriminator: `0.0003 (G), 0.0002 (D)`.
fn rates(fixture: &Fixture) -> Result<[f64; 2], ParityError> {
    let text = fixture.metadata("lr");
    let number = |part: Option<&str>| part?.split_whitespace().next()?.parse().ok();
    let mut parts = text.split(',');
    let wrong = || ParityError::Metadata {
        fixture: fixture.name.clone(),
        key: "lr",
        value: text.to_owned(),
        rule: "two numbers like `0.0003 (G), 0.0002 (D)` were expected",
    };
    match (number(parts.next()), number(parts.next())) {
        (Some(generator), Some(discriminator)) => Ok([generator, discriminator]),
        _ => Err(wrong()),
    }
}

/// Initial weights and running statistics.
fn initial(fixture: &Fixture) -> Result<Arrays, ParityError> {
    let mut arrays = fixture.parameters()?;
    for name in fixture.tensor_names("buffer.") {
        if !name.ends_with("num_batches_tracked") {
            arrays.insert(name["buffer.".len()..].to_owned(), fixture.array(name)?.clone());
        }
    }
    Ok(arrays)
}

/// Running statistics against those of PyTorch after a step; a model without has nothing to compare.
fn statistics<M: Module>(row: &mut Row, fixture: &Fixture, when: &str, model: &M) -> Result<(), ParityError> {
    for (name, array) in weights::to_arrays(model)? {
        if name.contains(RUNNING) {
            worst(&mut row.step, &array.values, &fixture.array(&format!("{when}.{name}"))?.values);
        }
    }
    Ok(())
}

/// Two networks and binary cross-entropy.
fn gan<G: Draws, D: Doubts>(
    fixture: &Fixture,
    device: &Device,
    new: impl Fn(&Device) -> Gan<G, D>,
) -> Result<Row, ParityError> {
    let training = device.clone().autodiff();
    let [lr_generator, lr_discriminator] = rates(fixture)?;
    let mut row = Row { model: fixture.name.clone(), ..Row::default() };
    let fresh = || Ok::<_, ParityError>(weights::from_arrays(new(&training), &initial(fixture)?)?);

    for (group, device) in [("out", device), ("out_train", &training)] {
        let model = weights::from_arrays(new(device), &initial(fixture)?)?;
        let model = if group == "out" { model.valid() } else { model };
        let fake = model.generator.draw(noise(fixture, "in.z_d", 0, device)?);
        if group == "out" {
            worst(&mut row.outputs, &floats(&fake), &fixture.array("out.fake")?.values);
        }
        let of_real = floats(&model.discriminator.doubt(real(fixture, device)?));
        let of_fake = floats(&model.discriminator.doubt(fake));
        worst(&mut row.outputs, &of_real, &fixture.array(&format!("{group}.d_real"))?.values);
        worst(&mut row.outputs, &of_fake, &fixture.array(&format!("{group}.d_fake"))?.values);
    }

    let model = fresh()?;
    let z = noise(fixture, "in.z_d", 0, &training)?;
    let doubt = model.discriminator_loss(real(fixture, &training)?, || z);
    worst(&mut row.loss, &floats(&doubt.loss), &fixture.array("loss.d")?.values);
    let model =
        one_step(&mut row, fixture, model, &doubt.loss, "discriminator.", (adam(), lr_discriminator))?;
    statistics(&mut row, fixture, "step_buffer", &model)?;

    let model = fresh()?;
    let loss = model.generator_loss(noise(fixture, "in.z_g", 0, &training)?);
    worst(&mut row.loss, &floats(&loss), &fixture.array("loss.g")?.values);
    one_step(&mut row, fixture, model, &loss, "generator.", (adam(), lr_generator))?;

    let mut descent = Descent::new(fresh()?, adam(), lr_generator);
    let (mut of_d, mut of_g) = (vec![], vec![]);
    for round in 0..fixture.array("losses.d")?.values.len() {
        let z = noise(fixture, "in.z_d", round, &training)?;
        let loss = descent.model().discriminator_loss(real(fixture, &training)?, || z).loss;
        of_d.extend(floats(&loss));
        descent.set_learning_rate(lr_discriminator);
        descent.step(loss);
        let loss = descent.model().generator_loss(noise(fixture, "in.z_g", round, &training)?);
        of_g.extend(floats(&loss));
        descent.set_learning_rate(lr_generator);
        descent.step(loss);
        if round == 0 {
            statistics(&mut row, fixture, "round_buffer", descent.model())?;
        }
    }
    worst(&mut row.losses, &of_d, &fixture.array("losses.d")?.values);
    worst(&mut row.losses, &of_g, &fixture.array("losses.g")?.values);
    Ok(row)
}

/// Sections 17.2.5 to 17.2.7: the critic's loss with the gradient penalty, and its gradients.
fn wasserstein(fixture: &Fixture, device: &Device) -> Result<Row, ParityError> {
    let training = device.clone().autodiff();
    let [lr_generator, lr_critic] = rates(fixture)?;
    let parameters = initial(fixture)?;
    let generator = Generator::seeded(1);
    let z_size = side(fixture, "generator.conv1.weight", 0)?;
    let n_filters = side(fixture, "generator.conv1.weight", 1)? / 4;
    let of_critic = side(fixture, "critic.network.0.weight", 0)?;
    let new = |device: &Device| Wgan {
        generator: ConvGenerator::new(Kind::Wgan, z_size, n_filters, &generator, device),
        critic: critic(of_critic, &generator, device),
        critic_steps: CRITIC_STEPS,
    };
    let fresh = || Ok::<_, ParityError>(weights::from_arrays(new(&training), &parameters)?);
    let shares = |round: usize| -> Result<Tensor<4>, ParityError> {
        let array = fixture.array("in.alpha")?;
        let batch = array.shape[1];
        let values = array.values.iter().skip(round * batch).take(batch).copied().collect();
        Ok(Tensor::from_data(TensorData::new(values, [batch, 1, 1, 1]), &training))
    };
    let mut row = Row { model: fixture.name.clone(), ..Row::default() };

    let plain = weights::from_arrays(new(device), &parameters)?;
    let fake = plain.generator.forward(noise(fixture, "in.z_d", 0, device)?);
    let mut outputs = vec![
        ("out.d_real", floats(&plain.critic.forward(real(fixture, device)?))),
        ("out.d_fake", floats(&plain.critic.forward(fake.clone()))),
    ];
    let model = fresh()?;
    let real = real(fixture, &training)?;
    let between = interpolated(real.clone(), Tensor::from_inner(fake.clone()), shares(0)?);
    let (_, gradient) = model.critic.with_input_gradient(between.clone());
    let lengths = gradient.clone().square().flatten::<2>(1, 3).sum_dim(1).sqrt();
    outputs.push(("out_train.grad_norm", floats(&lengths)));
    if fixture.array("out_train.input_grad").is_ok() {
        outputs.push(("out.fake", floats(&fake)));
        outputs.push(("out_train.interpolated", floats(&between)));
        outputs.push(("out_train.input_grad", floats(&gradient)));
    }
    for (name, got) in outputs {
        worst(&mut row.outputs, &got, &fixture.array(name)?.values);
    }

    let criticism = model.critic_loss(real.clone(), noise(fixture, "in.z_d", 0, &training)?, shares(0)?);
    worst(&mut row.loss, &floats(&criticism.loss), &fixture.array("loss.d")?.values);
    worst(&mut row.loss, &floats(&criticism.penalty), &fixture.array("gradient_penalty")?.values);
    if fixture.tensor_names("grad_gp.").next().is_some() {
        let gradients = GradientsParams::from_grads(criticism.penalty.backward(), &model);
        for (name, gradient) in weights::gradients(&model, gradients)? {
            if name.starts_with("critic.") {
                let expected = fixture.array(&format!("grad_gp.{name}"))?;
                worst(&mut row.gradients, &gradient.values, &expected.values);
            }
        }
    }
    // A graph is gone after its way back.
    let criticism = model.critic_loss(real.clone(), noise(fixture, "in.z_d", 0, &training)?, shares(0)?);
    one_step(&mut row, fixture, model, &criticism.loss, "critic.", (adam(), lr_critic))?;

    let model = fresh()?;
    let loss = model.generator_loss(noise(fixture, "in.z_g", 0, &training)?);
    worst(&mut row.loss, &floats(&loss), &fixture.array("loss.g")?.values);
    one_step(&mut row, fixture, model, &loss, "generator.", (adam(), lr_generator))?;

    let mut descent = Descent::new(fresh()?, adam(), lr_critic);
    let (mut losses, mut penalties) = (vec![], vec![]);
    for round in 0..fixture.array("losses.d")?.values.len() {
        let z = noise(fixture, "in.z_d", round, &training)?;
        let criticism = descent.model().critic_loss(real.clone(), z, shares(round)?);
        losses.extend(floats(&criticism.loss));
        penalties.extend(floats(&criticism.penalty));
        descent.step(criticism.loss);
    }
    let last = descent.model().generator_loss(noise(fixture, "in.z_g", 0, &training)?);
    worst(&mut row.losses, &losses, &fixture.array("losses.d")?.values);
    worst(&mut row.losses, &penalties, &fixture.array("losses.gradient_penalty")?.values);
    worst(&mut row.losses, &floats(&last), &fixture.array("losses.g")?.values);
    Ok(row)
}

/// Section 17.1.9.
fn distances(fixture: &Fixture, device: &Device) -> Result<Row, ParityError> {
    let [x, y] = ["in.x", "in.y"].map(|name| fixture.tensor::<2>(name, device));
    let (x, y) = (x?, y?);
    let mut row = Row { model: fixture.name.clone(), ..Row::default() };
    for (name, a, b) in [("out.xx", &x, &x), ("out.xy", &x, &y), ("out.yy", &y, &y)] {
        let got = floats(&score::distance(a.clone(), b.clone()));
        worst(&mut row.outputs, &got, &fixture.array(name)?.values);
    }
    for (name, a, b) in [("out.score", &x, &y), ("out.score_scale_y", &y, &x)] {
        let got = score::mmd(a, b, 1.0) as f32;
        worst(&mut row.outputs, &[got], &fixture.array(name)?.values);
    }
    Ok(row)
}
