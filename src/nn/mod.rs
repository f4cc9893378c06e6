//! Layers, losses and optimisers with PyTorch's names, defaults and initial weights, on burn's tensors.

mod adam;
mod attention;
mod conv_transpose;
pub mod critic;
mod dropout;
mod embedding;
mod gelu;
mod kernel;
mod layer_norm;
mod layers;
mod leaky;
mod linear;
mod loss;
pub mod matrix;
mod norm;
pub mod observe;
mod pool;
mod recurrent;
pub mod weights;

pub use adam::{Adam, adam};
pub use attention::{Mask, attention, attention_weights, merge_heads, self_attention, split_heads};
pub use conv_transpose::{ConvTranspose2d, ConvTranspose2dBuilder, conv_transpose2d};
pub use critic::{Critic, CriticLayer, LeakyRelu, Sigmoid, Tanh};
pub use dropout::{Dropout, dropout};
pub use embedding::{Embedding, EmbeddingBuilder, embedding};
pub use gelu::{gelu, gelu_new};
pub use kernel::Sparse;
pub use layer_norm::{LayerNorm, LayerNormBuilder, layer_norm};
pub use layers::{Conv2d, Conv2dBuilder, conv2d, cross_correlate};
pub(crate) use layers::{parameter, transposed};
pub use leaky::leaky_relu;
pub use linear::{Linear, LinearBuilder, affine, linear, scores, xavier_uniform};
pub use loss::{
    binary_cross_entropy, binary_cross_entropy_with_logits, correct, cross_entropy, mean_squared_error,
    negative_log_likelihood,
};
pub use norm::{BatchNorm2d, BatchNorm2dBuilder, InstanceNorm2d, batch_norm2d, instance_norm2d};
pub use pool::{AvgPool2d, MaxPool2d, avg_pool2d, max_pool2d};
pub use recurrent::{Gru, Lstm, LstmOutput, RecurrentBuilder, Rnn, RnnOutput, gru, lstm, rnn};

pub use burn::tensor::activation::{log_softmax, relu, sigmoid, softmax, tanh};
