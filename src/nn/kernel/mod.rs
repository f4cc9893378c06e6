//! Operations of our own inside burn, where its cpu backend leaves much of the processor idle.
//!
//! Each is a *backend extension*: burn-flex gets the kernel written here, every other backend the same operation made of
//! burn's own. burn-flex 0.22 computes a convolution's weight gradient as a convolution with the roles of batch and channels
//! swapped, which leaves a first layer with one channel on one core; a recurrent cell made of tensor operations spends its time on
//! slices; a single row times a matrix stays on one core; attention, a normalisation and an optimiser made of them go through
//! memory a dozen times; and messages along a graph's edges are a selection, a product and a scattered sum, where one product with
//! a sparse matrix would do.

mod activation;
mod attention;
mod conv;
mod conv_op;
mod conv_transpose_op;
mod embedding;
mod floats;
mod gelu;
mod layer_norm;
mod leaky;
mod norm;
mod norm_op;
mod patches;
mod recurrent;
mod row;
mod sparse;
mod sparse_op;
mod vectorised;

pub use attention::{Seen, attention, self_attention};
pub use conv_op::conv2d;
pub use conv_transpose_op::conv_transpose2d;
pub use embedding::embedding;
pub use floats::fits;
pub use gelu::{Form, gelu};
pub use layer_norm::layer_norm;
pub use leaky::{leaky_relu, leaky_relu_gradient};
pub use norm_op::{normalise, normalise_gradient, statistics};
pub use recurrent::{Direction, Gates, recurrent};
pub use row::{is_row, row_product};
pub use sparse_op::Sparse;
pub(in crate::nn) use vectorised::vectorised;
