//! The processor's operation against the same cell made of tensor operations.

use burn::tensor::{Device, Tensor, TensorData};
use proptest::prelude::*;

use super::cell::CellWeights;
use super::plain;
use crate::nn::kernel::{self, Direction, Gates};
use crate::rng::TorchRng;

/// A cell, a batch, and which of its two results a loss looks at.
#[derive(Clone, Debug)]
struct Case {
    features: usize,
    hidden: usize,
    steps: usize,
    direction: Direction,
    by_output: bool,
    by_state: bool,
}

fn cases() -> impl Strategy<Value = Case> {
    let gates = prop_oneof![Just(Gates::Rnn), Just(Gates::Lstm), Just(Gates::Gru)];
    // More rows than a block has, more numbers than a vector.
    (gates, 1..40usize, 1..9usize, 1..12usize, 1..40usize, any::<bool>(), 0..4u8).prop_flat_map(
        |(gates, batch, steps, features, hidden, reverse, looks)| {
            let lengths = prop_oneof![Just(vec![steps; batch]), proptest::collection::vec(1..=steps, batch)];
            lengths.prop_map(move |lengths| Case {
                features,
                hidden,
                steps,
                direction: Direction { gates, lengths, reverse },
                by_output: looks != 0,
                by_state: looks != 1,
            })
        },
    )
}

type Run = fn(Tensor<3>, Tensor<3>, CellWeights, &Direction) -> (Tensor<3>, Tensor<3>);

fn fused(
    input: Tensor<3>,
    state: Tensor<3>,
    weights: CellWeights,
    direction: &Direction,
) -> (Tensor<3>, Tensor<3>) {
    let CellWeights { weight_ih, weight_hh, bias_ih, bias_hh } = weights;
    kernel::recurrent(input, state, [weight_ih, weight_hh], [bias_ih, bias_hh], direction)
}

/// The outputs, the final state, and the gradients of everything that went in, of a weighted sum of what the loss looks at.
fn results(case: &Case, run: Run) -> Vec<Vec<f32>> {
    let device = Device::flex().autodiff();
    let mut rng = TorchRng::new(5);
    let mut draw = |scale: f32, shape: &[usize]| {
        let numbers = rng.randn(shape.iter().product()).into_iter().map(|x| x * scale).collect();
        TensorData::new(numbers, shape.to_vec())
    };
    let Case { features, hidden, steps, direction, .. } = case;
    let (batch, rows, states) =
        (direction.lengths.len(), direction.gates.count() * hidden, direction.gates.states());
    let input = Tensor::<3>::from_data(draw(1.0, &[batch, *steps, *features]), &device).require_grad();
    let state = Tensor::<3>::from_data(draw(0.5, &[states, batch, *hidden]), &device).require_grad();
    let weight_ih = Tensor::<2>::from_data(draw(0.4, &[rows, *features]), &device).require_grad();
    let weight_hh = Tensor::<2>::from_data(draw(0.4, &[rows, *hidden]), &device).require_grad();
    let bias_ih = Tensor::<1>::from_data(draw(0.4, &[rows]), &device).require_grad();
    let bias_hh = Tensor::<1>::from_data(draw(0.4, &[rows]), &device).require_grad();
    let by_output = Tensor::<3>::from_data(draw(1.0, &[batch, *steps, *hidden]), &device);
    let by_state = Tensor::<3>::from_data(draw(1.0, &[states, batch, *hidden]), &device);

    let weights = CellWeights {
        weight_ih: weight_ih.clone(),
        weight_hh: weight_hh.clone(),
        bias_ih: bias_ih.clone(),
        bias_hh: bias_hh.clone(),
    };
    let (output, last) = run(input.clone(), state.clone(), weights, direction);
    let loss = match (case.by_output, case.by_state) {
        (true, true) => (output.clone() * by_output).sum() + (last.clone() * by_state).sum(),
        (true, false) => (output.clone() * by_output).sum(),
        _ => (last.clone() * by_state).sum(),
    };
    let gradients = loss.backward();
    let numbers = |data: TensorData| data.iter::<f32>().collect::<Vec<_>>();
    let of_3 = |tensor: &Tensor<3>| numbers(tensor.grad(&gradients).expect("it was asked for").into_data());
    let of_2 = |tensor: &Tensor<2>| numbers(tensor.grad(&gradients).expect("it was asked for").into_data());
    let of_1 = |tensor: &Tensor<1>| numbers(tensor.grad(&gradients).expect("it was asked for").into_data());
    vec![
        numbers(output.into_data()),
        numbers(last.into_data()),
        of_3(&input),
        of_3(&state),
        of_2(&weight_ih),
        of_2(&weight_hh),
        of_1(&bias_ih),
        of_1(&bias_hh),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_operation_is_the_cell_made_of_tensor_operations(case in cases()) {
        let names = ["outputs", "state", "d input", "d state", "d W_ih", "d W_hh", "d b_ih", "d b_hh"];
        for ((got, expected), name) in results(&case, fused).iter().zip(results(&case, plain::forward)).zip(names) {
            prop_assert_eq!(got.len(), expected.len());
            for (got, expected) in got.iter().zip(expected) {
                prop_assert!((got - expected).abs() <= 1e-4 * (1.0 + expected.abs()), "{}: {} is not {}", name, got, expected);
            }
        }
    }
}

#[test]
fn the_number_of_cores_changes_no_bit() {
    let case = Case {
        features: 20,
        hidden: 33,
        steps: 30,
        direction: Direction {
            gates: Gates::Lstm,
            lengths: (0..50).map(|row| 1 + row % 30).collect(),
            reverse: true,
        },
        by_output: true,
        by_state: true,
    };
    let on = |cores: usize| {
        let pool =
            rayon::ThreadPoolBuilder::new().num_threads(cores).build().expect("threads can be started");
        pool.install(|| results(&case, fused))
    };
    let bits = |results: Vec<Vec<f32>>| -> Vec<u32> {
        results.iter().flatten().map(|value| value.to_bits()).collect()
    };
    assert_eq!(bits(on(1)), bits(on(3)));
}
