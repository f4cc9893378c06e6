//! Section 16.2: GPT-2 (Radford et al., 2019), a network that says which token comes next. 124,439,808 parameters in its smallest size.

use burn::module::Param;
use mlbook::prelude::*;
use mlbook::rng::Generator;

use crate::gpt2_cache::{Cache, LayerCache};
use crate::gpt2_config::Gpt2Config;

/// Tokens and their places as vectors, blocks, a last normalisation. Scores of the next token are products with the vectors of all
/// tokens: the output layer is the embedding.
#[derive(Module, Debug)]
pub struct Gpt2 {
    pub transformer: Decoder,
}

/// What comes before the scores. The names are those of the model's files.
#[derive(Module, Debug)]
pub struct Decoder {
    /// Vectors of tokens.
    pub wte: Embedding,
    /// Vectors of places.
    pub wpe: Embedding,
    pub drop: Dropout,
    pub h: Vec<Block>,
    pub ln_f: LayerNorm,
}

/// Each position looks at those before it, then thinks about what it saw; both add to what was there.
#[derive(Module, Debug)]
pub struct Block {
    pub ln_1: LayerNorm,
    pub attn: SelfAttention,
    pub ln_2: LayerNorm,
    pub mlp: Mlp,
}

/// Several heads that look back.
#[derive(Module, Debug)]
pub struct SelfAttention {
    /// Query, key and value side by side.
    pub c_attn: Conv1D,
    pub c_proj: Conv1D,
    drop: Dropout,
    #[module(skip)]
    heads: usize,
}

/// Two dense layers, four times as wide between them.
#[derive(Module, Debug)]
pub struct Mlp {
    pub c_fc: Conv1D,
    pub c_proj: Conv1D,
    drop: Dropout,
    #[module(skip)]
    activation: mlbook::hub::Activation,
}

/// A dense layer whose weight lies `[in, out]` in files too, unlike PyTorch's.
#[derive(Module, Debug)]
pub struct Conv1D {
    pub weight: Param<Tensor<2>>,
    pub bias: Param<Tensor<1>>,
}

impl Gpt2 {
    /// Draws every weight from N(0, 0.02²), of layers that add to what was there less (section 2.3 of the paper).
    pub fn new(config: &Gpt2Config, generator: &Generator, device: &Device) -> Self {
        Self::with_deviation(config, config.initializer_range, generator, device)
    }

    /// Weights from N(0, deviation²); 0 draws none, for a model that is read from a file.
    pub fn with_deviation(
        config: &Gpt2Config,
        deviation: f64,
        generator: &Generator,
        device: &Device,
    ) -> Self {
        let table = |rows| embedding(rows, config.n_embd).init_normal(deviation, generator, device);
        let (wte, wpe) = (table(config.vocab_size), table(config.n_positions));
        let block = |_| Block::new(config, deviation, generator, device);
        let transformer = Decoder {
            wte,
            wpe,
            drop: dropout(config.embd_pdrop).init(generator),
            h: (0..config.n_layer).map(block).collect(),
            ln_f: layer_norm(config.n_embd).epsilon(config.layer_norm_epsilon).init(device),
        };
        Self { transformer }
    }

    /// Scores of the token after each position.
    ///
    /// # Shapes
    /// - tokens: `[batch, positions]`
    /// - returns logits `[batch, positions, vocab_size]`
    pub fn forward(&self, tokens: Tensor<2, Int>) -> Tensor<3> {
        self.scores(self.transformer.forward(tokens))
    }

    /// Scores of the token after the last, for tokens that follow those in `cache`; which then holds these too.
    ///
    /// # Shapes
    /// - tokens: `[batch, positions]`
    /// - returns logits `[batch, vocab_size]`
    pub fn next(&self, tokens: Tensor<2, Int>, cache: &mut Cache) -> Tensor<2> {
        let positions = tokens.dims()[1];
        let hidden = self.transformer.read(tokens, cache); // [batch, positions, n_embd]
        let last = hidden.narrow(1, positions - 1, 1); // [batch, 1, n_embd]
        self.scores(last).squeeze_dim(1) // [batch, vocab_size]
    }

    fn scores(&self, hidden: Tensor<3>) -> Tensor<3> {
        let [batch, positions, width] = hidden.dims();
        let rows = hidden.reshape([batch * positions, width]); // [batch · positions, n_embd]
        let logits = mlbook::nn::scores(rows, self.transformer.wte.weight.val()); // [batch · positions, vocab_size]
        logits.reshape([batch as i32, positions as i32, -1]) // [batch, positions, vocab_size]
    }
}

/// The mean cross-entropy of the next tokens: each position but the last foretells the one after it.
///
/// # Shapes
/// - logits: `[batch, positions, vocab_size]`, tokens: `[batch, positions]`
/// - returns `[1]`
pub fn next_token_loss(logits: Tensor<3>, tokens: Tensor<2, Int>) -> Tensor<1> {
    let [_, positions, _] = logits.dims();
    let logits = logits.narrow(1, 0, positions - 1).flatten::<2>(0, 1); // [batch · (positions − 1), vocab_size]
    cross_entropy(logits, tokens.narrow(1, 1, positions - 1).flatten(0, 1))
}

impl Decoder {
    /// What the network has made of every position, from what it had read up to there: the features of section 16.2.3.
    ///
    /// # Shapes
    /// - tokens: `[batch, positions]`
    /// - returns `[batch, positions, n_embd]`
    pub fn forward(&self, tokens: Tensor<2, Int>) -> Tensor<3> {
        let x = self.embed(tokens, 0); // [batch, positions, n_embd]
        self.ln_f.forward(self.h.iter().fold(x, |x, block| block.forward(x)))
    }

    /// [`forward`](Self::forward) for tokens that follow those in `cache`, which then holds these too.
    pub fn read(&self, tokens: Tensor<2, Int>, cache: &mut Cache) -> Tensor<3> {
        let mut x = self.embed(tokens.clone(), cache.len()); // [batch, positions, n_embd]
        for (block, cache) in self.h.iter().zip(&mut cache.layers) {
            x = block.read(x, cache);
        }
        cache.advance(tokens.dims()[1]);
        self.ln_f.forward(x)
    }

    /// What enters the first block and leaves each, the last normalised: `out.hidden.K` of the fixtures; and each block's attention
    /// `[batch, heads, positions, positions]`.
    pub fn states(&self, tokens: Tensor<2, Int>) -> (Vec<Tensor<3>>, Vec<Tensor<4>>) {
        let mut x = self.embed(tokens, 0); // [batch, positions, n_embd]
        let (mut states, mut maps) = (vec![], vec![]);
        for block in &self.h {
            states.push(x.clone());
            maps.push(block.attn.weights(block.ln_1.forward(x.clone())));
            x = block.forward(x);
        }
        states.push(self.ln_f.forward(x));
        (states, maps)
    }

    /// The sum of a token's vector and its place's.
    fn embed(&self, tokens: Tensor<2, Int>, before: usize) -> Tensor<3> {
        let [_, positions] = tokens.dims();
        let places = before as i64..(before + positions) as i64;
        let places = Tensor::<1, Int>::arange(places, &tokens.device()).unsqueeze(); // [1, positions]
        self.drop.forward(self.wte.forward(tokens) + self.wpe.forward(places)) // [batch, positions, n_embd]
    }
}

impl Block {
    fn new(config: &Gpt2Config, deviation: f64, generator: &Generator, device: &Device) -> Self {
        let norm = || layer_norm(config.n_embd).epsilon(config.layer_norm_epsilon).init(device);
        let (width, inner) = (config.n_embd, config.inner());
        let dense = |from, to, deviation| Conv1D::new([from, to], deviation, generator, device);
        // As many layers add to the same sum as there are blocks, twice.
        let adding = deviation / (2.0 * config.n_layer as f64).sqrt();
        let drop = || dropout(config.resid_pdrop).init(generator);
        Self {
            ln_1: norm(),
            attn: SelfAttention {
                c_attn: dense(width, 3 * width, deviation),
                c_proj: dense(width, width, adding),
                drop: drop(),
                heads: config.n_head,
            },
            ln_2: norm(),
            mlp: Mlp {
                c_fc: dense(width, inner, deviation),
                c_proj: dense(inner, width, adding),
                drop: drop(),
                activation: config.activation_function,
            },
        }
    }

    /// # Shapes
    /// - x: `[batch, positions, n_embd]`, returned as given
    pub fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        let x = x.clone() + self.attn.forward(self.ln_1.forward(x));
        x.clone() + self.mlp.forward(self.ln_2.forward(x))
    }

    fn read(&self, x: Tensor<3>, cache: &mut LayerCache) -> Tensor<3> {
        let x = x.clone() + self.attn.read(self.ln_1.forward(x), cache);
        x.clone() + self.mlp.forward(self.ln_2.forward(x))
    }
}

impl SelfAttention {
    /// # Shapes
    /// - x: `[batch, positions, n_embd]`, returned as given
    pub fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        let context = self_attention(self.c_attn.forward(x), self.heads, &Mask::Causal);
        self.drop.forward(self.c_proj.forward(context))
    }

    /// The same for positions that come after those in `cache`.
    fn read(&self, x: Tensor<3>, cache: &mut LayerCache) -> Tensor<3> {
        let [query, key, value] = self.parts(x); // [batch, heads, positions, width]
        let (key, value) = cache.extend(key, value); // [batch, heads, all positions, width]
        self.c_proj.forward(merge_heads(attention(query, key, value, &Mask::Causal)))
    }

    /// How much each position looks at each: `[batch, heads, positions, positions]`.
    pub fn weights(&self, x: Tensor<3>) -> Tensor<4> {
        let [query, key, _] = self.parts(x);
        attention_weights(query, key, &Mask::Causal)
    }

    fn parts(&self, x: Tensor<3>) -> [Tensor<4>; 3] {
        let packed = self.c_attn.forward(x); // [batch, positions, 3 · n_embd]
        let width = packed.dims()[2] / 3;
        [0, 1, 2].map(|part| split_heads(packed.clone().narrow(2, part * width, width), self.heads))
    }
}

impl Mlp {
    /// # Shapes
    /// - x: `[batch, positions, n_embd]`, returned as given
    pub fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        let x = self.activation.forward(self.c_fc.forward(x)); // [batch, positions, 4 · n_embd]
        self.drop.forward(self.c_proj.forward(x))
    }
}

impl Conv1D {
    fn new([inputs, outputs]: [usize; 2], deviation: f64, generator: &Generator, device: &Device) -> Self {
        let weight = generator.lock().normal_or_zeros(inputs * outputs, deviation);
        Self {
            weight: Param::from_data(TensorData::new(weight, [inputs, outputs]), device),
            bias: Param::from_data(TensorData::new(vec![0.0_f32; outputs], [outputs]), device),
        }
    }

    /// # Shapes
    /// - x: `[batch, positions, in]`
    /// - returns `[batch, positions, out]`
    pub fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        mlbook::nn::affine(x, self.weight.val(), Some(self.bias.val()))
    }
}
