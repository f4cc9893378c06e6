//! Sections 15.3.5 and 15.3.6: a network learns to write a text, character by character.
//! With `--book` 1.15 nats a character on *The Mysterious Island*; by default it learns this project's own source code in under a
//! minute.

pub use mlbook::data::text::corpus::OwnText;
use mlbook::plot::{Figure, Panel, PlotError, Series};
use mlbook::prelude::*;

use crate::char_model::{CharModel, Sizes, summed_cross_entropy};
use crate::corpus::{self, Corpus};
use crate::generate::{self, Writer};
use crate::saved::Card;

mlbook::settings! {
    /// Settings of the character model.
    pub struct CharSettings, flags CharFlags {
        /// Mini-batches to learn from; rounded up to whole lines of --log-every
        num_iterations: usize, at_least_one, quick 1500, book 10_000;
        /// Pieces of text in a mini-batch
        batch_size: usize, at_least_one, quick 64, book 64;
        /// Characters in a piece
        seq_length: usize, at_least_one, quick 40, book 40;
        /// Numbers for each character
        embed_dim: usize, at_least_one, quick 64, book 256;
        /// Units of the LSTM
        rnn_hidden_size: usize, at_least_one, quick 256, book 512;
        /// Adam's learning rate
        lr: f64, positive, quick 0.005, book 0.005;
        /// A line and a checkpoint every so many mini-batches
        log_every: usize, at_least_one, quick 250, book 500;
        /// Share of the text, its end, that is kept to test on
        held_out: f64, share, quick 0.05, book 0.0;
    }
}

/// The book's loss per character, of the mini-batches 0, 500, …, 9,500.
const BOOK_LOSSES: [f64; 20] = [
    4.3719, 1.3804, 1.2956, 1.2816, 1.1968, 1.2456, 1.1763, 1.1868, 1.1476, 1.2118, 1.2072, 1.1243, 1.1637,
    1.1513, 1.1196, 1.1439, 1.1536, 1.1263, 1.1597, 1.1048,
];
const PER_CHARACTER: &str = "per character";
/// Pieces of held-out text that are looked at together.
const TEST_BATCH: usize = 64;

/// Text in, model, training, text out.
pub fn run(run: &Run, own: &OwnText, settings: &CharSettings) -> anyhow::Result<()> {
    let corpus = Corpus::load(own.text.as_deref(), own.max_mb, run)?;
    say!("data    {}", corpus.source);
    let alone = corpus.entropy();
    say!("text    {}; a character alone is worth {alone:.4} nats", corpus.describe());
    let sizes = Sizes {
        vocab_size: corpus.characters.len(),
        embed_dim: settings.embed_dim,
        rnn_hidden_size: settings.rnn_hidden_size,
    };
    corpus::pieces(&corpus.encoded, settings.seq_length)?;
    let (mut learnt, mut held_out) = corpus.split(settings.held_out);
    if corpus::pieces(learnt, settings.seq_length).is_err() {
        // Too short to keep something back.
        (learnt, held_out) = corpus.split(0.0);
    }
    let model = CharModel::new(sizes, run.generator(), &run.training_device());
    say!("model   {} parameters; a line is {} mini-batches", model.num_params(), settings.log_every);
    Card { characters: corpus.characters.clone(), sizes, prompt: corpus.prompt.clone() }.save(run)?;
    let (model, history) = train(model, sizes, learnt, settings, run)?;

    let model = model.valid();
    let mut writer = Writer::new(&model, sizes, &corpus.characters, &run.device);
    for scale in [1.0, 2.0, 0.5] {
        say!("\nscale {scale}:");
        let mut rng = TorchRng::new(run.flags.seed);
        generate::write(&mut writer, &corpus.prompt, 500, scale, &mut rng, generate::print_now)?;
        say!("");
    }
    let is_the_books = run.flags.book && own.text.is_none();
    run.save("losses", &losses(&history, settings, is_the_books)?)?;
    let mut report = run.report().data(corpus.source.clone()).first_losses(&history.first_losses);
    let last = history.last(PER_CHARACTER).unwrap_or(f64::NAN);
    report = match is_the_books {
        true => report.compare("loss per character", last, Book(BOOK_LOSSES[19])),
        false => report.metric("loss per character", last),
    };
    if corpus::pieces(held_out, settings.seq_length).is_ok() {
        let unseen = test(&model, sizes, held_out, settings.seq_length, &run.device);
        report = report.metric("on unseen text", unseen);
    }
    report.metric("a character alone", alone).finish(run)?;
    Ok(())
}

/// Section 15.3.6: each mini-batch is a fresh draw of pieces; the loss is summed over their characters. An epoch of
/// [`Training`] is `log_every` mini-batches here.
pub fn train(
    model: CharModel,
    sizes: Sizes,
    text: &[i32],
    settings: &CharSettings,
    run: &Run,
) -> anyhow::Result<(CharModel, History)> {
    let device = run.training_device();
    let CharSettings { batch_size, seq_length, log_every, .. } = *settings;
    let pieces = corpus::pieces(text, seq_length)?;
    let plan = Plan {
        num_epochs: settings.num_iterations.div_ceil(log_every),
        batch_size,
        learning_rate: settings.lr,
        examples: log_every * batch_size,
    };
    let mut training = Training::begin(run, settings, plan, model, adam())?.in_order();
    while training.next_epoch() {
        while let Some(rows) = training.next_batch()? {
            let starts = run.generator().lock().loader_first(pieces, batch_size.min(pieces));
            let (characters, next) = corpus::batch(text, &starts, seq_length, &device); // [batch, steps]
            let state = CharModel::init_hidden(sizes, starts.len(), &device);
            let (logits, _) = training.model().forward(characters, state); // [batch, steps, vocab_size]
            let loss = summed_cross_entropy(logits, next);
            let weight = rows.len() as f32 / seq_length as f32;
            training.count(PER_CHARACTER, loss.clone().inner() * weight);
            training.step(loss);
        }
        training.end_epoch(&[])?;
    }
    Ok(training.finish()?)
}

/// The mean loss per character on text that was not learnt from, read piece after piece, each from an empty memory.
pub fn test(model: &CharModel, sizes: Sizes, text: &[i32], seq_length: usize, device: &Device) -> f64 {
    let starts: Vec<usize> =
        (0..).map(|k| k * seq_length).take_while(|start| start + seq_length < text.len()).collect();
    let mut sum = 0.0;
    for starts in starts.chunks(TEST_BATCH) {
        let (characters, next) = corpus::batch(text, starts, seq_length, device);
        let (logits, _) = model.forward(characters, CharModel::init_hidden(sizes, starts.len(), device));
        let loss = summed_cross_entropy(logits, next).into_scalar::<f32>();
        sum += f64::from(loss) * starts.len() as f64;
    }
    sum / (starts.len() * seq_length).max(1) as f64
}

/// The loss per character over the mini-batches, with the book's beside it.
fn losses(history: &History, settings: &CharSettings, with_book: bool) -> Result<Figure, PlotError> {
    let (epochs, losses) = history.curve(PER_CHARACTER);
    let batches: Vec<f64> = epochs.iter().map(|epoch| epoch * settings.log_every as f64).collect();
    let mut panel = Panel::new("", "mini-batches", "nats per character").with(Series::line(
        "here, mean since the point before",
        &batches,
        &losses,
    ));
    if with_book {
        let batches: Vec<f64> = (1..BOOK_LOSSES.len()).map(|k| 500.0 * k as f64).collect();
        panel = panel.with(Series::points("book, one mini-batch each", &batches, &BOOK_LOSSES[1..]));
    }
    plot::curves(&[panel])
}
