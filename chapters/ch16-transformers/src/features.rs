//! Sections 16.2.2 and 16.2.3: a sentence as GPT-2's tokens, and what the network makes of it: features for other models. Without the
//! pretrained weights, drawn ones of the full size, in a few seconds.

use std::path::PathBuf;

use clap::Args;
use mlbook::hub::{self, Place, Wording};
use mlbook::prelude::*;
use mlbook::show::grouped;

use crate::gpt2::Gpt2;
use crate::gpt2_config::{self, Gpt2Config};
use crate::sampling::Sampling;
use crate::writer::Writer;

/// The book's sentence and its tokens.
pub const SENTENCE: &str = "Let us encode this sentence";
pub const IDS: [i32; 5] = [5756, 514, 37_773, 428, 6827];
/// Parameters of the smallest GPT-2.
pub const PARAMETERS: usize = 124_439_808;

/// Where GPT-2 is.
#[derive(Args, Clone, Debug)]
pub struct FeatureFlags {
    /// Folder of a GPT-2 in Hugging Face's layout [default: gpt2, if it is on this computer; else drawn weights]
    #[arg(long, value_name = "DIR")]
    pub model_dir: Option<PathBuf>,
    /// Folder with GPT-2's tokenizer (vocab.json, merges.txt) [default: the model's]
    #[arg(long, value_name = "DIR")]
    pub tokenizer: Option<PathBuf>,
    /// Tokens to write after the sentence
    #[arg(long, default_value_t = 20)]
    pub length: usize,
}

/// The project `features`.
pub fn run(run: &Run, flags: &FeatureFlags) -> anyhow::Result<()> {
    run.in_one_go()?;
    let found = match hub::find("gpt2", flags.model_dir.as_deref(), run.flags.data_dir.as_deref()) {
        Err(error) if flags.model_dir.is_some() || run.flags.book => return Err(error.into()),
        found => found.ok(),
    };
    let folder = flags.tokenizer.clone().or_else(|| found.as_ref().map(|found| found.path.clone()));
    let wording = folder.map(|folder| Wording::read(&folder)).transpose()?;
    let ids = wording.as_ref().map_or_else(|| IDS.to_vec(), |wording| wording.encode(SENTENCE));
    let whose = if wording.is_some() { "" } else { " (the book's; give a tokenizer with --tokenizer)" };
    say!("\"{SENTENCE}\": tokens {ids:?}{whose}");
    if let Some(wording) = &wording {
        let pieces: Vec<String> = ids.iter().filter_map(|&id| wording.token(id)).collect();
        say!("written {}", pieces.join(" "));
    }

    let (network, source) = match &found {
        Some(found) => (gpt2_config::load(&found.path, &run.device)?.0, found.describe()),
        None => {
            let drawn = Gpt2::new(&Gpt2Config::small(), run.generator(), &run.device);
            (drawn, "drawn weights (stand-in for gpt2; fetch it with: cargo book data fetch gpt2)".to_owned())
        }
    };
    say!("model   {source}; {} parameters", grouped(network.num_params()));
    let begun = Writer::begin(&network, &ids)?;
    let tokens = Tensor::from_data(TensorData::new(ids.clone(), [1, ids.len()]), &run.device); // [1, tokens]
    let features = network.transformer.forward(tokens); // [1, tokens, n_embd]
    say!("features {:?}, as [texts, tokens, width]", features.dims());

    let mut writer = begun;
    let (mut rng, started) = (TorchRng::new(run.flags.seed), std::time::Instant::now());
    for _ in 0..flags.length {
        writer.next(&Sampling::default(), &mut rng)?;
    }
    let seconds = started.elapsed().as_secs_f64();
    let rate = flags.length as f64 / seconds.max(f64::MIN_POSITIVE);
    match &wording {
        Some(wording) => say!("goes on  {:?}", wording.decode(writer.text())),
        None => say!("goes on with the tokens {:?}", &writer.text()[ids.len()..]),
    }
    let [_, count, width] = features.dims();
    let mut report = run.report().data(source).metric("tokens per second", rate);
    report = match found.as_ref().map(|found| found.place) {
        Some(Place::Given) => report.metric("parameters", network.num_params() as f64),
        _ => report.compare("parameters", network.num_params() as f64, Book(PARAMETERS as f64)),
    };
    report
        .compare("features, tokens", count as f64, Book(5.0))
        .metric("features, width", width as f64)
        .finish(run)?;
    Ok(())
}
