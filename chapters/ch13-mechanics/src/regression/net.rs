//! A network for any table: two hidden layers, and beside them a straight way from the features to the output.
//! The straight way is a linear model; the hidden layers learn what it misses.

use mlbook::prelude::*;

/// Rows that go through the network at a time when it predicts.
const BATCH: usize = 4096;

/// Two hidden layers with drop-out, and a linear part ("wide and deep", Cheng et al., 2016).
#[derive(Module, Debug)]
pub struct TableNet {
    hidden1: Linear,
    hidden2: Linear,
    output: Linear,
    straight: Linear,
    dropout: Dropout,
}

impl TableNet {
    /// Draws every weight from `generator`, on any device the same.
    pub fn new(
        width: usize,
        hidden: [usize; 2],
        drop_rate: f64,
        generator: &Generator,
        device: &Device,
    ) -> Self {
        Self {
            hidden1: linear(width, hidden[0]).init(generator, device),
            hidden2: linear(hidden[0], hidden[1]).init(generator, device),
            output: linear(hidden[1], 1).init(generator, device),
            straight: linear(width, 1).no_bias().init(generator, device),
            dropout: dropout(drop_rate).init(generator),
        }
    }

    /// The target in units of its standard deviation.
    ///
    /// # Shapes
    /// - rows: `[batch, width]`
    /// - returns `[batch, 1]`
    pub fn forward(&self, rows: Tensor<2>) -> Tensor<2> {
        let x = relu(self.hidden1.forward(rows.clone())); // [batch, hidden 1]
        let x = relu(self.hidden2.forward(self.dropout.forward(x))); // [batch, hidden 2]
        self.output.forward(self.dropout.forward(x)) + self.straight.forward(rows) // [batch, 1]
    }

    /// An output for each row of `features`, `[rows, width]`; for a model on a device without gradients.
    pub fn outputs(&self, features: &[f32], width: usize, device: &Device) -> Vec<f32> {
        let batch = |values: &[f32]| {
            let rows = values.len() / width;
            let tensor = Tensor::from_data(TensorData::new(values.to_vec(), [rows, width]), device);
            self.forward(tensor).into_data().iter::<f32>().collect::<Vec<f32>>()
        };
        features.chunks(BATCH * width).flat_map(batch).collect()
    }
}
