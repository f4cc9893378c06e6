//! Sections 11.1 to 11.4: the digits in OpenML's order, two pictures of them, and scikit-learn's split.

use anyhow::Context;
use mlbook::data::mnist::{CLASSES, PIXELS};
use mlbook::plot::{Figure, PlotError, Tone};
use mlbook::prelude::*;
use mlbook::rng::{Size, train_test_split_stratified};

use crate::mnist::MnistSettings;

/// Digits of a run, and where they come from.
pub struct Source {
    /// OpenML's `mnist_784`: the official training digits, then the test digits.
    pub digits: Digits,
    /// For the head and the table of the run.
    pub description: String,
}

/// The three parts of the digits.
pub struct Sets {
    pub train: Digits,
    pub validation: Digits,
    pub test: Digits,
}

/// Section 11.1: all digits that there are, in one row.
pub fn read(run: &Run) -> anyhow::Result<Source> {
    let source = data::locate("mnist", run)?;
    say!("data    {}", source.describe());
    let Mnist { train: mut digits, test } = Mnist::read(&source.dir)?;
    digits.images.extend(test.images);
    digits.labels.extend(test.labels);
    let missing = digits.class_counts().iter().position(|&count| count < 2);
    if let Some(digit) = missing {
        anyhow::bail!(
            "{}: fewer than two digits are a {digit}; the split and the figures need some of each class from \
             0 to 9",
            source.dir.display()
        );
    }
    Ok(Source { digits, description: source.describe() })
}

/// Section 11.4: first the test digits are set apart, then the validation digits, both with the same seed and each class with
/// its share.
pub fn split(digits: &Digits, settings: &MnistSettings, seed: u32) -> anyhow::Result<Sets> {
    let does_not_fit = || {
        format!(
            "{} digits do not make {} for the test (--test-digits), {} for validation (--validation) and some \
             to train on. Get the full set (cargo book data fetch mnist, or --data-dir), or give smaller numbers",
            digits.len(),
            settings.test_digits,
            settings.validation
        )
    };
    let part = |digits: &Digits, size: usize| {
        train_test_split_stratified(&digits.labels, Size::Count(size), seed).with_context(does_not_fit)
    };
    let outer = part(digits, settings.test_digits)?;
    let rest = digits.subset(&outer.train);
    let inner = part(&rest, settings.validation)?;
    let sets = Sets {
        train: rest.subset(&inner.train).first(settings.train_digits),
        validation: rest.subset(&inner.test),
        test: digits.subset(&outer.test),
    };
    let sizes = [sets.train.len(), sets.validation.len(), sets.test.len()];
    say!("digits  {} for training, {} for validation, {} for the test", sizes[0], sizes[1], sizes[2]);
    anyhow::ensure!(
        settings.batch_size <= sizes[0],
        "--batch-size {} is more than the {} training digits, so that no batch would be full. Give a smaller one",
        settings.batch_size,
        sizes[0]
    );
    Ok(sets)
}

/// The digits as tensors: pixels from −1 (paper) to 1 (ink) in `[digits, 784]`, labels `[digits]`.
pub fn tensors(digits: &Digits, device: &Device) -> Labelled<2> {
    let scaled = digits.images.iter().map(|&ink| ((f64::from(ink) / 255.0 - 0.5) * 2.0) as f32);
    Labelled::new(scaled.collect(), [digits.len(), PIXELS], &digits.labels, device)
}

/// Section 11.2: the first image of each digit.
pub fn first_of_each(digits: &Digits) -> Result<Figure, PlotError> {
    let firsts = (0..CLASSES).filter_map(|digit| showing(digits, digit).next());
    plot::image_grid(&pictures(digits, firsts)?, 5)?.heading("The first of each digit")
}

/// Section 11.3: 25 ways to write a seven.
pub fn sevens(digits: &Digits) -> Result<Figure, PlotError> {
    plot::image_grid(&pictures(digits, showing(digits, 7).take(25))?, 5)?.heading("Sevens")
}

/// Section 11.11: what was misread first, at most 25 digits.
pub fn misclassified(digits: &Digits, predictions: &[usize]) -> Result<Figure, PlotError> {
    let wrong = (0..predictions.len()).filter(|&i| usize::from(digits.labels[i]) != predictions[i]);
    let mut pictures = wrong
        .take(25)
        .map(|i| {
            let caption = format!("{} → {}", digits.labels[i], predictions[i]);
            Ok(digits.picture(i)?.caption(&caption, Tone::Wrong))
        })
        .collect::<Result<Vec<_>, PlotError>>()?;
    if pictures.is_empty() {
        pictures.push(digits.picture(0)?.caption("no mistakes; the first digit", Tone::Right));
    }
    plot::image_grid(&pictures, 5)?.heading("Misread: true digit → predicted digit")
}

/// Where `digit` is, in order.
fn showing(digits: &Digits, digit: usize) -> impl Iterator<Item = usize> + '_ {
    (0..digits.len()).filter(move |&i| usize::from(digits.labels[i]) == digit)
}

fn pictures(digits: &Digits, rows: impl Iterator<Item = usize>) -> Result<Vec<plot::Image>, PlotError> {
    rows.map(|i| digits.picture(i)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digits() -> Digits {
        let labels: Vec<u8> = (0..200).map(|i| (i % 10) as u8).collect();
        let images = labels.iter().flat_map(|&label| [label * 28; PIXELS]).collect();
        Digits { images, labels }
    }

    #[test]
    fn pixels_go_from_minus_one_to_one() {
        let two = Digits { images: [vec![0; PIXELS], vec![255; PIXELS]].concat(), labels: vec![0, 1] };
        let scaled: Vec<f32> = tensors(&two, &Device::flex()).inputs.to_data().iter::<f32>().collect();
        assert!(scaled[..PIXELS].iter().all(|&pixel| pixel == -1.0));
        assert!(scaled[PIXELS..].iter().all(|&pixel| pixel == 1.0));
    }

    #[test]
    fn each_part_has_its_share_of_every_digit() {
        let settings = MnistSettings { test_digits: 40, validation: 20, ..MnistSettings::quick() };
        let sets = split(&digits(), &settings, 123).expect("the parts fit");
        assert_eq!(sets.test.class_counts(), [4; 10]);
        assert_eq!(sets.validation.class_counts(), [2; 10]);
        assert_eq!(sets.train.class_counts(), [14; 10]);
        // Each image still has its own label.
        assert!((0..40).all(|i| sets.test.image(i)[0] == sets.test.labels[i] * 28));
    }

    #[test]
    fn parts_that_do_not_fit_name_the_flags() {
        let settings = MnistSettings { test_digits: 190, validation: 20, ..MnistSettings::quick() };
        let message = split(&digits(), &settings, 123).err().map(|error| format!("{error:#}"));
        assert!(message.is_some_and(|text| text.contains("--validation") && text.contains("200 digits")));
    }
}
