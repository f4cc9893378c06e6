//! BERT-style sentence encoder (Wang et al., 2020; Reimers and Gurevych, 2019): a text becomes a vector, and texts of like meaning
//! lie close to each other. 22,565,376 parameters in all-MiniLM-L6-v2, without a pooling layer of its file that is not used.

use std::path::Path;

use mlbook::hub::{self, Activation, HubError, Layout, TensorFile};
use mlbook::prelude::*;
use serde::{Deserialize, Serialize};

use crate::batches::Batch;
use crate::encoder::{Embeddings, EncoderSizes, Transformer};

/// What `config.json` says of a BERT.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BertConfig {
    pub vocab_size: usize,
    pub max_position_embeddings: usize,
    pub hidden_size: usize,
    pub num_hidden_layers: usize,
    pub num_attention_heads: usize,
    pub intermediate_size: usize,
    pub hidden_act: Activation,
    pub hidden_dropout_prob: f64,
    pub attention_probs_dropout_prob: f64,
    pub type_vocab_size: usize,
    pub layer_norm_eps: f64,
    pub initializer_range: f64,
}

impl BertConfig {
    /// all-MiniLM-L6-v2.
    pub fn minilm() -> Self {
        Self {
            vocab_size: 30_522,
            max_position_embeddings: 512,
            hidden_size: 384,
            num_hidden_layers: 6,
            num_attention_heads: 12,
            intermediate_size: 1536,
            hidden_act: Activation::Gelu,
            hidden_dropout_prob: 0.1,
            attention_probs_dropout_prob: 0.1,
            type_vocab_size: 2,
            layer_norm_eps: 1e-12,
            initializer_range: 0.02,
        }
    }

    /// As `config.json`, for Python's `BertModel`.
    pub fn to_json(&self) -> serde_json::Value {
        let mut json = serde_json::to_value(self).unwrap_or_default();
        if let Some(fields) = json.as_object_mut() {
            fields.insert("model_type".to_owned(), "bert".into());
            fields.insert("architectures".to_owned(), ["BertModel"].as_slice().into());
            fields.insert("pad_token_id".to_owned(), 0.into());
        }
        json
    }

    fn sizes(&self, deviation: f64) -> EncoderSizes {
        EncoderSizes {
            vocab_size: self.vocab_size,
            positions: self.max_position_embeddings,
            dim: self.hidden_size,
            layers: self.num_hidden_layers,
            heads: self.num_attention_heads,
            hidden_dim: self.intermediate_size,
            activation: self.hidden_act,
            dropout: self.hidden_dropout_prob,
            attention_dropout: self.attention_probs_dropout_prob,
            drops_after_attention: true,
            epsilon: self.layer_norm_eps,
            deviation,
        }
    }
}

/// How Hugging Face calls BERT's tensors. The dense layer on the first token (`pooler`) is not used: the mean of all tokens is.
pub const LAYOUT: Layout = Layout {
    renamed: &[
        ("embeddings.layer_norm", "embeddings.LayerNorm"),
        ("attention.q_lin", "attention.self.query"),
        ("attention.k_lin", "attention.self.key"),
        ("attention.v_lin", "attention.self.value"),
        ("attention.out_lin", "attention.output.dense"),
        ("sa_layer_norm", "attention.output.LayerNorm"),
        ("output_layer_norm", "output.LayerNorm"),
        ("ffn.lin1", "intermediate.dense"),
        ("ffn.lin2", "output.dense"),
    ],
    optional_prefix: "bert.",
    unused: &["*pooler.dense.weight", "*pooler.dense.bias", "*embeddings.position_ids", "cls.*"],
    fresh: &["classifier."],
};

/// The encoder: embeddings and blocks.
#[derive(Module, Debug)]
pub struct Bert {
    pub embeddings: Embeddings,
    pub encoder: Transformer,
}

impl Bert {
    fn new(config: &BertConfig, deviation: f64, generator: &Generator, device: &Device) -> Self {
        let sizes = config.sizes(deviation);
        Self {
            embeddings: Embeddings::new(&sizes, Some(config.type_vocab_size), generator, device),
            encoder: Transformer::new(&sizes, generator, device),
        }
    }

    /// # Shapes
    /// - batch of `[batch, steps]` tokens
    /// - returns `[batch, steps, dim]`
    pub fn forward(&self, batch: &Batch) -> Tensor<3> {
        let hidden = self.embeddings.forward(batch.tokens.clone()); // [batch, steps, dim]
        self.encoder.forward(hidden, &batch.mask())
    }

    /// The mean of the vectors of a text's words.
    ///
    /// # Shapes
    /// - returns `[batch, dim]`
    pub fn mean(&self, batch: &Batch) -> Tensor<2> {
        mean_of_words(self.forward(batch), batch)
    }

    /// For the embeddings and after each block the largest number that any word of a text has in each place: the first know which words
    /// there are, the last what they mean here.
    ///
    /// # Shapes
    /// - returns tensors `[batch, dim]`, one more than there are blocks, and what [`forward`](Self::forward) does
    pub fn largest(&self, batch: &Batch) -> (Vec<Tensor<2>>, Tensor<3>) {
        let mask = batch.mask();
        let mut hidden = self.embeddings.forward(batch.tokens.clone()); // [batch, steps, dim]
        let filling = batch.words.clone().bool_not().unsqueeze_dim::<3>(2).expand(hidden.shape());
        let largest = |hidden: Tensor<3>| {
            hidden.mask_fill(filling.clone(), f32::MIN).max_dim(1).squeeze_dim::<2>(1) // [batch, dim]
        };
        let mut found = vec![largest(hidden.clone())];
        for block in &self.encoder.layer {
            hidden = block.forward(hidden, &mask);
            found.push(largest(hidden.clone()));
        }
        (found, hidden)
    }
}

/// `[batch, steps, dim]` to `[batch, dim]`, without what fills the texts up.
fn mean_of_words(hidden: Tensor<3>, batch: &Batch) -> Tensor<2> {
    let words = batch.words.clone().float().unsqueeze_dim::<3>(2); // [batch, steps, 1]
    let sum = (hidden * words.clone()).sum_dim(1).squeeze_dim::<2>(1); // [batch, dim]
    sum / words.sum_dim(1).squeeze_dim::<2>(1)
}

/// Rows of length 1.
fn of_length_one(rows: Tensor<2>) -> Tensor<2> {
    let length = rows.clone().square().sum_dim(1).sqrt().clamp_min(1e-12); // [batch, 1]
    rows / length
}

/// Texts as vectors of length 1.
#[derive(Module, Debug)]
pub struct SentenceEncoder {
    pub bert: Bert,
}

impl SentenceEncoder {
    /// With drawn weights.
    pub fn new(config: &BertConfig, generator: &Generator, device: &Device) -> Self {
        Self { bert: Bert::new(config, config.initializer_range, generator, device) }
    }

    /// The model of a folder in Hugging Face's layout.
    ///
    /// # Errors
    /// A folder that is damaged or whose files do not fit together.
    pub fn load(folder: &Path, device: &Device) -> Result<(Self, BertConfig), HubError> {
        let config: BertConfig = hub::read_config(folder)?;
        let empty = Self { bert: Bert::new(&config, 0.0, &Generator::seeded(0), device) };
        let file = TensorFile::read(&folder.join("model.safetensors"))?;
        Ok((file.fill(empty, &LAYOUT)?.model, config))
    }

    /// # Shapes
    /// - batch of `[batch, steps]` tokens
    /// - returns `[batch, dim]`, rows of length 1: their products are cosines
    pub fn forward(&self, batch: &Batch) -> Tensor<2> {
        of_length_one(self.bert.mean(batch))
    }

    /// Two views of texts at once: for telling them apart by what occurs in them, the largest numbers of their words in the embeddings
    /// and after each block, each of length 1 and side by side; and what [`forward`](Self::forward) says of their meaning as a whole.
    ///
    /// # Shapes
    /// - returns `[batch, (blocks + 2) · dim]`, the last `dim` of a row for the meaning
    pub fn views(&self, batch: &Batch) -> Tensor<2> {
        let (largest, hidden) = self.bert.largest(batch);
        let meaning = mean_of_words(hidden, batch); // [batch, dim]
        Tensor::cat(largest.into_iter().chain([meaning]).map(of_length_one).collect(), 1)
    }
}

/// The sentence encoder with a dense layer that tells classes apart.
#[derive(Module, Debug)]
pub struct SentenceClassifier {
    pub bert: Bert,
    pub classifier: Linear,
    dropout: Dropout,
}

impl SentenceClassifier {
    /// A new head on an encoder.
    pub fn on(encoder: SentenceEncoder, config: &BertConfig, classes: usize, generator: &Generator) -> Self {
        let device = encoder.bert.embeddings.word_embeddings.weight.device();
        Self {
            bert: encoder.bert,
            classifier: linear(config.hidden_size, classes).init(generator, &device),
            dropout: dropout(config.hidden_dropout_prob).init(generator),
        }
    }

    /// Class scores.
    ///
    /// # Shapes
    /// - batch of `[batch, steps]` tokens
    /// - returns logits `[batch, classes]`
    pub fn forward(&self, batch: &Batch) -> Tensor<2> {
        self.classifier.forward(self.dropout.forward(self.bert.mean(batch))) // [batch, classes]
    }

    /// With embeddings and the first `layers` blocks frozen, if `layers` is not 0.
    pub fn frozen(mut self, layers: usize) -> Self {
        if layers > 0 {
            self.bert.embeddings = self.bert.embeddings.freeze();
            self.bert.encoder = self.bert.encoder.frozen(layers);
        }
        self
    }
}
