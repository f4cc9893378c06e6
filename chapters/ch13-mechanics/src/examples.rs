//! Examples of a regression: rows of features and the number to predict for each.

use mlbook::prelude::*;

/// Examples in host memory, from which batches are put on a device.
#[derive(Clone, Debug)]
pub struct Examples {
    /// Row by row, `[examples, width]`.
    pub features: Vec<f32>,
    /// Features of an example.
    pub width: usize,
    /// `[examples]`
    pub targets: Vec<f32>,
}

impl Examples {
    /// How many examples there are.
    pub fn len(&self) -> usize {
        self.targets.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.targets.is_empty()
    }

    /// The examples at `rows`, in that order.
    ///
    /// # Shapes
    /// - returns features: `[rows, width]`, targets: `[rows, 1]`
    pub fn batch(&self, rows: &[usize], device: &Device) -> (Tensor<2>, Tensor<2>) {
        let Self { features, targets, .. } = self.part(rows);
        let tensor =
            |values, columns| Tensor::from_data(TensorData::new(values, [rows.len(), columns]), device);
        (tensor(features, self.width), tensor(targets, 1))
    }

    /// The examples at `rows`, in that order, as examples of their own.
    pub fn part(&self, rows: &[usize]) -> Self {
        let row = |&row: &usize| &self.features[row * self.width..(row + 1) * self.width];
        Self {
            features: rows.iter().flat_map(row).copied().collect(),
            width: self.width,
            targets: rows.iter().map(|&row| self.targets[row]).collect(),
        }
    }

    /// The features of all examples, `[examples, width]`.
    pub fn features(&self, device: &Device) -> Tensor<2> {
        Tensor::from_data(TensorData::new(self.features.clone(), [self.len(), self.width]), device)
    }
}
