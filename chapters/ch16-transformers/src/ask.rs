//! Beyond the book: what a fine-tuned DistilBERT says of texts of a reader's own. Takes the folder that `finetune` leaves, or one of
//! Hugging Face's.

use std::path::PathBuf;

use burn::tensor::activation::softmax;
use mlbook::hub::{self, ModelFolder, Wording};
use mlbook::prelude::*;
use mlbook::show::floats;

use crate::batches::{Batch, encoded};
use crate::distilbert::{DistilBertClassifier, DistilBertConfig};

/// Which model, and what to ask it.
#[derive(clap::Args, Clone, Debug)]
pub struct AskFlags {
    /// The folder of a fine-tuned DistilBERT: out/ch16-transformers/finetune/model
    #[arg(long, value_name = "DIR")]
    pub model_dir: PathBuf,
    /// A text to judge; may be given again
    #[arg(long, value_name = "TEXT", required_unless_present = "texts")]
    pub text: Vec<String>,
    /// A file with a text a line
    #[arg(long, value_name = "FILE")]
    pub texts: Option<PathBuf>,
    /// Writes tokens and class scores as JSON to this file
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
}

/// The names of the classes in `config.json`.
#[derive(serde::Deserialize)]
struct Named {
    id2label: std::collections::BTreeMap<usize, String>,
}

/// Model and texts in, classes and their probabilities out.
///
/// # Errors
/// A folder or a file that is not there or damaged, a model without classes, a text of nothing.
pub fn run(run: &Run, flags: &AskFlags) -> anyhow::Result<()> {
    run.in_one_go()?;
    let folder = ModelFolder::given(&flags.model_dir)?;
    let Named { id2label } = hub::read_config(&folder.path)?;
    let names: Vec<String> = id2label.into_values().collect();
    let (filled, config) =
        DistilBertClassifier::load(&folder.path, names.len(), &Generator::seeded(0), &run.device)?;
    anyhow::ensure!(
        filled.fresh.is_empty(),
        "{}: the model has not learnt any classes. Fine-tune it first: ch16-transformers finetune --model-dir {}",
        folder.path.display(),
        folder.path.display()
    );
    let wording = Wording::read_for(&folder.path, config.vocab_size)?;
    let texts = texts(flags)?;
    let numbers = numbers(&texts, wording, &config)?;
    let mut logits = Vec::new();
    let mut told = 0.0;
    for (row, text) in texts.iter().enumerate() {
        let scores = filled.model.forward(&Batch::of(&numbers, &[row], &run.device)); // [1, classes]
        let chances = floats(&softmax(scores.clone(), 1));
        let best = chances.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).map_or(0, |(class, _)| class);
        told = f64::from(chances[best]);
        say!("{:.3}  {:<10} {text}", chances[best], names[best]);
        logits.push(floats(&scores));
    }
    if let Some(path) = &flags.json {
        let tokens: Vec<&[i32]> = (0..texts.len()).map(|row| numbers.review(row)).collect();
        let json = serde_json::json!({ "tokens": tokens, "logits": logits });
        mlbook::files::write(path, &serde_json::to_vec(&json)?)?;
    }
    let count = texts.len() as f64;
    run.report()
        .data(folder.describe())
        .metric("texts", count)
        .metric("last probability", told)
        .finish(run)?;
    Ok(())
}

fn texts(flags: &AskFlags) -> anyhow::Result<Vec<String>> {
    let mut texts = flags.text.clone();
    if let Some(path) = &flags.texts {
        texts.extend(mlbook::data::text::read_text(path, 20)?.lines().map(str::to_owned));
    }
    anyhow::ensure!(
        texts.iter().all(|text| !text.trim().is_empty()),
        "a text is empty; there is nothing to judge. Give a text with words in it."
    );
    Ok(texts)
}

fn numbers(
    texts: &[String],
    wording: Wording,
    config: &DistilBertConfig,
) -> Result<mlbook::data::text::Encoded, hub::HubError> {
    encoded(texts, &vec![false; texts.len()], wording, config.max_position_embeddings)
}
