//! Sections 13.1.13 and 13.1.14: a layer of one's own, which adds noise to its input while training, and a network with it.

use burn::module::Param;
use mlbook::prelude::*;
use mlbook::show;

use crate::xor_nets::XorNet;

/// `(x + noise) w + b`: a dense layer whose input is disturbed in training, so that it learns not to rely on last digits.
#[derive(Module, Debug)]
pub struct NoisyLinear {
    /// `[in, out]`, as the book has it
    w: Param<Tensor<2>>,
    /// `[out]`
    b: Param<Tensor<1>>,
    #[module(skip)]
    noise_stddev: f64,
    #[module(skip)]
    generator: Generator,
}

impl NoisyLinear {
    /// A Glorot-uniform weight and a bias of zero. Noise of deviation `noise_stddev` comes from the same generator, later.
    ///
    /// # Panics
    /// If the deviation is below 0.
    pub fn new(
        [inputs, outputs]: [usize; 2],
        noise_stddev: f64,
        generator: &Generator,
        device: &Device,
    ) -> Self {
        assert!(noise_stddev >= 0.0, "a deviation is 0 or more, not {noise_stddev}");
        let w = generator.lock().xavier_uniform(&[inputs, outputs], 1.0);
        Self {
            w: Param::from_data(TensorData::new(w, [inputs, outputs]), device),
            b: Param::from_tensor(Tensor::zeros([outputs], device)),
            noise_stddev,
            generator: generator.clone(),
        }
    }

    /// # Shapes
    /// - x: `[batch, in]`
    /// - returns `[batch, out]`
    pub fn forward(&self, x: Tensor<2>, training: bool) -> Tensor<2> {
        let x = if training { self.noise(&x) + x } else { x };
        x.matmul(self.w.val()) + self.b.val().unsqueeze() // [batch, out]
    }

    /// Normal numbers, one for each of x.
    fn noise(&self, x: &Tensor<2>) -> Tensor<2> {
        let drawn = self.generator.lock().normal(x.shape().num_elements(), 0.0, self.noise_stddev);
        let noise = drawn.expect("the deviation was checked when the layer was made");
        Tensor::from_data(TensorData::new(noise, x.shape()), &x.device())
    }
}

/// Section 13.1.14: as the networks with two hidden layers, the first of them noisy; 37 parameters.
#[derive(Module, Debug)]
pub struct NoisyNet {
    l1: NoisyLinear,
    l2: Linear,
    l3: Linear,
}

impl NoisyNet {
    /// Draws the weights as PyTorch would.
    ///
    /// # Panics
    /// If the deviation is below 0.
    pub fn new(noise_stddev: f64, generator: &Generator, device: &Device) -> Self {
        Self {
            l1: NoisyLinear::new([2, 4], noise_stddev, generator, device),
            l2: linear(4, 4).init(generator, device),
            l3: linear(4, 1).init(generator, device),
        }
    }

    /// The first layer's output, `[batch, 4]`.
    pub fn first(&self, x: Tensor<2>, training: bool) -> Tensor<2> {
        self.l1.forward(x, training)
    }

    fn probability(&self, x: Tensor<2>, training: bool) -> Tensor<2> {
        let x = relu(self.first(x, training)); // [batch, 4]
        let x = relu(self.l2.forward(x)); // [batch, 4]
        sigmoid(self.l3.forward(x)) // [batch, 1]
    }
}

impl XorNet for NoisyNet {
    fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        self.probability(x, false)
    }

    fn forward_in_training(&self, x: Tensor<2>) -> Tensor<2> {
        self.probability(x, true)
    }
}

/// Section 13.1.13: what the layer makes of four zeros, twice in training and once not.
pub fn try_layer(seed: u64, device: &Device) -> [Vec<f32>; 3] {
    let layer = NoisyLinear::new([4, 2], 0.1, &Generator::seeded(seed), device);
    let zeros = || Tensor::zeros([1, 4], device);
    let outputs = [true, true, false].map(|training| layer.forward(zeros(), training)); // [1, 2] each
    for (name, output) in ["training", "training, again", "not training"].iter().zip(&outputs) {
        show::matrix(name, output);
    }
    outputs.map(|output| show::floats(&output))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_layer_gives_the_books_numbers() {
        let outputs = try_layer(1, &Device::flex());
        for (output, book) in outputs.iter().zip([[0.1154, -0.0598], [0.0432, -0.0375], [0.0, 0.0]]) {
            let close = |(here, there): (&f32, f32)| (here - there).abs() <= 5e-5;
            assert!(output.iter().zip(book).all(close), "{output:?}, in the book {book:?}");
        }
    }
}
