//! Sections 13.2.1 and 13.2.2: the cars, split, and their columns as features: standardised, put into buckets, one-hot.

use mlbook::data::table::{Table, TableError};
use mlbook::data::tables::{self, AUTO_MPG};
use mlbook::prelude::*;
use mlbook::rng::{Size, Sizes, train_test_split};

use crate::examples::Examples;

/// What is predicted, miles per gallon.
const TARGET: &str = AUTO_MPG[0];
/// Columns that are standardised.
const NUMERIC: [&str; 5] = [AUTO_MPG[1], AUTO_MPG[2], AUTO_MPG[3], AUTO_MPG[4], AUTO_MPG[5]];
/// The first model years of buckets 1, 2 and 3.
const BOUNDARIES: [f64; 3] = [73.0, 76.0, 79.0];
/// Countries of origin: USA, Europe, Japan.
const ORIGINS: usize = 3;

/// Mean and sample standard deviation of a column of the training cars.
#[derive(Clone, Debug)]
pub struct Statistics {
    pub column: &'static str,
    pub mean: f64,
    pub std: f64,
}

/// The cars, ready to train on and to test with.
#[derive(Clone, Debug)]
pub struct Cars {
    /// Cars in the table, those of unknown horsepower too.
    pub rows: usize,
    pub train: Examples,
    pub test: Examples,
    /// Of the target and of the standardised columns.
    pub statistics: Vec<Statistics>,
    /// Where they come from.
    pub source: String,
}

impl Cars {
    /// Section 13.2.1: says where the cars come from and how they are [split](Self::split), by the run's seed.
    pub fn load(run: &Run) -> anyhow::Result<Self> {
        let cars = Self::split(run, run.flags.seed)?;
        let (train, test) = (cars.train.len(), cars.test.len());
        say!("data    {}", cars.source);
        say!(
            "cars    {}, {} without missing values: {train} to train, {test} to test",
            cars.rows,
            train + test
        );
        Ok(cars)
    }

    /// The cars whose horsepower is known, four fifths of them for training:
    /// `train_test_split(df, train_size=0.8, random_state=seed)`.
    pub fn split(run: &Run, seed: u64) -> anyhow::Result<Self> {
        let source = data::locate("auto-mpg", run)?;
        let all = tables::auto_mpg(&source.dir)?;
        let table = all.select(&AUTO_MPG[..8])?.drop_missing()?;
        let split = train_test_split(table.shape().0, Sizes::train(Size::Fraction(0.8)), seed as u32)?;
        let (train, test) = (table.take(&split.train)?, table.take(&split.test)?);
        let statistics = [TARGET].iter().chain(&NUMERIC).map(|&column| statistics(&train, column));
        let statistics = statistics.collect::<Result<Vec<_>, _>>()?;
        Ok(Self {
            rows: all.shape().0,
            train: features(&train, &statistics)?,
            test: features(&test, &statistics)?,
            statistics,
            source: source.describe(),
        })
    }
}

fn statistics(cars: &Table, column: &'static str) -> Result<Statistics, TableError> {
    Ok(Statistics { column, mean: cars.mean(column)?, std: cars.std(column, 1)? })
}

/// Section 13.2.2: nine features of each car, `[cars, 9]`: five standardised, the bucket of the model year, the origin one-hot.
fn features(cars: &Table, statistics: &[Statistics]) -> Result<Examples, TableError> {
    let numbers = cars.matrix(&NUMERIC)?; // [cars, 5]
    let years = cars.column_f64(AUTO_MPG[6])?;
    let origins = cars.column_f64(AUTO_MPG[7])?;
    let of_columns = &statistics[1..]; // the first is the target's
    let mut features = Vec::new();
    for ((numbers, &year), &origin) in numbers.chunks_exact(NUMERIC.len()).zip(&years).zip(&origins) {
        features.extend(numbers.iter().zip(of_columns).map(|(x, s)| ((x - s.mean) / s.std) as f32));
        features.push(year_bucket(year));
        features.extend(one_hot(origin));
    }
    let targets = cars.column_f64(TARGET)?.into_iter().map(|mpg| mpg as f32).collect();
    Ok(Examples { features, width: NUMERIC.len() + 1 + ORIGINS, targets })
}

/// `torch.bucketize(year, boundaries, right=True)`: how many boundaries a year has reached.
pub fn year_bucket(year: f64) -> f32 {
    BOUNDARIES.iter().filter(|&&boundary| year >= boundary).count() as f32
}

/// `one_hot(origin % 3)`: Japan (3) comes first, then the USA (1) and Europe (2).
pub fn one_hot(origin: f64) -> [f32; ORIGINS] {
    let place = origin as usize % ORIGINS;
    std::array::from_fn(|column| if column == place { 1.0 } else { 0.0 })
}
