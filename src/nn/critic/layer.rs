//! The layers that a critic may have: each goes forward, and knows its own way back.

use burn::module::{Flag, Module, Param};
use burn::tensor::Tensor;
use burn::tensor::activation::{sigmoid, tanh};

use super::super::{Conv2d, ConvTranspose2d, InstanceNorm2d, Linear, kernel, observe};

/// A layer of a [`Critic`](super::Critic).
#[derive(Module, Debug)]
pub enum CriticLayer {
    Conv2d(Conv2d),
    ConvTranspose2d(ConvTranspose2d),
    /// Takes all numbers of an input as one row, and gives an image of one pixel.
    Linear(Linear),
    InstanceNorm2d(InstanceNorm2d),
    LeakyRelu(LeakyRelu),
    Sigmoid(Sigmoid),
    Tanh(Tanh),
}

impl CriticLayer {
    /// # Shapes
    /// - x: `[batch, channels, height, width]`
    pub fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        match self {
            Self::Conv2d(layer) => layer.forward(x),
            Self::ConvTranspose2d(layer) => layer.forward(x),
            Self::Linear(layer) => layer.forward(x.flatten::<2>(1, 3)).unsqueeze_dims(&[2, 3]),
            Self::InstanceNorm2d(layer) => layer.forward(x),
            Self::LeakyRelu(layer) => layer.forward(x),
            Self::Sigmoid(layer) => layer.forward(x),
            Self::Tanh(layer) => layer.forward(x),
        }
    }

    /// The gradient with respect to `x`, from that of `y`, which is what the layer made of `x`.
    ///
    /// # Shapes
    /// - gradient: as `y`
    /// - returns the shape of `x`
    pub fn input_gradient(&self, x: &Tensor<4>, y: &Tensor<4>, gradient: Tensor<4>) -> Tensor<4> {
        match self {
            Self::Conv2d(layer) => layer.input_gradient(x, gradient),
            Self::ConvTranspose2d(layer) => layer.input_gradient(gradient),
            Self::Linear(layer) => {
                let rows = gradient.flatten::<2>(1, 3); // [batch, out]
                rows.matmul(layer.weight.val().transpose()).reshape(x.dims())
            }
            Self::InstanceNorm2d(layer) => layer.input_gradient(x.clone(), gradient),
            Self::LeakyRelu(layer) => kernel::leaky_relu_gradient(x.clone(), gradient, layer.slope),
            Self::Sigmoid(_) => gradient * (y.clone() - y.clone().square()),
            Self::Tanh(_) => gradient.clone() - gradient * y.clone().square(),
        }
    }
}

macro_rules! into_layer {
    ($($kind:ident),*) => { $(impl From<$kind> for CriticLayer {
        fn from(layer: $kind) -> Self {
            Self::$kind(layer)
        }
    })* };
}
into_layer!(Conv2d, ConvTranspose2d, Linear, InstanceNorm2d, LeakyRelu, Sigmoid, Tanh);

/// `torch.nn.LeakyReLU(slope)`.
#[derive(Module, Debug)]
pub struct LeakyRelu {
    slope: f64,
    /// It has no parameters; this is what it is known by in its model.
    identity: Param<Flag>,
}

impl LeakyRelu {
    /// Numbers below 0 are multiplied by `slope`.
    pub fn new(slope: f64) -> Self {
        Self { slope, identity: Param::from_bool(true) }
    }

    /// # Shapes
    /// Any, returned as given.
    pub fn forward<const D: usize>(&self, x: Tensor<D>) -> Tensor<D> {
        observe::leaves(self.identity.id, kernel::leaky_relu(x, self.slope))
    }
}

/// `torch.nn.Sigmoid()`.
#[derive(Module, Debug)]
pub struct Sigmoid {
    /// It has no parameters; this is what it is known by in its model.
    identity: Param<Flag>,
}

impl Default for Sigmoid {
    fn default() -> Self {
        Self { identity: Param::from_bool(true) }
    }
}

impl Sigmoid {
    /// # Shapes
    /// Any, returned as given.
    pub fn forward<const D: usize>(&self, x: Tensor<D>) -> Tensor<D> {
        observe::leaves(self.identity.id, sigmoid(x))
    }
}

/// `torch.nn.Tanh()`.
#[derive(Module, Debug)]
pub struct Tanh {
    /// It has no parameters; this is what it is known by in its model.
    identity: Param<Flag>,
}

impl Default for Tanh {
    fn default() -> Self {
        Self { identity: Param::from_bool(true) }
    }
}

impl Tanh {
    /// # Shapes
    /// Any, returned as given.
    pub fn forward<const D: usize>(&self, x: Tensor<D>) -> Tensor<D> {
        observe::leaves(self.identity.id, tanh(x))
    }
}
