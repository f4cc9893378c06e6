//! Section 17.1.9: how far made pictures are from real ones, by the maximum mean discrepancy (Gretton et al., 2012).

use mlbook::prelude::*;

/// Rows whose distances are held at a time.
const BLOCK: usize = 500;

/// `distance(x, y, False)`: squared Euclidean distances of all rows of one set from all rows of another.
///
/// # Shapes
/// - x: `[n, size]`, y: `[m, size]`; returns `[n, m]`
pub fn distance(x: Tensor<2>, y: Tensor<2>) -> Tensor<2> {
    let squares = |rows: Tensor<2>| rows.square().sum_dim(1); // [rows, 1]
    let products = x.clone().matmul(y.clone().transpose()); // [n, m]
    (squares(x) + squares(y).transpose() - products * 2.0).clamp_min(0.0)
}

/// The mean squared distances within a set, between two sets, and within the other.
#[derive(Clone, Copy, Debug)]
struct Means {
    xx: f64,
    xy: f64,
    yy: f64,
}

/// The mean of `f` of the distances of every pair.
fn mean_over_pairs(x: &Tensor<2>, y: &Tensor<2>, f: impl Fn(Tensor<2>) -> Tensor<2>) -> f64 {
    let ([n, _], [m, _]) = (x.dims(), y.dims());
    let blocks = (0..n).step_by(BLOCK).map(|first| {
        let block = x.clone().narrow(0, first, BLOCK.min(n - first));
        f64::from(f(distance(block, y.clone())).sum().into_scalar::<f32>())
    });
    blocks.sum::<f64>() / (n * m) as f64
}

/// `mmd`: the distance of two sets under a Gaussian kernel, `exp(−M / (2·sigma²·s))` with the mean squared distance within `x` for `s`:
/// `√(mean K(x, x) + mean K(y, y) − 2·mean K(x, y))`. The book holds the whole matrix of distances, 400 MB; here it is made in
/// blocks.
///
/// # Shapes
/// - x: `[n, size]`, y: `[m, size]`
pub fn mmd(x: &Tensor<2>, y: &Tensor<2>, sigma: f64) -> f64 {
    let scale = mean_over_pairs(x, x, |distances| distances);
    let kernel = |distances: Tensor<2>| (distances * (-1.0 / (2.0 * sigma * sigma * scale))).exp();
    let means = Means {
        xx: mean_over_pairs(x, x, kernel),
        xy: mean_over_pairs(x, y, kernel),
        yy: mean_over_pairs(y, y, kernel),
    };
    (means.xx + means.yy - 2.0 * means.xy).max(0.0).sqrt()
}
