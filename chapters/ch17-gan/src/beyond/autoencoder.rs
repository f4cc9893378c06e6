//! A network that says rows after: through few numbers, so that it must know what rows look like.

use mlbook::prelude::*;
use mlbook::train::Descent;

const HIDDEN: usize = 128;
/// Numbers that everything must go through, at most.
const NARROW: usize = 16;
const BATCH: usize = 64;
const LEARNING_RATE: f64 = 0.001;

/// Down to a few numbers and up again.
#[derive(Module, Debug)]
pub struct Autoencoder {
    down: Linear,
    code: Linear,
    up: Linear,
    output: Linear,
}

impl Autoencoder {
    /// Learns to say rows after, `[rows, columns]`, in `steps` batches.
    ///
    /// # Errors
    /// Ctrl-C.
    pub fn fit(rows: &Tensor<2>, steps: usize, rng: &Generator, run: &Run) -> anyhow::Result<Self> {
        let device = run.training_device();
        let [count, columns] = rows.dims();
        // A table of few columns goes through fewer.
        let narrow = NARROW.min((columns / 2).max(1));
        let rows = Tensor::<2>::from_inner(rows.clone());
        let new = Self {
            down: linear(columns, HIDDEN).init(rng, &device),
            code: linear(HIDDEN, narrow).init(rng, &device),
            up: linear(narrow, HIDDEN).init(rng, &device),
            output: linear(HIDDEN, columns).init(rng, &device),
        };
        let mut learner = Descent::new(new, adam(), LEARNING_RATE);
        for _ in 0..steps {
            if run.stop.is_set() {
                let at = "while rows were learnt".to_owned();
                return Err(mlbook::cli::Interrupted { at, resumable: false }.into());
            }
            let chosen = rng.lock().randint(BATCH, 0, count as i64)?;
            let chosen = Tensor::<1, Int>::from_data(TensorData::new(chosen, [BATCH]), &device);
            let batch = rows.clone().select(0, chosen);
            let said = learner.model().forward(batch.clone());
            learner.step(mean_squared_error(said, batch));
        }
        Ok(learner.into_model().valid())
    }

    /// # Shapes
    /// - rows: `[rows, columns]`, as is the result
    pub fn forward(&self, rows: Tensor<2>) -> Tensor<2> {
        let x = leaky_relu(self.down.forward(rows), 0.01); // [rows, 128]
        let x = leaky_relu(self.up.forward(self.code.forward(x)), 0.01); // [rows, 128]
        self.output.forward(x) // [rows, columns]
    }

    /// The mean squared error of each row, `[rows]`.
    pub fn errors(&self, rows: Tensor<2>) -> Vec<f32> {
        mlbook::show::floats(&(self.forward(rows.clone()) - rows).square().mean_dim(1))
    }
}
