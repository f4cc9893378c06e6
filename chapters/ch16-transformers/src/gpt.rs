//! A transformer learns to write from nothing, character by character (beyond the book): GPT-2's network, 4 blocks of 4 heads, 128 wide.
//! Reaches 1.9 nats a character on unseen source code in under a minute on two cores.

use mlbook::data::text::corpus::{self, Corpus, OwnText};
use mlbook::hub;
use mlbook::plot::{Figure, HeatMap, Panel, PlotError, Series};
use mlbook::prelude::*;
use mlbook::show::{floats, grouped};

use crate::generate::write;
use crate::gpt2::Gpt2;
use crate::gpt2_config::{Gpt2Config, LAYOUT};
use crate::sampling::Sampling;
use crate::script::{CHARACTERS, Script};
use crate::writer::{Writer, WriterError};

mlbook::settings! {
    /// Settings of the small GPT.
    pub struct GptSettings, flags GptFlags {
        /// Mini-batches to learn from
        num_iterations: usize, at_least_one, quick 1400, book 5000;
        /// Pieces of text in a mini-batch
        batch_size: usize, at_least_one, quick 16, book 12;
        /// Characters that the network looks back on
        context: usize, at_least_one, quick 64, book 64;
        /// Numbers for each character; a multiple of 4, the number of heads
        width: usize, at_least_one, quick 128, book 128;
        /// Adam's learning rate
        lr: f64, positive, quick 0.002, book 0.001;
        /// A line, a text and a checkpoint every so many mini-batches
        log_every: usize, at_least_one, quick 200, book 250;
        /// Share of the text, its end, that is kept to test on
        held_out: f64, share, quick 0.05, book 0.05;
    }
}

/// The folder, in Hugging Face's layout, that a training leaves in its run's.
pub const MODEL: &str = "model";
const UNSEEN: &str = "valid loss";
/// Pieces of unseen text that are read after each stretch of mini-batches, and at the end.
const PIECES: [usize; 2] = [48, 480];
/// Pieces that are looked at together.
const TEST_BATCH: usize = 48;
const HEADS: usize = 4;

/// Text in, model, training, text out.
pub fn run(run: &Run, own: &OwnText, settings: &GptSettings) -> anyhow::Result<()> {
    anyhow::ensure!(
        settings.width.is_multiple_of(HEADS),
        "--width {}: it is shared among {HEADS} heads and must be a multiple",
        settings.width
    );
    let corpus = Corpus::load(own.text.as_deref(), own.max_mb, run)?;
    say!("data    {}", corpus.source);
    let alone = corpus.entropy();
    say!("text    {}; a character alone is worth {alone:.4} nats", corpus.describe());
    let (learnt, held_out) = corpus.split(settings.held_out);
    corpus::pieces(learnt, settings.context)?;
    let config = Gpt2Config::characters(corpus.characters.len(), settings.context, settings.width);
    let model = Gpt2::new(&config, run.generator(), &run.training_device());
    say!("model   {} parameters; a line is {} mini-batches", grouped(model.num_params()), settings.log_every);
    let (model, history) = train(model, &corpus, [learnt, held_out], settings, run)?;

    let model = model.valid();
    let folder = run.path(MODEL);
    mlbook::files::create_dir(&folder)?;
    hub::save(&folder, &config.to_json(), &model, &LAYOUT, None)?;
    let characters = serde_json::to_vec_pretty(&corpus.characters)?;
    mlbook::files::write(&folder.join(CHARACTERS), &characters)?;
    say!("\nmodel   {} (for generate --model-dir, and for Python's transformers)\n", folder.display());
    let script = Script::Characters(corpus.characters.clone());
    let prompt = script.encode(&corpus.prompt)?;
    let writer = Writer::begin(&model, &prompt[prompt.len().saturating_sub(settings.context)..])?;
    write(writer, &script, &Sampling::default(), 400, &mut TorchRng::new(run.flags.seed))?;

    run.save("losses", &losses(&history, settings)?)?;
    run.save("heads", &heads(&model, &corpus, settings.context, &run.device)?)?;
    let mut report = run.report().data(corpus.source.clone()).first_losses(&history.first_losses);
    if let Some(unseen) = test(&model, held_out, settings.context, PIECES[1], &run.device) {
        report = report.metric("on unseen text", unseen);
    }
    report
        .metric("on learnt text", history.last("loss").unwrap_or(f64::NAN))
        .metric("a character alone", alone)
        .finish(run)?;
    Ok(())
}

/// Each mini-batch is a fresh draw of pieces; every character but the first of a piece is foretold. An epoch of [`Training`] is
/// `log_every` mini-batches here, after which the network writes a line.
pub fn train(
    model: Gpt2,
    corpus: &Corpus,
    [learnt, held_out]: [&[i32]; 2],
    settings: &GptSettings,
    run: &Run,
) -> anyhow::Result<(Gpt2, History)> {
    let device = run.training_device();
    let GptSettings { batch_size, context, log_every, .. } = *settings;
    let pieces = corpus::pieces(learnt, context)?;
    let plan = Plan {
        num_epochs: settings.num_iterations.div_ceil(log_every),
        batch_size,
        learning_rate: settings.lr,
        examples: log_every * batch_size,
    };
    let mut training =
        Training::begin(run, settings, plan, model, adam())?.in_order().without_validation_loader();
    while training.next_epoch() {
        while training.next_batch()?.is_some() {
            let starts = run.generator().lock().loader_first(pieces, batch_size.min(pieces));
            let (characters, next) = corpus::batch(learnt, &starts, context, &device); // [batch, context]
            let logits = training.model().forward(characters); // [batch, context, vocab_size]
            training.step(cross_entropy(logits.flatten(0, 1), next.flatten(0, 1)));
        }
        let now = training.model().valid();
        let unseen = test(&now, held_out, context, PIECES[0], &run.device);
        training.end_epoch(&unseen.map(|loss| (UNSEEN, loss)).into_iter().collect::<Vec<_>>())?;
        say!("        {:?}", line(&now, corpus, context, run.flags.seed)?);
    }
    Ok(training.finish()?)
}

/// Some characters that the network writes now.
///
/// # Errors
/// Scores that are no numbers.
pub fn line(model: &Gpt2, corpus: &Corpus, context: usize, seed: u64) -> Result<String, WriterError> {
    let prompt = corpus.characters.encode(&corpus.prompt).unwrap_or_default();
    let mut writer = Writer::begin(model, &prompt[prompt.len().saturating_sub(context)..])?;
    let mut rng = TorchRng::new(seed);
    for _ in 0..60 {
        writer.next(&Sampling { temperature: 0.8, ..Sampling::default() }, &mut rng)?;
    }
    Ok(corpus.characters.decode(writer.text()))
}

/// The mean loss per character on up to `most` pieces of a text, evenly spread; none if the text is too short for one.
pub fn test(model: &Gpt2, text: &[i32], context: usize, most: usize, device: &Device) -> Option<f64> {
    let places = corpus::pieces(text, context).ok()?;
    let count = most.min(places.div_ceil(context));
    let starts: Vec<usize> = (0..count).map(|k| k * (places - 1) / count.max(1)).collect();
    let mut sum = 0.0;
    for starts in starts.chunks(TEST_BATCH) {
        let (characters, next) = corpus::batch(text, starts, context, device);
        let logits = model.forward(characters);
        let loss = cross_entropy(logits.flatten(0, 1), next.flatten(0, 1)).into_scalar::<f32>();
        sum += f64::from(loss) * starts.len() as f64;
    }
    Some(sum / count as f64)
}

/// The loss per character over the mini-batches.
fn losses(history: &History, settings: &GptSettings) -> Result<Figure, PlotError> {
    let mut panel = Panel::new("", "mini-batches", "nats per character");
    for (metric, name) in [("loss", "learnt from"), (UNSEEN, "unseen")] {
        let (epochs, losses) = history.curve(metric);
        if losses.is_empty() {
            continue;
        }
        let batches: Vec<f64> = epochs.iter().map(|epoch| epoch * settings.log_every as f64).collect();
        panel = panel.with(Series::line(name, &batches, &losses));
    }
    plot::curves(&[panel])
}

/// Where the heads of the first and the last block look, on the beginning of the text.
pub fn heads(model: &Gpt2, corpus: &Corpus, context: usize, device: &Device) -> anyhow::Result<Figure> {
    let piece = &corpus.encoded[..context.min(24)];
    let tokens = Tensor::from_data(TensorData::new(piece.to_vec(), [1, piece.len()]), device); // [1, positions]
    let (_, maps) = model.transformer.states(tokens);
    let names: Vec<String> = corpus.characters.decode(piece).chars().map(visible).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut figures = Vec::new();
    for (block, map) in [(1, maps.first()), (maps.len(), maps.last())] {
        let Some(map) = map else { continue };
        for (head, weights) in floats(map).chunks(piece.len() * piece.len()).enumerate() {
            let rows: Vec<Vec<f32>> = weights.chunks(piece.len()).map(<[f32]>::to_vec).collect();
            figures.push(plot::heat_map(&HeatMap {
                title: &format!("block {block}, head {}", head + 1),
                row_label: "reads",
                column_label: "looks at",
                rows: &rows,
                row_names: &names,
                column_names: &names,
                annotate: false,
            })?);
        }
    }
    Ok(Figure::grid(&figures, 4)?)
}

fn visible(character: char) -> String {
    match character {
        ' ' => "·".to_owned(),
        '\n' => "↵".to_owned(),
        other => other.to_string(),
    }
}
