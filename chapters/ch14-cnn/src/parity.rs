//! Chapter 14's models with PyTorch's weights: same outputs, losses, gradients and steps as PyTorch.

use std::path::Path;

use mlbook::parity::{self, Fixture, ParityError, Row};
use mlbook::prelude::*;

use crate::model::DigitCnn;

/// Compares every model of this chapter that has a fixture in `dir`; one row each.
pub fn rows(dir: &Path, device: &Device) -> Result<Vec<Row>, ParityError> {
    let mut rows = Vec::new();
    for name in Fixture::names(dir, "ch14_")? {
        if name.starts_with("ch14_mnist_cnn") {
            rows.push(digit_cnn(&Fixture::read(dir, &name)?, device)?);
        } else {
            say!("{name}: this model is not ported yet");
        }
    }
    Ok(rows)
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
