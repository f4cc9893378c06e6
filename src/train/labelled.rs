//! A data set as two tensors, from which batches are cut without copying example by example.

use burn::tensor::{Device, Int, Tensor, TensorData};

use crate::cli::interruption_point;

/// Examples and their class labels, on one device.
#[derive(Clone, Debug)]
pub struct Labelled<const D: usize> {
    /// `[examples, …]`
    pub inputs: Tensor<D>,
    /// `[examples]`
    pub labels: Tensor<1, Int>,
}

impl<const D: usize> Labelled<D> {
    /// Puts examples on a device.
    ///
    /// # Panics
    /// If there are not as many labels as examples, or `inputs` does not fill `shape`.
    pub fn new(inputs: Vec<f32>, shape: [usize; D], labels: &[u8], device: &Device) -> Self {
        assert_eq!(shape[0], labels.len(), "as many labels as examples");
        let labels: Vec<i32> = labels.iter().map(|&label| i32::from(label)).collect();
        Self {
            inputs: Tensor::from_data(TensorData::new(inputs, shape), device),
            labels: Tensor::from_data(TensorData::new(labels, [shape[0]]), device),
        }
    }

    /// How many examples there are.
    pub fn len(&self) -> usize {
        self.labels.dims()[0]
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The examples at `rows`, in that order.
    pub fn batch(&self, rows: &[usize]) -> (Tensor<D>, Tensor<1, Int>) {
        let rows: Vec<i32> = rows.iter().map(|&row| row as i32).collect();
        let length = rows.len();
        let rows = Tensor::<1, Int>::from_data(TensorData::new(rows, [length]), &self.labels.device());
        (self.inputs.clone().select(0, rows.clone()), self.labels.clone().select(0, rows))
    }

    /// The examples in order, `size` at a time; the last batch may be smaller. In a notebook an interrupt ends the cell before the
    /// next batch.
    pub fn batches(&self, size: usize) -> impl Iterator<Item = (Tensor<D>, Tensor<1, Int>)> + '_ {
        let length = self.len();
        (0..length).step_by(size.max(1)).map(move |start| {
            interruption_point();
            let count = size.min(length - start);
            (self.inputs.clone().narrow(0, start, count), self.labels.clone().narrow(0, start, count))
        })
    }
}
