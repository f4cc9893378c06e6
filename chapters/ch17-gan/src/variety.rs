//! What can go wrong in a game, and how it shows: losses that are no numbers, samples that are all alike.

use std::fmt;

use mlbook::prelude::*;

/// Samples whose mean distance is below this share of the real pictures' are all alike.
const ALIKE: f64 = 0.05;
/// So many epochs in a row with samples all alike are a collapse: a game that begins may have some.
const PATIENCE: usize = 10;
/// Real pictures that are measured.
const MEASURED: usize = 256;

/// What ended a game.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// A loss was no finite number.
    Diverged { epoch: usize },
    /// The samples were all alike for several epochs.
    Collapsed { epoch: usize },
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Diverged { epoch } => write!(
                f,
                "diverged: a loss of epoch {epoch} is no finite number. Try smaller learning rates \
                 (--lr-generator, --lr-discriminator)"
            ),
            Self::Collapsed { epoch } => write!(
                f,
                "collapsed: for {PATIENCE} epochs up to {epoch} the generator has made the same picture of any noise. Try other \
                 learning rates, or another --seed"
            ),
        }
    }
}

/// Looks at every epoch's samples.
#[derive(Clone, Debug)]
pub struct Watch {
    /// Mean squared distance between real pictures.
    reals: f64,
    /// Epochs in a row with samples all alike.
    alike: usize,
}

impl Watch {
    /// Measured by the mean squared distance of real pictures.
    pub fn new(reals: f64) -> Self {
        Self { reals, alike: 0 }
    }

    /// How far samples are from each other, in units of real pictures: about 1 for good ones, 0 if all are the same.
    pub fn variety(&self, samples: &Tensor<4>) -> f64 {
        mean_distance(samples) / self.reals
    }

    /// Whether samples of this variety are pictures of different things.
    pub fn is_good(&self, variety: f64) -> bool {
        variety >= ALIKE
    }

    /// What the variety of one more epoch's samples means.
    pub fn look(&mut self, epoch: usize, variety: f64) -> Option<Trouble> {
        self.alike = if self.is_good(variety) { 0 } else { self.alike + 1 };
        (self.alike >= PATIENCE).then_some(Trouble::Collapsed { epoch })
    }
}

/// The mean squared distance between the first real pictures.
pub fn of_reals(reals: &Labelled<4>) -> f64 {
    let first = reals.inputs.clone().narrow(0, 0, MEASURED.min(reals.len()));
    mean_distance(&first.inner())
}

/// Mean squared distance between two different pictures. It is twice the mean squared distance from their mean, counted over all but one.
fn mean_distance(pictures: &Tensor<4>) -> f64 {
    let rows = pictures.clone().flatten::<2>(1, 3); // [pictures, pixels]
    let count = rows.dims()[0] as f64;
    let centred = rows.clone() - rows.mean_dim(0);
    f64::from(centred.square().sum().into_scalar::<f32>()) * 2.0 / (count - 1.0).max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pictures(values: Vec<f32>) -> Tensor<4> {
        let count = values.len() / 4;
        Tensor::from_data(TensorData::new(values, [count, 1, 2, 2]), &Device::flex())
    }

    #[test]
    fn the_distance_is_that_of_pairs() {
        let values = TorchRng::new(1).rand(5 * 4);
        let rows: Vec<&[f32]> = values.chunks(4).collect();
        let mut sum = 0.0;
        for (i, a) in rows.iter().enumerate() {
            for b in &rows[i + 1..] {
                sum += a.iter().zip(*b).map(|(a, b)| f64::from((a - b).powi(2))).sum::<f64>();
            }
        }
        assert!((mean_distance(&pictures(values.clone())) - sum / 10.0).abs() < 1e-6);
    }

    #[test]
    fn ten_epochs_of_the_same_picture_are_a_collapse() {
        let mut watch = Watch::new(mean_distance(&pictures(TorchRng::new(1).rand(40))));
        let same = watch.variety(&pictures([0.1, 0.9, 0.4, 0.2].repeat(10)));
        let different = watch.variety(&pictures(TorchRng::new(2).rand(40)));
        assert!(same < 1e-6 && (0.5..2.0).contains(&different), "{same}, {different}");
        let nine = [same; 9];
        assert_eq!(nine.map(|variety| watch.look(7, variety)), [None; 9]);
        assert_eq!(watch.look(7, different), None);
        assert_eq!(nine.map(|variety| watch.look(7, variety)), [None; 9]);
        assert_eq!(watch.look(8, f64::NAN), Some(Trouble::Collapsed { epoch: 8 }));
    }
}
