//! Spectral convolution as it is defined: by the eigenvectors of a graph's Laplacian. For small graphs, and to check
//! [`Cheb`](super::Cheb) against.

use super::Edges;

/// Turns a symmetric matrix until nothing larger remains beside its diagonal, relative to the largest number in it.
const SMALL: f64 = 1e-14;
/// Far more rounds than a matrix needs.
const MOST_ROUNDS: usize = 100;

/// Eigenvalues and eigenvectors of a symmetric matrix.
#[derive(Clone, Debug)]
pub struct Eigen {
    /// λ, in no order.
    pub values: Vec<f64>,
    /// `vectors[i][k]`: number i of the eigenvector of `values[k]`.
    pub vectors: Vec<Vec<f64>>,
}

/// The scaled Laplacian −D^-½ A D^-½ of undirected edges, dense; see [`Edges::scaled_laplacian`].
pub fn scaled_laplacian(edges: &Edges) -> Vec<Vec<f64>> {
    let nodes = edges.nodes();
    let mut matrix = vec![vec![0.0; nodes]; nodes];
    let pairs = || edges.pairs().iter().filter(|[source, target]| source != target);
    let mut degrees = vec![0.0_f64; nodes];
    pairs().for_each(|pair| degrees[pair[1] as usize] += 1.0);
    for [source, target] in pairs().map(|pair| pair.map(|node| node as usize)) {
        matrix[target][source] -= 1.0 / (degrees[source] * degrees[target]).sqrt();
    }
    matrix
}

/// Eigenvalues and eigenvectors by Jacobi's rotations (1846).
///
/// # Panics
/// If the matrix is not square.
pub fn eigen(mut matrix: Vec<Vec<f64>>) -> Eigen {
    let n = matrix.len();
    assert!(matrix.iter().all(|row| row.len() == n), "a matrix of {n} rows has {n} columns");
    let mut vectors: Vec<Vec<f64>> =
        (0..n).map(|i| (0..n).map(|k| f64::from(u8::from(i == k))).collect()).collect();
    let largest = matrix.iter().flatten().fold(0.0_f64, |most, value| most.max(value.abs()));
    for _ in 0..MOST_ROUNDS {
        let mut turned = false;
        for p in 0..n {
            for q in p + 1..n {
                if matrix[p][q].abs() <= SMALL * largest {
                    continue;
                }
                turned = true;
                // The angle that makes the entry zero.
                let ratio = (matrix[q][q] - matrix[p][p]) / (2.0 * matrix[p][q]);
                let tangent = ratio.signum() / (ratio.abs() + (ratio * ratio + 1.0).sqrt());
                let cosine = 1.0 / (tangent * tangent + 1.0).sqrt();
                rotate(&mut matrix, &mut vectors, [p, q], [cosine, tangent * cosine]);
            }
        }
        if !turned {
            break;
        }
    }
    Eigen { values: (0..n).map(|i| matrix[i][i]).collect(), vectors }
}

fn rotate(matrix: &mut [Vec<f64>], vectors: &mut [Vec<f64>], [p, q]: [usize; 2], [c, s]: [f64; 2]) {
    let turn = |a: f64, b: f64| (c * a - s * b, s * a + c * b);
    for row in matrix.iter_mut().chain(vectors.iter_mut()) {
        (row[p], row[q]) = turn(row[p], row[q]);
    }
    let (above, below) = matrix.split_at_mut(q);
    for (upper, lower) in above[p].iter_mut().zip(&mut below[0]) {
        (*upper, *lower) = turn(*upper, *lower);
    }
}

/// The filter `U g(Λ) Uᵀ x` of a signal: g makes each frequency λ stronger or weaker (Bruna et al., Spectral networks and deep locally
/// connected networks on graphs, 2014).
///
/// # Panics
/// If the signal has another length than the matrix.
pub fn filter(eigen: &Eigen, signal: &[f64], g: impl Fn(f64) -> f64) -> Vec<f64> {
    let n = eigen.values.len();
    assert_eq!(signal.len(), n, "one number for each node");
    let strengths: Vec<f64> = (0..n)
        .map(|k| {
            let share: f64 = (0..n).map(|i| eigen.vectors[i][k] * signal[i]).sum();
            g(eigen.values[k]) * share
        })
        .collect();
    (0..n).map(|i| (0..n).map(|k| eigen.vectors[i][k] * strengths[k]).sum()).collect()
}

/// Chebyshev's polynomial `T_k` at x.
pub fn chebyshev(k: usize, x: f64) -> f64 {
    let (mut before, mut now) = (1.0, x);
    if k == 0 {
        return before;
    }
    for _ in 1..k {
        (before, now) = (now, 2.0 * x * now - before);
    }
    now
}
