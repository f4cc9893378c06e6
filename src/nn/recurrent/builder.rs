//! What the three recurrent layers are made from.

use std::marker::PhantomData;

use burn::tensor::Device;

use super::stack::RecurrentStack;
use crate::nn::dropout;
use crate::nn::kernel::Gates;
use crate::rng::Generator;

/// A recurrent layer, not yet initialised; see [`rnn`](super::rnn()), [`lstm`](super::lstm()) and [`gru`](super::gru()).
#[derive(Debug)]
pub struct RecurrentBuilder<L> {
    pub(super) input: usize,
    pub(super) hidden: usize,
    pub(super) layers: usize,
    pub(super) bidirectional: bool,
    pub(super) bias: bool,
    dropout: f64,
    layer: PhantomData<L>,
}

// By hand: derived, they would ask that the layer itself be copied.
impl<L> Clone for RecurrentBuilder<L> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<L> Copy for RecurrentBuilder<L> {}

/// A layer that is a stack of cells.
pub trait Recurrent: From<RecurrentStack> {
    /// Its cells' kind.
    const GATES: Gates;
}

impl<L: Recurrent> RecurrentBuilder<L> {
    pub(super) fn new(input: usize, hidden: usize) -> Self {
        assert!(hidden > 0, "a recurrent layer has at least one hidden unit");
        let layer = PhantomData;
        Self { input, hidden, layers: 1, bidirectional: false, bias: true, dropout: 0.0, layer }
    }

    /// Layers upon each other; each reads the outputs of the one below.
    ///
    /// # Panics
    /// If there are none.
    pub fn num_layers(self, layers: usize) -> Self {
        assert!(layers > 0, "a recurrent network has at least one layer");
        Self { layers, ..self }
    }

    /// In every layer a second cell that reads from the last step to the first; outputs are those of the forward cell,
    /// then those of the backward cell, along the last axis.
    pub fn bidirectional(self) -> Self {
        Self { bidirectional: true, ..self }
    }

    /// Drop-out on the outputs of every layer but the last, during training.
    ///
    /// # Panics
    /// If `probability` is not in 0 to below 1.
    pub fn dropout(self, probability: f64) -> Self {
        dropout(probability);
        Self { dropout: probability, ..self }
    }

    /// Without the two biases.
    pub fn no_bias(self) -> Self {
        Self { bias: false, ..self }
    }

    /// Draws every parameter U(±1/√hidden), in PyTorch's order: of each layer, and in it of each direction, the weights of the
    /// input, those of the hidden state, the two biases.
    pub fn init(self, generator: &Generator, device: &Device) -> L {
        let between = dropout(self.dropout).init(generator);
        L::from(RecurrentStack::new(L::GATES, &self, between, generator, device))
    }
}
