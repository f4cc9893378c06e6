//! Spectral convolution with Chebyshev polynomials.

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor};

use super::{Edges, gcn::zeros};
use crate::nn::{Linear, linear, xavier_uniform};
use crate::rng::Generator;

/// Spectral convolution without eigenvectors (Defferrard, Bresson and Vandergheynst, Convolutional neural networks on graphs with fast
/// localized spectral filtering, 2016):
///
/// `X' = Σ_k T_k(L̂) X W_k + b`, k from 0 to K − 1, with Chebyshev's polynomials `T_0 = I, T_1 = L̂, T_k = 2 L̂ T_(k−1) − T_(k−2)` of the
/// scaled Laplacian ([`Edges::scaled_laplacian`]). [`spectral`](super::spectral) has the exact form that this stands for.
#[derive(Module, Debug)]
pub struct Cheb {
    /// W_k
    pub lins: Vec<Linear>,
    /// `[out]`
    pub bias: Param<Tensor<1>>,
}

/// A [`Cheb`] of `order` K: W_k from Glorot's uniform distribution, b zero.
///
/// # Panics
/// If the order is zero.
pub fn cheb(
    in_features: usize,
    out_features: usize,
    order: usize,
    generator: &Generator,
    device: &Device,
) -> Cheb {
    assert!(order > 0, "a Chebyshev convolution has at least the polynomial of order 0");
    let lins = (0..order).map(|_| {
        xavier_uniform(linear(in_features, out_features).no_bias().init(generator, device), generator)
    });
    Cheb { lins: lins.collect(), bias: zeros(out_features, device) }
}

impl Cheb {
    /// # Shapes
    /// - x: `[nodes, in]`, edges in both directions
    /// - returns `[nodes, out]`
    pub fn forward(&self, x: Tensor<2>, edges: &Edges) -> Tensor<2> {
        let mut sum = self.lins[0].forward(x.clone()) + self.bias.val().unsqueeze(); // [nodes, out]
        let (mut before, mut now) = (x.clone(), x);
        for (k, lin) in self.lins.iter().enumerate().skip(1) {
            let turned = edges.scaled_laplacian(now.clone()); // [nodes, in]
            let next = if k == 1 { turned } else { turned * 2.0 - before };
            sum = sum + lin.forward(next.clone());
            (before, now) = (now, next);
        }
        sum
    }
}
