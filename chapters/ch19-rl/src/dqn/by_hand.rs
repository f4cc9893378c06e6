//! The Q-network on plain slices: forward, backward and Adam by hand, as in chapter 11. On the processor a network this small is
//! mostly overhead elsewhere; here a learning step is nine matrix products and little else.

use mlbook::nn::matrix::{Matrix, product};
use mlbook::nn::weights::{Array, Arrays};
use mlbook::rng::{Generator, TorchRng};

use super::network::{Batch, Loss};

/// Dense layers with ReLUs between them, and what Adam remembers of each.
#[derive(Clone, Debug)]
pub struct HandNetwork {
    layers: Vec<Layer>,
    /// Steps of the optimiser so far.
    time: i32,
    /// Room for a batch: each layer's output, and two gradients.
    outputs: Vec<Vec<f32>>,
    gradients: [Vec<f32>; 2],
}

#[derive(Clone, Debug)]
struct Layer {
    inputs: usize,
    outputs: usize,
    /// `[in, out]`, row by row.
    weight: Parameter,
    /// `[out]`
    bias: Parameter,
}

/// Weights with their gradients and the running means of Adam.
#[derive(Clone, Debug)]
struct Parameter {
    values: Vec<f32>,
    gradient: Vec<f32>,
    means: Vec<f32>,
    squares: Vec<f32>,
}

impl Parameter {
    fn new(values: Vec<f32>) -> Self {
        let zeros = || vec![0.0; values.len()];
        Self { gradient: zeros(), means: zeros(), squares: zeros(), values }
    }

    /// One step of Adam with PyTorch's defaults; `step` and `root` are corrected for the zeros that the means began with.
    fn step(&mut self, step: f32, root: f32) {
        let moments = self.means.iter_mut().zip(&mut self.squares);
        for ((value, gradient), (mean, square)) in self.values.iter_mut().zip(&self.gradient).zip(moments) {
            *mean += (gradient - *mean) * 0.1;
            *square = *square * 0.999 + gradient * gradient * 0.001;
            *value -= step * *mean / (square.sqrt() * root + 1e-8);
        }
    }
}

impl HandNetwork {
    /// A network with layers of these sizes, from the inputs to the outputs, with PyTorch's initial weights.
    pub fn new(sizes: &[usize], generator: &Generator) -> Self {
        let mut rng = generator.lock();
        let layers = sizes.windows(2).map(|pair| Layer::new(pair[0], pair[1], &mut rng)).collect();
        Self { layers, time: 0, outputs: vec![Vec::new(); sizes.len() - 1], gradients: Default::default() }
    }

    /// Numbers of a state, and of actions.
    pub fn sizes(&self) -> (usize, usize) {
        (
            self.layers.first().map_or(0, |layer| layer.inputs),
            self.layers.last().map_or(0, |layer| layer.outputs),
        )
    }

    /// The values of the actions in one state. Units that are off cost nothing.
    pub fn values_of(&self, state: &[f32]) -> Vec<f32> {
        let last = self.layers.len() - 1;
        let mut values = state.to_vec();
        for (i, layer) in self.layers.iter().enumerate() {
            let mut output = layer.bias.values.clone();
            for (value, row) in values.iter().zip(layer.weight.values.chunks_exact(layer.outputs)) {
                if *value != 0.0 {
                    output.iter_mut().zip(row).for_each(|(sum, weight)| *sum += value * weight);
                }
            }
            if i < last {
                output.iter_mut().for_each(|value| *value = value.max(0.0));
            }
            values = output;
        }
        values
    }

    /// The values of the actions in a batch of states, row by row.
    pub fn values(&mut self, states: &[f32]) -> &[f32] {
        self.forward(states);
        self.outputs.last().map_or(&[], Vec::as_slice)
    }

    fn forward(&mut self, states: &[f32]) {
        let last = self.layers.len() - 1;
        let rows = states.len() / self.sizes().0;
        for (i, layer) in self.layers.iter().enumerate() {
            let (before, after) = self.outputs.split_at_mut(i);
            let input = before.last().map_or(states, Vec::as_slice);
            let output = &mut after[0];
            output.clear();
            (0..rows).for_each(|_| output.extend_from_slice(&layer.bias.values));
            let (inputs, weight) = (Matrix::rows(input, rows, layer.inputs), layer.weight_matrix());
            product(inputs, weight, output, true); // [rows, out]
            if i < last {
                output.iter_mut().for_each(|value| *value = value.max(0.0));
            }
        }
    }

    /// The gradients of a batch's loss; returns the loss.
    pub fn differentiate(&mut self, batch: &Batch<'_>, loss: Loss) -> f32 {
        self.forward(batch.states);
        let rows = batch.actions.len();
        let actions = self.sizes().1;
        let [gradient, next] = &mut self.gradients;
        let values = self.outputs.last().map_or(&[][..], Vec::as_slice);
        let total = loss.gradient(values, actions, batch, gradient); // [rows, actions]
        for i in (0..self.layers.len()).rev() {
            let layer = &mut self.layers[i];
            let input = if i == 0 { batch.states } else { &self.outputs[i - 1] };
            let outputs = Matrix::rows(gradient, rows, layer.outputs);
            product(
                Matrix::rows(input, rows, layer.inputs).turned(),
                outputs,
                &mut layer.weight.gradient,
                false,
            );
            layer.bias.gradient.fill(0.0);
            for row in gradient.chunks_exact(layer.outputs) {
                layer.bias.gradient.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
            }
            if i > 0 {
                next.resize(rows * layer.inputs, 0.0);
                product(outputs, layer.weight_matrix().turned(), next, false); // [rows, in]
                let active = next.iter_mut().zip(input);
                active.for_each(|(value, unit)| *value = if *unit > 0.0 { *value } else { 0.0 });
                std::mem::swap(gradient, next);
            }
        }
        total
    }

    /// One step of Adam along the gradients.
    pub fn step(&mut self, learning_rate: f64) {
        self.time += 1;
        let step = learning_rate / (1.0 - 0.9_f64.powi(self.time));
        let root = 1.0 / (1.0 - 0.999_f64.powi(self.time)).sqrt();
        for layer in &mut self.layers {
            layer.weight.step(step as f32, root as f32);
            layer.bias.step(step as f32, root as f32);
        }
    }

    /// Moves every weight `share` of the way to those of `other`; 1 copies them.
    pub fn follow(&mut self, other: &Self, share: f32) {
        for (mine, theirs) in self.layers.iter_mut().zip(&other.layers) {
            for (mine, theirs) in [(&mut mine.weight, &theirs.weight), (&mut mine.bias, &theirs.bias)] {
                let pairs = mine.values.iter_mut().zip(&theirs.values);
                pairs.for_each(|(mine, theirs)| *mine += share * (theirs - *mine));
            }
        }
    }

    /// The weights by PyTorch's names for a chain of layers and ReLUs, with its layout `[out, in]`.
    pub fn weights(&self) -> Arrays {
        self.arrays(|parameter| &parameter.values)
    }

    /// The gradients, likewise.
    pub fn gradients(&self) -> Arrays {
        self.arrays(|parameter| &parameter.gradient)
    }

    fn arrays(&self, part: impl Fn(&Parameter) -> &Vec<f32>) -> Arrays {
        let named = |(i, layer): (usize, &Layer)| {
            let (inputs, outputs) = (layer.inputs, layer.outputs);
            let weight = transposed(part(&layer.weight), inputs, outputs);
            [
                (format!("layers.{i}.weight"), Array { shape: vec![outputs, inputs], values: weight }),
                (
                    format!("layers.{i}.bias"),
                    Array { shape: vec![outputs], values: part(&layer.bias).clone() },
                ),
            ]
        };
        self.layers.iter().enumerate().flat_map(named).collect()
    }

    /// The network with these weights, which must be there for every layer, and a fresh optimiser; `None` if one is missing or
    /// has another size.
    pub fn from_weights(arrays: &Arrays) -> Option<Self> {
        let mut layers = Vec::new();
        while let Some(weight) = arrays.get(&format!("layers.{}.weight", layers.len())) {
            let &[outputs, inputs] = weight.shape.as_slice() else { return None };
            let bias = arrays.get(&format!("layers.{}.bias", layers.len()))?;
            let fits = layers.last().is_none_or(|before: &Layer| before.outputs == inputs);
            if !fits || weight.values.len() != inputs * outputs || bias.values.len() != outputs {
                return None;
            }
            let weight = Parameter::new(transposed(&weight.values, outputs, inputs));
            layers.push(Layer { inputs, outputs, weight, bias: Parameter::new(bias.values.clone()) });
        }
        let outputs = vec![Vec::new(); layers.len()];
        (!layers.is_empty()).then_some(Self { layers, time: 0, outputs, gradients: Default::default() })
    }
}

impl Layer {
    fn new(inputs: usize, outputs: usize, rng: &mut TorchRng) -> Self {
        let weight = transposed(&rng.linear_default(&[outputs, inputs]), outputs, inputs);
        let bias = rng.bias_default(outputs, inputs);
        Self { inputs, outputs, weight: Parameter::new(weight), bias: Parameter::new(bias) }
    }

    fn weight_matrix(&self) -> Matrix<'_> {
        Matrix::rows(&self.weight.values, self.inputs, self.outputs)
    }
}

/// The `[rows, columns]` matrix `values` as `[columns, rows]`.
fn transposed(values: &[f32], rows: usize, columns: usize) -> Vec<f32> {
    (0..columns).flat_map(|column| (0..rows).map(move |row| values[row * columns + column])).collect()
}
