//! From a data set in host memory to tensors and pictures.

use std::sync::Arc;

use burn::data::dataloader::batcher::Batcher;
use burn::tensor::Device;

use super::mnist::{COLUMNS, Digits, ROWS};
use crate::plot::{Image, PlotError};
use crate::train::Labelled;

impl Digits {
    /// The digits as tensors: images `[digits, 1, 28, 28]` with pixels in 0..=1, labels `[digits]`.
    pub fn on(&self, device: &Device) -> Labelled<4> {
        Labelled::new(self.pixels(), [self.len(), 1, ROWS, COLUMNS], &self.labels, device)
    }

    /// The first `count` digits; all of them if `count` is 0 or more than there are.
    pub fn first(self, count: usize) -> Self {
        if count == 0 || count >= self.len() {
            return self;
        }
        self.subset(&(0..count).collect::<Vec<_>>())
    }

    /// Digit `i` as a picture for a figure: ink on paper, as the book prints it.
    ///
    /// # Panics
    /// When there is no digit `i`.
    pub fn picture(&self, i: usize) -> Result<Image, PlotError> {
        Ok(Image::gray(COLUMNS, ROWS, self.image(i))?.inverted())
    }
}

/// Puts digits on a device for burn's own loaders, whose items are row numbers: a digit is copied once, when its batch is made.
#[derive(Clone, Debug)]
pub struct DigitBatcher(pub Arc<Digits>);

impl Batcher<usize, Labelled<4>> for DigitBatcher {
    fn batch(&self, rows: Vec<usize>, device: &Device) -> Labelled<4> {
        self.0.subset(&rows).on(device)
    }
}
