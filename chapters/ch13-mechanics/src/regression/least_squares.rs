//! The baseline that a network has to beat: a linear model of the same features, by least squares.

use mlbook::prelude::*;

use crate::examples::Examples;

/// Added for each weight, in units of one row's square: one-hot columns add up to 1, and without it have no single solution.
const RIDGE: f64 = 1.0;
/// Rows that are multiplied at a time.
const BATCH: usize = 4096;

/// `y = x · weights + bias`
#[derive(Clone, Debug, PartialEq)]
pub struct LinearModel {
    weights: Vec<f64>,
    bias: f64,
}

impl LinearModel {
    /// Solves the normal equations (XᵀX + ridge) w = Xᵀy for the rows of `examples`; the bias is a last feature of ones, without
    /// a ridge.
    pub fn fit(examples: &Examples, device: &Device) -> Self {
        let width = examples.width + 1;
        let (mut squares, mut products) = (vec![0.0; width * width], vec![0.0; width]);
        let rows: Vec<usize> = (0..examples.len()).collect();
        for rows in rows.chunks(BATCH) {
            let (x, y) = examples.batch(rows, device); // [rows, width − 1], [rows, 1]
            let ones = Tensor::ones([rows.len(), 1], device);
            let x = Tensor::cat(vec![x, ones], 1); // [rows, width]
            let transposed = x.clone().transpose(); // [width, rows]
            add(&mut squares, transposed.clone().matmul(x)); // [width, width]
            add(&mut products, transposed.matmul(y)); // [width, 1]
        }
        for k in 0..examples.width {
            squares[k * width + k] += RIDGE;
        }
        let mut weights = solve(squares, products);
        let bias = weights.pop().unwrap_or_default();
        Self { weights, bias }
    }

    /// An output for each row of `features`, `[rows, width]`.
    pub fn outputs(&self, features: &[f32]) -> Vec<f32> {
        let output = |row: &[f32]| {
            let sum: f64 = row.iter().zip(&self.weights).map(|(&x, w)| f64::from(x) * w).sum();
            (sum + self.bias) as f32
        };
        features.chunks_exact(self.weights.len()).map(output).collect()
    }
}

fn add(sums: &mut [f64], tensor: Tensor<2>) {
    for (sum, value) in sums.iter_mut().zip(tensor.into_data().iter::<f32>()) {
        *sum += f64::from(value);
    }
}

/// Solves `a x = b` for a positive definite `a` by Cholesky's factors, `a = l lᵀ`.
fn solve(a: Vec<f64>, b: Vec<f64>) -> Vec<f64> {
    let n = b.len();
    let mut l = a;
    for i in 0..n {
        for j in 0..=i {
            let dot: f64 = (0..j).map(|k| l[i * n + k] * l[j * n + k]).sum();
            let rest = l[i * n + j] - dot;
            // Rounding may leave nothing of a feature that others add up to.
            l[i * n + j] = if i == j { rest.max(1e-9).sqrt() } else { rest / l[j * n + j] };
        }
    }
    let mut x = b;
    for i in 0..n {
        let dot: f64 = (0..i).map(|k| l[i * n + k] * x[k]).sum();
        x[i] = (x[i] - dot) / l[i * n + i];
    }
    for i in (0..n).rev() {
        let dot: f64 = (i + 1..n).map(|k| l[k * n + i] * x[k]).sum();
        x[i] = (x[i] - dot) / l[i * n + i];
    }
    x
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_found_again() {
        let features: Vec<f32> = (0..4000).map(|k| ((k * 37) % 101) as f32 / 50.0 - 1.0).collect();
        let targets = features.chunks_exact(2).map(|x| 3.0 * x[0] - 0.5 * x[1] + 7.0).collect();
        let examples = Examples { features, width: 2, targets };
        let model = LinearModel::fit(&examples, &Device::flex());
        let outputs = model.outputs(&[1.0, 0.0, 0.0, 0.0, 0.0, 1.0]);
        for (output, expected) in outputs.iter().zip([10.0, 7.0, 6.5]) {
            assert!((output - expected).abs() < 0.02, "{outputs:?}");
        }
    }
}
