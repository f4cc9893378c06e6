//! Learning from unlabelled text, BART's way: a stretch is cut out, and an encoder and a decoder make the text whole again (beyond the
//! book's code; its text describes it). Under a minute on two cores.

use mlbook::data::text::corpus::{self, Corpus, OwnText};
use mlbook::plot::{Figure, HeatMap, Panel, Series};
use mlbook::prelude::*;
use mlbook::show::{floats, grouped};

use crate::cloze::{self, BEGIN, Cut};
use crate::denoiser::Denoiser;
use crate::masked::{halves, sizes};
use crate::schedule::rate;

mlbook::settings! {
    /// Settings of the denoising network.
    pub struct DenoiseSettings, flags DenoiseFlags {
        /// Mini-batches to learn from
        num_iterations: usize, at_least_one, quick 1000, book 5000;
        /// Pieces of text in a mini-batch
        batch_size: usize, at_least_one, quick 24, book 32;
        /// Characters in a piece
        length: usize, at_least_one, quick 32, book 48;
        /// Adam's highest learning rate; it rises at the beginning and falls to the end
        lr: f64, positive, quick 0.002, book 0.002;
        /// A line and a checkpoint every so many mini-batches
        log_every: usize, at_least_one, quick 100, book 250;
        /// Share of the text, its end, that is kept to test on
        held_out: f64, share, quick 0.05, book 0.05;
    }
}

const COPIED: &str = "valid copied";
const FILLED: &str = "valid filled";
/// Pieces of unseen text that are made whole after each stretch of mini-batches.
const TESTED: usize = 64;

/// Text in, model, training, texts made whole.
pub fn run(run: &Run, own: &OwnText, settings: &DenoiseSettings) -> anyhow::Result<()> {
    let corpus = Corpus::load(own.text.as_deref(), own.max_mb, run)?;
    say!("data    {}", corpus.source);
    let [learnt, held_out] = halves(&corpus, settings.held_out);
    corpus::pieces(&learnt, settings.length)?;
    corpus::pieces(&held_out, settings.length)?;
    let sizes = sizes(corpus.characters.len(), settings.length + 1);
    let model = Denoiser::new(&sizes, run.generator(), &run.training_device());
    say!("model   {} parameters; a line is {} mini-batches", grouped(model.num_params()), settings.log_every);
    let before = model.valid();
    let (model, history) = train(model, [&learnt, &held_out], settings, run)?;

    let model = model.valid();
    let length = settings.length;
    let mut rng = TorchRng::new(3);
    let shown = telling(&held_out, length, &corpus)
        .step_by(5)
        .take(3)
        .map(|piece| (piece, cloze::cut(piece, &mut rng)));
    let shown: Vec<(&[i32], Cut)> = shown.collect();
    for (piece, cut) in &shown {
        say!("\ncut     {}", cloze::decode(&corpus.characters, &cut.read));
        for (name, model) in [("before", &before), ("after", &model)] {
            let restored = model.restored(&cut.read, length, &run.device);
            say!("{name:<7} {}", cloze::decode(&corpus.characters, &restored));
        }
        say!("text    {}", cloze::decode(&corpus.characters, piece));
    }
    let mut panel = Panel::new("", "mini-batches", "characters that are right");
    for (metric, name) in [(COPIED, "what was read"), (FILLED, "what was cut out")] {
        let (epochs, shares) = history.curve(metric);
        let batches: Vec<f64> = epochs.iter().map(|epoch| epoch * settings.log_every as f64).collect();
        panel = panel.with(Series::line(name, &batches, &shares));
    }
    run.save("right", &plot::curves(&[panel])?)?;
    if let Some((piece, cut)) = shown.first() {
        run.save("across", &across(&model, piece, cut, &corpus, &run.device)?)?;
    }
    let [_, untrained] = right(&before, &held_out, length, &run.device);
    let [copied, filled] = right(&model, &held_out, length, &run.device);
    run.report()
        .data(corpus.source.clone())
        .first_losses(&history.first_losses)
        .metric("filled before", untrained)
        .metric("filled after", filled)
        .metric("copied after", copied)
        .finish(run)?;
    Ok(())
}

/// Pieces that are more than white space and lines of the same sign.
fn telling<'t>(text: &'t [i32], length: usize, corpus: &'t Corpus) -> impl Iterator<Item = &'t [i32]> {
    let letters = move |piece: &&[i32]| {
        let decoded = cloze::decode(&corpus.characters, piece);
        decoded.chars().filter(|c| c.is_alphanumeric()).count() * 3 >= 2 * length
    };
    text.chunks_exact(length).filter(letters)
}

/// Each mini-batch is a fresh draw of pieces with a stretch cut out; an epoch of [`Training`] is `log_every` mini-batches.
pub fn train(
    model: Denoiser,
    [learnt, held_out]: [&[i32]; 2],
    settings: &DenoiseSettings,
    run: &Run,
) -> anyhow::Result<(Denoiser, History)> {
    let device = run.training_device();
    let DenoiseSettings { batch_size, length, log_every, .. } = *settings;
    let count = corpus::pieces(learnt, length)?;
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
            let mut rng = run.generator().lock();
            let starts = rng.loader_first(count, batch_size.min(count));
            let pieces: Vec<&[i32]> = starts.iter().map(|&start| &learnt[start..start + length]).collect();
            let cuts: Vec<Cut> = pieces.iter().map(|piece| cloze::cut(piece, &mut rng)).collect();
            drop(rng);
            let (logits, whole) = scores(training.model(), &pieces, &cuts, &device);
            training.set_learning_rate(rate(settings.lr, training.iteration(), settings.num_iterations));
            training.step(cross_entropy(logits.flatten(0, 1), whole.flatten(0, 1)));
        }
        let [copied, filled] = right(&training.model().valid(), held_out, length, &run.device);
        training.end_epoch(&[(COPIED, copied), (FILLED, filled)])?;
    }
    Ok(training.finish()?)
}

/// Scores of every character of whole pieces, each from the damaged piece and the true characters before it; and the characters.
///
/// # Shapes
/// - returns `[batch, length, characters]` and `[batch, length]`
fn scores(model: &Denoiser, pieces: &[&[i32]], cuts: &[Cut], device: &Device) -> (Tensor<3>, Tensor<2, Int>) {
    let read: Vec<Vec<i32>> = cuts.iter().map(|cut| cut.read.clone()).collect();
    let (read, mask) = cloze::padded(&read, device); // [batch, read]
    let begun = |piece: &&[i32]| [&[BEGIN], &piece[..piece.len() - 1]].concat();
    let (written, _) = cloze::padded(&pieces.iter().map(begun).collect::<Vec<_>>(), device); // [batch, length]
    let whole: Vec<Vec<i32>> = pieces.iter().map(|piece| piece.to_vec()).collect();
    let read = model.encode(read, &mask); // [batch, read, dim]
    (model.decode(written, read, &mask), cloze::padded(&whole, device).0)
}

/// Shares of characters that the model names, of those that it could read and of those that were cut out.
fn right(model: &Denoiser, text: &[i32], length: usize, device: &Device) -> [f64; 2] {
    let pieces: Vec<&[i32]> = text.chunks_exact(length).take(TESTED).collect();
    let mut rng = TorchRng::new(1);
    let cuts: Vec<Cut> = pieces.iter().map(|piece| cloze::cut(piece, &mut rng)).collect();
    let (logits, _) = scores(model, &pieces, &cuts, device);
    let named: Vec<i32> = logits.argmax(2).into_data().iter::<i32>().collect();
    let mut counts = [[0_usize; 2]; 2];
    for ((piece, cut), named) in pieces.iter().zip(&cuts).zip(named.chunks(length)) {
        for (k, (named, character)) in named.iter().zip(*piece).enumerate() {
            let kind = usize::from((cut.start..cut.start + cut.length).contains(&k));
            counts[kind][0] += usize::from(named == character);
            counts[kind][1] += 1;
        }
    }
    counts.map(|[right, all]| right as f64 / all.max(1) as f64)
}

/// Where the decoder looks in the damaged text while it writes the whole one.
///
/// # Errors
/// A figure that cannot be drawn.
pub fn across(
    model: &Denoiser,
    piece: &[i32],
    cut: &Cut,
    corpus: &Corpus,
    device: &Device,
) -> anyhow::Result<Figure> {
    let written = [&[BEGIN], &piece[..piece.len() - 1]].concat();
    let weights = model.across(&cut.read, &written, device); // [written, read]
    let rows: Vec<Vec<f32>> = floats(&weights).chunks(cut.read.len()).map(<[f32]>::to_vec).collect();
    let names = |numbers: &[i32]| -> Vec<String> {
        let visible = |c: char| match c {
            ' ' => '·',
            '█' => '…',
            other => other,
        };
        cloze::decode(&corpus.characters, numbers).chars().map(|c| visible(c).to_string()).collect()
    };
    let (row_names, column_names) = (names(piece), names(&cut.read));
    Ok(plot::heat_map(&HeatMap {
        title: "Where the decoder looks across",
        row_label: "writes",
        column_label: "looks at",
        rows: &rows,
        row_names: &row_names.iter().map(String::as_str).collect::<Vec<_>>(),
        column_names: &column_names.iter().map(String::as_str).collect::<Vec<_>>(),
        annotate: false,
    })?)
}
