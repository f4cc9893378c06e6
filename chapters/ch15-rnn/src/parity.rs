//! Chapter 15's models with PyTorch's weights: same outputs, losses, gradients and steps as PyTorch.

use std::path::Path;

use mlbook::parity::{self, Fixture, ParityError, Row, largest_error};
use mlbook::prelude::*;
use mlbook::show::floats;

use crate::by_hand::Weights;
use crate::char_model::{self, CharModel, summed_cross_entropy};
use crate::sentiment_model::{self, Reader, Sentiment};
use crate::two_layers::TwoLayers;

/// Compares every model of this chapter that has a fixture in `dir`; one row each.
pub fn rows(dir: &Path, device: &Device) -> Result<Vec<Row>, ParityError> {
    let mut rows = Vec::new();
    for name in Fixture::names(dir, "ch15_")? {
        let fixture = Fixture::read(dir, &name)?;
        let generator = Generator::seeded(1);
        let row = match name.as_str() {
            "ch15_rnn_manual" => by_hand(&fixture, device)?,
            "ch15_gru" => gru_layer(&fixture, device)?,
            "ch15_lstm" => lstm_layer(&fixture, device, |sizes| sizes)?,
            "ch15_lstm_two_layers" => lstm_layer(&fixture, device, |layer| layer.num_layers(2))?,
            "ch15_lstm_bidirectional" => lstm_layer(&fixture, device, RecurrentBuilder::bidirectional)?,
            "ch15_rnn_two_layers" => two_layers(&fixture, device)?,
            "ch15_imdb_lstm" | "ch15_imdb_lstm_full" => {
                let sizes = sentiment_sizes(&fixture)?;
                sentiment(&fixture, device, |device| Sentiment::lstm(sizes, false, &generator, device))?
            }
            "ch15_imdb_bilstm" => {
                let sizes = sentiment_sizes(&fixture)?;
                sentiment(&fixture, device, |device| Sentiment::lstm(sizes, true, &generator, device))?
            }
            "ch15_imdb_rnn" => {
                let sizes = sentiment_sizes(&fixture)?;
                sentiment(&fixture, device, |device| Sentiment::rnn(sizes, &generator, device))?
            }
            "ch15_char_lm" | "ch15_char_lm_full" => char_lm(&fixture, device)?,
            _ => {
                say!("{name}: no model of this chapter has this name");
                continue;
            }
        };
        rows.push(row);
    }
    Ok(rows)
}

/// Section 15.1.2, by hand.
fn by_hand(fixture: &Fixture, device: &Device) -> Result<Row, ParityError> {
    let weights = Weights {
        w_xh: fixture.tensor("param.weight_ih_l0", device)?,
        w_hh: fixture.tensor("param.weight_hh_l0", device)?,
        b_xh: fixture.tensor("param.bias_ih_l0", device)?,
        b_hh: fixture.tensor("param.bias_hh_l0", device)?,
    };
    let sequence = fixture.tensor::<3>("in.x", device)?.squeeze_dim(0);
    let mut error = 0.0_f64;
    let read = weights.read(&sequence);
    for (name, part) in [
        ("out.from_input", read.iter().map(|step| step.from_input.clone()).collect()),
        ("out.output", read.iter().map(|step| step.output.clone()).collect::<Vec<_>>()),
    ] {
        let got = floats(&Tensor::cat(part, 0));
        error = error.max(largest_error(&got, &fixture.array(name)?.values));
    }
    Ok(Row { model: fixture.name.clone(), outputs: Some(error), ..Row::default() })
}

/// What a layer returned, by the names of the fixtures.
type Outputs = Vec<(&'static str, Tensor<2>)>;

fn flat(tensor: Tensor<3>) -> Tensor<2> {
    tensor.flatten(0, 1)
}

/// A layer alone learns `in.target` by its squared error.
fn layer<M: Module>(
    fixture: &Fixture,
    device: &Device,
    layer: impl Fn(&Device) -> M,
    forward: impl Fn(&M, &Device) -> Result<Outputs, ParityError>,
) -> Result<Row, ParityError> {
    let loss = |layer: &M, device: &Device| {
        let (_, output) = forward(layer, device)?.swap_remove(0);
        Ok(mean_squared_error(output, flat(fixture.tensor("in.target", device)?)))
    };
    parity::supervised(fixture, device, layer, &forward, loss, adam())
}

/// Inputs and hidden units of a layer, from the fixture's tensors; `gates` blocks of rows stand in one matrix.
fn sizes(fixture: &Fixture, prefix: &str, gates: usize) -> Result<[usize; 2], ParityError> {
    let matrix = &fixture.array(&format!("param.{prefix}weight_ih_l0"))?.shape;
    Ok(match matrix.as_slice() {
        &[rows, inputs] => [inputs, rows / gates],
        _ => [1, 1],
    })
}

fn lstm_layer(
    fixture: &Fixture,
    device: &Device,
    variant: impl Fn(RecurrentBuilder<Lstm>) -> RecurrentBuilder<Lstm>,
) -> Result<Row, ParityError> {
    let generator = Generator::seeded(1);
    let [inputs, hidden_size] = sizes(fixture, "", 4)?;
    layer(
        fixture,
        device,
        |device| variant(lstm(inputs, hidden_size)).init(&generator, device),
        |layer, device| {
            let [x, h0, c0] = ["in.x", "in.h0", "in.c0"].map(|name| fixture.tensor(name, device));
            let read = layer.forward_from(x?, h0?, c0?);
            Ok(vec![("output", flat(read.output)), ("h_n", flat(read.hidden)), ("c_n", flat(read.cell))])
        },
    )
}

fn gru_layer(fixture: &Fixture, device: &Device) -> Result<Row, ParityError> {
    let generator = Generator::seeded(1);
    let [inputs, hidden_size] = sizes(fixture, "", 3)?;
    layer(
        fixture,
        device,
        |device| gru(inputs, hidden_size).init(&generator, device),
        |layer, device| {
            let read = layer.forward_from(fixture.tensor("in.x", device)?, fixture.tensor("in.h0", device)?);
            Ok(vec![("output", flat(read.output)), ("h_n", flat(read.hidden))])
        },
    )
}

fn two_layers(fixture: &Fixture, device: &Device) -> Result<Row, ParityError> {
    let generator = Generator::seeded(1);
    let [inputs, hidden_size] = sizes(fixture, "rnn.", 1)?;
    let predicted = |model: &TwoLayers, device: &Device| {
        Ok::<_, ParityError>(model.forward(fixture.tensor("in.x", device)?))
    };
    parity::supervised(
        fixture,
        device,
        |device| TwoLayers::new(inputs, hidden_size, &generator, device),
        |model, device| Ok(vec![("y", predicted(model, device)?)]),
        |model, device| {
            Ok(mean_squared_error(predicted(model, device)?, fixture.tensor("in.target", device)?))
        },
        adam(),
    )
}

/// Whole numbers of a fixture, `[rows, columns]`.
fn grid(fixture: &Fixture, name: &str, device: &Device) -> Result<Tensor<2, Int>, ParityError> {
    Ok(fixture.tensor::<2>(name, device)?.int())
}

fn shape(fixture: &Fixture, name: &str, dim: usize) -> Result<usize, ParityError> {
    let parameters = fixture.parameters()?;
    let missing = || ParityError::Missing { fixture: fixture.name.clone(), name: format!("param.{name}") };
    parameters.get(name).and_then(|array| array.shape.get(dim).copied()).ok_or_else(missing)
}

fn sentiment_sizes(fixture: &Fixture) -> Result<sentiment_model::Sizes, ParityError> {
    Ok(sentiment_model::Sizes {
        vocab_size: shape(fixture, "embedding.weight", 0)?,
        embed_dim: shape(fixture, "embedding.weight", 1)?,
        rnn_hidden_size: shape(fixture, "rnn.weight_hh_l0", 1)?,
        fc_hidden_size: shape(fixture, "fc1.weight", 0)?,
    })
}

fn sentiment<R: Reader>(
    fixture: &Fixture,
    device: &Device,
    model: impl Fn(&Device) -> Sentiment<R>,
) -> Result<Row, ParityError> {
    let lengths: Vec<usize> = fixture.array("in.lengths")?.values.iter().map(|&n| n as usize).collect();
    let has_states = fixture.array("out.h_n").is_ok();
    parity::supervised(
        fixture,
        device,
        model,
        |model, device| {
            let tokens = grid(fixture, "in.tokens", device)?;
            let mut outputs = vec![("prob", model.forward(tokens.clone(), &lengths))];
            if has_states {
                let (output, hidden) = model.read(tokens, &lengths);
                outputs.extend([("rnn_output", flat(output)), ("h_n", flat(hidden))]);
            }
            Ok(outputs)
        },
        |model, device| {
            let probabilities = model.forward(grid(fixture, "in.tokens", device)?, &lengths); // [batch, 1]
            let labels: Tensor<1> = fixture.tensor("in.y", device)?;
            Ok(binary_cross_entropy(probabilities, labels.unsqueeze_dim(1)))
        },
        adam(),
    )
}

fn char_lm(fixture: &Fixture, device: &Device) -> Result<Row, ParityError> {
    let generator = Generator::seeded(1);
    let sizes = char_model::Sizes {
        vocab_size: shape(fixture, "embedding.weight", 0)?,
        embed_dim: shape(fixture, "embedding.weight", 1)?,
        rnn_hidden_size: shape(fixture, "rnn.weight_hh_l0", 1)?,
    };
    let read = |model: &CharModel, device: &Device| {
        let characters = grid(fixture, "in.tokens", device)?; // [batch, steps]
        let state = CharModel::init_hidden(sizes, characters.dims()[0], device);
        Ok::<_, ParityError>(model.forward(characters, state))
    };
    let has_outputs = fixture.array("out.logits").is_ok();
    let mut row = parity::supervised(
        fixture,
        device,
        |device| CharModel::new(sizes, &generator, device),
        |model, device| {
            if !has_outputs {
                return Ok(vec![]);
            }
            let (logits, state) = read(model, device)?;
            let by_step = flat(logits.swap_dims(0, 1)); // the fixture has [steps, batch, vocab_size]
            Ok(vec![("logits", by_step), ("hidden", flat(state.hidden)), ("cell", flat(state.cell))])
        },
        |model, device| {
            let (logits, _) = read(model, device)?;
            Ok(summed_cross_entropy(logits, grid(fixture, "in.targets", device)?))
        },
        adam(),
    )?;
    if fixture.array("out.greedy").is_ok() {
        let error = greedy(fixture, sizes, device)?;
        row.outputs = Some(row.outputs.map_or(error, |before| before.max(error)));
    }
    Ok(row)
}

/// Twenty characters after a prompt, each the likeliest: zero if they are PyTorch's, infinite if one is not.
fn greedy(fixture: &Fixture, sizes: char_model::Sizes, device: &Device) -> Result<f64, ParityError> {
    let model = CharModel::new(sizes, &Generator::seeded(1), device);
    let model = mlbook::nn::weights::from_arrays(model, &fixture.parameters()?)?;
    let expected: Vec<i32> = fixture.array("out.greedy")?.values.iter().map(|&n| n as i32).collect();
    let mut text: Vec<i32> = fixture.array("in.prompt")?.values.iter().map(|&n| n as i32).collect();
    let mut state = CharModel::init_hidden(sizes, 1, device);
    let mut unread = text.clone();
    while text.len() < expected.len() {
        let steps = unread.len();
        let characters = Tensor::from_data(TensorData::new(unread, [1, steps]), device); // [1, steps]
        let (logits, next) = model.forward(characters, state); // [1, steps, vocab_size]
        state = next;
        unread = logits.narrow(1, steps - 1, 1).argmax(2).into_data().iter::<i32>().collect();
        text.extend(&unread);
    }
    Ok(if text == expected { 0.0 } else { f64::INFINITY })
}
