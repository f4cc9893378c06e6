//! Sections 16.3.1 and 16.B1: film reviews, shuffled and parted into those to learn from, to choose by and to test with.

use mlbook::data::text::{Review, Reviews, invented_reviews};
use mlbook::prelude::*;
use mlbook::show::grouped;

/// Reviews in three parts.
#[derive(Clone, Debug)]
pub struct ReviewParts {
    pub train: Vec<Review>,
    pub valid: Vec<Review>,
    pub test: Vec<Review>,
    pub source: String,
}

/// Where the book's parts begin: 35,000 reviews, 5,000 and 10,000.
pub const PARTS: [usize; 3] = [0, 35_000, 40_000];

/// What 0 and 1 stand for.
pub const NAMES: [&str; 2] = ["negative", "positive"];

/// The Large Movie Review Dataset in the order of 16.B1: `df.sample(frac=1, random_state=1)`, by ids where that listed a folder.
///
/// # Errors
/// A set that is damaged, or not where `--data-dir` says.
pub fn shuffled(run: &Run) -> anyhow::Result<Option<(Vec<Review>, String)>> {
    let Some(found) = data::locate_or_make("imdb", run)? else { return Ok(None) };
    let Reviews { train, test } = Reviews::read(&found.path("aclImdb_v1.tar.gz"))?;
    let mut all: Vec<Option<Review>> = train.into_iter().chain(test).map(Some).collect();
    let order = NumpyRng::new(1).permutation(all.len());
    let reviews = order.into_iter().filter_map(|row| all[row].take()).collect();
    Ok(Some((reviews, found.describe())))
}

/// The first `sizes` reviews of each of the book's parts; with quick settings, and where there is no IMDb, reviews from a grammar.
///
/// # Errors
/// As [`shuffled`].
pub fn load(run: &Run, sizes: [usize; 3], invented: bool) -> anyhow::Result<ReviewParts> {
    let found = if invented { None } else { shuffled(run)? };
    let (reviews, source, starts) = match found {
        Some((reviews, source)) => (reviews, source, PARTS),
        None => {
            let source =
                "reviews from a grammar (stand-in for imdb, which --data-dir or MLBOOK_DATA can name)";
            let starts = [0, sizes[0], sizes[0] + sizes[1]];
            (invented_reviews(sizes.iter().sum(), run.flags.seed), source.to_owned(), starts)
        }
    };
    let ends = [starts[1], starts[2], reviews.len()];
    let part = |k: usize| {
        let (start, end) = (starts[k].min(reviews.len()), ends[k].min(reviews.len()));
        reviews[start..end].iter().take(sizes[k]).cloned().collect::<Vec<_>>()
    };
    let [train, valid, test] = [0, 1, 2].map(part);
    say!("data    {source}");
    let [n_train, n_valid, n_test] = [&train, &valid, &test].map(|part| grouped(part.len()));
    say!("reviews {n_train} for training, {n_valid} for validation, {n_test} for the test");
    Ok(ReviewParts { train, valid, test, source })
}
