//! Sections 13.1.1 to 13.1.8: computation graphs, gradients, initial weights, modules, penalties and losses.
//! Prints the book's numbers in a moment.

use std::ops::{Add, Mul, Sub};

use burn::module::Param;
use burn::optim::{GradientsParams, SgdConfig};
use mlbook::prelude::*;
use mlbook::show;

/// The sections in order. Random numbers begin with the seed at 13.1.3 and go on from there.
pub fn run(run: &Run) -> anyhow::Result<()> {
    run.in_one_go()?;
    let device = run.training_device();
    computation_graph(&run.device);
    tracking(&device);
    let glorot = initial_weights(run.generator(), &device);
    let slopes = gradients(&device);
    let penalties = sequential(run.generator(), &device);
    let values = show::floats(&glorot);
    run.report()
        .data("the book's numbers, and random ones of the seed")
        .compare("13.1.3 w [0, 0]", f64::from(values[0]), Book(0.4183))
        .compare("13.1.3 w [1, 2]", f64::from(values[5]), Book(-0.1051))
        .compare("13.1.5 dL/dw", slopes.weight, Book(-0.56))
        .compare("13.1.5 dL/db", slopes.bias, Book(-0.4))
        .compare("13.1.6 parameters", penalties.parameters as f64, Book(624.0))
        .metric("13.1.7 L1 penalty", penalties.before)
        .metric("13.1.8 after a step", penalties.after)
        .metric("13.1.8 BCE", penalties.cross_entropy)
        .finish(run)?;
    Ok(())
}

/// Section 13.1.1: `2 (a − b) + c`, for numbers and for tensors of any rank.
pub fn compute_z<T>(a: T, b: T, c: T) -> T
where
    T: Sub<Output = T> + Mul<f32, Output = T> + Add<Output = T>,
{
    let r1 = a - b;
    let r2 = r1 * 2.0;
    r2 + c
}

/// The graph with inputs of three ranks. burn's tensors begin at rank 1: a scalar is a number.
fn computation_graph(device: &Device) {
    say!("\n13.1.1 z = 2 (a - b) + c for a = 1, b = 2, c = 3");
    let [a, b, c] = [1.0_f32, 2.0, 3.0];
    say!("{:<28} {}", "scalar", compute_z(a, b, c));
    let rank_1 = |value| Tensor::<1>::from_floats([value], device);
    show::vector("rank 1", &compute_z(rank_1(a), rank_1(b), rank_1(c)));
    let rank_2 = |value| Tensor::<2>::from_floats([[value]], device);
    let z = compute_z(rank_2(a), rank_2(b), rank_2(c)); // [1, 1]
    show::matrix(&format!("rank 2, {:?}", z.dims()), &z);
}

/// Section 13.1.2: which tensors are to have gradients. `require_grad` is asked of a tensor on a device with autodiff.
#[expect(clippy::approx_constant, reason = "the book's number, not π")]
fn tracking(device: &Device) {
    say!("\n13.1.2 tensors that track gradients");
    let a = Tensor::<1>::from_floats([3.14], device).require_grad();
    let b = Tensor::<1>::from_floats([1.0, 2.0, 3.0], device).require_grad();
    show::vector(&format!("a, tracked: {}", a.is_require_grad()), &a);
    show::vector(&format!("b, tracked: {}", b.is_require_grad()), &b);
    let w = Tensor::<1>::from_floats([1.0, 2.0, 3.0], device);
    say!("{:<28} {}", "w, tracked", w.is_require_grad());
    let w = w.require_grad();
    say!("{:<28} {}", "w, after require_grad", w.is_require_grad());
}

/// Section 13.1.4: a module of two parameters. Whatever is a `Param` is found by optimisers and saved with the module.
#[derive(Module, Debug)]
pub struct MyModule {
    /// `[2, 3]`
    pub w1: Param<Tensor<2>>,
    /// `[1, 2]`
    pub w2: Param<Tensor<2>>,
}

impl MyModule {
    /// Both parameters Glorot-normal.
    pub fn new(generator: &Generator, device: &Device) -> Self {
        let parameter = |shape| Param::from_tensor(glorot_normal(shape, generator, device));
        Self { w1: parameter([2, 3]), w2: parameter([1, 2]) }
    }
}

/// `nn.init.xavier_normal_`: deviation √(2 / (inputs + outputs)) (Glorot and Bengio, 2010).
pub fn glorot_normal(shape: [usize; 2], generator: &Generator, device: &Device) -> Tensor<2> {
    let values = generator.lock().xavier_normal(&shape, 1.0);
    Tensor::from_data(TensorData::new(values, shape), device)
}

/// Sections 13.1.3 and 13.1.4.
fn initial_weights(generator: &Generator, device: &Device) -> Tensor<2> {
    say!("\n13.1.3 Glorot's initial weights");
    let w = glorot_normal([2, 3], generator, device);
    show::matrix("w", &w);
    say!("\n13.1.4 a module of two parameters");
    let module = MyModule::new(generator, device);
    show::matrix("w1", &module.w1.val());
    show::matrix("w2", &module.w2.val());
    w
}

/// Gradients of a loss.
struct Slopes {
    weight: f64,
    bias: f64,
}

/// Section 13.1.5: the gradient of a squared error, by the graph and by hand.
fn gradients(device: &Device) -> Slopes {
    say!("\n13.1.5 gradients of (y - (w x + b))²");
    let [w, b, x, y] = [1.0, 0.5, 1.4, 2.1_f32].map(|value| Tensor::<1>::from_floats([value], device));
    let (w, b) = (w.require_grad(), b.require_grad());
    let z = w.clone() * x.clone() + b.clone();
    let loss = (y.clone() - z.clone()).square().sum(); // [1]
    let gradients = loss.backward();
    let value = |tensor: Tensor<1>| f64::from(tensor.into_scalar::<f32>());
    let slope = |tensor: &Tensor<1>| tensor.grad(&gradients).map_or(f64::NAN, value);
    let slopes = Slopes { weight: slope(&w), bias: slope(&b) };
    say!("{:<28} {:.4}", "dL/dw", slopes.weight);
    say!("{:<28} {:.4}", "dL/db", slopes.bias);
    say!("{:<28} {:.4}", "dL/dw = 2 x (w x + b - y)", value(x * (z - y) * 2.0));
    slopes
}

/// Section 13.1.6: `nn.Sequential(Linear(4, 16), ReLU, Linear(16, 32), ReLU)`, 624 parameters. In Rust a chain of layers is a
/// struct and a `forward`; PyTorch's `model[2]` is `layer2`.
#[derive(Module, Debug)]
pub struct Chain {
    pub layer0: Linear,
    pub layer2: Linear,
}

impl Chain {
    /// Weights and biases as PyTorch draws them by default.
    pub fn new(generator: &Generator, device: &Device) -> Self {
        Self { layer0: linear(4, 16).init(generator, device), layer2: linear(16, 32).init(generator, device) }
    }

    /// # Shapes
    /// - x: `[batch, 4]`
    /// - returns `[batch, 32]`
    pub fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        let x = relu(self.layer0.forward(x)); // [batch, 16]
        relu(self.layer2.forward(x)) // [batch, 32]
    }

    /// Section 13.1.7: a hundredth of the absolute weights of the second layer, `[1]`; added to a loss it keeps weights small.
    pub fn l1_penalty(&self) -> Tensor<1> {
        self.layer2.weight.val().abs().sum() * 0.01
    }
}

/// What sections 13.1.6 to 13.1.8 print.
struct Penalties {
    parameters: usize,
    before: f64,
    after: f64,
    cross_entropy: f64,
}

/// Sections 13.1.6 to 13.1.8.
fn sequential(generator: &Generator, device: &Device) -> Penalties {
    say!("\n13.1.6 a chain of layers");
    let model = Chain::new(generator, device);
    say!("{model}");
    let output = model.forward(Tensor::ones([3, 4], device)); // [3, 32]
    show::shape("output of three examples", &output.dims());

    say!("\n13.1.7 other initial weights, and a penalty");
    let model = Chain { layer0: xavier_uniform(model.layer0, generator), ..model };
    show::vector("layer 0, weights of unit 0", &model.layer0.weight.val().narrow(1, 0, 1).flatten(0, 1));
    let penalty = model.l1_penalty();
    let before = f64::from(penalty.clone().into_scalar::<f32>());
    say!("{:<28} {before:.6}", "0.01 sum |w| of layer 2");

    say!("\n13.1.8 a loss, and an optimiser");
    let floats = |values| Tensor::<1>::from_floats(values, device);
    let loss = binary_cross_entropy(floats([0.8, 0.3]), floats([1.0, 0.0]));
    let cross_entropy = f64::from(loss.into_scalar::<f32>());
    say!("{:<28} {cross_entropy:.4}", "BCE of 0.8, 0.3 for 1, 0");
    let parameters = model.num_params();
    let slopes = GradientsParams::from_grads(penalty.backward(), &model);
    let model = SgdConfig::new().init().step(0.001, model, slopes);
    let after = f64::from(model.l1_penalty().into_scalar::<f32>());
    say!("{:<28} {after:.6}", "penalty after a step of SGD");
    Penalties { parameters, before, after, cross_entropy }
}
