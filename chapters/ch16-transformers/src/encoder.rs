//! Sections 16.3.3: the encoder's blocks, which BERT (Devlin et al., 2018) and DistilBERT (Sanh et al., 2019) share.

use mlbook::hub::Activation;
use mlbook::prelude::*;

/// Sizes of an encoder, and what it drops while it learns.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EncoderSizes {
    pub vocab_size: usize,
    /// The longest text, in tokens.
    pub positions: usize,
    /// Numbers for each token.
    pub dim: usize,
    pub layers: usize,
    pub heads: usize,
    /// Units between the two dense layers of a block.
    pub hidden_dim: usize,
    pub activation: Activation,
    /// Share of units dropped after the embeddings and the dense layers.
    pub dropout: f64,
    /// Share of attention weights dropped.
    pub attention_dropout: f64,
    /// BERT drops units after its attention too, DistilBERT does not.
    pub drops_after_attention: bool,
    /// Added to the variance in layer norms.
    pub epsilon: f64,
    /// Deviation of the initial weights; 0 for a model that gets its numbers from a file.
    pub deviation: f64,
}

/// Every position looks at all others and takes from each as much as it fits.
#[derive(Module, Debug)]
pub struct SelfAttention {
    pub q_lin: Linear,
    pub k_lin: Linear,
    pub v_lin: Linear,
    pub out_lin: Linear,
    dropout: Dropout,
    #[module(skip)]
    heads: usize,
    #[module(skip)]
    drops: bool,
}

impl SelfAttention {
    fn new(sizes: &EncoderSizes, generator: &Generator, device: &Device) -> Self {
        let dense = || linear(sizes.dim, sizes.dim).init_normal(sizes.deviation, generator, device);
        Self {
            q_lin: dense(),
            k_lin: dense(),
            v_lin: dense(),
            out_lin: dense(),
            dropout: dropout(sizes.attention_dropout).init(generator),
            heads: sizes.heads,
            drops: sizes.attention_dropout > 0.0,
        }
    }

    /// # Shapes
    /// - hidden: `[batch, steps, dim]`
    /// - mask: which positions are words
    /// - returns `[batch, steps, dim]`
    pub fn forward(&self, hidden: Tensor<3>, mask: &Mask) -> Tensor<3> {
        let [query, key, value] = [&self.q_lin, &self.k_lin, &self.v_lin]
            .map(|layer| split_heads(layer.forward(hidden.clone()), self.heads)); // [batch, heads, steps, dim / heads]
        let context = if self.drops && hidden.is_autodiff() {
            let weights = attention_weights(query, key, mask); // [batch, heads, steps, steps]
            self.dropout.forward(weights).matmul(value)
        } else {
            attention(query, key, value, mask)
        };
        self.out_lin.forward(merge_heads(context)) // [batch, steps, dim]
    }

    /// How much each position looks at each other, `[batch, heads, steps, steps]`.
    pub fn weights(&self, hidden: Tensor<3>, mask: &Mask) -> Tensor<4> {
        let [query, key] =
            [&self.q_lin, &self.k_lin].map(|layer| split_heads(layer.forward(hidden.clone()), self.heads));
        attention_weights(query, key, mask)
    }
}

/// Two dense layers for each position by itself.
#[derive(Module, Debug)]
pub struct FeedForward {
    pub lin1: Linear,
    pub lin2: Linear,
    #[module(skip)]
    activation: Activation,
}

impl FeedForward {
    /// # Shapes
    /// - hidden: `[batch, steps, dim]`, returned as given
    pub fn forward(&self, hidden: Tensor<3>) -> Tensor<3> {
        let x = self.activation.forward(self.lin1.forward(hidden)); // [batch, steps, hidden_dim]
        self.lin2.forward(x) // [batch, steps, dim]
    }
}

/// Attention, then dense layers; what goes in is added to each, and then normalised.
#[derive(Module, Debug)]
pub struct EncoderBlock {
    pub attention: SelfAttention,
    pub sa_layer_norm: LayerNorm,
    pub ffn: FeedForward,
    pub output_layer_norm: LayerNorm,
    attention_out: Dropout,
    ffn_out: Dropout,
}

impl EncoderBlock {
    fn new(sizes: &EncoderSizes, generator: &Generator, device: &Device) -> Self {
        let norm = || layer_norm(sizes.dim).epsilon(sizes.epsilon).init(device);
        let dense = |from, to| linear(from, to).init_normal(sizes.deviation, generator, device);
        let after_attention = if sizes.drops_after_attention { sizes.dropout } else { 0.0 };
        Self {
            attention: SelfAttention::new(sizes, generator, device),
            sa_layer_norm: norm(),
            ffn: FeedForward {
                lin1: dense(sizes.dim, sizes.hidden_dim),
                lin2: dense(sizes.hidden_dim, sizes.dim),
                activation: sizes.activation,
            },
            output_layer_norm: norm(),
            attention_out: dropout(after_attention).init(generator),
            ffn_out: dropout(sizes.dropout).init(generator),
        }
    }

    /// # Shapes
    /// - hidden: `[batch, steps, dim]`, returned as given
    pub fn forward(&self, hidden: Tensor<3>, mask: &Mask) -> Tensor<3> {
        let looked = self.attention_out.forward(self.attention.forward(hidden.clone(), mask));
        let hidden = self.sa_layer_norm.forward(hidden + looked); // [batch, steps, dim]
        let thought = self.ffn_out.forward(self.ffn.forward(hidden.clone()));
        self.output_layer_norm.forward(hidden + thought) // [batch, steps, dim]
    }
}

/// The blocks, one after the other.
#[derive(Module, Debug)]
pub struct Transformer {
    pub layer: Vec<EncoderBlock>,
}

impl Transformer {
    /// Blocks with drawn weights.
    pub fn new(sizes: &EncoderSizes, generator: &Generator, device: &Device) -> Self {
        Self { layer: (0..sizes.layers).map(|_| EncoderBlock::new(sizes, generator, device)).collect() }
    }

    /// # Shapes
    /// - hidden: `[batch, steps, dim]`, returned as given
    pub fn forward(&self, hidden: Tensor<3>, mask: &Mask) -> Tensor<3> {
        self.layer.iter().fold(hidden, |hidden, block| block.forward(hidden, mask))
    }

    /// The first `layers` blocks without gradients: they stay as they are, and nothing is computed for them on the way back.
    pub fn frozen(self, layers: usize) -> Self {
        let layer = self.layer.into_iter().enumerate();
        let layer = layer.map(|(k, block)| if k < layers { block.freeze() } else { block });
        Self { layer: layer.collect() }
    }
}

/// A vector for each token and one for its place, added and normalised. BERT adds a third for the part of the text, of which there
/// is one here.
#[derive(Module, Debug)]
pub struct Embeddings {
    pub word_embeddings: Embedding,
    pub position_embeddings: Embedding,
    pub token_type_embeddings: Option<Embedding>,
    pub layer_norm: LayerNorm,
    dropout: Dropout,
}

impl Embeddings {
    /// With drawn weights; the padding token 0 has zeros. `parts`: BERT's kinds of texts, none in DistilBERT.
    pub fn new(sizes: &EncoderSizes, parts: Option<usize>, generator: &Generator, device: &Device) -> Self {
        let table = |rows| embedding(rows, sizes.dim);
        Self {
            word_embeddings: table(sizes.vocab_size).padding(0).init_normal(
                sizes.deviation,
                generator,
                device,
            ),
            position_embeddings: table(sizes.positions).init_normal(sizes.deviation, generator, device),
            token_type_embeddings: parts
                .map(|parts| table(parts).init_normal(sizes.deviation, generator, device)),
            layer_norm: layer_norm(sizes.dim).epsilon(sizes.epsilon).init(device),
            dropout: dropout(sizes.dropout).init(generator),
        }
    }

    /// # Shapes
    /// - tokens: `[batch, steps]`, at most as many steps as there are positions
    /// - returns `[batch, steps, dim]`
    pub fn forward(&self, tokens: Tensor<2, Int>) -> Tensor<3> {
        let [_, steps] = tokens.dims();
        let words = self.word_embeddings.forward(tokens); // [batch, steps, dim]
        let mut places = self.position_embeddings.weight.val().narrow(0, 0, steps); // [steps, dim]
        if let Some(parts) = &self.token_type_embeddings {
            places = places + parts.weight.val().narrow(0, 0, 1);
        }
        self.dropout.forward(self.layer_norm.forward(words + places.unsqueeze()))
    }
}
