//! Section 16.3.3: DistilBERT (Sanh et al., 2019), BERT's lighter pupil, with a head that tells classes apart. 66,955,010 parameters
//! in the book's size.

use std::path::Path;

use mlbook::hub::{self, Activation, Filled, HubError, Layout, TensorFile};
use mlbook::prelude::*;
use serde::{Deserialize, Serialize};

use crate::batches::Batch;
use crate::encoder::{Embeddings, EncoderSizes, Transformer};

/// What `config.json` says of a DistilBERT.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DistilBertConfig {
    pub vocab_size: usize,
    pub max_position_embeddings: usize,
    pub dim: usize,
    pub n_layers: usize,
    pub n_heads: usize,
    pub hidden_dim: usize,
    pub activation: Activation,
    pub dropout: f64,
    pub attention_dropout: f64,
    pub seq_classif_dropout: f64,
    #[serde(default = "usual_deviation")]
    pub initializer_range: f64,
}

fn usual_deviation() -> f64 {
    0.02
}

impl DistilBertConfig {
    /// `distilbert-base-uncased`.
    pub fn base() -> Self {
        Self {
            vocab_size: 30_522,
            max_position_embeddings: 512,
            dim: 768,
            n_layers: 6,
            n_heads: 12,
            hidden_dim: 3072,
            activation: Activation::Gelu,
            dropout: 0.1,
            attention_dropout: 0.1,
            seq_classif_dropout: 0.2,
            initializer_range: usual_deviation(),
        }
    }

    /// As `config.json`, for a classifier of these classes.
    pub fn to_json(&self, classes: &[String]) -> serde_json::Value {
        let mut json = serde_json::to_value(self).unwrap_or_default();
        if let Some(fields) = json.as_object_mut() {
            fields.insert("model_type".to_owned(), "distilbert".into());
            fields.insert(
                "architectures".to_owned(),
                ["DistilBertForSequenceClassification"].as_slice().into(),
            );
            fields.insert("pad_token_id".to_owned(), 0.into());
            fields.insert("id2label".to_owned(), crate::classes::by_number(classes));
            fields.insert("label2id".to_owned(), crate::classes::by_name(classes));
        }
        json
    }

    fn sizes(&self, deviation: f64) -> EncoderSizes {
        EncoderSizes {
            vocab_size: self.vocab_size,
            positions: self.max_position_embeddings,
            dim: self.dim,
            layers: self.n_layers,
            heads: self.n_heads,
            hidden_dim: self.hidden_dim,
            activation: self.activation,
            dropout: self.dropout,
            attention_dropout: self.attention_dropout,
            drops_after_attention: false,
            epsilon: 1e-12,
            deviation,
        }
    }
}

/// How Hugging Face calls its tensors. The head for masked words is not needed here; the head for classes is new in a file that has
/// been pretrained only.
pub const LAYOUT: Layout = Layout {
    renamed: &[("embeddings.layer_norm", "embeddings.LayerNorm")],
    optional_prefix: "distilbert.",
    unused: &["vocab_*", "*embeddings.position_ids"],
    fresh: &["pre_classifier.", "classifier."],
};

/// The encoder: embeddings and blocks.
#[derive(Module, Debug)]
pub struct DistilBert {
    pub embeddings: Embeddings,
    pub transformer: Transformer,
}

impl DistilBert {
    /// # Shapes
    /// - batch of `[batch, steps]` tokens
    /// - returns `[batch, steps, dim]`
    pub fn forward(&self, batch: &Batch) -> Tensor<3> {
        let hidden = self.embeddings.forward(batch.tokens.clone()); // [batch, steps, dim]
        self.transformer.forward(hidden, &batch.mask())
    }
}

/// `DistilBertForSequenceClassification`: two dense layers on the first token's vector.
#[derive(Module, Debug)]
pub struct DistilBertClassifier {
    pub distilbert: DistilBert,
    pub pre_classifier: Linear,
    pub classifier: Linear,
    dropout: Dropout,
}

impl DistilBertClassifier {
    /// Draws every weight from N(0, 0.02²), as DistilBERT began before it was pretrained.
    pub fn new(config: &DistilBertConfig, classes: usize, generator: &Generator, device: &Device) -> Self {
        Self::with_deviation(config, config.initializer_range, classes, generator, device)
    }

    fn with_deviation(
        config: &DistilBertConfig,
        deviation: f64,
        classes: usize,
        generator: &Generator,
        device: &Device,
    ) -> Self {
        let sizes = config.sizes(deviation);
        let head = |to| linear(config.dim, to).init_normal(config.initializer_range, generator, device);
        Self {
            distilbert: DistilBert {
                embeddings: Embeddings::new(&sizes, None, generator, device),
                transformer: Transformer::new(&sizes, generator, device),
            },
            pre_classifier: head(config.dim),
            classifier: head(classes),
            dropout: dropout(config.seq_classif_dropout).init(generator),
        }
    }

    /// The model of a folder in Hugging Face's layout. A head for classes that is not there is drawn.
    ///
    /// # Errors
    /// A folder that is damaged or whose files do not fit together.
    pub fn load(
        folder: &Path,
        classes: usize,
        generator: &Generator,
        device: &Device,
    ) -> Result<(Filled<Self>, DistilBertConfig), HubError> {
        let config: DistilBertConfig = hub::read_config(folder)?;
        let model = Self::with_deviation(&config, 0.0, classes, generator, device);
        let file = TensorFile::read(&folder.join("model.safetensors"))?;
        Ok((file.fill(model, &LAYOUT)?, config))
    }

    /// Class scores.
    ///
    /// # Shapes
    /// - batch of `[batch, steps]` tokens
    /// - returns logits `[batch, classes]`
    pub fn forward(&self, batch: &Batch) -> Tensor<2> {
        let hidden = self.distilbert.forward(batch); // [batch, steps, dim]
        let first = hidden.narrow(1, 0, 1).squeeze_dim::<2>(1); // [batch, dim]
        let x = relu(self.pre_classifier.forward(first)); // [batch, dim]
        self.classifier.forward(self.dropout.forward(x)) // [batch, classes]
    }

    /// With embeddings and the first `layers` blocks frozen, if `layers` is not 0.
    pub fn frozen(mut self, layers: usize) -> Self {
        if layers > 0 {
            self.distilbert.embeddings = self.distilbert.embeddings.freeze();
            self.distilbert.transformer = self.distilbert.transformer.frozen(layers);
        }
        self
    }
}
