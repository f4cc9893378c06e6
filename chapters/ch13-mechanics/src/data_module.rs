//! Section 13.3.2: the digits behind three loaders, for training, validation and test.

use std::sync::Arc;

use burn::data::dataloader::{DataLoader, DataLoaderBuilder};
use mlbook::data::DigitBatcher;
use mlbook::prelude::*;
use mlbook::train::learner::Rows;

use crate::learner_steps::DigitBatch;

/// A loader as the Learner takes it.
pub type DigitLoader = Arc<dyn DataLoader<DigitBatch>>;

/// The digits of a run: the official training digits split at random, the official test digits.
#[derive(Clone, Debug)]
pub struct MnistDataModule {
    train: Arc<Digits>,
    validation: Arc<Digits>,
    test: Arc<Digits>,
    batch_size: usize,
    /// Where they come from.
    pub source: String,
}

impl MnistDataModule {
    /// Reads the digits and takes `validation` of the training digits away, chosen by `random_split` with the run's seed.
    ///
    /// # Errors
    /// No data, damaged data, or not more training digits than `validation`.
    pub fn setup(run: &Run, validation: usize, batch_size: usize) -> anyhow::Result<Self> {
        let source = data::locate("mnist", run)?;
        say!("data    {}", source.describe());
        let digits = Mnist::read(&source.dir)?;
        let count = digits.train.len();
        anyhow::ensure!(
            count > validation,
            "{} has {count} training digits, and validation takes {validation}. Get the full set (cargo book data fetch \
             mnist, or --data-dir), or give a smaller --validation",
            source.set
        );
        let parts = TorchRng::new(run.flags.seed).random_split(count, &[count - validation, validation])?;
        let sizes = [parts[0].len(), parts[1].len(), digits.test.len()];
        say!("digits  {} for training, {} for validation, {} for the test", sizes[0], sizes[1], sizes[2]);
        Ok(Self {
            train: Arc::new(digits.train.subset(&parts[0])),
            validation: Arc::new(digits.train.subset(&parts[1])),
            test: Arc::new(digits.test),
            batch_size,
            source: source.describe(),
        })
    }

    /// Batches of the training digits. As in the book they are not shuffled: every epoch has them in the order of the split.
    pub fn train_loader(&self) -> DigitLoader {
        self.loader(&self.train)
    }

    /// Batches of the validation digits.
    pub fn validation_loader(&self) -> DigitLoader {
        self.loader(&self.validation)
    }

    /// Batches of the test digits.
    pub fn test_loader(&self) -> DigitLoader {
        self.loader(&self.test)
    }

    /// How many batches an epoch of training has.
    pub fn batches(&self) -> usize {
        self.train.len().div_ceil(self.batch_size)
    }

    /// One thread: burn's workers each take a part of the data set, so that several would change the order of the batches.
    fn loader(&self, digits: &Arc<Digits>) -> DigitLoader {
        DataLoaderBuilder::new(DigitBatcher(digits.clone()))
            .batch_size(self.batch_size)
            .build(Rows(digits.len()))
    }
}
