//! What the files of a GPT-2 say of it: `config.json`, and how its tensors are called.

use std::path::Path;

use mlbook::hub::{self, Activation, HubError, Layout, TensorFile};
use mlbook::prelude::*;
use serde::{Deserialize, Serialize};

use crate::gpt2::Gpt2;

/// `config.json` of a GPT-2.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Gpt2Config {
    pub vocab_size: usize,
    /// Tokens that it can look back on.
    pub n_positions: usize,
    pub n_embd: usize,
    pub n_layer: usize,
    pub n_head: usize,
    /// Width between the dense layers of a block; four times `n_embd` if not said.
    #[serde(default)]
    pub n_inner: Option<usize>,
    pub activation_function: Activation,
    pub layer_norm_epsilon: f64,
    pub embd_pdrop: f64,
    pub resid_pdrop: f64,
    pub attn_pdrop: f64,
    pub initializer_range: f64,
    #[serde(default = "yes")]
    scale_attn_weights: bool,
    #[serde(default)]
    scale_attn_by_inverse_layer_idx: bool,
}

fn yes() -> bool {
    true
}

/// How Hugging Face calls the tensors. `lm_head` is the embedding once more, the buffers `attn.bias` hold the causal mask.
pub const LAYOUT: Layout = Layout {
    renamed: &[],
    optional_prefix: "transformer.",
    unused: &["lm_head.weight", "*.attn.bias", "*.attn.masked_bias"],
    fresh: &[],
};

impl Gpt2Config {
    /// The smallest of the four, called `gpt2`.
    pub fn small() -> Self {
        Self::of(50_257, 1024, 768, 12, 12, Activation::GeluNew, 0.1)
    }

    /// nanoGPT's network for characters: 4 blocks of 4 heads, 128 wide, without drop-out.
    pub fn characters(vocab_size: usize, n_positions: usize, n_embd: usize) -> Self {
        Self::of(vocab_size, n_positions, n_embd, 4, 4, Activation::Gelu, 0.0)
    }

    fn of(
        vocab_size: usize,
        n_positions: usize,
        n_embd: usize,
        n_layer: usize,
        n_head: usize,
        activation_function: Activation,
        dropped: f64,
    ) -> Self {
        Self {
            vocab_size,
            n_positions,
            n_embd,
            n_layer,
            n_head,
            n_inner: None,
            activation_function,
            layer_norm_epsilon: 1e-5,
            embd_pdrop: dropped,
            resid_pdrop: dropped,
            attn_pdrop: dropped,
            initializer_range: 0.02,
            scale_attn_weights: true,
            scale_attn_by_inverse_layer_idx: false,
        }
    }

    /// Width between the dense layers of a block.
    pub fn inner(&self) -> usize {
        self.n_inner.unwrap_or(4 * self.n_embd)
    }

    /// As `config.json`, for Python's `GPT2LMHeadModel`.
    pub fn to_json(&self) -> serde_json::Value {
        let mut json = serde_json::to_value(self).unwrap_or_default();
        if let Some(fields) = json.as_object_mut() {
            fields.insert("model_type".to_owned(), "gpt2".into());
            fields.insert("architectures".to_owned(), ["GPT2LMHeadModel"].as_slice().into());
            // The book's networks of characters have no token that ends a text.
            let end = (self.vocab_size == 50_257).then_some(50_256);
            fields.insert("bos_token_id".to_owned(), end.into());
            fields.insert("eos_token_id".to_owned(), end.into());
        }
        json
    }

    /// Reads and checks the configuration in a model's folder.
    ///
    /// # Errors
    /// No such file, a field that is missing, or sizes and options that no GPT-2 of this program has.
    pub fn read(folder: &Path) -> Result<Self, HubError> {
        let config: Self = hub::read_config(folder)?;
        let sizes = [config.vocab_size, config.n_positions, config.n_embd, config.n_layer, config.n_head];
        let problem = if sizes.contains(&0) {
            "a size is 0; each must be at least 1".to_owned()
        } else if !config.n_embd.is_multiple_of(config.n_head) {
            let (width, heads) = (config.n_embd, config.n_head);
            format!("n_embd {width} cannot be shared among n_head {heads}; it must be a multiple")
        } else if !config.scale_attn_weights || config.scale_attn_by_inverse_layer_idx {
            "attention is scaled otherwise than by 1 / √width, which this program does not compute".to_owned()
        } else {
            return Ok(config);
        };
        Err(HubError::Config { path: folder.join("config.json"), problem })
    }
}

/// The model of a folder in Hugging Face's layout.
///
/// # Errors
/// A folder that is damaged, or whose files do not fit together.
pub fn load(folder: &Path, device: &Device) -> Result<(Gpt2, Gpt2Config), HubError> {
    let config = Gpt2Config::read(folder)?;
    let empty = Gpt2::with_deviation(&config, 0.0, &Generator::seeded(0), device);
    let file = TensorFile::read(&folder.join("model.safetensors"))?;
    Ok((file.fill(empty, &LAYOUT)?.model, config))
}
