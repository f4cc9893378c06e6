//! Huber's loss where some targets are wild, and the quantile loss where an interval is wanted: on Auto MPG.

use mlbook::plot::{Figure, Panel, PlotError, Series};
use mlbook::prelude::*;

use super::own::{HuberLoss, QuantileLoss};
use super::{LEVELS, LossSettings, mean_and_spread, outputs, train};
use crate::examples::Examples;
use crate::mpg::errors;
use crate::mpg_data::Cars;

/// Kilometres per litre in a mile per gallon.
const KM_PER_LITRE: f32 = 0.425_144;

/// Some training cars have their consumption in kilometres per litre, as happens where tables are put together. Mean absolute error
/// on test cars, which are as they should be, after training by squares and by Huber's loss.
pub fn with_wild_targets(run: &Run, settings: &LossSettings) -> anyhow::Result<Vec<(&'static str, f64)>> {
    let huber = HuberLoss { delta: settings.delta };
    let (mut by_squares, mut by_huber) = (vec![], vec![]);
    for seed in (run.flags.seed..).take(settings.seeds) {
        let cars = Cars::split(run, seed)?;
        let mut spoiled = cars.train.clone();
        spoiled.targets.iter_mut().step_by(settings.spoiled).for_each(|mpg| *mpg *= KM_PER_LITRE);
        let squares = train(&spoiled, 1, seed, settings, run, mean_squared_error)?;
        let lines = train(&spoiled, 1, seed, settings, run, |mpg, truth| huber.forward(mpg, truth))?;
        let mean_absolute_error =
            |model| errors(&outputs(model, &cars.test, &run.device), &cars.test.targets).1;
        by_squares.push(mean_absolute_error(&squares));
        by_huber.push(mean_absolute_error(&lines));
    }
    let ((squares, squares_spread), (huber, huber_spread)) =
        (mean_and_spread(&by_squares), mean_and_spread(&by_huber));
    say!("\none training car in {} has its consumption in kilometres per litre", settings.spoiled);
    say!("{:<28} {:>12} {:>8}", "mean absolute error, mpg", "mean", "spread");
    say!("{:<28} {squares:>12.3} {squares_spread:>8.3}", "mean squared error");
    say!("{:<28} {huber:>12.3} {huber_spread:>8.3}", "Huber");
    Ok(vec![("wild targets: MAE by squares", squares), ("wild targets: MAE by Huber", huber)])
}

/// A network with an output for each level: the share of test cars between the outer two, how wide the interval is, and how wide one
/// interval for all cars would be.
pub fn with_intervals(run: &Run, settings: &LossSettings) -> anyhow::Result<Vec<(&'static str, f64)>> {
    let quantile = QuantileLoss { levels: LEVELS.to_vec() };
    let (mut covered, mut width, mut one_for_all) = (vec![], vec![], vec![]);
    for seed in (run.flags.seed..).take(settings.seeds) {
        let cars = Cars::split(run, seed)?;
        let model =
            train(&cars.train, LEVELS.len(), seed, settings, run, |mpg, truth| quantile.forward(mpg, truth))?;
        let told = outputs(&model, &cars.test, &run.device);
        let (intervals, _) = told.as_chunks::<3>();
        let inside = intervals
            .iter()
            .zip(&cars.test.targets)
            .filter(|([low, _, high], mpg)| low <= mpg && mpg <= &high);
        covered.push(inside.count() as f64 / cars.test.len() as f64);
        width.push(
            intervals.iter().map(|[low, _, high]| f64::from(high - low)).sum::<f64>()
                / cars.test.len() as f64,
        );
        one_for_all.push(f64::from(spread_of(&cars.train.targets)));
        if seed == run.flags.seed {
            run.save("intervals", &figure(intervals, &cars.test)?)?;
        }
    }
    let [(covered, spread), (width, _), (one_for_all, _)] =
        [&covered, &width, &one_for_all].map(|values| mean_and_spread(values));
    say!("\nan interval for 8 cars in 10, from the {} and the {} quantile", LEVELS[0], LEVELS[2]);
    say!("{:<28} {covered:>12.3} {spread:>8.3}", "test cars inside");
    say!("{:<28} {width:>12.3}", "mean width, mpg");
    say!("{:<28} {one_for_all:>12.3}", "one interval for all, mpg");
    Ok(vec![("quantiles: test cars inside", covered), ("quantiles: mean width", width)])
}

/// The width of the interval that holds eight in ten of the training targets.
fn spread_of(targets: &[f32]) -> f32 {
    let mut sorted = targets.to_vec();
    sorted.sort_by(f32::total_cmp);
    let at = |level: f64| sorted[((sorted.len() - 1) as f64 * level).round() as usize];
    at(LEVELS[2]) - at(LEVELS[0])
}

/// The test cars in the order of their predicted median, each with its interval and what it really takes.
pub fn figure(intervals: &[[f32; 3]], test: &Examples) -> Result<Figure, PlotError> {
    let mut order: Vec<usize> = (0..intervals.len()).collect();
    order.sort_by(|&a, &b| intervals[a][1].total_cmp(&intervals[b][1]));
    let places: Vec<f32> = (1..=order.len()).map(|place| place as f32).collect();
    let of = |level: usize| order.iter().map(|&car| intervals[car][level]).collect::<Vec<f32>>();
    let truth: Vec<f32> = order.iter().map(|&car| test.targets[car]).collect();
    let panel = Panel::new("", "test cars, by predicted median", "miles per gallon")
        .with(Series::line("0.9 quantile", &places, &of(2)))
        .with(Series::line("median", &places, &of(1)))
        .with(Series::line("0.1 quantile", &places, &of(0)))
        .with(Series::points("test cars", &places, &truth));
    plot::scatter(&panel)
}
