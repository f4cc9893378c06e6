//! Sections 17.2.2 and 17.2.5: the convolutional generator, the discriminator of the DCGAN and the critic of the WGAN.

use mlbook::prelude::*;

/// What a negative number is multiplied by in place of being cut off.
const SLOPE: f64 = 0.2;

/// How a generator's maps are normalised.
#[derive(Module, Debug)]
#[allow(clippy::large_enum_variant, reason = "a network has three of them")]
pub enum Norm {
    /// Over the batch, in the DCGAN.
    Batch(BatchNorm2d),
    /// Each picture by itself, in the WGAN.
    Instance(InstanceNorm2d),
}

/// Which [`Norm`] a network has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Dcgan,
    Wgan,
}

impl Kind {
    fn norm(self, channels: usize, device: &Device) -> Norm {
        match self {
            Self::Dcgan => Norm::Batch(batch_norm2d(channels).init(device)),
            Self::Wgan => Norm::Instance(instance_norm2d()),
        }
    }
}

impl Norm {
    fn forward(&self, maps: Tensor<4>) -> Tensor<4> {
        match self {
            Self::Batch(norm) => norm.forward(maps),
            Self::Instance(norm) => norm.forward(maps),
        }
    }
}

/// Makes pictures from noise by four transposed convolutions; 312,256 parameters with 32 filters and batch normalisation.
#[derive(Module, Debug)]
pub struct ConvGenerator {
    conv1: ConvTranspose2d,
    norm1: Norm,
    conv2: ConvTranspose2d,
    norm2: Norm,
    conv3: ConvTranspose2d,
    norm3: Norm,
    conv4: ConvTranspose2d,
}

impl ConvGenerator {
    pub fn new(kind: Kind, z_size: usize, n_filters: usize, generator: &Generator, device: &Device) -> Self {
        let conv = |from, to, kernel| conv_transpose2d(from, to, kernel).no_bias();
        let halves = |from, to, kernel| conv(from, to, kernel).stride(2).padding(1).init(generator, device);
        Self {
            conv1: conv(z_size, n_filters * 4, 4).init(generator, device),
            norm1: kind.norm(n_filters * 4, device),
            conv2: halves(n_filters * 4, n_filters * 2, 3),
            norm2: kind.norm(n_filters * 2, device),
            conv3: halves(n_filters * 2, n_filters, 4),
            norm3: kind.norm(n_filters, device),
            conv4: halves(n_filters, 1, 4),
        }
    }

    /// # Shapes
    /// - noise: `[batch, z_size]`
    /// - returns pictures: `[batch, 1, 28, 28]`, pixels from −1 to 1
    pub fn forward(&self, noise: Tensor<2>) -> Tensor<4> {
        let x = noise.unsqueeze_dims(&[2, 3]); // [batch, z_size, 1, 1]
        let x = leaky_relu(self.norm1.forward(self.conv1.forward(x)), SLOPE); // [batch, 128, 4, 4]
        let x = leaky_relu(self.norm2.forward(self.conv2.forward(x)), SLOPE); // [batch, 64, 7, 7]
        let x = leaky_relu(self.norm3.forward(self.conv3.forward(x)), SLOPE); // [batch, 32, 14, 14]
        tanh(self.conv4.forward(x)) // [batch, 1, 28, 28]
    }
}

/// Tells pictures that are real from those that are made; 109,440 parameters with 32 filters.
#[derive(Module, Debug)]
pub struct ConvDiscriminator {
    conv1: Conv2d,
    conv2: Conv2d,
    norm2: BatchNorm2d,
    conv3: Conv2d,
    norm3: BatchNorm2d,
    conv4: Conv2d,
}

impl ConvDiscriminator {
    pub fn new(n_filters: usize, generator: &Generator, device: &Device) -> Self {
        let conv = |from, to, kernel| conv2d(from, to, kernel).no_bias();
        let halves = |from, to, kernel| conv(from, to, kernel).stride(2).padding(1).init(generator, device);
        Self {
            conv1: halves(1, n_filters, 4),
            conv2: halves(n_filters, n_filters * 2, 4),
            norm2: batch_norm2d(n_filters * 2).init(device),
            conv3: halves(n_filters * 2, n_filters * 4, 3),
            norm3: batch_norm2d(n_filters * 4).init(device),
            conv4: conv(n_filters * 4, 1, 4).init(generator, device),
        }
    }

    /// # Shapes
    /// - pictures: `[batch, 1, 28, 28]`, pixels from −1 to 1
    /// - returns the probability of each to be real: `[batch, 1]`
    pub fn forward(&self, pictures: Tensor<4>) -> Tensor<2> {
        let x = leaky_relu(self.conv1.forward(pictures), SLOPE); // [batch, 32, 14, 14]
        let x = leaky_relu(self.norm2.forward(self.conv2.forward(x)), SLOPE); // [batch, 64, 7, 7]
        let x = leaky_relu(self.norm3.forward(self.conv3.forward(x)), SLOPE); // [batch, 128, 4, 4]
        sigmoid(self.conv4.forward(x)).flatten(1, 3) // [batch, 1]
    }
}

/// Judges pictures, and knows how its judgement changes with them; 109,056 parameters with 32 filters. It keeps the discriminator's sigmoid,
/// as in the book.
pub fn critic(n_filters: usize, generator: &Generator, device: &Device) -> Critic {
    let conv = |from, to, kernel| conv2d(from, to, kernel).no_bias();
    let halves = |from, to, kernel| conv(from, to, kernel).stride(2).padding(1).init(generator, device);
    let leaky = || LeakyRelu::new(SLOPE).into();
    Critic::new(vec![
        halves(1, n_filters, 4).into(), // [batch, 32, 14, 14]
        leaky(),
        halves(n_filters, n_filters * 2, 4).into(), // [batch, 64, 7, 7]
        instance_norm2d().into(),
        leaky(),
        halves(n_filters * 2, n_filters * 4, 3).into(), // [batch, 128, 4, 4]
        instance_norm2d().into(),
        leaky(),
        conv(n_filters * 4, 1, 4).init(generator, device).into(), // [batch, 1, 1, 1]
        Sigmoid::default().into(),
    ])
}
