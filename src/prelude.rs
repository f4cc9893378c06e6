//! What a chapter imports: burn's tensors and modules, layers and losses with PyTorch's defaults, data, training, figures.

pub use burn;
pub use burn::module::Module;
pub use burn::tensor::{Device, Int, Tensor, TensorData};

pub use crate::cli::{Book, Run, RunFlags};
pub use crate::data::mnist::{Digits, Mnist};
pub use crate::data::{self};
pub use crate::nn::*;
pub use crate::plot;
pub use crate::rng::{Generator, NumpyRng, TorchRng};
pub use crate::say;
pub use crate::train::{Evaluation, History, Labelled, Plan, TrainError, Training};
