//! Adam with PyTorch's defaults.

use burn::optim::{LearningRate, ModuleOptimizer, Optimizer, RecordState, StateSink, StateSource};
use burn::tensor::{DType, Device, Tensor, TensorData};
use rayon::prelude::*;

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

/// What Adam remembers of a parameter.
#[derive(Clone)]
pub struct AdamState<const D: usize> {
    /// Steps taken.
    time: usize,
    means: Means<D>,
}

/// The running means of the gradient and of its square.
#[derive(Clone)]
#[allow(
    clippy::large_enum_variant,
    reason = "but for the first step after a resume, every value is the large one"
)]
enum Means<const D: usize> {
    Live([Tensor<D>; 2]),
    /// Read from a checkpoint. burn offers its default device to put them on, which is the graphics adapter even in a run on
    /// the cpu; they wait in host memory until the parameter's own device is known.
    Saved([TensorData; 2]),
}

impl<const D: usize> AdamState<D> {
    fn on(self, device: &Device) -> [Tensor<D>; 2] {
        match self.means {
            Means::Live(means) => means.map(|mean| mean.to_device(device)),
            Means::Saved(means) => means.map(|mean| Tensor::from_data(mean, device)),
        }
    }
}

impl<const D: usize> RecordState for AdamState<D> {
    fn state_flatten(&self, prefix: &str, out: &mut StateSink) {
        let [moment_1, moment_2] = match &self.means {
            Means::Live(means) => means.each_ref().map(|mean| mean.to_data()),
            Means::Saved(means) => means.clone(),
        };
        out.push_tensor(prefix, "time", TensorData::new(vec![self.time as i64], [1]));
        out.push_tensor(prefix, "moment_1", moment_1);
        out.push_tensor(prefix, "moment_2", moment_2);
    }

    fn state_unflatten(prefix: &str, source: &mut StateSource, _default: &Device) -> Option<Self> {
        let time = source.take_tensor(prefix, "time")?.iter::<i64>().next()?;
        let means = [source.take_tensor(prefix, "moment_1")?, source.take_tensor(prefix, "moment_2")?];
        Some(Self { time: usize::try_from(time).ok()?, means: Means::Saved(means) })
    }
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
        let mut state = state.unwrap_or_else(|| AdamState {
            time: 0,
            means: Means::Live([gradient.zeros_like(), gradient.zeros_like()]),
        });
        state.time += 1;
        let (parameter, state) = if in_host_memory(&parameter) {
            self.step_in_one_pass(lr, parameter, gradient, state)
        } else {
            self.step_by_tensors(lr, parameter, gradient, state)
        };
        (parameter, Some(state))
    }

    fn to_device<const D: usize>(state: AdamState<D>, device: &Device) -> AdamState<D> {
        AdamState { time: state.time, means: Means::Live(state.on(device)) }
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
        (parameter, AdamState { time, means: Means::Live([moment_1, moment_2]) })
    }

    /// The same rule, reading and writing each number once: a step made of tensor operations goes through the memory of a large
    /// layer a dozen times, and memory is what an optimiser waits for.
    fn step_in_one_pass<const D: usize>(
        &self,
        lr: f64,
        parameter: Tensor<D>,
        gradient: Tensor<D>,
        state: AdamState<D>,
    ) -> (Tensor<D>, AdamState<D>) {
        let (step, root) = self.corrected(lr, state.time);
        let (step, root, epsilon) = (step as f32, root as f32, self.epsilon as f32);
        let (new_1, new_2) = ((1.0 - self.beta_1) as f32, (1.0 - self.beta_2) as f32);
        let old_2 = self.beta_2 as f32;
        let time = state.time;
        let device = parameter.device();
        let [mut moment_1, mut moment_2] = state.on(&device).map(Tensor::into_data);
        let mut parameter = parameter.into_data();
        let gradient = gradient.into_data();
        floats_mut(&mut parameter)
            .par_chunks_mut(CHUNK)
            .zip(floats_mut(&mut moment_1).par_chunks_mut(CHUNK))
            .zip(floats_mut(&mut moment_2).par_chunks_mut(CHUNK))
            .zip(gradient.as_slice::<f32>().unwrap_or_default().par_chunks(CHUNK))
            .for_each(|(((parameter, moment_1), moment_2), gradient)| {
                for (((p, m), v), &g) in parameter.iter_mut().zip(moment_1).zip(moment_2).zip(gradient) {
                    *m += (g - *m) * new_1;
                    *v = *v * old_2 + g * g * new_2;
                    *p -= step * *m / (v.sqrt() / root + epsilon);
                }
            });
        let on_device = |data| Tensor::from_data(data, &device);
        let state = AdamState { time, means: Means::Live([on_device(moment_1), on_device(moment_2)]) };
        (on_device(parameter), state)
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
        let zero = || AdamState { time: 0, means: Means::Live([start.zeros_like(), start.zeros_like()]) };
        let (mut one, mut state_one) = (start.clone(), zero());
        let (mut many, mut state_many) = (start.clone(), zero());
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
}
