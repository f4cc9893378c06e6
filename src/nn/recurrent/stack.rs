//! Layers of cells upon each other, in one direction or two.

use burn::module::{Module, ParamId};
use burn::tensor::{Device, Tensor};

use super::builder::{Recurrent, RecurrentBuilder};
use super::cell::Cell;
use super::lengths;
use crate::nn::kernel::{Direction, Gates};
use crate::nn::{Dropout, observe};
use crate::rng::Generator;

/// The cells of a recurrent layer.
#[derive(Module, Debug)]
pub struct RecurrentStack {
    #[module(skip)]
    gates: Gates,
    hidden: usize,
    layers: Vec<Layer>,
    /// Between the layers.
    dropout: Dropout,
}

/// One layer of cells.
#[derive(Module, Debug)]
pub struct Layer {
    forward: Cell,
    backward: Option<Cell>,
}

/// What a stack returns.
pub struct Stacked {
    /// `[batch, steps, directions·hidden]`
    pub output: Tensor<3>,
    /// Of every layer, and in it of every direction: `[states, batch, hidden]`.
    finals: Vec<Tensor<3>>,
}

impl RecurrentStack {
    pub(super) fn new<L: Recurrent>(
        gates: Gates,
        sizes: &RecurrentBuilder<L>,
        dropout: Dropout,
        generator: &Generator,
        device: &Device,
    ) -> Self {
        let directions = 1 + usize::from(sizes.bidirectional);
        let layers = (0..sizes.layers).map(|layer| {
            let input = if layer == 0 { sizes.input } else { directions * sizes.hidden };
            let cell = || Cell::new(gates, [input, sizes.hidden], sizes.bias, generator, device);
            Layer { forward: cell(), backward: sizes.bidirectional.then(cell) }
        });
        Self { gates, hidden: sizes.hidden, layers: layers.collect(), dropout }
    }

    /// - input: `[batch, steps, features]`
    /// - start: each part of the state, `[layers·directions, batch, hidden]`; zero where there is none
    pub fn forward(&self, input: Tensor<3>, start: &[Tensor<3>], lengths: Option<&[usize]>) -> Stacked {
        let [batch, steps, _] = input.dims();
        assert!(steps > 0, "a recurrent layer reads sequences of at least one step");
        let lengths = lengths::checked(lengths, batch, steps);
        self.check(start, batch);
        let device = input.device();
        let mut finals = vec![];
        let mut run = |cell: &Cell, input: Tensor<3>, reverse: bool| {
            let at = finals.len();
            let state = match start {
                [] => Tensor::zeros([self.gates.states(), batch, self.hidden], &device),
                parts => joined(parts.iter().map(|part| part.clone().narrow(0, at, 1)).collect(), 0),
            };
            let direction = Direction { gates: self.gates, lengths: lengths.clone(), reverse };
            let (output, state) = cell.forward(input, state, &direction);
            finals.push(state);
            output
        };
        let mut output = input;
        for (at, layer) in self.layers.iter().enumerate() {
            if at > 0 {
                output = self.dropout.dropped(output);
            }
            output = match &layer.backward {
                None => run(&layer.forward, output, false),
                Some(backward) => {
                    let forward = run(&layer.forward, output.clone(), false);
                    Tensor::cat(vec![forward, run(backward, output, true)], 2)
                }
            };
        }
        Stacked { output: observe::leaves(self.identity(), output), finals }
    }

    /// The parameter by which the whole is known in its model.
    fn identity(&self) -> ParamId {
        self.layers[0].forward.weight_ih.id
    }

    fn check(&self, start: &[Tensor<3>], batch: usize) {
        let cells: usize = self.layers.iter().map(|layer| 1 + usize::from(layer.backward.is_some())).sum();
        for part in start {
            assert_eq!(
                part.dims(),
                [cells, batch, self.hidden],
                "an initial state is [layers·directions, batch, hidden]"
            );
        }
    }
}

impl Stacked {
    /// A part of the final state, `[layers·directions, batch, hidden]`.
    pub fn state(&self, part: usize) -> Tensor<3> {
        let parts = self.finals.iter().map(|state| match state.dims()[0] {
            1 => state.clone(),
            _ => state.clone().narrow(0, part, 1),
        });
        joined(parts.collect(), 0)
    }
}

fn joined(mut tensors: Vec<Tensor<3>>, dim: usize) -> Tensor<3> {
    match tensors.len() {
        1 => tensors.remove(0),
        _ => Tensor::cat(tensors, dim),
    }
}
