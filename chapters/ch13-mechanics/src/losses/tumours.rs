//! The focal loss where one class is rare: benign and malignant tumours (WDBC), of the malignant but a few to learn from.

use mlbook::data::tables::{self, WDBC};
use mlbook::prelude::*;
use mlbook::rng::{Size, train_test_split_stratified};

use super::own::FocalLoss;
use super::{LossSettings, mean_and_spread, outputs, train};
use crate::examples::Examples;

/// How a network with one loss does on the test tumours.
#[derive(Clone, Copy, Debug)]
struct Outcome {
    /// Malignant tumours that were given a probability of at least a half.
    recall: f64,
    /// Benign tumours that were, too.
    false_alarms: f64,
    /// Area under precision by recall: how well malignant tumours are ranked above benign ones, whatever the threshold.
    average_precision: f64,
}

/// Cross-entropy and the focal loss, each from the same weights on the same batches.
pub fn with_a_rare_class(run: &Run, settings: &LossSettings) -> anyhow::Result<Vec<(&'static str, f64)>> {
    let focal = FocalLoss { gamma: settings.gamma, alpha: settings.alpha };
    let mut outcomes = [vec![], vec![]];
    for seed in (run.flags.seed..).take(settings.seeds) {
        let (learn, test) = tumours(run, settings.rare, seed)?;
        let entropy = train(&learn, 1, seed, settings, run, |logits, malignant| {
            binary_cross_entropy_with_logits(logits, malignant)
        })?;
        let doubt =
            train(&learn, 1, seed, settings, run, |logits, malignant| focal.forward(logits, malignant))?;
        for (outcomes, model) in outcomes.iter_mut().zip([entropy, doubt]) {
            outcomes.push(Outcome::of(&outputs(&model, &test, &run.device), &test.targets));
        }
    }
    say!("\n{} malignant tumours among the training ones", settings.rare);
    say!("{:<28} {:>12} {:>14} {:>18}", "mean (spread)", "recall", "false alarms", "average precision");
    let mut metrics = vec![];
    let names = [
        ("cross-entropy", "rare class: recall, cross-entropy", "rare class: AP, cross-entropy"),
        ("focal", "rare class: recall, focal", "rare class: AP, focal"),
    ];
    for ((name, recall_name, precision_name), outcomes) in names.into_iter().zip(&outcomes) {
        let of = |part: fn(&Outcome) -> f64| mean_and_spread(&outcomes.iter().map(part).collect::<Vec<_>>());
        let (recall, recall_spread) = of(|outcome| outcome.recall);
        let (alarms, alarms_spread) = of(|outcome| outcome.false_alarms);
        let (precision, precision_spread) = of(|outcome| outcome.average_precision);
        let with = |mean: f64, spread: f64| format!("{mean:.3} ({spread:.3})");
        say!(
            "{name:<28} {:>12} {:>14} {:>18}",
            with(recall, recall_spread),
            with(alarms, alarms_spread),
            with(precision, precision_spread)
        );
        metrics.extend([(recall_name, recall), (precision_name, precision)]);
    }
    Ok(metrics)
}

/// Half of the tumours for training, of the malignant ones the first `rare`; the other half for the test. Features are standardised by
/// the training tumours.
fn tumours(run: &Run, rare: usize, seed: u64) -> anyhow::Result<(Examples, Examples)> {
    let source = data::locate("wdbc", run)?;
    let table = tables::wdbc(&source.dir)?;
    let diagnoses = table.column_str(WDBC[1])?;
    let names = &WDBC[2..];
    let values = table.matrix(names)?; // [tumours, 30]
    let split = train_test_split_stratified(&diagnoses, Size::Fraction(0.5), seed as u32)?;
    let (malignant, benign): (Vec<usize>, Vec<usize>) =
        split.train.into_iter().partition(|&row| diagnoses[row] == "M");
    anyhow::ensure!(
        rare <= malignant.len(),
        "--rare {rare}: the training half has {} malignant tumours",
        malignant.len()
    );
    let learn: Vec<usize> = benign.into_iter().chain(malignant.into_iter().take(rare)).collect();
    let width = names.len();
    let statistics: Vec<(f64, f64)> = (0..width)
        .map(|column| {
            mean_and_spread(&learn.iter().map(|&row| values[row * width + column]).collect::<Vec<_>>())
        })
        .collect();
    let examples = |rows: &[usize]| Examples {
        features: rows
            .iter()
            .flat_map(|&row| &values[row * width..(row + 1) * width])
            .zip(statistics.iter().cycle())
            .map(|(value, (mean, spread))| ((value - mean) / spread) as f32)
            .collect(),
        width,
        targets: rows.iter().map(|&row| if diagnoses[row] == "M" { 1.0 } else { 0.0 }).collect(),
    };
    Ok((examples(&learn), examples(&split.test)))
}

impl Outcome {
    fn of(logits: &[f32], malignant: &[f32]) -> Self {
        let mut ranked: Vec<(f32, bool)> =
            logits.iter().zip(malignant).map(|(&logit, &label)| (logit, label == 1.0)).collect();
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
        let positives = ranked.iter().filter(|(_, malignant)| *malignant).count();
        let said = |malignant: bool| {
            ranked.iter().filter(|(logit, label)| *logit >= 0.0 && *label == malignant).count() as f64
        };
        // Precision at each malignant tumour, from the surest down.
        let places = ranked.iter().enumerate().filter(|(_, (_, malignant))| *malignant);
        let precisions =
            places.enumerate().map(|(before, (place, _))| (before + 1) as f64 / (place + 1) as f64);
        Self {
            recall: said(true) / positives as f64,
            false_alarms: said(false) / (ranked.len() - positives) as f64,
            average_precision: precisions.sum::<f64>() / positives as f64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Outcome;

    #[test]
    fn average_precision_of_a_known_order() {
        // Ranked: malignant, benign, malignant, benign; precision 1 and 2/3 at the malignant ones.
        let outcome = Outcome::of(&[3.0, 1.0, -1.0, -2.0], &[1.0, 0.0, 1.0, 0.0]);
        assert!((outcome.average_precision - (1.0 + 2.0 / 3.0) / 2.0).abs() < 1e-12);
        assert_eq!((outcome.recall, outcome.false_alarms), (0.5, 0.5));
    }
}
