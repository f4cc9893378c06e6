//! Attention and GPT-2 with PyTorch's weights: through a fixture's tensors, and through Hugging Face's folders.

use std::path::Path;

use burn::optim::GradientsParams;
use mlbook::nn::weights;
use mlbook::parity::{self, Fixture, ParityError, Row, largest_error};
use mlbook::prelude::*;
use mlbook::show::floats;

use crate::gpt2::{Gpt2, next_token_loss};
use crate::gpt2_config::{self, Gpt2Config};
use crate::sampling::Sampling;
use crate::self_attention::{self, MultiHead, ScaledAttention};
use crate::writer::Writer;

/// Folders of models beside the fixtures: the same network from the model with its output layer, and from the bare one.
const FOLDERS: [&str; 2] = ["hf/gpt2-tiny", "hf/gpt2-tiny-bare"];

/// The row of `ch16_self_attention`.
///
/// # Errors
/// A fixture that lacks something.
pub fn plain(fixture: &Fixture, device: &Device) -> Result<Row, ParityError> {
    let parts = self_attention::plain(fixture.tensor("in.x", device)?);
    let mut worst = Worst(0.0, fixture);
    for (name, part) in ["omega", "weights", "context"].iter().zip(&parts) {
        worst.see(name, part)?;
    }
    Ok(Row { model: fixture.name.clone(), outputs: Some(worst.0), ..Row::default() })
}

/// The row of `ch16_scaled_attention`.
///
/// # Errors
/// A fixture that lacks something.
pub fn scaled(fixture: &Fixture, device: &Device) -> Result<Row, ParityError> {
    let width = fixture.array("in.x")?.shape.last().copied().unwrap_or(1);
    let attended = |model: &ScaledAttention, device: &Device| {
        Ok::<_, ParityError>(model.forward(&fixture.tensor("in.x", device)?))
    };
    parity::supervised(
        fixture,
        device,
        |device| ScaledAttention::new(width, &Generator::seeded(1), device),
        |model, device| {
            let seen = attended(model, device)?;
            Ok(vec![
                ("queries", seen.queries),
                ("keys", seen.keys),
                ("values", seen.values),
                ("omega", seen.omega),
                ("weights", seen.weights),
                ("context", seen.context),
            ])
        },
        |model, device| {
            let context = attended(model, device)?.context;
            Ok(mean_squared_error(context, fixture.tensor("in.target", device)?))
        },
        adam(),
    )
}

/// The row of `ch16_multi_head`.
///
/// # Errors
/// A fixture that lacks something.
pub fn multi_head(fixture: &Fixture, device: &Device) -> Result<Row, ParityError> {
    let shape = fixture.array("param.u_query")?.shape.clone();
    let (heads, width) = (shape.first().copied().unwrap_or(1), shape.last().copied().unwrap_or(1));
    let attended = |model: &MultiHead, device: &Device| {
        Ok::<_, ParityError>(model.forward(&fixture.tensor("in.x", device)?))
    };
    let projected = |model: &MultiHead, context: Tensor<3>| model.linear.forward(MultiHead::joined(context));
    parity::supervised(
        fixture,
        device,
        |device| MultiHead::new(heads, width, &Generator::seeded(1), device),
        |model, device| {
            let seen = attended(model, device)?;
            Ok(vec![
                ("queries", seen.queries.flatten(0, 1)),
                ("keys", seen.keys.flatten(0, 1)),
                ("values", seen.values.flatten(0, 1)),
                ("omega", seen.omega.flatten(0, 1)),
                ("weights", seen.weights.flatten(0, 1)),
                ("context", seen.context.clone().flatten(0, 1)),
                ("concat", MultiHead::joined(seen.context.clone())),
                ("output", projected(model, seen.context)),
            ])
        },
        |model, device| {
            let output = projected(model, attended(model, device)?.context);
            Ok(mean_squared_error(output, fixture.tensor("in.target", device)?))
        },
        adam(),
    )
}

/// The row of `ch16_gpt2_tiny`: every layer's outputs, loss and gradients through the fixture's tensors; then logits and the tokens
/// that it writes, through both folders.
///
/// # Errors
/// A fixture that lacks something, or a folder beside it that cannot be read.
pub fn gpt2(dir: &Path, fixture: &Fixture, device: &Device) -> Result<Row, ParityError> {
    let mut config = Gpt2Config::read(&dir.join(FOLDERS[0]))?;
    (config.embd_pdrop, config.resid_pdrop) = (0.0, 0.0);
    let made = |device: &Device| {
        let drawn = Gpt2::new(&config, &Generator::seeded(1), device);
        weights::from_arrays(drawn, &fixture.parameters()?).map_err(ParityError::from)
    };
    let tokens = |device: &Device| Ok::<_, ParityError>(fixture.tensor::<2>("in.input_ids", device)?.int());
    let mut outputs = Worst(0.0, fixture);
    let model = made(device)?;
    let (states, maps) = model.transformer.states(tokens(device)?);
    for (k, state) in states.iter().enumerate() {
        outputs.see(&format!("hidden.{k}"), state)?;
    }
    for (k, map) in maps.iter().enumerate() {
        outputs.see(&format!("attention.{k}"), map)?;
    }
    outputs.see("logits", &model.forward(tokens(device)?))?;
    for folder in FOLDERS {
        let (model, _) = gpt2_config::load(&dir.join(folder), device)?;
        outputs.see("logits", &model.forward(tokens(device)?))?;
        outputs.written(&model)?;
    }

    let training = device.clone().autodiff();
    let model = made(&training)?;
    let loss = next_token_loss(model.forward(tokens(&training)?), tokens(&training)?);
    let gradients = weights::gradients(&model, GradientsParams::from_grads(loss.backward(), &model))?;
    let mut by_weights = 0.0_f64;
    for (name, gradient) in &gradients {
        let expected = fixture.array(&format!("grad.{name}"))?;
        by_weights = by_weights.max(largest_error(&gradient.values, &expected.values));
    }
    Ok(Row {
        model: fixture.name.clone(),
        outputs: Some(outputs.0),
        loss: Some(largest_error(&[loss.into_scalar::<f32>()], &fixture.array("loss")?.values)),
        gradients: Some(by_weights),
        ..Row::default()
    })
}

/// The largest error so far.
struct Worst<'f>(f64, &'f Fixture);

impl Worst<'_> {
    fn see<const D: usize>(&mut self, name: &str, got: &Tensor<D>) -> Result<(), ParityError> {
        let expected = self.1.array(&format!("out.{name}"))?;
        self.0 = self.0.max(largest_error(&floats(got), &expected.values));
        Ok(())
    }

    /// The tokens that a network writes, each the likeliest: any other than PyTorch's is infinitely wrong.
    fn written(&mut self, model: &Gpt2) -> Result<(), ParityError> {
        let whole = |name| {
            let array = self.1.array(name)?;
            Ok::<Vec<i32>, ParityError>(array.values.iter().map(|&number| number as i32).collect())
        };
        let (prompt, expected) = (whole("in.prompt")?, whole("out.generated")?);
        let greedy = Sampling { greedy: true, ..Sampling::default() };
        let mut rng = mlbook::rng::TorchRng::new(1);
        let written = Writer::begin(model, &prompt).and_then(|mut writer| {
            while writer.text().len() < expected.len() {
                writer.next(&greedy, &mut rng)?;
            }
            Ok(writer.text().to_vec())
        });
        if written.ok().is_none_or(|written| written != expected) {
            self.0 = f64::INFINITY;
        }
        Ok(())
    }
}
