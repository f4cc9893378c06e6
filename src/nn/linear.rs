//! Dense layers whose weights are drawn as PyTorch draws them.

use burn::module::{Content, DisplaySettings, Module, ModuleDisplay, Param};
use burn::tensor::{Device, Tensor};

use super::layers::{parameter, transposed};
use super::{kernel, observe};
use crate::rng::Generator;

/// A dense layer, not yet initialised; see [`linear`].
#[derive(Clone, Copy, Debug)]
pub struct LinearBuilder {
    in_features: usize,
    out_features: usize,
    bias: bool,
}

/// `torch.nn.Linear(in_features, out_features)`, with bias.
pub fn linear(in_features: usize, out_features: usize) -> LinearBuilder {
    LinearBuilder { in_features, out_features, bias: true }
}

impl LinearBuilder {
    /// Without the bias.
    pub fn no_bias(self) -> Self {
        Self { bias: false, ..self }
    }

    /// Draws the weight, then the bias, both U(±1/√in). PyTorch keeps the weight as `[out, in]`, burn as `[in, out]`:
    /// the numbers are drawn in PyTorch's order and turned.
    pub fn init(self, generator: &Generator, device: &Device) -> Linear {
        let [inputs, outputs] = [self.in_features, self.out_features];
        let mut rng = generator.lock();
        let drawn = rng.linear_default(&[outputs, inputs]);
        let weight = parameter(transposed(&drawn, outputs, inputs), [inputs, outputs], device);
        let bias = self.bias.then(|| parameter(rng.bias_default(outputs, inputs), [outputs], device));
        Linear { weight, bias }
    }

    /// Draws the weight from N(0, `deviation`²) as BERT and GPT-2 do, and begins with a bias of zeros. A deviation of 0 draws
    /// nothing: for a layer that gets its numbers from a file.
    pub fn init_normal(self, deviation: f64, generator: &Generator, device: &Device) -> Linear {
        let [inputs, outputs] = [self.in_features, self.out_features];
        let drawn = generator.lock().normal_or_zeros(outputs * inputs, deviation);
        let weight = parameter(transposed(&drawn, outputs, inputs), [inputs, outputs], device);
        let bias = self.bias.then(|| parameter(vec![0.0; outputs], [outputs], device));
        Linear { weight, bias }
    }
}

/// A dense layer, `x·W + b`; see [`linear`]. Parameters and files of weights are those of burn's layer of this name.
#[derive(Module, Debug)]
#[module(custom_display)]
pub struct Linear {
    /// `[in, out]`
    pub weight: Param<Tensor<2>>,
    /// `[out]`
    pub bias: Option<Param<Tensor<1>>>,
}

impl Linear {
    /// # Shapes
    /// - input: `[…, in]`
    /// - returns `[…, out]`
    pub fn forward<const D: usize>(&self, input: Tensor<D>) -> Tensor<D> {
        let bias = self.bias.as_ref().map(Param::val);
        let output = affine(input, self.weight.val(), bias);
        observe::leaves(self.weight.id, output)
    }
}

/// `x·W + b`. A single row and a large matrix, as in a network that writes token by token, are multiplied by all cores.
///
/// # Shapes
/// - input: `[…, in]`; weight: `[in, out]`; bias: `[out]`
/// - returns `[…, out]`
pub fn affine<const D: usize>(input: Tensor<D>, weight: Tensor<2>, bias: Option<Tensor<1>>) -> Tensor<D> {
    let [inputs, outputs] = weight.dims();
    if !kernel::is_row(&input, inputs, &weight) {
        return burn::tensor::module::linear(input, weight, bias);
    }
    let mut shape = input.dims();
    shape[D - 1] = outputs;
    let output = kernel::row_product(input.reshape([1, inputs]), weight, false); // [1, out]
    match bias {
        Some(bias) => output + bias.unsqueeze(),
        None => output,
    }
    .reshape(shape)
}

/// `rows·tableᵀ`: how well each row fits each vector of a table, as in a network whose output layer is its table of tokens.
///
/// # Shapes
/// - rows: `[rows, dim]`; table: `[vectors, dim]`
/// - returns `[rows, vectors]`
pub fn scores(rows: Tensor<2>, table: Tensor<2>) -> Tensor<2> {
    match kernel::is_row(&rows, table.dims()[1], &table) {
        true => kernel::row_product(rows, table, true),
        false => rows.matmul(table.transpose()),
    }
}

impl ModuleDisplay for Linear {
    fn custom_settings(&self) -> Option<DisplaySettings> {
        DisplaySettings::new().with_new_line_after_attribute(false).optional()
    }

    fn custom_content(&self, content: Content) -> Option<Content> {
        let [inputs, outputs] = self.weight.shape().dims();
        let content = content.add("d_input", &inputs).add("d_output", &outputs);
        content.add("bias", &self.bias.is_some()).optional()
    }
}

/// `nn.init.xavier_uniform_(layer.weight)`: the layer with a weight drawn anew, U(±√(6 / (in + out))) (Glorot and Bengio, 2010).
pub fn xavier_uniform(layer: Linear, generator: &Generator) -> Linear {
    let weight = layer.weight.val();
    let [inputs, outputs] = weight.dims();
    let drawn = generator.lock().xavier_uniform(&[outputs, inputs], 1.0);
    let drawn = parameter(transposed(&drawn, outputs, inputs), [inputs, outputs], &weight.device());
    Linear { weight: drawn, ..layer }
}
