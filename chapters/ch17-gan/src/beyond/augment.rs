//! Beyond 17.2: does a classifier learn a rare class better with examples that a WGAN made? Compared, over several seeds, with
//! over-sampling and with nothing. A minute on two cores.

use mlbook::cli::rule;
use mlbook::prelude::*;
use mlbook::show::floats;
use mlbook::statistics::{average_precision, mean_and_std};

use super::classifier::Classifier;
use super::rows::{OwnRows, Rows, RowsError, Scale};
use super::table_gan::TableGan;

/// Flags of `augment`.
#[derive(clap::Args, Clone, Debug)]
pub struct AugmentFlags {
    #[command(flatten)]
    pub own: OwnRows,
    /// The rare class
    #[arg(long, value_name = "CLASS", default_value = "M")]
    pub rare: String,
    /// So many rows of the rare class are learnt from; the others are in the test
    #[arg(long, default_value_t = 15, value_parser = rule::at_least_one)]
    pub keep: usize,
    /// Repetitions, each with another split and other initial weights
    #[arg(long, default_value_t = 5, value_parser = rule::at_least_one)]
    pub seeds: usize,
    /// Rounds that the WGAN learns
    #[arg(long, default_value_t = 300, value_parser = rule::at_least_one)]
    pub rounds: usize,
}

/// What a classifier learns from.
const WAYS: [&str; 3] = ["nothing added", "over-sampling", "made by a WGAN"];

/// A table in, average precisions out.
pub fn run(run: &Run, flags: &AugmentFlags) -> anyhow::Result<()> {
    run.in_one_go()?;
    let rows = match &flags.own.csv {
        Some(file) => Rows::read(file, &flags.own)?,
        None => Rows::tumours(run)?,
    };
    say!("data    {}", rows.source);
    let (rare, common) = rows.by_class(&flags.rare)?;
    let what = format!("the rare class \"{}\"", flags.rare);
    let least = flags.keep + 1;
    if rare.len() < least {
        return Err(RowsError::TooFew { file: rows.source.clone(), what, found: rare.len(), least }.into());
    }
    if common.len() < 4 {
        let what = "the other classes".to_owned();
        return Err(
            RowsError::TooFew { file: rows.source.clone(), what, found: common.len(), least: 4 }.into()
        );
    }
    say!(
        "learns from {} rows of {what} and {} others; {} columns",
        flags.keep,
        common.len() / 2,
        rows.names.len()
    );
    let mut reached = [vec![], vec![], vec![]];
    for nth in 0..flags.seeds {
        let precisions = repetition(&rows, &rare, &common, flags, run.flags.seed + nth as u64, run)?;
        let texts = WAYS.iter().zip(precisions).map(|(way, precision)| format!("  {way} {precision:.4}"));
        say!("seed {:>2}{}", run.flags.seed + nth as u64, texts.collect::<String>());
        reached.iter_mut().zip(precisions).for_each(|(all, precision)| all.push(precision));
    }
    let mut report = run.report().data(rows.source.clone());
    for (way, precisions) in WAYS.iter().zip(&reached) {
        let (mean, deviation) = mean_and_std(precisions, 1);
        report = report.metric(way, mean).metric(&format!("{way}, deviation"), deviation);
    }
    let seeds: Vec<String> =
        (0..flags.seeds).map(|nth| format!("seed {}", run.flags.seed + nth as u64)).collect();
    let seeds: Vec<&str> = seeds.iter().map(String::as_str).collect();
    let groups: Vec<(&str, &[f64])> =
        WAYS.iter().zip(&reached).map(|(&way, all)| (way, all.as_slice())).collect();
    run.save("precision", &plot::bars("", "average precision of the rare class", &seeds, &groups)?)?;
    report.finish(run)?;
    Ok(())
}

/// One split, one WGAN, three classifiers that begin with the same weights: their average precisions on the test.
fn repetition(
    rows: &Rows,
    rare: &[usize],
    common: &[usize],
    flags: &AugmentFlags,
    seed: u64,
    run: &Run,
) -> anyhow::Result<[f64; 3]> {
    let rng = Generator::seeded(seed);
    let shuffled = |of: &[usize]| -> Vec<usize> {
        rng.lock().randperm(of.len()).into_iter().map(|place| of[place]).collect()
    };
    let (rare, common) = (shuffled(rare), shuffled(common));
    let (learn_rare, test_rare) = rare.split_at(flags.keep);
    let (learn_common, test_common) = common.split_at(common.len() / 2);
    let scale = Scale::of(rows, &[learn_rare, learn_common].concat());
    let on = |chosen: &[usize]| scale.apply(rows, chosen, &run.device);

    let few = on(learn_rare);
    let missing = learn_common.len().saturating_sub(flags.keep);
    if missing == 0 {
        let what = "the other classes, half of which are learnt from".to_owned();
        let (file, least) = (rows.source.clone(), 2 * flags.keep + 2);
        return Err(RowsError::TooFew { file, what, found: common.len(), least }.into());
    }
    let places: Vec<i64> = (0..missing as i64).map(|nth| nth % flags.keep as i64).collect();
    let places = Tensor::<1, Int>::from_data(TensorData::new(places, [missing]), &run.device);
    let gan = TableGan::fit(&few, flags.rounds, &rng, run)?;
    let added = [None, Some(few.clone().select(0, places)), Some(gan.rows(missing, &rng, &run.device))];

    let test = on(&[test_rare, test_common].concat());
    let is_rare: Vec<bool> =
        (0..test_rare.len() + test_common.len()).map(|row| row < test_rare.len()).collect();
    let others = on(learn_common);
    Ok(added.map(|added| {
        let rare = Tensor::cat(std::iter::once(few.clone()).chain(added).collect(), 0);
        let targets = Tensor::cat(
            vec![
                Tensor::ones([rare.dims()[0], 1], &run.device),
                Tensor::zeros([others.dims()[0], 1], &run.device),
            ],
            0,
        );
        let all = Tensor::cat(vec![rare, others.clone()], 0);
        let classifier = Classifier::fit(&all, &targets, &Generator::seeded(seed), run);
        average_precision(&floats(&classifier.forward(test.clone())), &is_rare)
    }))
}
