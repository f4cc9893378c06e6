//! The training that all three projects share: epochs of rounds, samples of the same noise after each, an eye on what goes wrong.

use mlbook::cli::rule;
use mlbook::data::mnist::{COLUMNS, ROWS};
use mlbook::nn::weights;
use mlbook::prelude::*;
use serde::Serialize;

use crate::album::{Album, PAGE};
use crate::game::{Chance, Game, Rates};
use crate::noise::{Mode, create_noise};
use crate::variety::{self, Trouble, Watch};

/// The weights after the last epoch whose samples were not all alike.
const LAST_GOOD: &str = "last-good.safetensors";

/// How long to play, and with what noise.
#[derive(Clone, Copy, Debug)]
pub struct Course {
    pub num_epochs: usize,
    pub batch_size: usize,
    pub z_size: usize,
    pub mode: Mode,
    pub rates: Rates,
}

/// What a run keeps in `settings.json`, by which its networks are made again.
#[derive(Clone, Debug, Serialize)]
pub struct Described<'a, S> {
    /// Which project it is.
    pub game: &'a str,
    pub noise: Mode,
    /// Digits to learn from; 0 means all.
    pub digits: usize,
    #[serde(flatten)]
    pub settings: &'a S,
}

/// A game that was played to its end, or to where it failed.
#[derive(Debug)]
pub struct Played<G> {
    /// On the device for plain computation.
    pub game: G,
    pub history: History,
    pub album: Album,
    /// The noise of the samples, `[64, z_size]`.
    pub fixed: Tensor<2>,
    /// What ended it before its time.
    pub trouble: Option<Trouble>,
}

/// Section 17.1.2: the training digits, pixels from −1 to 1.
#[derive(Clone, Debug)]
pub struct Reals {
    /// `[digits, 1, 28, 28]`, on the training device.
    pub images: Labelled<4>,
    pub source: String,
}

/// Flags about the digits.
#[derive(clap::Args, Clone, Debug)]
pub struct DigitFlags {
    /// Learn from the first so many digits; 0 means all
    #[arg(long, default_value_t = 0, value_parser = rule::count)]
    pub digits: usize,
}

impl Reals {
    /// MNIST's training digits: `(x − 0.5) / 0.5` of pixels from 0 to 1.
    ///
    /// # Errors
    /// No digits, or fewer than a batch.
    pub fn load(flags: &DigitFlags, batch_size: usize, run: &Run) -> anyhow::Result<Self> {
        let source = data::locate("mnist", run)?;
        say!("data    {}", source.describe());
        let digits = Mnist::read(&source.dir)?.train.first(flags.digits);
        anyhow::ensure!(
            digits.len() >= batch_size,
            "{} digits are less than a batch of {batch_size}. Give more --digits, or a smaller --batch-size",
            digits.len()
        );
        let scaled: Vec<f32> = digits.pixels().into_iter().map(|pixel| (pixel - 0.5) / 0.5).collect();
        let shape = [digits.len(), 1, ROWS, COLUMNS];
        let images = Labelled::new(scaled, shape, &digits.labels, &run.training_device());
        Ok(Self { images, source: source.describe() })
    }
}

/// The run's own random numbers.
struct Draws<'a> {
    course: &'a Course,
    generator: &'a Generator,
    device: &'a Device,
}

impl Chance for Draws<'_> {
    fn noise(&self) -> Tensor<2> {
        let Course { batch_size, z_size, mode, .. } = *self.course;
        create_noise(batch_size, z_size, mode, self.generator, self.device)
    }

    fn shares(&self) -> Tensor<4> {
        let shares = self.generator.lock().rand(self.course.batch_size);
        Tensor::from_data(TensorData::new(shares, [self.course.batch_size, 1, 1, 1]), self.device)
    }
}

/// Plays the game. `new` makes its networks, drawing their weights from the run's random numbers.
///
/// # Errors
/// Ctrl-C, files. A game that fails is no error here: it is handed out as it was after its last good epoch.
pub fn learn<G: Game>(
    new: impl Fn(&Generator, &Device) -> G,
    reals: &Reals,
    course: &Course,
    settings: &impl Serialize,
    run: &Run,
) -> anyhow::Result<Played<G>> {
    let device = run.training_device();
    let game = new(run.generator(), &device);
    say!("model   {} parameters", game.num_params());
    let fixed = create_noise(PAGE, course.z_size, course.mode, run.generator(), &run.device);
    let mut album = Album::open(run)?;
    let mut watch = Watch::new(variety::of_reals(&reals.images));

    let batches = reals.images.len() / course.batch_size;
    let plan = Plan {
        num_epochs: course.num_epochs,
        batch_size: course.batch_size,
        learning_rate: course.rates.generator,
        examples: batches * course.batch_size,
    };
    let training = Training::begin(run, settings, plan, game, adam())?;
    let mut training = training.drawn_from(reals.images.len()).without_validation_loader();
    album.keep_until(training.history().epochs.len())?;
    let chance = Draws { course, generator: run.generator(), device: &device };
    let mut trouble = None;
    while trouble.is_none() && training.next_epoch() {
        while let Some(rows) = training.next_batch()? {
            let (real, _) = reals.images.batch(&rows);
            G::round(&mut training, real, &chance, course.rates);
        }
        let epoch = training.history().epochs.len() + 1;
        let samples = training.model().valid().pictures(fixed.clone());
        let variety = watch.variety(&samples);
        album.add(epoch, &samples)?;
        match training.end_epoch(&[("variety", variety)]) {
            Err(TrainError::Diverged { epoch, .. }) => trouble = Some(Trouble::Diverged { epoch }),
            other => {
                other?;
                trouble = watch.look(epoch, variety);
            }
        }
        if trouble.is_none() && watch.is_good(variety) {
            weights::save(training.model(), &run.path(LAST_GOOD))?;
        }
    }
    let (game, history) = match trouble {
        None => training.finish()?,
        Some(found) => {
            say!("{found}");
            back_to_last_good(new(&Generator::seeded(0), &device), training.history().clone(), run)?
        }
    };
    Ok(Played { game: game.valid(), history, album, fixed, trouble })
}

/// The networks as they were when all was well; their weights become the run's.
fn back_to_last_good<G: Game>(new: G, history: History, run: &Run) -> anyhow::Result<(G, History)> {
    let last_good = run.path(LAST_GOOD);
    anyhow::ensure!(
        last_good.exists(),
        "no epoch was good: nothing is kept. Try smaller learning rates (--lr-generator, --lr-discriminator)"
    );
    let game = weights::load(new, &last_good)?;
    weights::save(&game, &run.path(mlbook::train::WEIGHTS))?;
    say!("weights of the last good epoch {}", run.path(mlbook::train::WEIGHTS).display());
    Ok((game, history))
}

/// Section 17.1.6, `create_samples`: pictures in grey levels from 0 to 255, `[pictures, 784]`.
pub fn grey(pictures: &Tensor<4>) -> Vec<u8> {
    let values = pictures.clone().into_data();
    values.iter::<f32>().map(|pixel| ((pixel + 1.0) / 2.0 * 255.0).round().clamp(0.0, 255.0) as u8).collect()
}
