//! The parameters of one layer in one direction.

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor};

use crate::nn::kernel::{self, Direction, Gates};
use crate::nn::layers::parameter;
use crate::nn::recurrent::plain;
use crate::rng::{Generator, TorchRng};

/// The parameters of a cell in PyTorch's layout; the rows of each belong to the gates, one after the other.
#[derive(Module, Debug)]
pub struct Cell {
    /// `[gates·hidden, input]`
    pub weight_ih: Param<Tensor<2>>,
    /// `[gates·hidden, hidden]`
    pub weight_hh: Param<Tensor<2>>,
    /// `[gates·hidden]`
    pub bias_ih: Option<Param<Tensor<1>>>,
    /// `[gates·hidden]`
    pub bias_hh: Option<Param<Tensor<1>>>,
}

/// The parameters of a cell as the tensors to compute with.
pub struct CellWeights {
    pub weight_ih: Tensor<2>,
    pub weight_hh: Tensor<2>,
    /// Zero in a cell without biases.
    pub bias_ih: Tensor<1>,
    pub bias_hh: Tensor<1>,
}

impl Cell {
    pub fn new(
        gates: Gates,
        [input, hidden]: [usize; 2],
        bias: bool,
        generator: &Generator,
        device: &Device,
    ) -> Self {
        let rows = gates.count() * hidden;
        let mut rng = generator.lock();
        let draw = |rng: &mut TorchRng, numbers: usize| rng.bias_default(numbers, hidden);
        let weight_ih = parameter(draw(&mut rng, rows * input), [rows, input], device);
        let weight_hh = parameter(draw(&mut rng, rows * hidden), [rows, hidden], device);
        let mut bias = || bias.then(|| parameter(draw(&mut rng, rows), [rows], device));
        Self { weight_ih, weight_hh, bias_ih: bias(), bias_hh: bias() }
    }

    /// Outputs `[batch, steps, hidden]` and final state `[states, batch, hidden]`.
    pub fn forward(
        &self,
        input: Tensor<3>,
        state: Tensor<3>,
        direction: &Direction,
    ) -> (Tensor<3>, Tensor<3>) {
        let weight_hh = self.weight_hh.val();
        let bias = |bias: &Option<Param<Tensor<1>>>| match bias {
            Some(bias) => bias.val(),
            None => Tensor::zeros([weight_hh.dims()[0]], &weight_hh.device()),
        };
        let (bias_ih, bias_hh) = (bias(&self.bias_ih), bias(&self.bias_hh));
        let weights = CellWeights { weight_ih: self.weight_ih.val(), weight_hh, bias_ih, bias_hh };
        if kernel::fits(&input) {
            let CellWeights { weight_ih, weight_hh, bias_ih, bias_hh } = weights;
            kernel::recurrent(input, state, [weight_ih, weight_hh], [bias_ih, bias_hh], direction)
        } else {
            plain::forward(input, state, weights, direction)
        }
    }
}
