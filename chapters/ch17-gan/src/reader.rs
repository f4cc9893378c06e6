//! A classifier of digits that looks at samples: the network of chapter 14, under the same names, so that its weights can be read.

use std::path::Path;

use mlbook::nn::weights;
use mlbook::prelude::*;
use mlbook::train::Descent;

/// Digits in a mini-batch.
const BATCH: usize = 64;
/// Hidden units of a reader that is trained here; chapter 14's has 1,024.
const HIDDEN: usize = 128;

/// Two convolutions and two dense layers (14.1.7).
#[derive(Module, Debug)]
pub struct DigitReader {
    conv1: Conv2d,
    conv2: Conv2d,
    pool: MaxPool2d,
    fc1: Linear,
    dropout: Dropout,
    fc2: Linear,
}

/// A file of weights that is not one of chapter 14.
#[derive(Debug, thiserror::Error)]
#[error(
    "{file}: no fc1.weight of [units, 3136] in it. Give the model.safetensors that `ch14-cnn mnist` wrote, or leave --classifier out."
)]
pub struct NoReader {
    file: String,
}

impl DigitReader {
    pub fn new(hidden_size: usize, generator: &Generator, device: &Device) -> Self {
        Self {
            conv1: conv2d(1, 32, 5).padding(2).init(generator, device),
            conv2: conv2d(32, 64, 5).padding(2).init(generator, device),
            pool: max_pool2d(2),
            fc1: linear(64 * 7 * 7, hidden_size).init(generator, device),
            dropout: dropout(0.5).init(generator),
            fc2: linear(hidden_size, 10).init(generator, device),
        }
    }

    /// # Shapes
    /// - images: `[batch, 1, 28, 28]`, pixels from 0 to 1
    /// - returns logits: `[batch, 10]`
    pub fn forward(&self, images: Tensor<4>) -> Tensor<2> {
        let x = self.pool.forward(relu(self.conv1.forward(images))); // [batch, 32, 14, 14]
        let x = self.pool.forward(relu(self.conv2.forward(x))); // [batch, 64, 7, 7]
        let x = relu(self.fc1.forward(x.flatten(1, 3))); // [batch, hidden_size]
        self.fc2.forward(self.dropout.forward(x)) // [batch, 10]
    }

    /// The network that `ch14-cnn mnist` saved.
    ///
    /// # Errors
    /// No such file, or weights of something else.
    pub fn load(file: &Path, device: &Device) -> anyhow::Result<Self> {
        let name = file.display().to_string();
        let arrays = weights::read_arrays(&mlbook::files::read(file)?, &name)?;
        let units = arrays.get("fc1.weight").and_then(|array| array.shape.first().copied());
        let units = units.ok_or(NoReader { file: name })?;
        Ok(weights::from_arrays(Self::new(units, &Generator::seeded(0), device), &arrays)?)
    }

    /// A network trained on digits for some epochs.
    ///
    /// # Errors
    /// Ctrl-C.
    pub fn trained(digits: &Digits, num_epochs: usize, run: &Run) -> anyhow::Result<Self> {
        let device = run.training_device();
        let generator = Generator::seeded(run.flags.seed);
        let data = digits.on(&device);
        let mut learner = Descent::new(Self::new(HIDDEN, &generator, &device), adam(), 0.001);
        for _ in 0..num_epochs {
            let order = generator.lock().loader_order(data.len());
            for rows in order.chunks(BATCH) {
                if run.stop.is_set() {
                    let at = "while the classifier learnt".to_owned();
                    return Err(mlbook::cli::Interrupted { at, resumable: false }.into());
                }
                let (images, labels) = data.batch(rows);
                learner.step(cross_entropy(learner.model().forward(images), labels));
            }
        }
        Ok(learner.into_model().valid())
    }
}
