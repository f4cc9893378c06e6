//! Pictures of reviews, and of a network's mind while it reads one.

use mlbook::plot::{Figure, Panel, PlotError, Series};
use mlbook::prelude::*;

use crate::sentiment_data::ReviewSets;

/// A review for [`along`] has so many words at least and at most.
const LEGIBLE: std::ops::RangeInclusive<usize> = 25..=70;
/// Bars of the histogram.
const BINS: usize = 40;

/// Section 15.2.4: what a batch of the first four reviews looks like.
pub fn say_first_batch(sets: &ReviewSets) {
    let rows: Vec<usize> = (0..sets.train.len().min(4)).collect();
    let batch = sets.train.batch(&rows);
    let first = batch.numbers.get(..5).unwrap_or(&batch.numbers);
    say!(
        "batch   [{}, {}], labels {:?}, lengths {:?}, begins {first:?}",
        rows.len(),
        batch.longest,
        batch.labels,
        batch.lengths
    );
}

/// How long the training reviews are.
///
/// # Errors
/// No review of one of the two kinds.
pub fn lengths(sets: &ReviewSets) -> Result<Figure, PlotError> {
    let lengths = sets.train.lengths();
    let of = |label: f32| -> Vec<f64> {
        let kept = lengths.iter().zip(sets.train.labels()).filter(|&(_, &found)| found == label);
        kept.map(|(&length, _)| length as f64).collect()
    };
    let (zero, one) = (of(0.0), of(1.0));
    plot::histogram("", "words in a review", &[(&sets.names[0], &zero), (&sets.names[1], &one)], BINS)
}

/// The probability of the second label after every word of a test review of each kind, printed and drawn; none if `read` gives none
/// or no review is short enough.
///
/// # Errors
/// A figure that cannot be drawn.
pub fn along(
    sets: &ReviewSets,
    run: &Run,
    read: impl Fn(Tensor<2, Int>, &[usize]) -> Option<Tensor<2>>,
) -> Result<Option<Figure>, PlotError> {
    let mut panels = Vec::new();
    for label in [1.0, 0.0] {
        let fits =
            |&i: &usize| LEGIBLE.contains(&sets.test.review(i).len()) && sets.test.labels()[i] == label;
        let Some(i) = (0..sets.test.len()).find(fits) else { continue };
        let batch = sets.test.batch(&[i]);
        let Some(path) = read(batch.tokens(&run.device), &batch.lengths) else { continue }; // [1, steps]
        let path: Vec<f32> = path.into_data().iter::<f32>().collect();
        let words: Vec<&str> = sets.test_tokens[i].iter().collect();
        say!(
            "\na {} review, with the probability of {} after each word:",
            sets.names[usize::from(label > 0.5)],
            sets.names[1]
        );
        let told: Vec<String> = words.iter().zip(&path).map(|(word, p)| format!("{word} {p:.2}")).collect();
        say!("{}", told.join("  "));
        let places: Vec<f32> = (1..=path.len()).map(|place| place as f32).collect();
        let title = format!("a {} review", sets.names[usize::from(label > 0.5)]);
        let half = vec![0.5_f32; path.len()];
        panels.push(
            Panel::new(&title, "words read", &format!("probability of {}", sets.names[1]))
                .with(Series::line("", &places, &path))
                .with(Series::dashed("", &places, &half))
                .y_shows(0.0)
                .y_shows(1.0),
        );
    }
    if panels.is_empty() { Ok(None) } else { plot::curves(&panels).map(Some) }
}
