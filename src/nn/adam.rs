//! Adam with PyTorch's defaults.

mod state;

use burn::optim::{LearningRate, ModuleOptimizer, Optimizer};
use burn::tensor::{DType, Device, Tensor, TensorData};
use rayon::prelude::*;

pub use self::state::AdamState;
use self::state::{Means, PIECE};
use super::kernel::vectorised;

/// Weights that one core updates at a time.
const CHUNK: usize = 1 << 15;

/// Adam (Kingma and Ba, 2014) as `torch.optim.Adam`: betas 0.9 and 0.999, ε 1e-8 (burn's own default is 1e-5), no weight decay.
pub fn adam() -> ModuleOptimizer {
    ModuleOptimizer::from(Adam { beta_1: 0.9, beta_2: 0.999, epsilon: 1e-8 })
}

/// The update rule; see [`adam`].
#[derive(Clone, Copy, Debug)]
pub struct Adam {
    /// Memory of the mean gradient, from 0 to below 1.
    pub beta_1: f64,
    /// Memory of the mean square, from 0 to below 1.
    pub beta_2: f64,
    /// Added to the root of the mean square.
    pub epsilon: f64,
}

impl Optimizer for Adam {
    type State<const D: usize> = AdamState<D>;

    fn step<const D: usize>(
        &self,
        lr: LearningRate,
        parameter: Tensor<D>,
        gradient: Tensor<D>,
        state: Option<AdamState<D>>,
    ) -> (Tensor<D>, Option<AdamState<D>>) {
        let mut state = state.unwrap_or_else(|| AdamState::new(&gradient));
        state.time += 1;
        let (parameter, state) = if in_host_memory(&parameter) {
            self.step_in_one_pass(lr, parameter, gradient, state)
        } else {
            self.step_by_tensors(lr, parameter, gradient, state)
        };
        (parameter, Some(state))
    }

    fn to_device<const D: usize>(state: AdamState<D>, device: &Device) -> AdamState<D> {
        AdamState { time: state.time, moved: state.moved.clone(), means: Means::Live(state.on(device)) }
    }
}

impl Adam {
    /// The step's length and the divisor of the root mean square, both corrected for the zeros that the means began with.
    fn corrected(&self, lr: f64, time: usize) -> (f64, f64) {
        let correction_1 = 1.0 - self.beta_1.powf(time as f64);
        let correction_2 = 1.0 - self.beta_2.powf(time as f64);
        (lr / correction_1, correction_2.sqrt())
    }

    /// The rule as the paper has it.
    fn step_by_tensors<const D: usize>(
        &self,
        lr: f64,
        parameter: Tensor<D>,
        gradient: Tensor<D>,
        state: AdamState<D>,
    ) -> (Tensor<D>, AdamState<D>) {
        let (step, root) = self.corrected(lr, state.time);
        let time = state.time;
        let [moment_1, moment_2] = state.on(&parameter.device());
        let moment_1 = moment_1 * self.beta_1 + gradient.clone() * (1.0 - self.beta_1);
        let moment_2 = moment_2 * self.beta_2 + gradient.square() * (1.0 - self.beta_2);
        let denominator = moment_2.clone().sqrt() / root + self.epsilon;
        let parameter = parameter - moment_1.clone() * step / denominator;
        (parameter, AdamState { time, means: Means::Live([moment_1, moment_2]), moved: vec![] })
    }

    /// The same rule, reading and writing each number once: a step made of tensor operations goes through the memory of a large
    /// layer a dozen times, and memory is what an optimiser waits for.
    ///
    /// Where there has never been a gradient the rule moves nothing, so there only the gradient is read: most words of an
    /// embedding's vocabulary come late, if at all.
    fn step_in_one_pass<const D: usize>(
        &self,
        lr: f64,
        parameter: Tensor<D>,
        gradient: Tensor<D>,
        mut state: AdamState<D>,
    ) -> (Tensor<D>, AdamState<D>) {
        let (step, root) = self.corrected(lr, state.time);
        let rule = Rule {
            step: step as f32,
            root: root as f32,
            epsilon: self.epsilon as f32,
            new_1: (1.0 - self.beta_1) as f32,
            new_2: (1.0 - self.beta_2) as f32,
            old_2: self.beta_2 as f32,
        };
        let time = state.time;
        let device = parameter.device();
        let mut moved = std::mem::take(&mut state.moved);
        let [mut moment_1, mut moment_2] = state.on(&device).map(Tensor::into_data);
        let mut parameter = parameter.into_data();
        let gradient = gradient.into_data();
        if moved.is_empty() {
            moved = state::moved(floats_mut(&mut moment_1), floats_mut(&mut moment_2));
        }
        floats_mut(&mut parameter)
            .par_chunks_mut(CHUNK)
            .zip(floats_mut(&mut moment_1).par_chunks_mut(CHUNK))
            .zip(floats_mut(&mut moment_2).par_chunks_mut(CHUNK))
            .zip(gradient.as_slice::<f32>().unwrap_or_default().par_chunks(CHUNK))
            .zip(moved.par_chunks_mut(CHUNK / PIECE))
            .for_each(|((((parameter, moment_1), moment_2), gradient), moved)| {
                update(rule, parameter, moment_1, moment_2, gradient, moved);
            });
        let on_device = |data| Tensor::from_data(data, &device);
        let means = Means::Live([on_device(moment_1), on_device(moment_2)]);
        (on_device(parameter), AdamState { time, means, moved })
    }
}

/// The numbers of a step.
#[derive(Clone, Copy)]
struct Rule {
    step: f32,
    root: f32,
    epsilon: f32,
    /// How much of the new gradient, and of its square, goes into the means.
    new_1: f32,
    new_2: f32,
    old_2: f32,
}

vectorised! {
    fn update(
        rule: Rule,
        parameter: &mut [f32],
        moment_1: &mut [f32],
        moment_2: &mut [f32],
        gradient: &[f32],
        moved: &mut [bool],
    ) {
        let Rule { step, root, epsilon, new_1, new_2, old_2 } = rule;
        let means = moment_1.chunks_mut(PIECE).zip(moment_2.chunks_mut(PIECE));
        let pieces = parameter.chunks_mut(PIECE).zip(means).zip(gradient.chunks(PIECE));
        for (((parameter, (moment_1, moment_2)), gradient), moved) in pieces.zip(moved) {
            *moved |= gradient.iter().fold(false, |moved, &g| moved | (g != 0.0));
            if !*moved {
                continue;
            }
            for (((p, m), v), &g) in parameter.iter_mut().zip(moment_1).zip(moment_2).zip(gradient) {
                *m += (g - *m) * new_1;
                *v = *v * old_2 + g * g * new_2;
                *p -= step * *m / (v.sqrt() / root + epsilon);
            }
        }
    }
}

/// Whether a tensor's numbers can be updated where they are.
fn in_host_memory<const D: usize>(tensor: &Tensor<D>) -> bool {
    tensor.device() == Device::flex() && tensor.dtype() == DType::F32
}

/// The numbers of a tensor whose type [`in_host_memory`] has checked.
fn floats_mut(data: &mut TensorData) -> &mut [f32] {
    data.as_mut_slice::<f32>().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::TorchRng;

    #[test]
    fn one_pass_and_tensor_operations_take_the_same_steps() {
        let adam = Adam { beta_1: 0.9, beta_2: 0.999, epsilon: 1e-8 };
        let device = Device::flex();
        let mut rng = TorchRng::new(7);
        let length = 3 * CHUNK + 5;
        let mut draw = || Tensor::<1>::from_data(TensorData::new(rng.randn(length), [length]), &device);
        let start = draw();
        let (mut one, mut state_one) = (start.clone(), AdamState::new(&start));
        let (mut many, mut state_many) = (start.clone(), AdamState::new(&start));
        for _ in 0..4 {
            let gradient = draw();
            state_one.time += 1;
            state_many.time += 1;
            (one, state_one) = adam.step_in_one_pass(0.01, one, gradient.clone(), state_one);
            (many, state_many) = adam.step_by_tensors(0.01, many, gradient, state_many);
        }
        let difference = (one.clone() - many).abs().max().into_scalar::<f32>();
        assert!(difference < 1e-6, "{difference}");
        assert!((one - start).abs().min().into_scalar::<f32>() > 0.0, "every weight moved");
    }

    #[test]
    fn rows_without_gradients_do_not_move_until_they_have_had_one() {
        let adam = Adam { beta_1: 0.9, beta_2: 0.999, epsilon: 1e-8 };
        let device = Device::flex();
        let length = 10 * PIECE;
        let start =
            Tensor::<1>::from_data(TensorData::new(TorchRng::new(7).randn(length), [length]), &device);
        // A gradient in the fourth piece, then none, then in the last.
        let gradient_at = |at: Option<usize>| {
            let values =
                (0..length).map(|k| f32::from(u8::from(at.is_some_and(|at| k / PIECE == at)))).collect();
            Tensor::<1>::from_data(TensorData::new(values, [length]), &device)
        };
        let (mut one, mut state) = (start.clone(), None);
        let (mut many, mut state_many) = (start.clone(), AdamState::new(&start));
        for at in [Some(3), None, Some(9)] {
            (one, state) = adam.step(0.01, one, gradient_at(at), state);
            state_many.time += 1;
            (many, state_many) = adam.step_by_tensors(0.01, many, gradient_at(at), state_many);
        }
        let numbers = |tensor: Tensor<1>| tensor.into_data().iter::<f32>().collect::<Vec<_>>();
        for (k, ((one, many), start)) in
            numbers(one).into_iter().zip(numbers(many)).zip(numbers(start)).enumerate()
        {
            assert!((one - many).abs() < 1e-6);
            assert_eq!(one != start, k / PIECE == 3 || k / PIECE == 9);
        }
    }
}
