//! An encoder and a decoder, as the first transformer (Vaswani et al., 2017) and BART (Lewis et al., 2019) have them: one reads a damaged text
//! in both directions, the other writes the whole one, looking back on what it wrote and across to what was read.

use mlbook::prelude::*;
use mlbook::show::floats;

use crate::cloze::{self, BEGIN, FIRST};
use crate::encoder::{Embeddings, EncoderSizes, FeedForward, SelfAttention, Transformer};
use crate::masked::embeddings;
use crate::sampling::likeliest;

/// The network.
#[derive(Module, Debug)]
pub struct Denoiser {
    pub read_embeddings: Embeddings,
    pub encoder: Transformer,
    pub written_embeddings: Embeddings,
    pub decoder: Vec<DecoderBlock>,
    pub head: Linear,
}

/// Looks back on what was written, then across to what was read, then thinks.
#[derive(Module, Debug)]
pub struct DecoderBlock {
    pub attention: SelfAttention,
    pub sa_layer_norm: LayerNorm,
    pub cross: CrossAttention,
    pub cross_layer_norm: LayerNorm,
    pub ffn: FeedForward,
    pub output_layer_norm: LayerNorm,
}

/// Queries from what is written, keys and values from what was read.
#[derive(Module, Debug)]
pub struct CrossAttention {
    pub q_lin: Linear,
    pub k_lin: Linear,
    pub v_lin: Linear,
    pub out_lin: Linear,
    #[module(skip)]
    heads: usize,
}

impl CrossAttention {
    fn new(sizes: &EncoderSizes, generator: &Generator, device: &Device) -> Self {
        let dense = || linear(sizes.dim, sizes.dim).init_normal(sizes.deviation, generator, device);
        Self { q_lin: dense(), k_lin: dense(), v_lin: dense(), out_lin: dense(), heads: sizes.heads }
    }

    /// # Shapes
    /// - written: `[batch, written, dim]`, returned as given
    /// - read: `[batch, read, dim]`, of which `mask` says what counts
    pub fn forward(&self, written: Tensor<3>, read: Tensor<3>, mask: &Mask) -> Tensor<3> {
        let split = |layer: &Linear, x: Tensor<3>| split_heads(layer.forward(x), self.heads);
        let query = split(&self.q_lin, written); // [batch, heads, written, dim / heads]
        let (key, value) = (split(&self.k_lin, read.clone()), split(&self.v_lin, read)); // [batch, heads, read, dim / heads]
        self.out_lin.forward(merge_heads(attention(query, key, value, mask)))
    }

    /// How much each written place looks at each that was read, `[batch, heads, written, read]`.
    pub fn weights(&self, written: Tensor<3>, read: Tensor<3>, mask: &Mask) -> Tensor<4> {
        let query = split_heads(self.q_lin.forward(written), self.heads);
        attention_weights(query, split_heads(self.k_lin.forward(read), self.heads), mask)
    }
}

impl DecoderBlock {
    fn all(sizes: &EncoderSizes, generator: &Generator, device: &Device) -> Vec<Self> {
        let with_cross = |block: crate::encoder::EncoderBlock| Self {
            attention: block.attention,
            sa_layer_norm: block.sa_layer_norm,
            cross: CrossAttention::new(sizes, generator, device),
            cross_layer_norm: layer_norm(sizes.dim).epsilon(sizes.epsilon).init(device),
            ffn: block.ffn,
            output_layer_norm: block.output_layer_norm,
        };
        Transformer::new(sizes, generator, device).layer.into_iter().map(with_cross).collect()
    }

    /// What looks across, having looked back.
    fn looking(&self, written: Tensor<3>) -> Tensor<3> {
        let back = self.attention.forward(written.clone(), &Mask::Causal);
        self.sa_layer_norm.forward(written + back)
    }

    fn forward(&self, written: Tensor<3>, read: Tensor<3>, mask: &Mask) -> Tensor<3> {
        let x = self.looking(written); // [batch, written, dim]
        let x = self.cross_layer_norm.forward(x.clone() + self.cross.forward(x, read, mask));
        self.output_layer_norm.forward(x.clone() + self.ffn.forward(x))
    }
}

impl Denoiser {
    /// With drawn weights.
    pub fn new(sizes: &EncoderSizes, generator: &Generator, device: &Device) -> Self {
        let embeddings = || embeddings(sizes, generator, device);
        Self {
            read_embeddings: embeddings(),
            encoder: Transformer::new(sizes, generator, device),
            written_embeddings: embeddings(),
            decoder: DecoderBlock::all(sizes, generator, device),
            head: linear(sizes.dim, sizes.vocab_size).init_normal(sizes.deviation, generator, device),
        }
    }

    /// What the encoder makes of a damaged text.
    ///
    /// # Shapes
    /// - read: `[batch, read]`, of which `mask` says what counts
    /// - returns `[batch, read, dim]`
    pub fn encode(&self, read: Tensor<2, Int>, mask: &Mask) -> Tensor<3> {
        self.encoder.forward(self.read_embeddings.forward(read), mask)
    }

    /// Scores of the character after each that was written.
    ///
    /// # Shapes
    /// - written: `[batch, written]`, the first of them [`BEGIN`]
    /// - read: `[batch, read, dim]`, from [`encode`](Self::encode)
    /// - returns `[batch, written, characters]`
    pub fn decode(&self, written: Tensor<2, Int>, read: Tensor<3>, mask: &Mask) -> Tensor<3> {
        let x = self.written_embeddings.forward(written); // [batch, written, dim]
        let x = self.decoder.iter().fold(x, |x, block| block.forward(x, read.clone(), mask));
        self.head.forward(x) // [batch, written, characters]
    }

    /// How the last block looks across, on average over its heads: `[written, read]`.
    pub fn across(&self, read: &[i32], written: &[i32], device: &Device) -> Tensor<2> {
        let (tokens, mask) = cloze::padded(&[read.to_vec()], device);
        let read = self.encode(tokens, &mask);
        let (written, _) = cloze::padded(&[written.to_vec()], device);
        let mut x = self.written_embeddings.forward(written);
        let mut across = Tensor::zeros([1, 1], device);
        for block in &self.decoder {
            let looked = block.cross.weights(block.looking(x.clone()), read.clone(), &mask); // [1, heads, written, read]
            across = looked.mean_dim(1).squeeze_dims(&[0, 1]); // [written, read]
            x = block.forward(x, read.clone(), &mask);
        }
        across
    }

    /// The whole text that the network makes of a damaged one: `length` characters, each the likeliest.
    pub fn restored(&self, read: &[i32], length: usize, device: &Device) -> Vec<i32> {
        let (tokens, mask) = cloze::padded(&[read.to_vec()], device);
        let read = self.encode(tokens, &mask);
        let mut text = vec![BEGIN];
        for _ in 0..length {
            let (written, _) = cloze::padded(&[text.clone()], device); // [1, written]
            let scores = self.decode(written, read.clone(), &mask).narrow(1, text.len() - 1, 1); // [1, 1, characters]
            text.push(FIRST + likeliest(&floats(&scores)[FIRST as usize..]) as i32);
        }
        text.split_off(1)
    }
}
