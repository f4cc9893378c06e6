//! How long the reviews take from the tarball to a vocabulary; `reference/bench_ch15_text.py` does the same in Python.

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use mlbook::data::text::{Reviews, Tokens, Vocabulary, tokenize_all};
use mlbook::prelude::*;
use mlbook::show::grouped;

/// Flags of `reading`.
#[derive(Args, Clone, Debug)]
pub struct ReadingFlags {
    /// The reviews: aclImdb_v1.tar.gz, or the folder that it unpacks to
    pub reviews: PathBuf,
}

/// Prints the seconds of each part.
pub fn run(flags: &ReadingFlags) -> anyhow::Result<()> {
    let started = Instant::now();
    let reviews = Reviews::read(&flags.reviews)?;
    let count = reviews.train.len() + reviews.test.len();
    say!("reading {} reviews: {:.2} s", grouped(count), started.elapsed().as_secs_f64());
    let started = Instant::now();
    let texts: Vec<&str> = reviews.train.iter().map(|review| review.text.as_str()).collect();
    let tokens = tokenize_all(&texts);
    let vocabulary = Vocabulary::learn(&tokens.iter().collect::<Vec<&Tokens>>(), 0);
    let seconds = started.elapsed().as_secs_f64();
    say!(
        "tokens and vocabulary of {} reviews, {} words: {seconds:.2} s",
        grouped(texts.len()),
        grouped(vocabulary.len() - 2)
    );
    Ok(())
}
