//! PyTorch's initial weights.
//!
//! Each method returns the values of a tensor of the given shape in row-major order. As in PyTorch, the first
//! dimension of a weight is its outputs, the second its inputs, any others the kernel's extent. Bounds and
//! deviations are computed in 64-bit floats and rounded to 32 bits once, before the draw.

use super::torch::TorchRng;

/// Which side of a layer [`TorchRng::kaiming_uniform`] and [`TorchRng::kaiming_normal`] keep the variance of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Fan {
    /// The inputs: activations keep their variance on the way forward.
    #[default]
    In,
    /// The outputs: gradients keep theirs on the way back.
    Out,
}

/// The function that follows a layer; it decides by how much the layer's weights are scaled up.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Nonlinearity {
    /// None, or a sigmoid: gain 1.
    Linear,
    /// Hyperbolic tangent: gain 5/3.
    Tanh,
    /// Rectifier: gain √2.
    Relu,
    /// Rectifier that lets through this share of negative inputs, PyTorch's `a`: gain √(2 / (1 + a²)).
    LeakyRelu(f64),
    /// Self-normalising exponential unit: gain 3/4.
    Selu,
}

impl Nonlinearity {
    /// The scale factor, PyTorch's `calculate_gain`.
    pub fn gain(self) -> f64 {
        match self {
            Self::Linear => 1.0,
            Self::Tanh => 5.0 / 3.0,
            Self::Relu => 2.0_f64.sqrt(),
            Self::LeakyRelu(slope) => (2.0 / (1.0 + slope * slope)).sqrt(),
            Self::Selu => 0.75,
        }
    }
}

impl TorchRng {
    /// `nn.init.xavier_uniform_`: uniform within ±gain · √(6 / (inputs + outputs)).
    ///
    /// # Panics
    /// If `shape` has fewer than two dimensions.
    pub fn xavier_uniform(&mut self, shape: &[usize], gain: f64) -> Vec<f32> {
        let bound = 3.0_f64.sqrt() * xavier_std(shape, gain);
        self.uniform_unchecked(numel(shape), -bound, bound)
    }

    /// `nn.init.xavier_normal_`: normal with deviation gain · √(2 / (inputs + outputs)).
    ///
    /// # Panics
    /// If `shape` has fewer than two dimensions.
    pub fn xavier_normal(&mut self, shape: &[usize], gain: f64) -> Vec<f32> {
        self.normal_unchecked(numel(shape), 0.0, xavier_std(shape, gain))
    }

    /// `nn.init.kaiming_uniform_`: uniform within ±gain · √(3 / fan).
    ///
    /// # Panics
    /// If `shape` has fewer than two dimensions.
    pub fn kaiming_uniform(&mut self, shape: &[usize], fan: Fan, nonlinearity: Nonlinearity) -> Vec<f32> {
        let bound = 3.0_f64.sqrt() * kaiming_std(shape, fan, nonlinearity);
        self.uniform_unchecked(numel(shape), -bound, bound)
    }

    /// `nn.init.kaiming_normal_`: normal with deviation gain / √fan.
    ///
    /// # Panics
    /// If `shape` has fewer than two dimensions.
    pub fn kaiming_normal(&mut self, shape: &[usize], fan: Fan, nonlinearity: Nonlinearity) -> Vec<f32> {
        self.normal_unchecked(numel(shape), 0.0, kaiming_std(shape, fan, nonlinearity))
    }

    /// The weight that `nn.Linear`, `nn.Conv2d` and `nn.ConvTranspose2d` start with: uniform within
    /// ±1/√inputs. The layer draws its bias next, see [`Self::bias_default`].
    ///
    /// A transposed convolution stores `[inputs, outputs, height, width]`, and PyTorch counts its second
    /// dimension as the inputs all the same.
    ///
    /// # Panics
    /// If `shape` has fewer than two dimensions.
    pub fn linear_default(&mut self, shape: &[usize]) -> Vec<f32> {
        self.kaiming_uniform(shape, Fan::In, Nonlinearity::LeakyRelu(5.0_f64.sqrt()))
    }

    /// The bias that those layers start with: `n` numbers uniform within ±1/√fan_in, where `fan_in` is the
    /// first of [`TorchRng::fans`] of the weight. With the hidden size for `fan_in` it is also how `nn.RNN`,
    /// `nn.LSTM` and `nn.GRU` fill each of their parameters.
    pub fn bias_default(&mut self, n: usize, fan_in: usize) -> Vec<f32> {
        let bound = if fan_in > 0 { 1.0 / (fan_in as f64).sqrt() } else { 0.0 };
        self.uniform_unchecked(n, -bound, bound)
    }

    /// How the layers of BERT and GPT-2 begin: `n` normal numbers of this deviation. One of 0 gives zeros and draws nothing.
    pub fn normal_or_zeros(&mut self, n: usize, deviation: f64) -> Vec<f32> {
        if deviation > 0.0 { self.normal_unchecked(n, 0.0, deviation) } else { vec![0.0; n] }
    }

    /// How many numbers go into, and come out of, one unit of a layer whose weight has this shape: (inputs,
    /// outputs).
    ///
    /// # Panics
    /// If `shape` has fewer than two dimensions.
    pub fn fans(shape: &[usize]) -> (usize, usize) {
        assert!(
            shape.len() >= 2,
            "a weight of shape {shape:?} has no inputs and outputs: two dimensions at least"
        );
        let kernel = numel(&shape[2..]);
        (shape[1] * kernel, shape[0] * kernel)
    }
}

fn numel(shape: &[usize]) -> usize {
    shape.iter().product()
}

fn xavier_std(shape: &[usize], gain: f64) -> f64 {
    let (inputs, outputs) = TorchRng::fans(shape);
    gain * (2.0 / (inputs + outputs) as f64).sqrt()
}

fn kaiming_std(shape: &[usize], fan: Fan, nonlinearity: Nonlinearity) -> f64 {
    let (inputs, outputs) = TorchRng::fans(shape);
    let fan = match fan {
        Fan::In => inputs,
        Fan::Out => outputs,
    };
    nonlinearity.gain() / (fan as f64).sqrt()
}
