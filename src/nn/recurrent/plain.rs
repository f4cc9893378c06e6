//! A cell over a sequence by tensor operations, step after step: what every device can do, and what the kernel of the processor is
//! tested against.

use burn::tensor::activation::{sigmoid, tanh};
use burn::tensor::{Tensor, TensorData};

use super::cell::CellWeights;
use crate::nn::kernel::{Direction, Gates};

/// # Shapes
/// - input: `[batch, steps, features]`, state: `[states, batch, hidden]`
/// - returns the outputs `[batch, steps, hidden]` and the final state `[states, batch, hidden]`
pub fn forward(
    input: Tensor<3>,
    state: Tensor<3>,
    weights: CellWeights,
    direction: &Direction,
) -> (Tensor<3>, Tensor<3>) {
    let steps = input.dims()[1];
    let device = input.device();
    let from_input =
        burn::tensor::module::linear(input, weights.weight_ih.transpose(), Some(weights.bias_ih)); // [batch, steps, gates·hidden]
    let weight_hh = weights.weight_hh.transpose();
    let mut state: Vec<Tensor<2>> = state.split(1, 0).into_iter().map(|part| part.squeeze_dim(0)).collect(); // [batch, hidden] each
    let packed = direction.lengths.iter().any(|&length| length < steps);
    let mut outputs = vec![];
    for step in direction.order(steps) {
        let from_input = from_input.clone().narrow(1, step, 1).squeeze_dim(1);
        let from_hidden =
            burn::tensor::module::linear(state[0].clone(), weight_hh.clone(), Some(weights.bias_hh.clone()));
        let new = next(direction.gates, from_input, from_hidden, &state);
        if !packed {
            outputs.push(new[0].clone());
            state = new;
            continue;
        }
        // A row that has ended, or in the backward direction has not yet begun, keeps its state and gives out zeros.
        let real: Vec<f32> =
            direction.lengths.iter().map(|&length| f32::from(u8::from(step < length))).collect();
        let real = Tensor::<2>::from_data(TensorData::new(real, [direction.lengths.len(), 1]), &device);
        outputs.push(new[0].clone() * real.clone());
        state = new
            .into_iter()
            .zip(state)
            .map(|(new, old)| new * real.clone() + old * (1.0 - real.clone()))
            .collect();
    }
    if direction.reverse {
        outputs.reverse();
    }
    (Tensor::stack(outputs, 1), Tensor::stack(state, 0))
}

/// The state after a step, from the two products `[batch, gates·hidden]`.
fn next(gates: Gates, from_input: Tensor<2>, from_hidden: Tensor<2>, state: &[Tensor<2>]) -> Vec<Tensor<2>> {
    let hidden = state[0].dims()[1];
    let gate = |gates: &Tensor<2>, at: usize| gates.clone().narrow(1, at * hidden, hidden);
    match gates {
        Gates::Rnn => vec![tanh(from_input + from_hidden)],
        Gates::Lstm => {
            let sum = from_input + from_hidden;
            let input = sigmoid(gate(&sum, 0));
            let forget = sigmoid(gate(&sum, 1));
            let candidate = tanh(gate(&sum, 2));
            let output = sigmoid(gate(&sum, 3));
            let cell = forget * state[1].clone() + input * candidate;
            vec![output * tanh(cell.clone()), cell]
        }
        Gates::Gru => {
            let reset = sigmoid(gate(&from_input, 0) + gate(&from_hidden, 0));
            let keep = sigmoid(gate(&from_input, 1) + gate(&from_hidden, 1));
            let candidate = tanh(gate(&from_input, 2) + reset * gate(&from_hidden, 2));
            vec![candidate.clone() + keep * (state[0].clone() - candidate)]
        }
    }
}
