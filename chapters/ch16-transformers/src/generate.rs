//! Section 16.2.1: texts from a GPT-2, or from a network that `gpt` has trained, streamed as they come.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use mlbook::cli::{check_interrupt, rule};
use mlbook::device::{self, DeviceChoice};
use mlbook::hub;
use mlbook::prelude::*;
use mlbook::show::grouped;

use crate::sampling::Sampling;
use crate::script::{LanguageModel, Script};
use crate::writer::Writer;

/// The book's beginning.
const PROMPT: &str = "Hey readers, today is";

/// Flags of `generate`.
#[derive(Args, Clone, Debug)]
pub struct GenerateFlags {
    /// Folder of a model in Hugging Face's layout, or the folder model of a finished gpt run [default: gpt2, if it is on this computer]
    #[arg(long, value_name = "DIR")]
    pub model_dir: Option<PathBuf>,
    /// How the text begins
    #[arg(long, value_name = "TEXT", default_value = PROMPT)]
    pub prompt: String,
    /// Tokens to write
    #[arg(long, default_value_t = 40)]
    pub length: usize,
    /// Texts to write
    #[arg(long, default_value_t = 1, value_parser = rule::at_least_one)]
    pub samples: usize,
    #[command(flatten)]
    pub sampling: Sampling,
    /// Seed of the draws
    #[arg(long, default_value_t = 123)]
    pub seed: u64,
    /// Folder with fetched models (else MLBOOK_DATA, the cache)
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Where to compute
    #[arg(long, value_enum, default_value_t)]
    pub device: DeviceChoice,
}

/// The project `generate`.
pub fn run(flags: &GenerateFlags) -> anyhow::Result<()> {
    let device = device::open(flags.device)?;
    let folder = hub::find("gpt2", flags.model_dir.as_deref(), flags.data_dir.as_deref())?;
    let model = LanguageModel::load(&folder.path, &device)?;
    say!("model   {}; {} parameters", folder.describe(), grouped(model.network.num_params()));
    let prompt = model.script.encode(&flags.prompt)?;
    let begun = Writer::begin(&model.network, &prompt)?;
    let mut rng = TorchRng::new(flags.seed);
    for sample in 1..=flags.samples {
        if flags.samples > 1 {
            say!("\nsample {sample}:");
        }
        write(begun.clone(), &model.script, &flags.sampling, flags.length, &mut rng)?;
    }
    Ok(())
}

/// Prints a text while it is written: what was read, then `length` tokens.
///
/// # Errors
/// Ctrl-C, or scores that are no numbers.
pub fn write(
    mut writer: Writer<'_>,
    script: &Script,
    sampling: &Sampling,
    length: usize,
    rng: &mut TorchRng,
) -> anyhow::Result<()> {
    let mut shown = 0;
    for step in 0..=length {
        check_interrupt()?;
        if step > 0 {
            writer.next(sampling, rng)?;
        }
        let text = script.decode(writer.text());
        // A character may be spread over several tokens; until its last has come it is shown as unknown.
        if !text.ends_with(char::REPLACEMENT_CHARACTER) || step == length {
            print_now(text.get(shown..).unwrap_or_default());
            shown = text.len();
        }
    }
    print_now("\n");
    Ok(())
}

/// A reader that went away is no reason to stop with an error.
fn print_now(text: &str) {
    let mut out = io::stdout();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}
