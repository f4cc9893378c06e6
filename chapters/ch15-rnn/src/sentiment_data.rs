//! Sections 15.2.1 to 15.2.5: reviews, their words as numbers, and who they are for: training, validation, test.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use mlbook::cli::rule;
use mlbook::data::table::{OwnTable, Portion};
use mlbook::data::text::{Encoded, Review, Reviews, Tokens, Vocabulary, invented_reviews, tokenize_all};
use mlbook::prelude::*;
use mlbook::show::grouped;

use crate::sentiment::SentimentSettings;

/// A reader's own reviews.
#[derive(clap::Args, Clone, Debug, Default)]
pub struct OwnReviews {
    /// Learn from texts of yours: a CSV file with a header line
    #[arg(long, value_name = "FILE", requires = "text", requires = "label")]
    pub csv: Option<PathBuf>,
    /// The column with the texts
    #[arg(long, value_name = "COLUMN")]
    pub text: Option<String>,
    /// The column with the labels, of which there must be two
    #[arg(long, value_name = "COLUMN")]
    pub label: Option<String>,
    /// Files up to so many megabytes are read
    #[arg(long, default_value_t = 200, value_parser = rule::at_least_one)]
    pub max_mb: usize,
}

/// A table that reviews cannot be learnt from.
#[derive(Debug, thiserror::Error)]
pub enum OwnReviewsError {
    #[error(
        "{file}: the column `{column}` has {found} different labels ({examples}); this project tells two apart. Keep the rows of two."
    )]
    NotTwo { file: String, column: String, found: usize, examples: String },
    #[error(
        "{file}: {found} rows are too few to learn from and test on; at least {least} are needed. Give a longer table."
    )]
    TooFew { file: String, found: usize, least: usize },
}

/// The fewest rows of a reader's own.
const FEWEST: usize = 50;

/// Reviews as numbers.
#[derive(Clone, Debug)]
pub struct ReviewSets {
    pub vocabulary: Vocabulary,
    pub train: Encoded,
    pub valid: Encoded,
    pub test: Encoded,
    /// The words of the test's reviews.
    pub test_tokens: Vec<Tokens>,
    /// What 0 and 1 stand for.
    pub names: [String; 2],
    pub source: String,
}

/// Reviews before they are numbers: to learn and validate with, to test with.
struct Texts {
    learnt: Vec<Review>,
    test: Vec<Review>,
    names: [String; 2],
    source: String,
}

/// The reviews of a run: a reader's own table; else the Large Movie Review Dataset, if it is there; else, with the quick settings,
/// reviews from a grammar.
///
/// # Errors
/// Data that are damaged or not where `--data-dir` says, or a table that does not fit.
pub fn load(run: &Run, own: &OwnReviews, settings: &SentimentSettings) -> anyhow::Result<ReviewSets> {
    let texts = match &own.csv {
        Some(csv) => of_table(csv, own, run.flags.seed)?,
        None => of_set(run, settings)?,
    };
    say!("data    {}", texts.source);
    let split = valid_size(texts.learnt.len(), settings.valid_share);
    let sizes = [texts.learnt.len() - split, split];
    let parts = TorchRng::new(run.flags.seed).random_split(texts.learnt.len(), &sizes)?;
    let tokens = tokens_of(&texts.learnt);
    let of_train: Vec<&Tokens> = parts[0].iter().map(|&i| &tokens[i]).collect();
    let vocabulary = Vocabulary::learn(&of_train, 0);
    let encoded = |rows: &[usize]| {
        let mut encoded = Encoded::default();
        for &i in rows {
            encoded.push(&vocabulary.encode(&tokens[i]), texts.learnt[i].positive);
        }
        encoded
    };
    let (train, valid) = (encoded(&parts[0]), encoded(&parts[1]));
    let test_tokens = tokens_of(&texts.test);
    let mut test = Encoded::default();
    for (tokens, review) in test_tokens.iter().zip(&texts.test) {
        test.push(&vocabulary.encode(tokens), review.positive);
    }
    let [n_train, n_valid, n_test] = [&train, &valid, &test].map(|set| grouped(set.len()));
    say!("reviews {n_train} for training, {n_valid} for validation, {n_test} for the test");
    say!(
        "words   {} different ones in training, so numbers up to {}",
        grouped(vocabulary.len() - 2),
        grouped(vocabulary.len())
    );
    Ok(ReviewSets { vocabulary, train, valid, test, test_tokens, names: texts.names, source: texts.source })
}

fn valid_size(learnt: usize, share: f64) -> usize {
    ((learnt as f64 * share).round() as usize).clamp(1, learnt.saturating_sub(1).max(1))
}

fn tokens_of(reviews: &[Review]) -> Vec<Tokens> {
    let texts: Vec<&str> = reviews.iter().map(|review| review.text.as_str()).collect();
    tokenize_all(&texts)
}

/// The book's reviews, or made-up ones.
fn of_set(run: &Run, settings: &SentimentSettings) -> anyhow::Result<Texts> {
    let (learnt, test, source) = match data::locate_or_make("imdb", run)? {
        Some(found) => {
            let Reviews { train, test } = Reviews::read(&found.path("aclImdb_v1.tar.gz"))?;
            let [train, test] = [train, test].map(|all| drawn(all, settings.reviews, run.flags.seed));
            (train, test, found.describe())
        }
        None => {
            let mut learnt = invented_reviews(settings.invented, run.flags.seed);
            let test = learnt.split_off(learnt.len() - learnt.len() / 4);
            let source =
                "reviews from a grammar (stand-in for imdb, which --data-dir or MLBOOK_DATA can name)";
            (learnt, test, source.to_owned())
        }
    };
    Ok(Texts { learnt, test, names: ["negative", "positive"].map(str::to_owned), source })
}

/// `most` of the reviews, drawn by the seed; all of them, in their order, if that is 0 or not fewer.
fn drawn(all: Vec<Review>, most: usize, seed: u64) -> Vec<Review> {
    if most == 0 || most >= all.len() {
        return all;
    }
    let order = TorchRng::new(seed).randperm(all.len());
    let kept: BTreeSet<usize> = order.into_iter().take(most).collect();
    all.into_iter().enumerate().filter(|(i, _)| kept.contains(i)).map(|(_, review)| review).collect()
}

/// A reader's own table; a fifth of it, drawn by the seed, is for the test.
fn of_table(csv: &Path, own: &OwnReviews, seed: u64) -> anyhow::Result<Texts> {
    let table = OwnTable::read(csv, None, Portion { most_mb: own.max_mb, sample: None, seed })?.table;
    let file = csv.display().to_string();
    let column = |name: &Option<String>| table.optional_str(name.as_deref().unwrap_or_default());
    let (texts, labels) = (column(&own.text)?, column(&own.label)?);
    let rows: Vec<(&str, &str)> = texts
        .iter()
        .zip(&labels)
        .filter_map(|(text, label)| Some((text.as_deref()?.trim(), label.as_deref()?.trim())))
        .filter(|(text, label)| !text.is_empty() && !label.is_empty())
        .collect();
    let left_out = texts.len() - rows.len();
    if left_out > 0 {
        say!("note    {} rows without a text or a label are left out", grouped(left_out));
    }
    if rows.len() < FEWEST {
        return Err(OwnReviewsError::TooFew { file, found: rows.len(), least: FEWEST }.into());
    }
    let kinds: BTreeSet<&str> = rows.iter().map(|&(_, label)| label).collect();
    let kinds: Vec<&str> = kinds.into_iter().collect();
    let &[zero, one] = kinds.as_slice() else {
        let examples = kinds.iter().take(5).copied().collect::<Vec<_>>().join(", ");
        let column = own.label.clone().unwrap_or_default();
        return Err(OwnReviewsError::NotTwo { file, column, found: kinds.len(), examples }.into());
    };
    let order = TorchRng::new(seed).randperm(rows.len());
    let review = |&i: &usize| Review { text: rows[i].0.to_owned(), positive: rows[i].1 == one };
    let (test, learnt) = order.split_at(rows.len() / 5);
    Ok(Texts {
        learnt: learnt.iter().map(review).collect(),
        test: test.iter().map(review).collect(),
        names: [zero.to_owned(), one.to_owned()],
        source: file,
    })
}
