//! Same numbers as PyTorch: a model is loaded with PyTorch's weights from a fixture and must give PyTorch's outputs, loss,
//! gradients, parameters after one optimiser step, and losses over five steps.
//!
//! A fixture is one safetensors file, or three (`X`, `X.grad`, `X.step`), with names as PyTorch's state dict has them behind
//! `param.`, `in.`, `out.`, `grad.`, `step.`. Models too large to store have their weights by a formula instead
//! ([`Fixture::parameters`]), and their gradients as first values (`gradhead.`) and statistics (`gradstat.`). Of an embedding, whose
//! first values may all belong to words that do not occur, also the rows of the first two words are there (`gradrows.`, `steprows.`).

mod fixture;

use std::fmt;

use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::{GradientsParams, ModuleOptimizer};
use burn::tensor::{Device, Tensor};

pub use fixture::{Fixture, ParityError};

use crate::nn::weights::{self, Array, Arrays};
use crate::say;

/// Errors are counted in units of `ABSOLUTE + RELATIVE · |expected|`; up to one unit passes.
const ABSOLUTE: f64 = 1e-5;
const RELATIVE: f64 = 1e-4;

/// The largest errors of one model, in units of tolerance; a row of the table. `None`: the fixture has no such numbers.
#[derive(Clone, Debug, Default)]
pub struct Row {
    pub model: String,
    pub outputs: Option<f64>,
    pub loss: Option<f64>,
    pub gradients: Option<f64>,
    pub step: Option<f64>,
    pub losses: Option<f64>,
}

impl Row {
    /// Whether every error is within tolerance.
    pub fn passes(&self) -> bool {
        let errors = [self.outputs, self.loss, self.gradients, self.step, self.losses];
        errors.iter().flatten().count() > 0 && errors.iter().flatten().all(|&error| error <= 1.0)
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<24}", self.model)?;
        for error in [self.outputs, self.loss, self.gradients, self.step, self.losses] {
            let text = error.map_or("-".to_owned(), |error| format!("{error:.4}"));
            write!(f, " {text:>10}")?;
        }
        write!(f, "  {}", if self.passes() { "pass" } else { "FAIL" })
    }
}

/// Prints the table of a chapter's parity run; true if every row passes.
pub fn print_table(rows: &[Row]) -> bool {
    say!("largest error in units of {ABSOLUTE:.0e} + {RELATIVE:.0e}·|PyTorch|; up to 1 passes");
    say!(
        "{:<24} {:>10} {:>10} {:>10} {:>10} {:>10}",
        "model",
        "outputs",
        "loss",
        "gradients",
        "step",
        "5 losses"
    );
    for row in rows {
        say!("{row}");
    }
    rows.iter().all(Row::passes)
}

/// Compares a model that learns from a batch by a loss.
///
/// - `model`: made on a device, any weights; drop-out off
/// - `outputs`: named outputs of the evaluated model, compared with `out.NAME`
/// - `loss`: the training loss on the fixture's batch, `[1]`
pub fn supervised<M: Module>(
    fixture: &Fixture,
    device: &Device,
    model: impl Fn(&Device) -> M,
    outputs: impl Fn(&M, &Device) -> Result<Vec<(&'static str, Tensor<2>)>, ParityError>,
    loss: impl Fn(&M, &Device) -> Result<Tensor<1>, ParityError>,
    mut optimizer: ModuleOptimizer,
) -> Result<Row, ParityError> {
    let training = device.clone().autodiff();
    let lr = fixture.learning_rate()?;
    let parameters = fixture.parameters()?;
    let mut row = Row { model: fixture.name.clone(), ..Row::default() };

    let evaluated = weights::from_arrays(model(device), &parameters)?;
    for (name, tensor) in outputs(&evaluated, device)? {
        let got = tensor.into_data().iter::<f32>().collect::<Vec<_>>();
        worst(&mut row.outputs, largest_error(&got, &fixture.array(&format!("out.{name}"))?.values));
    }

    let mut model = weights::from_arrays(model(&training), &parameters)?;
    let mut losses = Vec::new();
    for step in 0..fixture.array("losses")?.values.len() {
        let loss = loss(&model, &training)?;
        let gradients = GradientsParams::from_grads(loss.backward(), &model);
        losses.push(loss.into_scalar::<f32>());
        let named =
            if step == 0 { Some(weights::gradients(&model, clone_of(&gradients, &model))?) } else { None };
        model = optimizer.step(lr, model, gradients);
        if let Some(gradients) = named {
            compare_gradients(&mut row, fixture, &gradients)?;
            compare_step(&mut row, fixture, &parameters, &gradients, &weights::to_arrays(&model)?, lr)?;
        }
    }
    row.loss = Some(largest_error(&losses[..1], &fixture.array("loss")?.values));
    row.losses = Some(largest_error(&losses, &fixture.array("losses")?.values));
    Ok(row)
}

/// Compares the gradients of a loss of one part of a model, whose parameters' names begin with `part`, and these parameters after one step of the
/// optimiser; returns the model after the step.
pub fn one_step<M: Module>(
    row: &mut Row,
    fixture: &Fixture,
    model: M,
    loss: &Tensor<1>,
    part: &str,
    (mut optimizer, lr): (ModuleOptimizer, f64),
) -> Result<M, ParityError> {
    let of_part = |arrays: Arrays| -> Arrays {
        let wanted = |name: &String| name.starts_with(part) && !name.contains(RUNNING);
        arrays.into_iter().filter(|(name, _)| wanted(name)).collect()
    };
    let before = of_part(weights::to_arrays(&model)?);
    let gradients = GradientsParams::from_grads(loss.backward(), &model);
    let named = of_part(weights::gradients(&model, clone_of(&gradients, &model))?);
    compare_gradients(row, fixture, &named)?;
    let model = optimizer.step(lr, model, gradients);
    compare_step(row, fixture, &before, &named, &of_part(weights::to_arrays(&model)?), lr)?;
    Ok(model)
}

/// In the names of statistics that are no parameters.
pub const RUNNING: &str = "running_";

/// The same gradients once more; burn's container can only be taken apart.
fn clone_of<M: Module>(gradients: &GradientsParams, model: &M) -> GradientsParams {
    struct Copy<'a>(&'a GradientsParams, GradientsParams);
    impl ModuleVisitor for Copy<'_> {
        fn visit_float<const D: usize>(&mut self, parameter: &Param<Tensor<D>>) {
            if let Some(gradient) = self.0.get::<D>(parameter.id) {
                self.1.register(parameter.id, gradient);
            }
        }
    }
    let mut copy = Copy(gradients, GradientsParams::new());
    model.visit(&mut copy);
    copy.1
}

fn compare_gradients(row: &mut Row, fixture: &Fixture, gradients: &Arrays) -> Result<(), ParityError> {
    for (name, gradient) in gradients {
        if let Some(expected) = fixture.arrays.get(&format!("grad.{name}")) {
            worst(&mut row.gradients, largest_error(&gradient.values, &expected.values));
            continue;
        }
        let head = fixture.array(&format!("gradhead.{name}"))?;
        worst(&mut row.gradients, largest_error(&gradient.values[..head.values.len()], &head.values));
        let expected = fixture.array(&format!("gradstat.{name}"))?;
        worst(&mut row.gradients, largest_statistics_error(&statistics(&gradient.values), &expected.values));
        if let Some(expected) = fixture.arrays.get(&format!("gradrows.{name}")) {
            let got: Vec<f32> = places_of_rows(fixture, name, expected, gradient.values.len())?
                .into_iter()
                .map(|place| gradient.values[place])
                .collect();
            worst(&mut row.gradients, largest_error(&got, &expected.values));
        }
    }
    Ok(())
}

/// Where the values of `gradrows.` and `steprows.` stand in their parameter of `length` values: the rows of `in.tokens[0, 0]` and
/// `in.tokens[0, 1]`.
fn places_of_rows(
    fixture: &Fixture,
    name: &str,
    rows: &Array,
    length: usize,
) -> Result<Vec<usize>, ParityError> {
    let missing = || ParityError::Missing { fixture: fixture.name.clone(), name: name.to_owned() };
    let width = rows.shape.last().copied().unwrap_or(0);
    let count = rows.shape.first().copied().unwrap_or(0);
    let tokens = fixture.array("in.tokens")?.values.get(..count).ok_or_else(missing)?;
    let places: Vec<usize> =
        tokens.iter().flat_map(|&token| (0..width).map(move |k| token as usize * width + k)).collect();
    match places.iter().all(|&place| place < length) {
        true => Ok(places),
        false => Err(missing()),
    }
}

/// Sum, sum of absolute values, L2 norm, largest absolute value.
fn statistics(values: &[f32]) -> [f64; 4] {
    let values = values.iter().map(|&value| f64::from(value));
    [
        values.clone().sum(),
        values.clone().map(f64::abs).sum(),
        values.clone().map(|value| value * value).sum::<f64>().sqrt(),
        values.map(f64::abs).fold(0.0, f64::max),
    ]
}

/// A sum of many values of both signs cancels; its error is measured against the sum of their absolute values.
fn largest_statistics_error(got: &[f64; 4], expected: &[f32]) -> f64 {
    let scale = |k: usize| if k == 0 { f64::from(expected[1]) } else { f64::from(expected[k]) };
    (0..4)
        .map(|k| (got[k] - f64::from(expected[k])).abs() / (ABSOLUTE + RELATIVE * scale(k).abs()))
        .fold(0.0, f64::max)
}

/// Parameters after one step. Adam's first step is lr·g/(|g| + 1e-8): where a gradient is as small as rounding its step is noise,
/// so there it is only asked not to exceed the learning rate.
fn compare_step(
    row: &mut Row,
    fixture: &Fixture,
    before: &Arrays,
    gradients: &Arrays,
    after: &Arrays,
    lr: f64,
) -> Result<(), ParityError> {
    for (name, after) in after {
        let expected = match fixture.arrays.get(&format!("step.{name}")) {
            Some(array) => array,
            None => fixture.array(&format!("stephead.{name}"))?,
        };
        let (gradient, before) = match (gradients.get(name), before.get(name)) {
            (Some(gradient), Some(before)) => (&gradient.values, &before.values),
            _ => return Err(ParityError::Missing { fixture: fixture.name.clone(), name: name.clone() }),
        };
        let largest = gradient.iter().fold(0.0_f32, |most, value| most.max(value.abs()));
        let mut pairs: Vec<(usize, f32)> = expected.values.iter().copied().enumerate().collect();
        if let Some(rows) = fixture.arrays.get(&format!("steprows.{name}")) {
            let places = places_of_rows(fixture, name, rows, gradient.len())?;
            pairs.extend(places.into_iter().zip(rows.values.iter().copied()));
        }
        for (k, expected) in pairs {
            let error = if gradient[k].abs() > 1e-6 * largest.max(1.0) {
                error(after.values[k], expected)
            } else {
                f64::from((after.values[k] - before[k]).abs()) / (1.01 * lr)
            };
            worst(&mut row.step, error);
        }
    }
    Ok(())
}

/// The largest error in units of the table's tolerance; infinite if the lengths differ or something is no number.
pub fn largest_error(got: &[f32], expected: &[f32]) -> f64 {
    if got.len() != expected.len() {
        return f64::INFINITY;
    }
    got.iter().zip(expected).map(|(&got, &expected)| error(got, expected)).fold(0.0, f64::max)
}

/// An error in units of tolerance; anything that is no number counts as infinitely wrong.
fn error(got: f32, expected: f32) -> f64 {
    let (got, expected) = (f64::from(got), f64::from(expected));
    let error = (got - expected).abs() / (ABSOLUTE + RELATIVE * expected.abs());
    if error.is_nan() { f64::INFINITY } else { error }
}

fn worst(column: &mut Option<f64>, error: f64) {
    *column = Some(column.map_or(error, |before| before.max(error)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_number_fails_its_row_and_so_does_a_missing_one() {
        assert!(largest_error(&[1.0001], &[1.0]) <= 1.0);
        assert!(largest_error(&[1.001], &[1.0]) > 1.0);
        assert!(largest_error(&[f32::NAN], &[1.0]).is_infinite());
        assert!(largest_error(&[1.0], &[1.0, 2.0]).is_infinite());
        assert!(!Row::default().passes());
    }
}
