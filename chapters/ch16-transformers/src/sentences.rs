//! Beyond the book: how close sentences are in meaning, by the cosines of their vectors. Reads one sentence a line with `--texts FILE`,
//! or twenty of its own.

use std::path::PathBuf;

use mlbook::hub::{self, Wording};
use mlbook::prelude::*;
use mlbook::show::floats;

use crate::batches::encoded;
use crate::embed;
use crate::minilm::SentenceEncoder;

/// Where the encoder is, and what to compare.
#[derive(clap::Args, Clone, Debug, Default)]
pub struct SentenceFlags {
    /// The folder of all-MiniLM-L6-v2 (else the Hugging Face cache, or what `cargo book data fetch` has fetched)
    #[arg(long, value_name = "DIR")]
    pub model_dir: Option<PathBuf>,
    /// A file with a sentence a line
    #[arg(long, value_name = "FILE")]
    pub texts: Option<PathBuf>,
    /// Writes tokens and cosines as JSON to this file, to compare them with other programs'
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
}

/// Sentences in pairs or groups of like meaning.
const SENTENCES: [&str; 20] = [
    "The film was a complete waste of time.",
    "I wish I had those two hours of my life back.",
    "A wonderful story, beautifully acted.",
    "The actors are superb and the plot is moving.",
    "A cat sleeps on the sofa.",
    "The kitten is having a nap on the couch.",
    "Dogs like to chase sticks in the park.",
    "The central bank raised interest rates again.",
    "Borrowing money has become more expensive.",
    "Shares fell sharply after the announcement.",
    "How do I train a neural network?",
    "What is the best way to fit a deep learning model?",
    "Gradient descent follows the slope of the loss.",
    "The balloon landed on an unknown island.",
    "Five castaways reached a shore in the Pacific.",
    "Boil the pasta for nine minutes.",
    "Cook the noodles until they are soft.",
    "It will rain tomorrow in the mountains.",
    "Tomorrow's forecast: showers over the hills.",
    "2 + 2 = 4, naïve café — déjà vu!",
];
/// Tokens to which a sentence is cut, as the encoder was trained.
const LENGTH: usize = 256;
/// Pairs that are printed.
const PAIRS: usize = 10;

/// Sentences in, vectors, cosines, the closest pairs out.
///
/// # Errors
/// A model's folder or a file that is not there or damaged.
pub fn run(run: &Run, flags: &SentenceFlags) -> anyhow::Result<()> {
    run.in_one_go()?;
    let folder = hub::find("all-minilm-l6-v2", flags.model_dir.as_deref(), run.flags.data_dir.as_deref())?;
    say!("model   {}", folder.describe());
    let (model, config) = SentenceEncoder::load(&folder.path, &run.device)?;
    let wording = Wording::read_for(&folder.path, config.vocab_size)?;
    let texts: Vec<String> = match &flags.texts {
        Some(path) => {
            let text = mlbook::data::text::read_text(path, 20)?;
            text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
        }
        None => SENTENCES.map(str::to_owned).to_vec(),
    };
    let length = LENGTH.min(config.max_position_embeddings);
    let numbers = encoded(&texts, &vec![false; texts.len()], wording, length)?;
    let vectors = embed::embed(&model, &numbers, &run.device); // [texts, dim]
    let cosines = floats(&vectors.clone().matmul(vectors.transpose())); // [texts, texts]
    let mut pairs: Vec<(usize, usize)> =
        (0..texts.len()).flat_map(|a| (a + 1..texts.len()).map(move |b| (a, b))).collect();
    let cosine = |&(a, b): &(usize, usize)| cosines[a * texts.len() + b];
    pairs.sort_by(|a, b| cosine(b).total_cmp(&cosine(a)));
    say!("\nthe closest pairs:");
    for pair in pairs.iter().take(PAIRS) {
        say!("  {:.3}  {} | {}", cosine(pair), texts[pair.0], texts[pair.1]);
    }
    if let Some(path) = &flags.json {
        let tokens: Vec<&[i32]> = (0..texts.len()).map(|k| numbers.review(k)).collect();
        let told = serde_json::json!({ "tokens": tokens, "cosines": cosines });
        mlbook::files::write(path, &serde_json::to_vec(&told)?)?;
        say!("tokens and cosines {}", path.display());
    }
    let closest = pairs.first().map_or(f64::NAN, |pair| f64::from(cosine(pair)));
    run.report().data(format!("{} sentences", texts.len())).metric("closest pair", closest).finish(run)?;
    Ok(())
}
