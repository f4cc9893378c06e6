//! Chapter 14's models with PyTorch's weights: same outputs, losses, gradients and steps as PyTorch.

use std::path::Path;

use mlbook::nn::weights::{self, Array};
use mlbook::parity::{self, Fixture, ParityError, Row, largest_error};
use mlbook::prelude::*;
use mlbook::show;

use crate::by_hand::{self, ConvolutionError};
use crate::convolution::cross_correlate2d;
use crate::losses::{self, Layers};
use crate::model::DigitCnn;
use crate::smile::model::{NetShape, SmileCnn};

/// Compares every model of this chapter that has a fixture in `dir`; one row each.
pub fn rows(dir: &Path, device: &Device) -> Result<Vec<Row>, ParityError> {
    let mut rows = Vec::new();
    for name in Fixture::names(dir, "ch14_")? {
        if name.starts_with("ch14_mnist_cnn") {
            rows.push(digit_cnn(&Fixture::read(dir, &name)?, device)?);
        } else if name.starts_with("ch14_smile_cnn") {
            rows.push(smile_cnn(&Fixture::read(dir, &name)?, device)?);
        } else if name.starts_with("ch14_conv_naive") {
            let fixture = Fixture::read(dir, &name)?;
            rows.push(convolution_by_hand(&fixture)?);
            rows.push(convolution_on_device(&fixture, device)?);
        } else if name.starts_with("ch14_losses") {
            rows.extend(both_losses(&Fixture::read(dir, &name)?, device)?);
        } else {
            say!("{name}: this model is not ported yet");
        }
    }
    Ok(rows)
}

/// One convolution of the fixture.
struct Convolution<'a> {
    /// `conv1d.0`, `conv2d.book`, …
    key: &'a str,
    /// Rows and columns; a signal is one row.
    x: Vec<Vec<f64>>,
    w: Vec<Vec<f64>>,
    padding: Vec<usize>,
    stride: Vec<usize>,
}

impl<'a> Convolution<'a> {
    /// Every convolution of the fixture.
    fn all(fixture: &'a Fixture) -> Result<Vec<Self>, ParityError> {
        let keys =
            fixture.tensor_names("in.").filter_map(|name| name.strip_prefix("in.")?.strip_suffix(".x"));
        keys.map(|key| Self::read(fixture, key)).collect()
    }

    fn read(fixture: &Fixture, key: &'a str) -> Result<Self, ParityError> {
        let array = |name: &str| fixture.array(&format!("in.{key}.{name}"));
        let steps = |name: &str| -> Result<Vec<usize>, ParityError> {
            Ok(array(name)?.values.iter().map(|&value| value as usize).collect())
        };
        let (padding, stride) = (steps("padding")?, steps("stride")?);
        Ok(Self { key, x: rows_of(array("x")?), w: rows_of(array("w")?), padding, stride })
    }

    /// The convolution by hand, in rows.
    fn by_hand(&self) -> Result<Vec<f64>, ConvolutionError> {
        match (self.padding.as_slice(), self.stride.as_slice()) {
            (&[rows, columns], &[down, right]) => {
                Ok(by_hand::conv2d(&self.x, &self.w, [rows, columns], [down, right])?.concat())
            }
            (padding, stride) => {
                by_hand::conv1d(&self.x.concat(), &self.w.concat(), padding.iter().sum(), stride.iter().sum())
            }
        }
    }

    /// The kernel turned: convolution becomes cross-correlation, and the other way round.
    fn turned(self) -> Self {
        let w = self.w.into_iter().rev().map(|row| row.into_iter().rev().collect()).collect();
        Self { w, ..self }
    }

    /// Errors of convolution and cross-correlation against the fixture.
    fn error(
        fixture: &Fixture,
        key: &str,
        convolved: &[f32],
        correlated: &[f32],
    ) -> Result<f64, ParityError> {
        let (kind, number) = key.split_once('.').unwrap_or((key, ""));
        let convolution = fixture.array(&format!("out.{key}"))?;
        let correlation = fixture.array(&format!("out.{kind}_xcorr.{number}"))?;
        Ok(largest_error(convolved, &convolution.values).max(largest_error(correlated, &correlation.values)))
    }
}

/// A matrix row by row; a vector is one row.
fn rows_of(array: &Array) -> Vec<Vec<f64>> {
    let width = array.shape.last().copied().unwrap_or(0).max(1);
    array.values.chunks(width).map(|row| row.iter().map(|&value| f64::from(value)).collect()).collect()
}

/// Sections 14.1.1 and 14.1.2 by hand, each also with the kernel turned beforehand, which gives the cross-correlation.
fn convolution_by_hand(fixture: &Fixture) -> Result<Row, ParityError> {
    let mut worst = 0.0_f64;
    for convolution in Convolution::all(fixture)? {
        let key = convolution.key;
        // What does not fit a fixture's sizes has no numbers, which counts as wrong.
        let numbers = |convolution: &Convolution| -> Vec<f32> {
            convolution.by_hand().unwrap_or_default().into_iter().map(|value| value as f32).collect()
        };
        let convolved = numbers(&convolution);
        let correlated = numbers(&convolution.turned());
        worst = worst.max(Convolution::error(fixture, key, &convolved, &correlated)?);
    }
    Ok(Row { model: fixture.name.clone(), outputs: Some(worst), ..Row::default() })
}

/// The same by mlbook's convolution layer.
fn convolution_on_device(fixture: &Fixture, device: &Device) -> Result<Row, ParityError> {
    let mut worst = 0.0_f64;
    for convolution in Convolution::all(fixture)? {
        let [x, w] = [&convolution.x, &convolution.w].map(|rows| {
            let width = rows.first().map_or(0, Vec::len);
            let values: Vec<f32> = rows.concat().into_iter().map(|value| value as f32).collect();
            Tensor::<2>::from_data(TensorData::new(values, [rows.len(), width]), device)
        });
        // A signal is an image of one row: padded at its ends alone, and there is no second row to step to.
        let (padding, stride) = match (convolution.padding.as_slice(), convolution.stride.as_slice()) {
            (&[rows, columns], &[down, right]) => ([rows, columns], [down, right]),
            (padding, stride) => ([0, padding.iter().sum()], [stride.iter().sum(); 2]),
        };
        let numbers = |w| show::floats(&cross_correlate2d(x.clone(), w, padding, stride));
        let (convolved, correlated) = (numbers(w.clone().flip([0, 1])), numbers(w));
        worst = worst.max(Convolution::error(fixture, convolution.key, &convolved, &correlated)?);
    }
    Ok(Row { model: "… on the device".to_owned(), outputs: Some(worst), ..Row::default() })
}

/// Sections 14.1.4 and 14.1.5: the penalties and the losses of logits; then the losses of probabilities.
fn both_losses(fixture: &Fixture, device: &Device) -> Result<[Row; 2], ParityError> {
    let layers = Layers::new(&Generator::seeded(1), device);
    let layers = weights::from_arrays(layers, &fixture.parameters()?)?;
    let mut penalties = 0.0_f64;
    for (name, penalty) in [
        ("out.l2_conv", losses::l2_penalty(&layers.conv, device)),
        ("out.l2_linear", losses::l2_penalty(&layers.linear, device)),
    ] {
        penalties = penalties.max(largest_error(&show::floats(&penalty), &fixture.array(name)?.values));
    }
    let of_logits = loss_row(fixture, device, binary_cross_entropy_with_logits, cross_entropy)?;
    let of_probabilities = loss_row(
        fixture,
        device,
        |logits, targets| binary_cross_entropy(sigmoid(logits), targets),
        |logits, labels| negative_log_likelihood(log_softmax(logits, 1), labels),
    )?;
    Ok([
        Row {
            model: fixture.name.clone(),
            outputs: of_logits.outputs.map(|error| error.max(penalties)),
            ..of_logits
        },
        Row { model: "… of probabilities".to_owned(), ..of_probabilities },
    ])
}

/// A binary and a categorical loss: of each example, of all, and its gradients by the logits.
fn loss_row(
    fixture: &Fixture,
    device: &Device,
    binary: impl Fn(Tensor<1>, Tensor<1>) -> Tensor<1>,
    categorical: impl Fn(Tensor<2>, Tensor<1, Int>) -> Tensor<1>,
) -> Result<Row, ParityError> {
    let training = device.clone().autodiff();
    let logits = fixture.tensor::<1>("in.logits", &training)?.require_grad(); // [batch]
    let targets = fixture.tensor::<1>("in.target", &training)?; // [batch]
    let scores = fixture.tensor::<2>("in.class_logits", &training)?.require_grad(); // [batch, 3]
    let labels = fixture.labels("in.class", &training)?; // [batch]

    let error = |name: &str, got: &[f32]| -> Result<f64, ParityError> {
        Ok(largest_error(got, &fixture.array(name)?.values))
    };
    let loss = binary(logits.clone(), targets.clone());
    let class_loss = categorical(scores.clone(), labels.clone());
    let slopes = logits.grad(&loss.backward()).map_or(Vec::new(), |slopes| show::floats(&slopes));
    let class_slopes = scores.grad(&class_loss.backward()).map_or(Vec::new(), |slopes| show::floats(&slopes));

    let mut each = [Vec::new(), Vec::new()];
    for row in 0..logits.dims()[0] {
        let example = binary(logits.clone().narrow(0, row, 1), targets.clone().narrow(0, row, 1));
        each[0].push(example.into_scalar::<f32>());
        let example = categorical(scores.clone().narrow(0, row, 1), labels.clone().narrow(0, row, 1));
        each[1].push(example.into_scalar::<f32>());
    }
    Ok(Row {
        outputs: Some(error("out.bce_each", &each[0])?.max(error("out.ce_each", &each[1])?)),
        loss: Some(error("out.bce", &show::floats(&loss))?.max(error("out.ce", &show::floats(&class_loss))?)),
        gradients: Some(error("out.grad_bce", &slopes)?.max(error("out.grad_ce", &class_slopes)?)),
        ..Row::default()
    })
}

/// Section 14.1.7; the size of the hidden layer comes from the fixture.
fn digit_cnn(fixture: &Fixture, device: &Device) -> Result<Row, ParityError> {
    let hidden_size = fixture.parameters()?.get("fc1.bias").map_or(0, |bias| bias.values.len());
    let generator = Generator::seeded(1);
    parity::supervised(
        fixture,
        device,
        |device| DigitCnn::new(hidden_size, 0.0, &generator, device),
        |model, device| Ok(vec![("logits", model.forward(fixture.tensor("in.x", device)?))]),
        |model, device| {
            let logits = model.forward(fixture.tensor("in.x", device)?); // [batch, 10]
            Ok(cross_entropy(logits, fixture.labels("in.y", device)?))
        },
        adam(),
    )
}

/// Section 14.2.7.
fn smile_cnn(fixture: &Fixture, device: &Device) -> Result<Row, ParityError> {
    let generator = Generator::seeded(1);
    parity::supervised(
        fixture,
        device,
        |device| SmileCnn::new(NetShape::BOOK, 0.0, &generator, device),
        |model, device| {
            let images: Tensor<4> = fixture.tensor("in.x", device)?; // [batch, 3, 64, 64]
            Ok(vec![("pooled", model.features(images.clone())), ("prob", model.forward(images))])
        },
        |model, device| {
            let probabilities = model.forward(fixture.tensor("in.x", device)?); // [batch, 1]
            let targets = fixture.tensor::<1>("in.y", device)?; // [batch]
            Ok(binary_cross_entropy(probabilities, targets.unsqueeze_dim(1)))
        },
        adam(),
    )
}
