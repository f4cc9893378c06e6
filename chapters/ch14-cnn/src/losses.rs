//! Sections 14.1.4 and 14.1.5: a penalty on large weights, and the losses of a classifier by probabilities and by logits.
//! Prints the book's numbers in a moment.

use burn::module::{ModuleVisitor, Param};
use mlbook::plot::{Figure, Panel, PlotError, Series};
use mlbook::prelude::*;
use mlbook::show;

/// Section 14.1.4: how strongly large weights are penalised.
const LAMBDA: f64 = 0.001;
/// Section 14.1.5: the logit of one example of class 1; the logits of one example of class 2 among three.
const LOGIT: f32 = 0.8;
const CLASS_LOGITS: [f32; 3] = [1.5, 0.8, 2.1];

/// The book's numbers, 14.1.5.
const BOOK_BINARY: Book = Book(0.3711);
const BOOK_CATEGORICAL: Book = Book(0.5996);

/// The sections in order.
pub fn run(run: &Run) -> anyhow::Result<()> {
    run.in_one_go()?;
    let device = &run.device;
    say!("\n14.1.4 L2 penalty, {LAMBDA} times the sum of squared parameters");
    let layers = Layers::new(run.generator(), device);
    let floats = |values: &[f32]| Tensor::<1>::from_floats(values, device);
    let loss = binary_cross_entropy(floats(&[0.9]), floats(&[1.0]));
    let penalties = [l2_penalty(&layers.conv, device), l2_penalty(&layers.linear, device)];
    let [with_conv, with_linear] = penalties.map(|penalty| number(loss.clone() + penalty));
    let loss = number(loss);
    say!("{:<28} {loss:.4}", "BCE of 0.9 for 1");
    say!("{:<28} {with_conv:.4}", "with Conv2d(3, 5, 5)");
    say!("{:<28} {with_linear:.4}", "with Linear(10, 16)");

    say!("\n14.1.5 binary cross-entropy");
    let (logit, target) = (floats(&[LOGIT]), floats(&[1.0]));
    let probability = sigmoid(logit.clone());
    show::vector("logit", &logit);
    show::vector("probability", &probability);
    let binary = [
        number(binary_cross_entropy(probability, target.clone())),
        number(binary_cross_entropy_with_logits(logit, target)),
    ];
    say!("{:<28} {:.4}", "BCE of the probability", binary[0]);
    say!("{:<28} {:.4}", "BCE of the logit", binary[1]);

    say!("\n14.1.5 categorical cross-entropy");
    let logits = floats(&CLASS_LOGITS).unsqueeze::<2>(); // [1, 3]
    let label = Tensor::<1, Int>::from_ints([2], device);
    show::matrix("logits", &logits);
    show::matrix("probabilities", &softmax(logits.clone(), 1));
    let categorical = [
        number(negative_log_likelihood(log_softmax(logits.clone(), 1), label.clone())),
        number(cross_entropy(logits, label)),
    ];
    say!("{:<28} {:.4}", "NLL of log-probabilities", categorical[0]);
    say!("{:<28} {:.4}", "CCE of the logits", categorical[1]);
    run.save("logits", &figure(device)?)?;

    run.report()
        .data("the book's numbers, and weights of the seed")
        .metric("14.1.4 BCE", loss)
        .metric("14.1.4 with conv", with_conv)
        .metric("14.1.4 with linear", with_linear)
        .compare("14.1.5 BCE, probability", binary[0], BOOK_BINARY)
        .compare("14.1.5 BCE, logit", binary[1], BOOK_BINARY)
        .compare("14.1.5 CCE, log-softmax", categorical[0], BOOK_CATEGORICAL)
        .compare("14.1.5 CCE, logits", categorical[1], BOOK_CATEGORICAL)
        .finish(run)?;
    Ok(())
}

/// Section 14.1.4: the two layers whose weights are penalised.
#[derive(Module, Debug)]
pub struct Layers {
    /// 3 channels to 5, kernels of 5 by 5
    pub conv: Conv2d,
    /// 10 features to 16
    pub linear: Linear,
}

impl Layers {
    /// Weights as PyTorch draws them by default.
    pub fn new(generator: &Generator, device: &Device) -> Self {
        Self { conv: conv2d(3, 5, 5).init(generator, device), linear: linear(10, 16).init(generator, device) }
    }
}

/// Section 14.1.4: 0.001 times the sum of the squares of all parameters of a layer or model, biases too.
///
/// # Shapes
/// - returns `[1]`, to be added to a loss
pub fn l2_penalty(model: &impl Module, device: &Device) -> Tensor<1> {
    struct Squares(Tensor<1>);
    impl ModuleVisitor for Squares {
        fn visit_float<const D: usize>(&mut self, parameter: &Param<Tensor<D>>) {
            self.0 = self.0.clone() + parameter.val().square().sum();
        }
    }
    let mut squares = Squares(Tensor::zeros([1], device));
    model.visit(&mut squares);
    squares.0 * LAMBDA
}

/// Binary cross-entropy over logits, for an example of class 0. The probability of 32 bits is 1 from a logit of 17 on, so the
/// loss made of it ends there; the one made of logits goes on.
pub fn figure(device: &Device) -> Result<Figure, PlotError> {
    let logits: Vec<f32> = (-20..=80).map(|half| half as f32 / 2.0).collect();
    let zero = Tensor::<1>::zeros([1], device);
    let losses = |loss: fn(Tensor<1>, Tensor<1>) -> Tensor<1>| -> Vec<f64> {
        logits.iter().map(|&z| number(loss(Tensor::from_floats([z], device), zero.clone()))).collect()
    };
    let by_logits = losses(binary_cross_entropy_with_logits);
    let by_probabilities = losses(|z, target| binary_cross_entropy(sigmoid(z), target));
    let panel = Panel::new("", "logit of an example of class 0", "binary cross-entropy")
        .with(Series::line("of the probability, 32 bits", &logits, &by_probabilities))
        .with(Series::dashed("of the logit", &logits, &by_logits));
    plot::curves(&[panel])
}

fn number(value: Tensor<1>) -> f64 {
    f64::from(value.into_scalar::<f32>())
}
