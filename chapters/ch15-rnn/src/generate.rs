//! Section 15.3.8: the network writes. It reads a beginning, then draws one character after the other and reads it again.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use mlbook::cli::{check_interrupt, rule};
use mlbook::data::text::Characters;
use mlbook::device::{self, DeviceChoice};
use mlbook::prelude::*;
use mlbook::show::floats;

use crate::char_model::{CharModel, Sizes, State};
use crate::sampling;
use crate::saved::Card;

/// Flags of `generate`.
#[derive(Args, Clone, Debug)]
pub struct GenerateFlags {
    /// Folder of a finished charlm run
    #[arg(long, value_name = "DIR", default_value = "out/ch15-rnn/charlm")]
    pub model: PathBuf,
    /// How the text begins [default: a beginning that fits what was learnt]
    #[arg(long, value_name = "TEXT")]
    pub prompt: Option<String>,
    /// Characters to write
    #[arg(long, default_value_t = 500)]
    pub length: usize,
    /// Above 1 the text is safer, below 1 wilder
    #[arg(long, default_value_t = 1.0, value_parser = rule::positive)]
    pub scale: f64,
    /// Seed of the draws
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Where to compute
    #[arg(long, value_enum, default_value_t)]
    pub device: DeviceChoice,
}

/// The project `generate`: prints the text while it comes.
pub fn run(flags: &GenerateFlags) -> anyhow::Result<()> {
    let device = device::open(flags.device)?;
    let (card, model) = Card::load(&flags.model, &device)?;
    let prompt = flags.prompt.as_ref().unwrap_or(&card.prompt);
    let mut writer = Writer::new(&model, card.sizes, &card.characters, &device);
    let mut rng = TorchRng::new(flags.seed);
    write(&mut writer, prompt, flags.length, flags.scale as f32, &mut rng, print_now)?;
    print_now("\n");
    Ok(())
}

/// Shows a piece of text at once. A reader that went away is no reason to stop with an error.
pub fn print_now(text: &str) {
    let mut out = io::stdout();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// The book's `sample`: `length` characters after `prompt`, with the prompt.
///
/// # Errors
/// An empty prompt, or one with a character that did not occur in what was learnt.
pub fn sample(
    writer: &mut Writer<'_>,
    prompt: &str,
    length: usize,
    scale: f32,
    rng: &mut TorchRng,
) -> anyhow::Result<String> {
    let mut text = String::new();
    write(writer, prompt, length, scale, rng, |piece| text.push_str(piece))?;
    Ok(text)
}

/// [`sample`], piece by piece as it comes: the prompt, then each character.
///
/// # Errors
/// As [`sample`]; also an interrupt by the reader.
pub fn write(
    writer: &mut Writer<'_>,
    prompt: &str,
    length: usize,
    scale: f32,
    rng: &mut TorchRng,
    mut show: impl FnMut(&str),
) -> anyhow::Result<()> {
    writer.begin(prompt)?;
    show(prompt);
    for _ in 0..length {
        check_interrupt()?;
        if let Some(character) = writer.next(scale, rng)? {
            show(character.encode_utf8(&mut [0; 4]));
        }
    }
    Ok(())
}

/// A network that writes, and what it remembers.
pub struct Writer<'a> {
    model: &'a CharModel,
    sizes: Sizes,
    characters: &'a Characters,
    device: Device,
    state: State,
    /// Scores of the next character.
    logits: Vec<f32>,
}

impl<'a> Writer<'a> {
    /// One that has read nothing yet.
    pub fn new(model: &'a CharModel, sizes: Sizes, characters: &'a Characters, device: &Device) -> Self {
        let state = CharModel::init_hidden(sizes, 1, device);
        Self { model, sizes, characters, device: device.clone(), state, logits: vec![] }
    }

    /// Forgets everything and reads a beginning.
    ///
    /// # Errors
    /// An empty beginning, or a character that did not occur in what was learnt.
    pub fn begin(&mut self, prompt: &str) -> anyhow::Result<()> {
        anyhow::ensure!(
            !prompt.is_empty(),
            "the prompt is empty; the network needs at least one character to begin with"
        );
        let numbers = self.characters.encode(prompt)?;
        self.state = CharModel::init_hidden(self.sizes, 1, &self.device);
        self.read(numbers);
        Ok(())
    }

    /// Draws the next character and reads it.
    ///
    /// # Errors
    /// Scores that are no numbers, as after a training that diverged.
    pub fn next(&mut self, scale: f32, rng: &mut TorchRng) -> anyhow::Result<Option<char>> {
        let number = sampling::draw(&self.logits, scale, rng)?;
        self.read(vec![number as i32]);
        Ok(self.characters.character(number))
    }

    fn read(&mut self, numbers: Vec<i32>) {
        let steps = numbers.len();
        let numbers = Tensor::from_data(TensorData::new(numbers, [1, steps]), &self.device); // [1, steps]
        let (logits, state) = self.model.forward(numbers, self.state.clone()); // [1, steps, vocab_size]
        self.state = state;
        self.logits = floats(&logits.narrow(1, steps - 1, 1));
    }
}
