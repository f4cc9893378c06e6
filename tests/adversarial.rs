//! Layers of adversarial networks: the critic's written-out gradients against finite differences in 64 bits, the kernels of the cpu against
//! plain tensor operations.

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::DType;
use mlbook::nn::critic::{gradient_penalty, interpolated};
use mlbook::nn::{
    Conv2d, Critic, CriticLayer, LeakyRelu, Sigmoid, Tanh, batch_norm2d, conv_transpose2d, conv2d,
    instance_norm2d, leaky_relu, linear, weights,
};
use mlbook::prelude::{Device, Generator, Tensor, TensorData, TorchRng};

/// Step of the finite differences.
const STEP: f64 = 1e-6;

/// Devices that compute in 64 bits. burn-ndarray does so too, but for its sigmoid.
fn devices(name: &str) -> Vec<Device> {
    #[allow(deprecated)]
    let mut devices = vec![Device::flex().autodiff(), Device::ndarray().autodiff()];
    if name == "sigmoid" {
        devices.pop();
    }
    devices
}

fn random(shape: [usize; 4], seed: u64, device: &Device) -> Tensor<4> {
    let values: Vec<f64> = TorchRng::new(seed).rand_f64(shape.iter().product());
    let values = values.into_iter().map(|value| value * 2.0 - 1.0).collect();
    Tensor::from_data(TensorData::new(values, shape), (device, DType::F64))
}

fn number<const D: usize>(tensor: Tensor<D>) -> f64 {
    tensor.sum().into_data().iter::<f64>().next().expect("a number")
}

/// The model with 64-bit parameters, moved by `step` along a random direction.
fn moved<M: Module>(model: &M, step: f64) -> M {
    struct Move(f64, TorchRng);
    impl ModuleMapper for Move {
        fn map_float<const D: usize>(&mut self, parameter: Param<Tensor<D>>) -> Param<Tensor<D>> {
            let (id, tensor, mapper) = parameter.consume();
            let plain = tensor.inner().cast(DType::F64);
            let direction = self.1.rand_f64(plain.shape().num_elements());
            let direction = TensorData::new(direction, plain.shape());
            let direction = Tensor::<D>::from_data(direction, (&plain.device(), DType::F64)) - 0.5;
            let tensor = Tensor::from_inner(plain + direction * self.0).require_grad();
            Param::from_mapped_value(id, tensor, mapper)
        }
    }
    model.clone().map(&mut Move(step, TorchRng::new(5)))
}

/// The derivative of a loss along that direction, by its gradients.
fn along<M: Module>(model: &M, loss: Tensor<1>) -> f64 {
    struct Along(GradientsParams, TorchRng, f64);
    impl ModuleVisitor for Along {
        fn visit_float<const D: usize>(&mut self, parameter: &Param<Tensor<D>>) {
            let direction = self.1.rand_f64(parameter.val().shape().num_elements());
            if let Some(gradient) = self.0.remove::<D>(parameter.id) {
                let gradient: Vec<f64> = gradient.into_data().iter::<f64>().collect();
                self.2 += gradient.iter().zip(direction).map(|(g, d)| g * (d - 0.5)).sum::<f64>();
            }
        }
    }
    let gradients = GradientsParams::from_grads(loss.backward(), model);
    let mut along = Along(gradients, TorchRng::new(5), 0.0);
    model.visit(&mut along);
    along.2
}

fn close(got: f64, expected: f64, what: &str) {
    assert!(
        (got - expected).abs() <= 1e-6 * (1.0 + expected.abs()),
        "{what}: {got}, by differences {expected}"
    );
}

/// One layer of each kind, and the shape of its input.
fn layers(device: &Device) -> Vec<(&'static str, CriticLayer, [usize; 4])> {
    let rng = &Generator::seeded(3);
    let conv = |kernel, stride, padding| -> Conv2d {
        conv2d(2, 3, kernel).stride(stride).padding(padding).no_bias().init(rng, device)
    };
    vec![
        ("convolution", conv(4, 2, 1).into(), [2, 2, 8, 6]),
        ("convolution that leaves pixels over", conv(3, 2, 1).into(), [2, 2, 8, 7]),
        ("convolution with bias", conv2d(2, 1, 3).init(rng, device).into(), [3, 2, 5, 5]),
        (
            "transposed convolution",
            conv_transpose2d(3, 2, 4).stride(2).padding(1).init(rng, device).into(),
            [2, 3, 4, 3],
        ),
        ("dense", linear(12, 5).init(rng, device).into(), [3, 3, 2, 2]),
        ("instance normalisation", instance_norm2d().into(), [2, 3, 4, 5]),
        ("leaky rectifier", LeakyRelu::new(0.2).into(), [2, 3, 4, 5]),
        ("sigmoid", Sigmoid::default().into(), [2, 3, 4, 5]),
        ("tanh", Tanh::default().into(), [2, 3, 4, 5]),
    ]
}

#[test]
fn every_layer_knows_its_way_back() {
    for nth in 0..layers(&Device::flex()).len() {
        let name = layers(&Device::flex())[nth].0;
        for device in devices(name) {
            let (_, layer, shape) = layers(&device).swap_remove(nth);
            let layer = moved(&layer, 0.0);
            let x = random(shape, 1, &device);
            let y = layer.forward(x.clone());
            // Any function of the output, here a weighted sum.
            let v = random(y.dims(), 2, &device);
            let gradient = layer.input_gradient(&x, &y, v.clone());
            assert_eq!(gradient.dims(), shape, "{name}");
            let direction = random(shape, 3, &device);
            let at = |step: f64| number(layer.forward(x.clone() + direction.clone() * step) * v.clone());
            let differences = (at(STEP) - at(-STEP)) / (2.0 * STEP);
            close(number(gradient * direction), differences, name);
        }
    }
}

#[test]
fn every_way_back_can_be_differentiated() {
    for nth in 0..layers(&Device::flex()).len() {
        let name = layers(&Device::flex())[nth].0;
        for device in devices(name) {
            let (_, layer, shape) = layers(&device).swap_remove(nth);
            let x = random(shape, 1, &device);
            // Not linear in the gradient, so that all of it matters.
            let loss = |layer: &CriticLayer, x: Tensor<4>| {
                let y = layer.forward(x.clone());
                let v = random(y.dims(), 2, &device);
                layer.input_gradient(&x, &y, v).powi_scalar(3).mean()
            };
            let at = |step: f64| number(loss(&moved(&layer, step), x.clone()));
            let model = moved(&layer, 0.0);
            if model.num_params() > 0 {
                let by_weights = (at(STEP) - at(-STEP)) / (2.0 * STEP);
                close(along(&model, loss(&model, x.clone())), by_weights, name);
            }

            let direction = random(shape, 3, &device);
            let at = |step: f64| number(loss(&model, x.clone() + direction.clone() * step));
            let by_input = (at(STEP) - at(-STEP)) / (2.0 * STEP);
            let tracked = x.clone().require_grad();
            // Of a layer that is linear in its input, the way back does not know the input; then its gradient is 0.
            let gradients = (loss(&model, tracked.clone()) + (tracked.clone() * 0.0).sum()).backward();
            let got = tracked.grad(&gradients).map_or(0.0, |by_x| number(by_x * direction.clone().inner()));
            close(got, by_input, name);
        }
    }
}

/// A critic with every kind of layer that the book's has.
fn small_critic(device: &Device) -> Critic {
    let rng = &Generator::seeded(7);
    Critic::new(vec![
        conv2d(1, 4, 4).stride(2).padding(1).no_bias().init(rng, device).into(),
        LeakyRelu::new(0.2).into(),
        conv2d(4, 6, 3).stride(2).padding(1).no_bias().init(rng, device).into(),
        instance_norm2d().into(),
        LeakyRelu::new(0.2).into(),
        linear(6 * 4, 1).init(rng, device).into(),
        Sigmoid::default().into(),
    ])
}

#[test]
fn the_penalty_s_gradient_is_that_of_finite_differences() {
    for device in devices("sigmoid") {
        let critic = small_critic(&device);
        let [real, fake] = [1, 2].map(|seed| random([5, 1, 8, 8], seed, &device));
        let points = interpolated(real, fake, random([5, 1, 1, 1], 3, &device));
        let penalty = |critic: &Critic| gradient_penalty(critic, points.clone(), 10.0);
        let at = |step: f64| number(penalty(&moved(&critic, step)));
        let differences = (at(STEP) - at(-STEP)) / (2.0 * STEP);
        let model = moved(&critic, 0.0);
        close(along(&model, penalty(&model)), differences, "penalty");
    }
}

/// All gradients of a model in 32 bits, by name.
fn gradients_32<M: Module>(model: &M, loss: Tensor<1>) -> Vec<f32> {
    let gradients = GradientsParams::from_grads(loss.backward(), model);
    let arrays = weights::gradients(model, gradients).expect("gradients");
    arrays
        .into_iter()
        .filter(|(name, _)| !name.contains("running"))
        .flat_map(|(_, array)| array.values)
        .collect()
}

fn all_close(got: &[f32], expected: &[f32]) {
    assert_eq!(got.len(), expected.len());
    let largest = expected.iter().fold(0.0_f32, |most, value| most.max(value.abs()));
    for (got, expected) in got.iter().zip(expected) {
        assert!((got - expected).abs() <= 1e-4 * (largest + expected.abs()), "{got}, not {expected}");
    }
}

#[test]
fn the_kernels_of_the_cpu_and_plain_tensor_operations_punish_alike() {
    #[allow(deprecated)]
    let [by_kernel, plain] = [Device::flex(), Device::ndarray()].map(|device| {
        let device = device.autodiff();
        let critic = small_critic(&device);
        let points = random([9, 1, 8, 8], 1, &device).cast(DType::F32);
        gradients_32(&critic, gradient_penalty(&critic, points, 10.0))
    });
    all_close(&by_kernel, &plain);
}

#[test]
fn a_generator_s_layers_are_the_same_by_kernel_and_by_plain_operations() {
    #[allow(deprecated)]
    let [by_kernel, plain] = [Device::flex(), Device::ndarray()].map(|device| {
        let device = device.autodiff();
        let rng = &Generator::seeded(3);
        let conv = conv_transpose2d(5, 4, 3).stride(2).padding(1).init(rng, &device);
        let norm = batch_norm2d(4).init(&device);
        let x = random([17, 5, 4, 3], 1, &device).cast(DType::F32).require_grad();
        let y = leaky_relu(norm.forward(conv.forward(x.clone())), 0.2);
        let weights_of_loss = random(y.dims(), 2, &device).cast(DType::F32);
        let loss = (y * weights_of_loss).sum();
        let gradients = loss.backward();
        let by_x = x.grad(&gradients).expect("it is tracked").into_data().iter::<f32>().collect::<Vec<_>>();
        let running = weights::to_arrays(&norm).expect("arrays");
        let running: Vec<f32> = ["running_mean", "running_var"]
            .into_iter()
            .flat_map(|name| running[name].values.clone())
            .collect();
        let mut by_weights = GradientsParams::from_grads(gradients, &conv);
        let by_conv = by_weights.remove::<4>(conv.weight.id).expect("a gradient");
        let by_conv = by_conv.into_data().iter::<f32>().collect::<Vec<_>>();
        [by_x, running, by_conv]
    });
    for (got, expected) in by_kernel.iter().zip(&plain) {
        all_close(got, expected);
    }
}

#[test]
fn batch_normalisation_learns_running_statistics_as_pytorch_does() {
    for device in devices("batch normalisation") {
        let norm = batch_norm2d(1).init(&device);
        let x = Tensor::<4>::from_data([[[[1.0_f32, 2.0]]], [[[3.0, 6.0]]]], &device);
        let y = norm.forward(x.clone());
        // Mean 3, variance over all numbers 3.5, over all but one 14/3.
        let got: Vec<f32> = y.into_data().iter::<f32>().collect();
        all_close(&got, &[-2.0, -1.0, 0.0, 3.0].map(|value: f32| value / 3.5_f32.sqrt()));
        let running = weights::to_arrays(&norm).expect("arrays");
        all_close(&running["running_mean"].values, &[0.3]);
        all_close(&running["running_var"].values, &[0.9 + 0.1 * 14.0 / 3.0]);
        // Elsewhere it is measured by them, and they stay.
        let valid = norm.valid();
        let y = valid.forward(x.inner());
        let deviation = (0.9_f32 + 0.1 * 14.0 / 3.0 + 1e-5).sqrt();
        let got: Vec<f32> = y.into_data().iter::<f32>().collect();
        all_close(&got, &[0.7, 1.7, 2.7, 5.7].map(|value: f32| value / deviation));
        assert_eq!(weights::to_arrays(&valid).expect("arrays"), running);
    }
}

#[test]
fn weights_have_the_names_of_pytorch_and_come_back() {
    let device = Device::flex();
    let critic = small_critic(&device);
    let arrays = weights::to_arrays(&critic).expect("arrays");
    let names: Vec<&str> = arrays.keys().map(String::as_str).collect();
    assert_eq!(names, ["network.0.weight", "network.2.weight", "network.5.bias", "network.5.weight"]);
    assert_eq!(arrays["network.5.weight"].shape, [1, 24]);
    let other = Critic::new(vec![
        conv2d(1, 4, 4).stride(2).padding(1).no_bias().init(&Generator::seeded(8), &device).into(),
        LeakyRelu::new(0.2).into(),
        conv2d(4, 6, 3).stride(2).padding(1).no_bias().init(&Generator::seeded(8), &device).into(),
        instance_norm2d().into(),
        LeakyRelu::new(0.2).into(),
        linear(6 * 4, 1).init(&Generator::seeded(8), &device).into(),
        Sigmoid::default().into(),
    ]);
    let other = weights::from_arrays(other, &arrays).expect("the same layers");
    assert_eq!(weights::to_arrays(&other).expect("arrays"), arrays);
}
