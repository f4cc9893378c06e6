//! PyTorch's draws, initial weights, loader orders and splits.

use mlbook::rng::{Fan, Nonlinearity, TorchRng};
use serde::Deserialize;

use crate::numbers::{Args, Case, Drawn, Step, Values, numbers};

fn torch_draw(rng: &mut TorchRng, step: &Step) -> Values {
    let mut args = Args(step.args.iter());
    let a = &mut args;
    match step.call.as_str() {
        "rand" => Values::F32(rng.rand(a.take())),
        "rand_f64" => Values::F64(rng.rand_f64(a.take())),
        "uniform" => Values::F32(rng.uniform(a.take(), a.take(), a.take()).unwrap()),
        "randn" => Values::F32(rng.randn(a.take())),
        "normal" => Values::F32(rng.normal(a.take(), a.take(), a.take()).unwrap()),
        "randperm" => Values::indices(rng.randperm(a.take())),
        "randint" => Values::Int(rng.randint(a.take(), a.take(), a.take()).unwrap()),
        "random_i64" => Values::Int(vec![rng.random_i64()]),
        "bernoulli" | "dropout" => Values::Bool(rng.bernoulli(a.take(), a.take()).unwrap()),
        "bernoulli_ramp" => {
            let n: usize = a.take();
            let last = n.saturating_sub(1).max(1) as f64;
            let ramp: Vec<f32> = (0..n).map(|i| (i as f64 / last) as f32).collect();
            Values::Bool(rng.bernoulli_each(&ramp).unwrap())
        }
        "exponential" => Values::F32(rng.exponential(a.take(), a.take()).unwrap()),
        "multinomial" => {
            let weights: Vec<f32> = a.take();
            Values::indices(rng.multinomial(&weights, a.take(), a.take()).unwrap())
        }
        "categorical" => {
            let weights: Vec<f32> = a.take();
            Values::indices(rng.multinomial(&weights, a.take(), true).unwrap())
        }
        "loader_order" => Values::indices(rng.loader_order(a.take())),
        "loader_sequential" => Values::indices(rng.loader_sequential(a.take())),
        "loader_order_own_generator" => Values::indices(rng.loader_order_own_generator(a.take())),
        "random_split" => {
            let n = a.take();
            Values::parts(rng.random_split(n, &a.take::<Vec<usize>>()).unwrap())
        }
        "random_split_fractions" => {
            let n = a.take();
            Values::parts(rng.random_split_fractions(n, &a.take::<Vec<f64>>()).unwrap())
        }
        _ => torch_weights(rng, step),
    }
}

fn torch_weights(rng: &mut TorchRng, step: &Step) -> Values {
    let mut args = Args(step.args.iter());
    let a = &mut args;
    let values = match step.call.as_str() {
        "xavier_uniform" => rng.xavier_uniform(&a.take::<Vec<usize>>(), a.take()),
        "xavier_normal" => rng.xavier_normal(&a.take::<Vec<usize>>(), a.take()),
        "kaiming_uniform" => rng.kaiming_uniform(&a.take::<Vec<usize>>(), fan(a), nonlinearity(a)),
        "kaiming_normal" => rng.kaiming_normal(&a.take::<Vec<usize>>(), fan(a), nonlinearity(a)),
        "linear" => {
            let (inputs, outputs) = (a.take(), a.take());
            layer(rng, &[outputs, inputs], outputs)
        }
        "conv2d" => {
            let (inputs, outputs, kernel) = (a.take(), a.take(), a.take());
            layer(rng, &[outputs, inputs, kernel, kernel], outputs)
        }
        "conv_transpose2d" => {
            let (inputs, outputs, kernel) = (a.take(), a.take(), a.take());
            layer(rng, &[inputs, outputs, kernel, kernel], outputs)
        }
        "lstm" => {
            let (inputs, hidden): (usize, usize) = (a.take(), a.take());
            let sizes = [4 * hidden * inputs, 4 * hidden * hidden, 4 * hidden, 4 * hidden];
            sizes.into_iter().flat_map(|size| rng.bias_default(size, hidden)).collect()
        }
        call => panic!("the file has a call {call} that this test does not know"),
    };
    Values::F32(values)
}

fn layer(rng: &mut TorchRng, weight: &[usize], outputs: usize) -> Vec<f32> {
    let mut values = rng.linear_default(weight);
    values.extend(rng.bias_default(outputs, TorchRng::fans(weight).0));
    values
}

fn fan(args: &mut Args) -> Fan {
    match args.take::<String>().as_str() {
        "fan_in" => Fan::In,
        "fan_out" => Fan::Out,
        other => panic!("unknown fan {other}"),
    }
}

fn nonlinearity(args: &mut Args) -> Nonlinearity {
    match args.take::<String>().as_str() {
        "linear" => Nonlinearity::Linear,
        "tanh" => Nonlinearity::Tanh,
        "relu" => Nonlinearity::Relu,
        "leaky_relu" => Nonlinearity::LeakyRelu(args.take()),
        "selu" => Nonlinearity::Selu,
        other => panic!("unknown nonlinearity {other}"),
    }
}

fn agrees_with_torch(file: &str) {
    for case in numbers::<Case>(file) {
        let mut rng = TorchRng::new(case.seed);
        for step in &case.steps {
            let what = format!("seed {}: {}{:?}", case.seed, step.call, step.args);
            torch_draw(&mut rng, step).assert_equals(&step.drawn, &what);
        }
        let calls: Vec<_> = case.steps.iter().map(|step| (&step.call, &step.args)).collect();
        assert_eq!(rng.random_i64(), case.next, "seed {}: the draw after {calls:?}", case.seed);
    }
}

#[test]
fn torch_draws() {
    agrees_with_torch("torch");
}

#[test]
fn torch_initial_weights() {
    agrees_with_torch("init");
}

#[test]
fn torch_loader_orders_and_splits() {
    agrees_with_torch("loader");
}

#[test]
fn mkl_bernoulli() {
    #[derive(Deserialize)]
    struct Mkl {
        seed: u64,
        n: usize,
        p: f64,
        #[serde(flatten)]
        drawn: Drawn,
    }
    for case in numbers::<Mkl>("mkl") {
        let drawn = TorchRng::new(case.seed).bernoulli_mkl(case.n, case.p).unwrap();
        Values::Bool(drawn).assert_equals(&case.drawn, &format!("seed {}, p {}", case.seed, case.p));
    }
}

/// The first weights of chapter 14's network: `torch.manual_seed(1)`, then its layers in the book's order.
#[test]
fn chapter_14_first_weights() {
    #[derive(Deserialize)]
    struct Parameter {
        name: String,
        shape: Vec<usize>,
        sum: f64,
        #[serde(flatten)]
        drawn: Drawn,
    }
    let mut rng = TorchRng::new(1);
    let mut fan_in = 0;
    for parameter in numbers::<Parameter>("digit_cnn") {
        let values = if parameter.name == "weight" {
            fan_in = TorchRng::fans(&parameter.shape).0;
            rng.linear_default(&parameter.shape)
        } else {
            rng.bias_default(parameter.shape[0], fan_in)
        };
        let what = format!("{} {:?}", parameter.name, parameter.shape);
        let sum: f64 = values.iter().copied().map(f64::from).sum();
        assert!((sum - parameter.sum).abs() < 1e-9 * values.len() as f64, "{what}: sum {sum}");
        let head: Vec<f32> = parameter.drawn.head.iter().map(|v| v.as_f64().unwrap() as f32).collect();
        assert_eq!(values[..8], head, "{what}");
        Values::F32(values).assert_equals(&parameter.drawn, &what);
    }
}
