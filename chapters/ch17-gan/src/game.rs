//! Sections 17.1.5, 17.1.6 and 17.2.7: what the two networks of a GAN want, and a round of their game.

use burn::module::ModuleDisplay;
use mlbook::nn::critic::{gradient_penalty, interpolated};
use mlbook::prelude::*;

use crate::convolutional::{ConvDiscriminator, ConvGenerator};
use crate::dense::{DenseDiscriminator, DenseGenerator};

/// Length of the steps of both networks.
#[derive(Clone, Copy, Debug)]
pub struct Rates {
    pub generator: f64,
    pub discriminator: f64,
}

/// Random numbers that a round asks for.
pub trait Chance {
    /// Noise for a batch of pictures, `[batch, z_size]`.
    fn noise(&self) -> Tensor<2>;
    /// A share from 0 to below 1 for each picture of a batch, `[batch, 1, 1, 1]`.
    fn shares(&self) -> Tensor<4>;
}

/// Two networks that play against each other.
pub trait Game: Module {
    /// Pictures made of noise: `[batch, z_size]` to `[batch, 1, 28, 28]`, pixels from −1 to 1.
    fn pictures(&self, noise: Tensor<2>) -> Tensor<4>;

    /// Both networks learn from a batch of real pictures, `[batch, 1, 28, 28]`.
    fn round(training: &mut Training<'_, Self>, real: Tensor<4>, chance: &impl Chance, rates: Rates);
}

/// A network that makes pictures of noise.
pub trait Draws: Module + ModuleDisplay {
    fn draw(&self, noise: Tensor<2>) -> Tensor<4>;
}

/// A network that says how probable it is that a picture is real.
pub trait Doubts: Module + ModuleDisplay {
    fn doubt(&self, pictures: Tensor<4>) -> Tensor<2>;
}

impl Draws for DenseGenerator {
    fn draw(&self, noise: Tensor<2>) -> Tensor<4> {
        self.forward(noise)
    }
}

impl Draws for ConvGenerator {
    fn draw(&self, noise: Tensor<2>) -> Tensor<4> {
        self.forward(noise)
    }
}

impl Doubts for DenseDiscriminator {
    fn doubt(&self, pictures: Tensor<4>) -> Tensor<2> {
        self.forward(pictures)
    }
}

impl Doubts for ConvDiscriminator {
    fn doubt(&self, pictures: Tensor<4>) -> Tensor<2> {
        self.forward(pictures)
    }
}

/// The game of Goodfellow et al. (2014): one network tells real from made, the other wants to be taken for real.
#[derive(Module, Debug)]
pub struct Gan<G: Draws, D: Doubts> {
    pub generator: G,
    pub discriminator: D,
}

/// The discriminator's loss, and how probable it found pictures to be real.
#[derive(Clone, Debug)]
pub struct Doubt {
    /// `[1]`
    pub loss: Tensor<1>,
    /// Mean probability of the real ones, `[1]`.
    pub real: Tensor<1>,
    /// Mean probability of the made ones, `[1]`.
    pub fake: Tensor<1>,
}

impl<G: Draws, D: Doubts> Gan<G, D> {
    /// `d_train`: binary cross-entropy, real pictures against ones and made ones against zeros. The generator only draws; nothing flows back
    /// into it.
    ///
    /// # Shapes
    /// - real: `[batch, 1, 28, 28]`; noise gives `[batch, z_size]`, and is asked after the real pictures have been judged
    pub fn discriminator_loss(&self, real: Tensor<4>, noise: impl FnOnce() -> Tensor<2>) -> Doubt {
        let of_real = self.discriminator.doubt(real); // [batch, 1]
        let fake = self.generator.clone().no_grad().draw(noise()).detach(); // [batch, 1, 28, 28]
        let of_fake = self.discriminator.doubt(fake); // [batch, 1]
        let loss = binary_cross_entropy(of_real.clone(), of_real.ones_like())
            + binary_cross_entropy(of_fake.clone(), of_fake.zeros_like());
        Doubt { loss, real: of_real.mean(), fake: of_fake.mean() }
    }

    /// `g_train`: binary cross-entropy of made pictures against ones. The discriminator only judges; its weights get no gradients.
    ///
    /// # Shapes
    /// - noise: `[batch, z_size]`; returns `[1]`
    pub fn generator_loss(&self, noise: Tensor<2>) -> Tensor<1> {
        let fake = self.generator.draw(noise); // [batch, 1, 28, 28]
        let of_fake = self.discriminator.clone().no_grad().doubt(fake); // [batch, 1]
        binary_cross_entropy(of_fake.clone(), of_fake.ones_like())
    }
}

impl<G: Draws, D: Doubts> Game for Gan<G, D> {
    fn pictures(&self, noise: Tensor<2>) -> Tensor<4> {
        self.generator.draw(noise)
    }

    fn round(training: &mut Training<'_, Self>, real: Tensor<4>, chance: &impl Chance, rates: Rates) {
        let doubt = training.model().discriminator_loss(real, || chance.noise());
        training.update(doubt.loss.clone(), rates.discriminator);
        let generator_loss = training.model().generator_loss(chance.noise());
        training.update(generator_loss.clone(), rates.generator);
        training.end_batch(&[
            ("discriminator loss", doubt.loss),
            ("generator loss", generator_loss),
            ("D(real)", doubt.real),
            ("D(fake)", doubt.fake),
        ]);
    }
}

/// The book's critic learns so many times from a batch before the generator learns once.
pub const CRITIC_STEPS: usize = 5;
/// What the gradient penalty counts beside the judgements.
pub const PENALTY_WEIGHT: f64 = 10.0;

/// The game of Arjovsky et al. (2017) with the penalty of Gulrajani et al. (2017): a critic pulls real and made apart, under the condition that
/// its judgement does not change too fast.
#[derive(Module, Debug)]
pub struct Wgan {
    pub generator: ConvGenerator,
    pub critic: Critic,
    /// The critic learns so many times from a batch before the generator learns once.
    pub critic_steps: usize,
}

/// The critic's loss and its parts, `[1]` each.
#[derive(Clone, Debug)]
pub struct Criticism {
    pub loss: Tensor<1>,
    pub penalty: Tensor<1>,
}

impl Wgan {
    /// `d_train_wgan`: the mean judgement of made pictures less that of real ones, plus the gradient penalty at points between them.
    ///
    /// # Shapes
    /// - real: `[batch, 1, 28, 28]`; noise: `[batch, z_size]`; shares: `[batch, 1, 1, 1]`
    pub fn critic_loss(&self, real: Tensor<4>, noise: Tensor<2>, shares: Tensor<4>) -> Criticism {
        let batch = real.dims()[0];
        let fake = self.generator.clone().no_grad().forward(noise).detach(); // [batch, 1, 28, 28]
        // Both at once: the critic treats each picture by itself.
        let judged = self.critic.forward(Tensor::cat(vec![real.clone(), fake.clone()], 0)); // [2·batch, 1, 1, 1]
        let mean = |first| judged.clone().narrow(0, first, batch).mean();
        let penalty = gradient_penalty(&self.critic, interpolated(real, fake, shares), PENALTY_WEIGHT);
        Criticism { loss: mean(batch) - mean(0) + penalty.clone(), penalty }
    }

    /// `g_train_wgan`: less the mean judgement of made pictures.
    ///
    /// # Shapes
    /// - noise: `[batch, z_size]`; returns `[1]`
    pub fn generator_loss(&self, noise: Tensor<2>) -> Tensor<1> {
        let fake = self.generator.forward(noise); // [batch, 1, 28, 28]
        self.critic.clone().no_grad().forward(fake).mean().neg()
    }
}

impl Game for Wgan {
    fn pictures(&self, noise: Tensor<2>) -> Tensor<4> {
        self.generator.forward(noise)
    }

    fn round(training: &mut Training<'_, Self>, real: Tensor<4>, chance: &impl Chance, rates: Rates) {
        let steps = training.model().critic_steps;
        let mut losses = Tensor::zeros([1], &real.device());
        let mut penalties = Tensor::zeros([1], &real.device());
        for _ in 0..steps {
            let criticism = training.model().critic_loss(real.clone(), chance.noise(), chance.shares());
            training.update(criticism.loss.clone(), rates.discriminator);
            losses = losses + criticism.loss.detach();
            penalties = penalties + criticism.penalty.detach();
        }
        let generator_loss = training.model().generator_loss(chance.noise());
        training.update(generator_loss.clone(), rates.generator);
        training.end_batch(&[
            ("critic loss", losses / steps as f32),
            ("generator loss", generator_loss),
            ("penalty", penalties / steps as f32),
        ]);
    }
}
