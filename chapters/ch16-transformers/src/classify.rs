//! Beyond the book: a reader's own texts told apart by a dense layer on the vectors that a frozen sentence encoder has in all its
//! layers, and texts of like meaning found. Needs the weights of all-MiniLM-L6-v2; 200 texts of a class are enough, in a minute or two.

use std::path::PathBuf;

use mlbook::hub::{self, Wording};
use mlbook::plot::{Figure, Panel, PlotError, Series};
use mlbook::prelude::*;
use mlbook::show::{floats, grouped};

use crate::batches::encoded;
use crate::embed;
use crate::head::Head;
use crate::minilm::SentenceEncoder;
use crate::own_texts::{ClassedTexts, OwnTexts};

mlbook::settings! {
    /// Settings of the classifier.
    pub struct ClassifySettings, flags ClassifyFlags {
        /// Texts of each class to learn from
        per_class: usize, at_least_one, quick 200, book 200;
        /// Tokens to which a text is cut
        max_length: usize, at_least_one, quick 256, book 256;
    }
}

/// The encoder, and a text to look for.
#[derive(clap::Args, Clone, Debug, Default)]
pub struct EncoderFlags {
    /// The folder of all-MiniLM-L6-v2 (else the Hugging Face cache, or what `cargo book data fetch` has fetched)
    #[arg(long, value_name = "DIR")]
    pub model_dir: Option<PathBuf>,
    /// Print the texts that are closest to this one
    #[arg(long, value_name = "TEXT")]
    pub query: Option<String>,
}

/// The texts in so many parts: each is held out once, while a layer learns from the others.
const PARTS: usize = 5;
/// Texts that are listed as close to another.
const NEAREST: usize = 3;
/// Training examples of a class for the curve, up to those of the settings.
const STEPS: [usize; 7] = [5, 10, 25, 50, 100, 200, 500];
/// Characters of a text that are printed.
const SHOWN: usize = 90;

/// Texts in, vectors, a dense layer, its test, the nearest texts out.
///
/// # Errors
/// A model's folder or data that are not there, damaged, or do not fit.
pub fn run(
    run: &Run,
    own: &OwnTexts,
    encoder: &EncoderFlags,
    settings: &ClassifySettings,
) -> anyhow::Result<()> {
    run.in_one_go()?;
    let folder = hub::find("all-minilm-l6-v2", encoder.model_dir.as_deref(), run.flags.data_dir.as_deref())?;
    say!("model   {}", folder.describe());
    let (model, config) = SentenceEncoder::load(&folder.path, &run.device)?;
    let wording = Wording::read_for(&folder.path, config.vocab_size)?;
    let data = ClassedTexts::load(run, own)?;
    let length = settings.max_length.min(config.max_position_embeddings);
    let vectors_of = |texts: &[String]| -> Result<Tensor<2>, hub::HubError> {
        let texts = encoded(texts, &vec![false; texts.len()], wording.clone(), length)?;
        Ok(embed::embed_by(|batch| model.views(batch), &texts, &run.device))
    };
    let views = vectors_of(&data.texts)?; // [texts, (blocks + 2) · dim]
    let columns = views.dims()[1] - config.hidden_size;
    let vectors = views.clone().narrow(1, 0, columns); // [texts, (blocks + 1) · dim]
    say!(
        "vectors {} of {} numbers, after {:.0} s",
        grouped(data.texts.len()),
        vectors.dims()[1],
        run.seconds()
    );

    let sizes: Vec<usize> =
        STEPS.into_iter().filter(|&size| size < settings.per_class).chain([settings.per_class]).collect();
    let mut confusion = vec![vec![0; data.classes.len()]; data.classes.len()];
    let mut right = vec![0; sizes.len()];
    for part in 0..PARTS {
        let (test, rest) = split(&data, part, run.flags.seed);
        for (right, &size) in right.iter_mut().zip(&sizes) {
            let learnt = first_of_each(&data, &rest, size);
            let (learnt_from, learnt) = (pick(&vectors, &learnt), classes(&data, &learnt, run));
            let generator = Generator::seeded(run.flags.seed);
            let head = Head::learn(&learnt_from, &learnt, data.classes.len(), &generator);
            let logits = head.forward(pick(&vectors, &test)); // [test, classes]
            let chosen: Vec<i64> = logits.argmax(1).into_data().iter::<i64>().collect();
            for (&row, class) in test.iter().zip(chosen) {
                let class = class as usize;
                *right += usize::from(data.labels[row] == class);
                if size == settings.per_class {
                    confusion[data.labels[row]][class] += 1;
                }
            }
        }
    }
    let curve: Vec<f64> = right.iter().map(|&right| right as f64 / data.texts.len() as f64).collect();
    for (size, accuracy) in sizes.iter().zip(&curve) {
        say!("{size:>5} texts of each class: accuracy {accuracy:.4} on texts that were held out");
    }
    let names: Vec<&str> = data.classes.iter().map(String::as_str).collect();
    run.save("confusion", &plot::confusion(&confusion, &names)?)?;
    run.save("examples", &examples(&sizes, &curve)?)?;
    let queries: Vec<String> = match &encoder.query {
        Some(text) => vec![text.clone()],
        None => data.texts.iter().step_by(data.texts.len() / 2 + 1).cloned().collect(),
    };
    let meaning = |views: Tensor<2>| views.narrow(1, columns, config.hidden_size); // [texts, dim]
    say_nearest(&queries, &meaning(vectors_of(&queries)?), &data, &meaning(views));
    run.report()
        .data(data.source.clone())
        .metric("test accuracy", curve.last().copied().unwrap_or(f64::NAN))
        .metric("test texts", data.texts.len() as f64)
        .metric("texts a class", settings.per_class as f64)
        .finish(run)?;
    Ok(())
}

/// The texts of a part to test with, drawn by the seed, and the rest.
fn split(data: &ClassedTexts, part: usize, seed: u64) -> (Vec<usize>, Vec<usize>) {
    let mut order = TorchRng::new(seed).randperm(data.texts.len());
    let [start, end] = [part, part + 1].map(|part| part * data.texts.len() / PARTS);
    let test = order.drain(start..end).collect();
    (test, order)
}

/// The first `size` of `rows` in each class.
fn first_of_each(data: &ClassedTexts, rows: &[usize], size: usize) -> Vec<usize> {
    let mut taken = vec![0; data.classes.len()];
    let mut is_wanted = |row: usize| {
        let count = &mut taken[data.labels[row]];
        *count += 1;
        *count <= size
    };
    rows.iter().copied().filter(|&row| is_wanted(row)).collect()
}

fn pick(vectors: &Tensor<2>, rows: &[usize]) -> Tensor<2> {
    let numbers: Vec<i32> = rows.iter().map(|&row| row as i32).collect();
    let rows = Tensor::<1, Int>::from_data(TensorData::new(numbers, [rows.len()]), &vectors.device());
    vectors.clone().select(0, rows)
}

fn classes(data: &ClassedTexts, rows: &[usize], run: &Run) -> Tensor<1, Int> {
    let numbers: Vec<i32> = rows.iter().map(|&row| data.labels[row] as i32).collect();
    Tensor::from_data(TensorData::new(numbers, [rows.len()]), &run.device)
}

/// Accuracy over the number of texts that were learnt.
fn examples(sizes: &[usize], curve: &[f64]) -> Result<Figure, PlotError> {
    let panel = Panel::new("", "texts of each class to learn from", "accuracy on texts not learnt");
    plot::curves(&[panel.with(Series::line("", sizes, curve)).y_shows(1.0)])
}

/// Prints the texts whose vectors point most nearly the same way as each query's.
fn say_nearest(queries: &[String], of_queries: &Tensor<2>, data: &ClassedTexts, vectors: &Tensor<2>) {
    let cosines = floats(&of_queries.clone().matmul(vectors.clone().transpose())); // [queries, texts]
    for (query, cosines) in queries.iter().zip(cosines.chunks_exact(data.texts.len())) {
        say!("\nclosest to: {}", beginning(query));
        let mut order: Vec<usize> = (0..data.texts.len()).filter(|&row| data.texts[row] != *query).collect();
        order.sort_by(|&a, &b| cosines[b].total_cmp(&cosines[a]));
        for &row in order.iter().take(NEAREST) {
            let class = &data.classes[data.labels[row]];
            say!("  {:.3}  {class}: {}", cosines[row], beginning(&data.texts[row]));
        }
    }
}

fn beginning(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
