//! Learning from unlabelled text, BERT's way: an encoder that reads in both directions fills in characters that are hidden (beyond the
//! book's code; its text describes it). Names half of them in under a minute on two cores; always the most frequent one would be a
//! quarter.

use burn::module::Param;
use mlbook::data::text::corpus::{self, Corpus, OwnText};
use mlbook::hub::Activation;
use mlbook::plot::{Panel, Series};
use mlbook::prelude::*;
use mlbook::show::{floats, grouped};

use crate::cloze::{self, FIRST, MASK};
use crate::encoder::{Embeddings, EncoderSizes, Transformer};
use crate::schedule::rate;

mlbook::settings! {
    /// Settings of the masked language model.
    pub struct MaskedSettings, flags MaskedFlags {
        /// Mini-batches to learn from
        num_iterations: usize, at_least_one, quick 1000, book 5000;
        /// Pieces of text in a mini-batch
        batch_size: usize, at_least_one, quick 32, book 32;
        /// Characters in a piece
        length: usize, at_least_one, quick 32, book 64;
        /// Adam's highest learning rate; it rises at the beginning and falls to the end
        lr: f64, positive, quick 0.002, book 0.002;
        /// A line and a checkpoint every so many mini-batches
        log_every: usize, at_least_one, quick 100, book 250;
        /// Share of the text, its end, that is kept to test on
        held_out: f64, share, quick 0.05, book 0.05;
    }
}

const RIGHT: &str = "valid accuracy";
/// Pieces of unseen text that are filled in after each stretch of mini-batches.
const TESTED: usize = 64;

/// An encoder and a score for each character at each place.
#[derive(Module, Debug)]
pub struct MaskedModel {
    pub embeddings: Embeddings,
    pub encoder: Transformer,
    pub head: Linear,
}

/// Two blocks of 4 heads, 128 wide, without drop-out.
pub fn sizes(characters: usize, positions: usize) -> EncoderSizes {
    EncoderSizes {
        vocab_size: characters + FIRST as usize,
        positions,
        dim: 128,
        layers: 2,
        heads: 4,
        hidden_dim: 512,
        activation: Activation::Gelu,
        dropout: 0.0,
        attention_dropout: 0.0,
        drops_after_attention: false,
        epsilon: 1e-12,
        deviation: 0.08,
    }
}

/// Vectors of characters, and of places as waves of many lengths (Vaswani et al., 2017): with drawn ones a network needs long to find
/// out which places are neighbours.
pub fn embeddings(sizes: &EncoderSizes, generator: &Generator, device: &Device) -> Embeddings {
    let mut embeddings = Embeddings::new(sizes, None, generator, device);
    let half = sizes.dim / 2;
    let wave = |place: usize, k: usize| {
        let angle = place as f32 / 10_000_f32.powf((k % half) as f32 / half as f32);
        0.1 * if k < half { angle.sin() } else { angle.cos() }
    };
    let waves: Vec<f32> =
        (0..sizes.positions).flat_map(|place| (0..2 * half).map(move |k| wave(place, k))).collect();
    let waves = TensorData::new(waves, [sizes.positions, 2 * half]);
    embeddings.position_embeddings.weight = Param::from_data(waves, device);
    embeddings
}

impl MaskedModel {
    /// With drawn weights.
    pub fn new(sizes: &EncoderSizes, generator: &Generator, device: &Device) -> Self {
        Self {
            embeddings: embeddings(sizes, generator, device),
            encoder: Transformer::new(sizes, generator, device),
            head: linear(sizes.dim, sizes.vocab_size).init_normal(sizes.deviation, generator, device),
        }
    }

    /// Scores of what stood at some places, counted through all rows.
    ///
    /// # Shapes
    /// - read: `[batch, length]`, places: `[count]`
    /// - returns `[count, characters]`
    pub fn forward(&self, read: Tensor<2, Int>, places: Tensor<1, Int>) -> Tensor<2> {
        let hidden = self.encoder.forward(self.embeddings.forward(read), &Mask::None); // [batch, length, dim]
        self.head.forward(hidden.flatten::<2>(0, 1).select(0, places)) // [count, characters]
    }
}

/// Text in, model, training, gaps filled.
pub fn run(run: &Run, own: &OwnText, settings: &MaskedSettings) -> anyhow::Result<()> {
    let corpus = Corpus::load(own.text.as_deref(), own.max_mb, run)?;
    say!("data    {}", corpus.source);
    let [learnt, held_out] = halves(&corpus, settings.held_out);
    corpus::pieces(&learnt, settings.length)?;
    corpus::pieces(&held_out, settings.length)?;
    let sizes = sizes(corpus.characters.len(), settings.length);
    let model = MaskedModel::new(&sizes, run.generator(), &run.training_device());
    say!("model   {} parameters; a line is {} mini-batches", grouped(model.num_params()), settings.log_every);
    let before = model.valid();
    let (model, history) = train(model, [&learnt, &held_out], corpus.characters.len(), settings, run)?;

    let model = model.valid();
    let untrained = right(&before, &held_out, settings.length, corpus.characters.len(), &run.device);
    let trained = right(&model, &held_out, settings.length, corpus.characters.len(), &run.device);
    for start in [0, settings.length * 5, settings.length * 9] {
        let Some(piece) = held_out.get(start..start + settings.length) else { break };
        let read: Vec<i32> =
            piece.iter().enumerate().map(|(k, &c)| if k % 7 == 3 { MASK } else { c }).collect();
        say!("\nhidden  {}", cloze::decode(&corpus.characters, &read));
        for (name, model) in [("before", &before), ("after", &model)] {
            say!("{name:<7} {}", cloze::decode(&corpus.characters, &filled(model, &read, &run.device)));
        }
        say!("text    {}", cloze::decode(&corpus.characters, piece));
    }
    let (epochs, shares) = history.curve(RIGHT);
    let batches: Vec<f64> = epochs.iter().map(|epoch| epoch * settings.log_every as f64).collect();
    let panel = Panel::new("", "mini-batches", "hidden characters that are right").with(Series::line(
        "unseen text",
        &batches,
        &shares,
    ));
    run.save("right", &plot::curves(&[panel])?)?;
    run.report()
        .data(corpus.source.clone())
        .first_losses(&history.first_losses)
        .metric("right before", untrained)
        .metric("right after", trained)
        .metric("most frequent alone", most_frequent(&held_out))
        .finish(run)?;
    Ok(())
}

/// The text to learn from and the rest, characters numbered from [`FIRST`].
pub fn halves(corpus: &Corpus, held_out: f64) -> [Vec<i32>; 2] {
    let (learnt, rest) = corpus.split(held_out);
    [learnt, rest].map(|part| part.iter().map(|number| number + FIRST).collect())
}

/// Each mini-batch is a fresh draw of pieces with characters hidden; an epoch of [`Training`] is `log_every` mini-batches.
pub fn train(
    model: MaskedModel,
    [learnt, held_out]: [&[i32]; 2],
    known: usize,
    settings: &MaskedSettings,
    run: &Run,
) -> anyhow::Result<(MaskedModel, History)> {
    let device = run.training_device();
    let MaskedSettings { batch_size, length, log_every, .. } = *settings;
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
            let pieces: Vec<i32> =
                starts.iter().flat_map(|&start| &learnt[start..][..length]).copied().collect();
            let gaps = cloze::hide(&pieces, known, &mut rng);
            drop(rng);
            let (read, places) = tensors(&gaps.read, &gaps.places, length, &device);
            let missing = Tensor::<1, Int>::from_ints(gaps.missing.as_slice(), &device); // [count]
            training.set_learning_rate(rate(settings.lr, training.iteration(), settings.num_iterations));
            training.step(cross_entropy(training.model().forward(read, places), missing));
        }
        let share = right(&training.model().valid(), held_out, length, known, &run.device);
        training.end_epoch(&[(RIGHT, share)])?;
    }
    Ok(training.finish()?)
}

fn tensors(read: &[i32], places: &[i32], length: usize, device: &Device) -> (Tensor<2, Int>, Tensor<1, Int>) {
    let rows = Tensor::from_data(TensorData::new(read.to_vec(), [read.len() / length, length]), device);
    (rows, Tensor::from_ints(places, device))
}

/// Share of hidden characters that the model names, on pieces of a text; the same are hidden each time.
pub fn right(model: &MaskedModel, text: &[i32], length: usize, known: usize, device: &Device) -> f64 {
    let pieces = text.len() / length;
    let pieces = &text[..pieces.min(TESTED) * length];
    let gaps = cloze::hide(pieces, known, &mut TorchRng::new(1));
    let (read, places) = tensors(&gaps.read, &gaps.places, length, device);
    let named = model.forward(read, places).argmax(1).into_data(); // [count, 1]
    let right = named.iter::<i32>().zip(&gaps.missing).filter(|(named, missing)| named == *missing).count();
    right as f64 / gaps.missing.len().max(1) as f64
}

/// What a model puts in place of the marks.
pub fn filled(model: &MaskedModel, read: &[i32], device: &Device) -> Vec<i32> {
    let places: Vec<i32> = (0..read.len() as i32).filter(|&k| read[k as usize] == MASK).collect();
    let (rows, at) = tensors(read, &places, read.len().max(1), device);
    let scores = model.forward(rows, at); // [count, characters]
    let width = scores.dims()[1];
    let mut text = read.to_vec();
    for (place, scores) in places.iter().zip(floats(&scores).chunks(width)) {
        // Only characters are candidates.
        text[*place as usize] = FIRST + crate::sampling::likeliest(&scores[FIRST as usize..]) as i32;
    }
    text
}

/// The share of the most frequent character.
fn most_frequent(text: &[i32]) -> f64 {
    let mut counts = std::collections::BTreeMap::new();
    for character in text {
        *counts.entry(character).or_insert(0_usize) += 1;
    }
    counts.values().max().copied().unwrap_or(0) as f64 / text.len().max(1) as f64
}
