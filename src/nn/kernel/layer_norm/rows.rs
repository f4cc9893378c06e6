//! Layer normalisation of rows in host memory.

use rayon::prelude::*;

use crate::nn::kernel::vectorised;
use crate::nn::matrix::add;

/// Rows that one thread takes at a time. Sums over rows are made piece by piece, so that they do not depend on the threads.
const PIECE: usize = 64;
const LANES: usize = 16;

/// A row's mean and 1 / √(variance + ε).
pub type Moments = [f32; 2];

/// Σ f(x) over a row, as many at a time as a vector holds.
#[inline(always)]
fn sum(row: &[f32], term: impl Fn(f32) -> f32) -> f32 {
    let (vectors, rest) = row.as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    for vector in vectors {
        for (sum, &value) in sums.iter_mut().zip(vector) {
            *sum += term(value);
        }
    }
    let rest: f32 = rest.iter().map(|&value| term(value)).sum();
    sums.iter().sum::<f32>() + rest
}

vectorised! {
    fn forward_rows(
        input: &[f32],
        weight: &[f32],
        bias: &[f32],
        epsilon: f32,
        output: &mut [f32],
        moments: &mut [Moments],
    ) {
        let width = weight.len();
        let rows = input.chunks_exact(width).zip(output.chunks_exact_mut(width));
        for ((input, output), moments) in rows.zip(moments) {
            let mean = sum(input, |x| x) / width as f32;
            let variance = sum(input, |x| (x - mean) * (x - mean)) / width as f32;
            let scale = 1.0 / (variance + epsilon).sqrt();
            *moments = [mean, scale];
            for (((output, &x), weight), bias) in output.iter_mut().zip(input).zip(weight).zip(bias) {
                *output = (x - mean) * scale * weight + bias;
            }
        }
    }
}

/// Every row shifted and scaled to mean 0 and variance 1, then by `weight` and `bias`; and what it was shifted and scaled by.
pub fn forward(input: &[f32], weight: &[f32], bias: &[f32], epsilon: f32) -> (Vec<f32>, Vec<Moments>) {
    let width = weight.len().max(1);
    let mut output = vec![0.0; input.len()];
    let mut moments = vec![[0.0; 2]; input.len() / width];
    input
        .par_chunks(PIECE * width)
        .zip(output.par_chunks_mut(PIECE * width))
        .zip(moments.par_chunks_mut(PIECE))
        .for_each(|((input, output), moments)| forward_rows(input, weight, bias, epsilon, output, moments));
    (output, moments)
}

vectorised! {
    fn backward_rows(
        input: &[f32],
        moments: &[Moments],
        weight: &[f32],
        by_output: &[f32],
        by_input: &mut [f32],
        sums: &mut [Vec<f32>; 2],
    ) {
        let width = weight.len();
        let [by_weight, by_bias] = sums;
        let rows = input.chunks_exact(width).zip(by_output.chunks_exact(width)).zip(moments);
        for (((input, by_output), &[mean, scale]), by_input) in rows.zip(by_input.chunks_exact_mut(width)) {
            // First ∂/∂x̂, then x̂ and the two means that the shift and the scale take away from it.
            for ((by_input, gradient), weight) in by_input.iter_mut().zip(by_output).zip(weight) {
                *by_input = gradient * weight;
            }
            let shift = sum(by_input, |gradient| gradient) / width as f32;
            let stretch = dot(by_input, input, mean) * scale / width as f32;
            for (by_input, &x) in by_input.iter_mut().zip(input) {
                *by_input = scale * (*by_input - shift - (x - mean) * scale * stretch);
            }
            for ((sum, gradient), &x) in by_weight.iter_mut().zip(by_output).zip(input) {
                *sum += gradient * ((x - mean) * scale);
            }
            for (sum, gradient) in by_bias.iter_mut().zip(by_output) {
                *sum += gradient;
            }
        }
    }
}

/// Σ g · (x − mean).
#[inline(always)]
fn dot(gradients: &[f32], input: &[f32], mean: f32) -> f32 {
    let ((some, rest), (inputs, input_rest)) = (gradients.as_chunks::<LANES>(), input.as_chunks::<LANES>());
    let mut sums = [0.0; LANES];
    for (gradients, input) in some.iter().zip(inputs) {
        for ((sum, gradient), x) in sums.iter_mut().zip(gradients).zip(input) {
            *sum += gradient * (x - mean);
        }
    }
    let rest: f32 = rest.iter().zip(input_rest).map(|(gradient, x)| gradient * (x - mean)).sum();
    sums.iter().sum::<f32>() + rest
}

/// The gradients of the input, of the weight and of the bias.
pub fn backward(input: &[f32], moments: &[Moments], weight: &[f32], by_output: &[f32]) -> [Vec<f32>; 3] {
    let width = weight.len().max(1);
    let mut by_input = vec![0.0; input.len()];
    let pieces: Vec<[Vec<f32>; 2]> = input
        .par_chunks(PIECE * width)
        .zip(by_output.par_chunks(PIECE * width))
        .zip(moments.par_chunks(PIECE))
        .zip(by_input.par_chunks_mut(PIECE * width))
        .map(|(((input, by_output), moments), by_input)| {
            let mut sums = [vec![0.0; weight.len()], vec![0.0; weight.len()]];
            backward_rows(input, moments, weight, by_output, by_input, &mut sums);
            sums
        })
        .collect();
    let mut total = [vec![0.0; weight.len()], vec![0.0; weight.len()]];
    for piece in &pieces {
        for (total, sum) in total.iter_mut().zip(piece) {
            add(total, sum);
        }
    }
    let [by_weight, by_bias] = total;
    [by_input, by_weight, by_bias]
}
