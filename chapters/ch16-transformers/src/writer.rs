//! Section 16.2.1: a network writes. It reads a beginning, then chooses one token after the other and reads it again.

use mlbook::prelude::*;
use mlbook::rng::RngError;
use mlbook::show::floats;

use crate::gpt2::Gpt2;
use crate::gpt2_cache::Cache;
use crate::sampling::Sampling;

/// A text that a network cannot go on with.
#[derive(Debug, thiserror::Error)]
pub enum WriterError {
    #[error(
        "the prompt is empty; the network needs at least one token to begin with. Give a text with --prompt"
    )]
    Empty,
    #[error(
        "the prompt has {tokens} tokens; the network looks back on {positions}. Give a shorter one, or its end alone"
    )]
    TooLong { tokens: usize, positions: usize },
    #[error(
        "token {token} is not one of the {known} that the network knows; the tokenizer is another model's"
    )]
    Unknown { token: i32, known: usize },
    #[error("a score of the next token is no number: {0}. The weights are damaged, or the training diverged")]
    Scores(#[from] RngError),
}

/// A network that writes, and what it remembers. A clone goes on by itself.
#[derive(Clone, Debug)]
pub struct Writer<'m> {
    network: &'m Gpt2,
    device: Device,
    text: Vec<i32>,
    cache: Cache,
    /// Scores of the next token.
    logits: Vec<f32>,
}

impl<'m> Writer<'m> {
    /// One that has read `prompt`.
    ///
    /// # Errors
    /// A prompt that is empty, longer than the network looks back, or of another model's tokens.
    pub fn begin(network: &'m Gpt2, prompt: &[i32]) -> Result<Self, WriterError> {
        let [known, _] = network.transformer.wte.weight.dims();
        let [positions, _] = network.transformer.wpe.weight.dims();
        if prompt.is_empty() {
            return Err(WriterError::Empty);
        }
        if prompt.len() > positions {
            return Err(WriterError::TooLong { tokens: prompt.len(), positions });
        }
        if let Some(&token) = prompt.iter().find(|&&token| token < 0 || token as usize >= known) {
            return Err(WriterError::Unknown { token, known });
        }
        let device = network.transformer.wte.weight.device();
        let cache = Cache::new(network.transformer.h.len());
        let mut writer = Self { network, device, text: vec![], cache, logits: vec![] };
        writer.read(prompt);
        Ok(writer)
    }

    /// Chooses the next token and reads it.
    ///
    /// # Errors
    /// Scores that are no numbers.
    pub fn next(&mut self, sampling: &Sampling, rng: &mut TorchRng) -> Result<i32, WriterError> {
        let token = sampling.choose(&self.logits, rng)? as i32;
        self.read(&[token]);
        Ok(token)
    }

    /// Everything read and written.
    pub fn text(&self) -> &[i32] {
        &self.text
    }

    /// Reads tokens. When they do not fit into what the network can look back on, it forgets all but the last half of that.
    fn read(&mut self, tokens: &[i32]) {
        self.text.extend_from_slice(tokens);
        let [positions, _] = self.network.transformer.wpe.weight.dims();
        let mut unread = tokens;
        if self.cache.len() + tokens.len() > positions {
            self.cache = Cache::new(self.network.transformer.h.len());
            unread = &self.text[self.text.len() - positions.div_ceil(2)..];
        }
        let unread = TensorData::new(unread.to_vec(), [1, unread.len()]);
        let unread = Tensor::from_data(unread, &self.device); // [1, tokens]
        self.logits = floats(&self.network.next(unread, &mut self.cache));
    }
}
