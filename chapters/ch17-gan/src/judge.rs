//! Beyond 17.2: a classifier looks at the pictures that a trained generator makes. Are they digits, and are all ten among them?

use std::path::{Path, PathBuf};

use mlbook::cli::rule;
use mlbook::data::mnist::{CLASSES, COLUMNS, PIXELS, ROWS};
use mlbook::nn::weights;
use mlbook::plot::{Image, PlotError, Tone};
use mlbook::prelude::*;
use mlbook::train::WEIGHTS;
use serde::Deserialize;

use crate::convolutional::{ConvGenerator, Kind};
use crate::dense::DenseGenerator;
use crate::learn::grey;
use crate::noise::{Mode, create_noise};
use crate::reader::DigitReader;

/// Flags of `judge`.
#[derive(clap::Args, Clone, Debug)]
pub struct JudgeFlags {
    /// Folder of a finished run of gan, dcgan or wgan-gp
    #[arg(long, value_name = "DIR", default_value = "out/ch17-gan/dcgan")]
    pub game: PathBuf,
    /// The classifier: model.safetensors of `ch14-cnn mnist`. Else a small one is trained
    #[arg(long, value_name = "FILE")]
    pub classifier: Option<PathBuf>,
    /// Epochs for a classifier that is trained
    #[arg(long, default_value_t = 1, value_parser = rule::at_least_one)]
    pub classifier_epochs: usize,
    /// Pictures to make and judge
    #[arg(long, default_value_t = 1000, value_parser = rule::at_least_one)]
    pub samples: usize,
    /// A digit counts as recognised if its probability is above this
    #[arg(long, default_value_t = 0.9, value_parser = rule::share)]
    pub confidence: f64,
}

/// What `settings.json` of a run says about its networks.
#[derive(Debug, Deserialize)]
struct Card {
    game: String,
    noise: Mode,
    z_size: usize,
    #[serde(default)]
    n_filters: usize,
    #[serde(default)]
    hidden_size: usize,
}

/// A generator of any of the three projects.
enum Drawer {
    Dense(Box<DenseGenerator>),
    Convolutional(Box<ConvGenerator>),
}

impl Drawer {
    fn forward(&self, noise: Tensor<2>) -> Tensor<4> {
        match self {
            Self::Dense(generator) => generator.forward(noise),
            Self::Convolutional(generator) => generator.forward(noise),
        }
    }
}

/// A folder that no run of this chapter has left.
#[derive(Debug, thiserror::Error)]
#[error("{}: not the settings of a run of gan, dcgan or wgan-gp ({problem}). Give its folder with --game.", path.display())]
pub struct NoGame {
    path: PathBuf,
    problem: String,
}

/// The trained generator in a run's folder.
fn load(folder: &Path, device: &Device) -> anyhow::Result<(Drawer, Card)> {
    let path = folder.join("settings.json");
    let wrong = |problem: String| NoGame { path: path.clone(), problem };
    let card: Card =
        serde_json::from_slice(&mlbook::files::read(&path)?).map_err(|error| wrong(error.to_string()))?;
    let file = folder.join(WEIGHTS);
    let arrays = weights::read_arrays(&mlbook::files::read(&file)?, &file.display().to_string())?;
    let of_generator =
        |(name, array): (String, weights::Array)| Some((name.strip_prefix("generator.")?.to_owned(), array));
    let arrays = arrays.into_iter().filter_map(of_generator).collect();
    let rng = Generator::seeded(0);
    let conv = |kind| ConvGenerator::new(kind, card.z_size, card.n_filters, &rng, device);
    let drawer = match card.game.as_str() {
        "gan" => {
            let dense = DenseGenerator::new(card.z_size, card.hidden_size, &rng, device);
            Drawer::Dense(Box::new(weights::from_arrays(dense, &arrays)?))
        }
        "dcgan" => Drawer::Convolutional(Box::new(weights::from_arrays(conv(Kind::Dcgan), &arrays)?)),
        "wgan-gp" => Drawer::Convolutional(Box::new(weights::from_arrays(conv(Kind::Wgan), &arrays)?)),
        other => return Err(wrong(format!("its game is called {other}")).into()),
    };
    Ok((drawer, card))
}

/// Pictures in, what a classifier reads in them out.
pub fn run(run: &Run, flags: &JudgeFlags) -> anyhow::Result<()> {
    run.in_one_go()?;
    let (drawer, card) = load(&flags.game, &run.device)?;
    let source = data::locate("mnist", run)?;
    say!("data    {}", source.describe());
    let digits = Mnist::read(&source.dir)?;
    let reader = match &flags.classifier {
        Some(file) => DigitReader::load(file, &run.device)?,
        None => DigitReader::trained(&digits.train, flags.classifier_epochs, run)?,
    };
    let real = Evaluation::of(&digits.test.on(&run.device), |images| reader.forward(images));
    say!("reader  {:.4} of {} test digits", real.accuracy(), digits.test.len());

    let noise = create_noise(flags.samples, card.z_size, card.noise, run.generator(), &run.device);
    let pictures = drawer.forward(noise); // [samples, 1, 28, 28]
    let shades = (pictures.clone() + 1.0) / 2.0;
    let unlabelled = vec![0; flags.samples];
    let labels = Tensor::<1, Int>::from_data(TensorData::new(unlabelled, [flags.samples]), &run.device);
    let made = Evaluation::of(&Labelled { inputs: shades, labels }, |images| reader.forward(images));
    let sure = |evaluation: &Evaluation, i: usize| f64::from(evaluation.confidences[i]) > flags.confidence;
    let recognised: Vec<usize> = (0..flags.samples).filter(|&i| sure(&made, i)).collect();
    let mut counts = [0_usize; CLASSES];
    recognised.iter().for_each(|&i| counts[made.predictions[i]] += 1);
    let share = |count: usize, of: usize| count as f64 / of.max(1) as f64;
    let of_real = (0..digits.test.len()).filter(|&i| sure(&real, i)).count();
    say!("recognised {counts:?} of the digits 0 to 9");

    run.save("judged", &judged(&grey(&pictures), &made, flags.confidence)?)?;
    let names: Vec<String> = (0..CLASSES).map(|digit| digit.to_string()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let bars = plot::bars("Samples recognised", "samples", &names, &[("", &counts.map(|n| n as f64))])?;
    run.save("classes", &bars)?;
    run.report()
        .data(format!("{} samples of {}; {}", flags.samples, flags.game.display(), source.describe()))
        .metric("recognised", share(recognised.len(), flags.samples))
        .metric("classes", counts.iter().filter(|&&count| count > 0).count() as f64)
        .metric("rarest class", share(counts.into_iter().min().unwrap_or(0), flags.samples))
        .metric("recognised, real", share(of_real, digits.test.len()))
        .metric("reader accuracy", real.accuracy())
        .finish(run)?;
    Ok(())
}

/// The first 40 samples, with the digit that is read in each; those that are not recognised stand out.
fn judged(pixels: &[u8], made: &Evaluation, confidence: f64) -> Result<plot::Figure, PlotError> {
    let mut pictures = Vec::new();
    for (i, pixels) in pixels.chunks(PIXELS).take(40).enumerate() {
        let sure = f64::from(made.confidences[i]) > confidence;
        let caption =
            if sure { made.predictions[i].to_string() } else { format!("{}?", made.predictions[i]) };
        let tone = if sure { Tone::Plain } else { Tone::Wrong };
        pictures.push(Image::gray(COLUMNS, ROWS, pixels)?.caption(&caption, tone));
    }
    plot::image_grid(&pictures, 10)
}
