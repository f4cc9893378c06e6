//! Section 12.2.5: the flowers, split and brought to a common scale in two ways.

use mlbook::data::tables::{self, IRIS};
use mlbook::prelude::*;
use mlbook::rng::{Size, train_test_split};
use mlbook::statistics::mean_and_std;

/// Measures of a flower.
const FEATURES: usize = 4;

/// How the lengths are brought to a common scale. Mean and deviation are those of the training flowers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scaling {
    /// One mean and one deviation over all four lengths, as the book does: the lengths keep their different scales.
    Global,
    /// A mean and a deviation for each length: all four get mean 0 and deviation 1.
    PerFeature,
}

/// All flowers, and which are for training.
pub struct Flowers {
    lengths: Vec<f64>,
    species: Vec<u8>,
    train: Vec<usize>,
    test: Vec<usize>,
    /// Where they come from.
    pub source: String,
}

impl Flowers {
    /// scikit-learn's Iris, a third of it for the test: `train_test_split(X, y, test_size=1./3, random_state=seed)`.
    pub fn load(run: &Run) -> anyhow::Result<Self> {
        let source = data::locate("iris", run)?;
        say!("data    {}", source.describe());
        let table = tables::iris_corrected(&source.dir)?;
        let lengths = table.matrix(&IRIS[..FEATURES])?;
        let names = table.column_str(IRIS[FEATURES])?;
        let species = ["Iris-setosa", "Iris-versicolor", "Iris-virginica"];
        let number = |name: &String| species.iter().position(|known| known == name).map(|class| class as u8);
        let Some(classes) = names.iter().map(number).collect::<Option<Vec<u8>>>() else {
            anyhow::bail!(
                "{}: a species is not one of {}",
                source.path("iris.data").display(),
                species.join(", ")
            );
        };
        let split = train_test_split(classes.len(), Size::Fraction(1.0 / 3.0), run.flags.seed as u32)?;
        say!("flowers {} for training, {} for the test", split.train.len(), split.test.len());
        Ok(Self {
            lengths,
            species: classes,
            train: split.train,
            test: split.test,
            source: source.describe(),
        })
    }

    /// How many flowers are for training.
    pub fn training_count(&self) -> usize {
        self.train.len()
    }

    /// The training flowers on a device, scaled.
    pub fn train(&self, scaling: Scaling, device: &Device) -> Labelled<2> {
        self.scaled(&self.train, scaling, device)
    }

    /// The test flowers on a device, scaled as the training flowers are.
    pub fn test(&self, scaling: Scaling, device: &Device) -> Labelled<2> {
        self.scaled(&self.test, scaling, device)
    }

    fn scaled(&self, rows: &[usize], scaling: Scaling, device: &Device) -> Labelled<2> {
        let scales = self.scales(scaling);
        let values = rows.iter().flat_map(|&row| {
            let lengths = &self.lengths[row * FEATURES..(row + 1) * FEATURES];
            lengths
                .iter()
                .zip(&scales)
                .map(|(length, (mean, deviation))| ((length - mean) / deviation) as f32)
        });
        let labels: Vec<u8> = rows.iter().map(|&row| self.species[row]).collect();
        Labelled::new(values.collect(), [rows.len(), FEATURES], &labels, device)
    }

    /// Mean and deviation for each feature.
    pub fn scales(&self, scaling: Scaling) -> Vec<(f64, f64)> {
        let feature =
            |feature: usize| self.train.iter().map(move |&row| self.lengths[row * FEATURES + feature]);
        match scaling {
            Scaling::Global => {
                vec![mean_and_std(&(0..FEATURES).flat_map(feature).collect::<Vec<_>>(), 0); FEATURES]
            }
            Scaling::PerFeature => {
                (0..FEATURES).map(|k| mean_and_std(&feature(k).collect::<Vec<_>>(), 0)).collect()
            }
        }
    }
}
