//! Text: film reviews and novels from their files, words and characters as numbers, padded batches.

mod characters;
pub mod corpus;
mod encoded;
mod folder;
mod grammar;
mod island;
mod mail;
mod own_source;
mod plain;
mod reviews;
mod tarball;
mod tokenizer;
mod vocabulary;

use std::path::PathBuf;

pub use characters::Characters;
pub use encoded::{Encoded, PaddedBatch};
pub use grammar::invented_reviews;
pub use island::{read_island, slice_between};
pub use mail::{Mail, MailError, mail_text, read_mails};
pub use own_source::own_source;
pub use plain::read_text;
pub use reviews::{Review, Reviews};
pub use tokenizer::{Tokens, tokenize_all, tokenizer};
pub use vocabulary::{PAD, UNKNOWN, Vocabulary};

use crate::files::FileError;
use crate::show::grouped;

const AGAIN: &str = "Fetch it again with: cargo book data fetch imdb";

/// A text that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TextError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error(
        "{}: cut short or damaged after {} reviews ({problem}). {AGAIN}",
        path.display(), grouped(*reviews)
    )]
    Cut { path: PathBuf, reviews: usize, problem: String },
    #[error(
        "{}: it has an entry called `{name}`, which points outside of its own folder. Nothing was written; \
         this is not the original file. {AGAIN}",
        path.display()
    )]
    Outside { path: PathBuf, name: String },
    #[error("{}: {what} is larger than the {} bytes that are allowed. {AGAIN}", path.display(), grouped(*most))]
    TooLarge { path: PathBuf, what: String, most: u64 },
    #[error(
        "{}: no reviews in {missing}; there must be aclImdb/train/pos/0_9.txt and the like in each of \
         train/pos, train/neg, test/pos and test/neg. {AGAIN}",
        path.display()
    )]
    NoReviews { path: PathBuf, missing: &'static str },
    #[error(
        "{}: {what}byte {} is not UTF-8 text. Convert it to UTF-8, or check that it is a text.",
        path.display(), grouped(*position)
    )]
    NotText { path: PathBuf, what: String, position: usize },
    #[error("{}: the text is empty. Give a file with a text in it.", path.display())]
    Empty { path: PathBuf },
    #[error(
        "{}: {megabytes} MB; texts up to {most} MB are read. Cut the file, or raise --max-mb.",
        path.display()
    )]
    TooLong { path: PathBuf, megabytes: usize, most: usize },
    #[error(
        "{place}: \"{mark}\" is not in it, where the text should {what}. Check that it is the right file."
    )]
    NoMark { place: String, mark: String, what: &'static str },
    #[error(
        "the character {character:?} did not occur in the text that was learnt, which has {known} different \
         ones. Use other characters in the prompt."
    )]
    UnknownCharacter { character: char, known: usize },
}
