//! One row times a matrix, on all cores: what a network does that writes a token at a time. The library behind burn's cpu backend
//! computes such a product on one core, and one core alone does not use all that memory can give.

use burn::backend::flex::FlexTensor;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, Flex, TensorMetadata, backend_extension};
use burn::tensor::Tensor;
use rayon::prelude::*;

use super::floats::{Floats, fits, flex_tensor};
use super::vectorised;

/// Smaller matrices stay in a core's cache and are not worth a second one.
const LEAST: usize = 1 << 18;
/// Rows of the matrix, or of a turned one, that one thread takes at a time.
const INPUTS: usize = 96;
const ROWS: usize = 256;
/// Numbers that are summed side by side.
const LANES: usize = 32;

/// Whether [`row_product`] is for these: `inputs` numbers, and a large matrix, of 32-bit floats on the processor, without gradients.
pub fn is_row<const D: usize>(row: &Tensor<D>, inputs: usize, matrix: &Tensor<2>) -> bool {
    row.dims().iter().product::<usize>() == inputs
        && matrix.dims().iter().product::<usize>() >= LEAST
        && !matrix.device().is_autodiff()
        && fits(row)
        && fits(matrix)
}

/// `row` · `matrix`, or with `turned` `row` · `matrix`ᵀ.
///
/// # Shapes
/// - row: `[1, in]`
/// - matrix: `[in, out]`, turned `[out, in]`
/// - returns `[1, out]`
pub fn row_product(row: Tensor<2>, matrix: Tensor<2>, turned: bool) -> Tensor<2> {
    Tensor::from_dispatch(Dispatch::book_row_product(row.into_dispatch(), matrix.into_dispatch(), turned))
}

vectorised! {
    /// The sums of all columns grow row by row of the matrix, four rows at a time.
    fn add_lines(row: &[f32], lines: &[f32], sums: &mut [f32]) {
        let width = sums.len();
        let (fours, rest) = row.as_chunks::<4>();
        let (whole, last) = lines.split_at(fours.len() * 4 * width);
        for ([a, b, c, d], lines) in fours.iter().zip(whole.chunks_exact(4 * width)) {
            let (first, second) = lines.split_at(2 * width);
            let (by_a, by_b) = first.split_at(width);
            let (by_c, by_d) = second.split_at(width);
            for ((((sum, wa), wb), wc), wd) in sums.iter_mut().zip(by_a).zip(by_b).zip(by_c).zip(by_d) {
                *sum += (a * wa + b * wb) + (c * wc + d * wd);
            }
        }
        for (x, line) in rest.iter().zip(last.chunks_exact(width)) {
            for (sum, weight) in sums.iter_mut().zip(line) {
                *sum += x * weight;
            }
        }
    }
}

vectorised! {
    /// Dot products with rows that lie one after the other.
    fn dots(row: &[f32], lines: &[f32], sums: &mut [f32]) {
        for (sum, line) in sums.iter_mut().zip(lines.chunks_exact(row.len())) {
            let mut lanes = [0.0; LANES];
            let (pieces, rest) = row.as_chunks::<LANES>();
            let (weights, last) = line.as_chunks::<LANES>();
            for (xs, weights) in pieces.iter().zip(weights) {
                for ((lane, x), weight) in lanes.iter_mut().zip(xs).zip(weights) {
                    *lane += x * weight;
                }
            }
            *sum = lanes.iter().sum::<f32>() + rest.iter().zip(last).map(|(x, weight)| x * weight).sum::<f32>();
        }
    }
}

fn product(row: &[f32], matrix: &[f32], outputs: usize, turned: bool) -> Vec<f32> {
    let mut sums = vec![0.0; outputs];
    if turned {
        let pieces = sums.par_chunks_mut(ROWS).zip(matrix.par_chunks(ROWS * row.len()));
        pieces.for_each(|(sums, lines)| dots(row, lines, sums));
    } else {
        // Each thread goes through memory from one end to the other. As many parts as there are rows for, not threads: a sum is
        // the same on any machine.
        let parts: Vec<Vec<f32>> = row
            .par_chunks(INPUTS)
            .zip(matrix.par_chunks(INPUTS * outputs))
            .map(|(row, lines)| {
                let mut sums = vec![0.0; outputs];
                add_lines(row, lines, &mut sums);
                sums
            })
            .collect();
        for part in parts {
            sums.iter_mut().zip(part).for_each(|(sum, part)| *sum += part);
        }
    }
    sums
}

#[backend_extension(Flex)]
trait RowBackend: Backend {
    fn book_row_product(row: FloatTensor<Self>, matrix: FloatTensor<Self>, turned: bool)
    -> FloatTensor<Self>;
}

impl RowBackend for Flex {
    fn book_row_product(row: FlexTensor, matrix: FlexTensor, turned: bool) -> FlexTensor {
        let [first, second] = matrix.shape().dims();
        let outputs = if turned { first } else { second };
        let sums = product(Floats::of(row).values(), Floats::of(matrix).values(), outputs, turned);
        flex_tensor(sums, [1, outputs])
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use burn::tensor::{Device, TensorData};

    use super::*;
    use crate::rng::TorchRng;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn a_product_is_the_sum_over_the_row(inputs in 1_usize..300, outputs in 1_usize..2100, seed: u32) {
            let mut rng = TorchRng::new(u64::from(seed));
            let (row, matrix) = (rng.randn(inputs), rng.randn(inputs * outputs));
            for turned in [false, true] {
                let found = product(&row, &matrix, outputs, turned);
                for (j, &found) in found.iter().enumerate() {
                    let weight = |i: usize| matrix[if turned { j * inputs + i } else { i * outputs + j }];
                    let exact: f64 = (0..inputs).map(|i| f64::from(row[i]) * f64::from(weight(i))).sum();
                    prop_assert!((f64::from(found) - exact).abs() < 1e-4, "{j}: {found}, {exact}");
                }
            }
        }
    }

    #[test]
    fn a_large_matrix_gives_what_burn_gives() {
        let device = Device::flex();
        let mut rng = TorchRng::new(1);
        let row = Tensor::<2>::from_data(TensorData::new(rng.randn(700), [1, 700]), &device);
        let values = TensorData::new(rng.randn(700 * 500), [700, 500]);
        let matrix = Tensor::<2>::from_data(values, &device);
        let two = Tensor::cat(vec![row.clone(), row.clone()], 0);
        assert!(is_row(&row, 700, &matrix) && !is_row(&two, 700, &matrix));
        let recorded = Tensor::<2>::from_inner(matrix.clone());
        assert!(!is_row(&Tensor::<2>::from_inner(row.clone()), 700, &recorded));
        let plain = row.clone().matmul(matrix.clone());
        let turned = matrix.clone().transpose();
        for ours in [row_product(row.clone(), matrix, false), row_product(row, turned, true)] {
            assert!((ours - plain.clone()).abs().max().into_scalar::<f32>() < 1e-4);
        }
    }
}
