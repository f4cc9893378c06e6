//! Section 16.B1: the 50,000 reviews as tables: how many of each class, how long they are, three files to learn from.

use std::fmt::Write as _;

use mlbook::data::text::Review;
use mlbook::prelude::*;
use mlbook::show::grouped;

use crate::reviews::{NAMES, PARTS, shuffled};

/// Counts the reviews, and writes the three parts as tables.
///
/// # Errors
/// No IMDb, or files that cannot be written.
pub fn run(run: &Run) -> anyhow::Result<()> {
    run.in_one_go()?;
    let Some((reviews, source)) = shuffled(run)? else {
        anyhow::bail!(
            "imdb: not on this computer, and this project is about nothing else. Name its folder with --data-dir."
        );
    };
    say!("data    {source}");
    let positive = reviews.iter().filter(|review| review.positive).count();
    let counts = [reviews.len() - positive, positive];
    say!("classes {} {}, {} {}", NAMES[0], grouped(counts[0]), NAMES[1], grouped(counts[1]));
    let mut words: Vec<usize> = reviews.iter().map(|review| review.text.split_whitespace().count()).collect();
    words.sort_unstable();
    let [least, middle, most] = [0, words.len() / 2, words.len().saturating_sub(1)].map(|place| words[place]);
    say!("words   {least} to {most} a review, {middle} in the middle");
    for (k, name) in ["train.csv", "val.csv", "test.csv"].into_iter().enumerate() {
        let end = PARTS.get(k + 1).copied().unwrap_or(reviews.len()).min(reviews.len());
        let path = run.path(name);
        mlbook::files::write(&path, table(PARTS[k].min(end), &reviews[..end]).as_bytes())?;
        say!("table   {} ({} reviews)", path.display(), grouped(end - PARTS[k].min(end)));
    }
    run.report()
        .data(source)
        .compare("negative", counts[0] as f64, Book(25_000.0))
        .compare("positive", counts[1] as f64, Book(25_000.0))
        .compare("words, least", least as f64, Book(4.0))
        .compare("words, middle", middle as f64, Book(173.0))
        .compare("words, most", most as f64, Book(2470.0))
        .finish(run)?;
    Ok(())
}

/// Reviews from row `start` on as CSV: `index,text,label`.
fn table(start: usize, reviews: &[Review]) -> String {
    let mut table = "index,text,label\n".to_owned();
    for (row, review) in reviews.iter().enumerate().skip(start) {
        let text = review.text.replace('"', "\"\"");
        // Writing into a string does not fail.
        let _ = writeln!(table, "{row},\"{text}\",{}", u8::from(review.positive));
    }
    table
}
