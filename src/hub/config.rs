//! `config.json`: the sizes of a model.

use std::path::Path;

use burn::tensor::Tensor;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::HubError;
use crate::files;
use crate::nn::{gelu, gelu_new, relu};

/// The file of a model's folder with its sizes.
pub(super) const CONFIG: &str = "config.json";

/// Reads the `config.json` of a folder. Fields that `T` does not name are passed over.
///
/// # Errors
/// No such file, no JSON, or a field that is missing or has a value that `T` does not know: all are named.
pub fn read_config<T: DeserializeOwned>(folder: &Path) -> Result<T, HubError> {
    let path = folder.join(CONFIG);
    let bytes = files::read(&path)?;
    serde_json::from_slice(&bytes).map_err(|error| HubError::Config { path, problem: error.to_string() })
}

/// What a block's dense layers have between them, by Hugging Face's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Activation {
    /// Gaussian error linear unit, exact.
    #[serde(rename = "gelu")]
    Gelu,
    /// The same by its approximation with a hyperbolic tangent, which GPT-2 has.
    #[serde(rename = "gelu_new", alias = "gelu_pytorch_tanh")]
    GeluNew,
    /// Rectified linear unit.
    #[serde(rename = "relu")]
    Relu,
}

impl Activation {
    /// # Shapes
    /// Any, returned as given.
    pub fn forward<const D: usize>(self, input: Tensor<D>) -> Tensor<D> {
        match self {
            Self::Gelu => gelu(input),
            Self::GeluNew => gelu_new(input),
            Self::Relu => relu(input),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct Sizes {
        activation: Activation,
    }

    #[test]
    fn an_unknown_activation_is_named_with_those_that_are_known() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let path = folder.path().join(CONFIG);
        std::fs::write(&path, r#"{"activation": "swish", "dim": 48}"#).expect("written");
        let error = read_config::<Sizes>(folder.path()).expect_err("unknown").to_string();
        assert!(error.contains("config.json: unknown variant `swish`, expected one of `gelu`"), "{error}");
        std::fs::write(&path, r#"{"activation": "gelu_pytorch_tanh"}"#).expect("written");
        assert_eq!(read_config::<Sizes>(folder.path()).expect("known").activation, Activation::GeluNew);
        std::fs::write(&path, "{}").expect("written");
        let error = read_config::<Sizes>(folder.path()).expect_err("missing").to_string();
        assert!(error.contains("missing field `activation`"), "{error}");
    }
}
