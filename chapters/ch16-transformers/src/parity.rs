//! Chapter 16's models with PyTorch's weights: same outputs, losses, gradients and steps as PyTorch.

use std::path::Path;

use mlbook::parity::{Fixture, ParityError, Row};
use mlbook::prelude::*;

use crate::{parity_bert, parity_gpt};

/// Compares one fixture; the folder holds the models' own folders too.
type Compare = fn(&Path, &Fixture, &Device) -> Result<Row, ParityError>;

/// Fixtures and what compares them.
const ENTRIES: &[(&str, Compare)] = &[
    ("ch16_self_attention", |_, fixture, device| parity_gpt::plain(fixture, device)),
    ("ch16_scaled_attention", |_, fixture, device| parity_gpt::scaled(fixture, device)),
    ("ch16_multi_head", |_, fixture, device| parity_gpt::multi_head(fixture, device)),
    ("ch16_gpt2_tiny", parity_gpt::gpt2),
    ("ch16_distilbert_tiny", parity_bert::distilbert),
    ("ch16_minilm_tiny", parity_bert::minilm),
];

/// Compares every model of this chapter that has a fixture in `dir`; one row each.
///
/// # Errors
/// No fixture of this chapter, one that lacks something, or a model's folder that cannot be read.
pub fn rows(dir: &Path, device: &Device) -> Result<Vec<Row>, ParityError> {
    let mut rows = Vec::new();
    for name in Fixture::names(dir, "ch16_")? {
        let fixture = Fixture::read(dir, &name)?;
        match ENTRIES.iter().find(|(entry, _)| *entry == name) {
            Some((_, compare)) => rows.push(compare(dir, &fixture, device)?),
            None => say!("{name}: no model of this chapter has this name"),
        }
    }
    Ok(rows)
}
