//! Section 11.5: the gradients of the backward pass by hand beside those of burn's autodiff, on real digits.

use mlbook::data::mnist::{CLASSES, PIXELS};
use mlbook::prelude::*;

use crate::autodiff::RecordedNet;
use crate::data;
use crate::mnist::numpy_seed;
use crate::network::{NeuralNet, int_to_onehot};

mlbook::settings! {
    /// Settings of the comparison.
    pub struct GradientsSettings, flags GradientsFlags {
        /// The first so many digits are the batch
        batch_size: usize, at_least_one, quick 100, book 100;
        /// Units of the hidden layer
        hidden_size: usize, at_least_one, quick 50, book 50;
    }
}

/// Differences up to this share of a parameter's largest gradient are rounding: both sum the same numbers in another order.
const ROUNDING: f64 = 1e-5;

/// Prints both gradients' largest difference for each parameter; true if all are rounding.
pub fn run(run: &Run, settings: &GradientsSettings) -> anyhow::Result<bool> {
    run.in_one_go()?;
    let source = data::read(run)?;
    let digits = source.digits.first(settings.batch_size);
    let mut rng = NumpyRng::new(numpy_seed(run.flags.seed)?);
    let net = NeuralNet::new(PIXELS, settings.hidden_size, CLASSES, &mut rng, &run.device);

    let batch = data::tensors(&digits, &run.device);
    let onehot = int_to_onehot(batch.labels, CLASSES);
    let by_hand = net.backward(batch.inputs.clone(), net.forward(batch.inputs), onehot).to_arrays();

    let training = run.training_device();
    let batch = data::tensors(&digits, &training);
    let onehot = int_to_onehot(batch.labels, CLASSES);
    let by_autodiff = RecordedNet::of(&net, &training).gradients(batch.inputs, onehot)?;

    say!("{:<12} {:>18} {:>18}", "parameter", "largest gradient", "largest difference");
    let mut equal = true;
    let mut worst = 0.0_f64;
    for (name, gradient) in &by_hand {
        let difference = largest_difference(&gradient.values, &by_autodiff[name].values);
        let largest = largest_difference(&gradient.values, &vec![0.0; gradient.values.len()]);
        say!("{name:<12} {largest:>18.3e} {difference:>18.3e}");
        // A gradient that is no number is no rounding.
        equal &= difference <= ROUNDING * largest;
        worst = worst.max(difference / (ROUNDING * largest));
    }
    say!("{}", if equal { "equal but for rounding" } else { "DIFFERENT" });
    run.report().data(source.description).metric("difference / tolerance", worst).finish(run)?;
    Ok(equal)
}

/// The largest difference of two lists; not a number if one of them holds such, infinite if the lengths differ.
pub fn largest_difference(one: &[f32], other: &[f32]) -> f64 {
    if one.len() != other.len() {
        return f64::INFINITY;
    }
    let differences = one.iter().zip(other).map(|(a, b)| f64::from((a - b).abs()));
    differences.fold(0.0, |most, difference| if difference <= most { most } else { difference })
}

#[cfg(test)]
mod tests {
    use super::largest_difference;

    #[test]
    fn a_difference_that_is_no_number_is_never_small() {
        assert_eq!(largest_difference(&[1.0, 2.0, 5.0], &[1.0, 2.5, 5.0]), 0.5);
        assert!(largest_difference(&[f32::NAN], &[1.0]).is_nan());
        assert!(largest_difference(&[1.0], &[]).is_infinite());
    }
}
