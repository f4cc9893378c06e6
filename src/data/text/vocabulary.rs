//! Section 15.2.3: words as numbers, the most frequent first.

use std::collections::HashMap;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::Tokens;

/// The number of what fills a short review up.
pub const PAD: i32 = 0;
/// The number of every word that is not in the vocabulary.
pub const UNKNOWN: i32 = 1;
/// Numbers that stand for no word.
const RESERVED: usize = 2;

/// Words and their numbers: [`PAD`], [`UNKNOWN`], then the words by how often they were seen, and those seen equally often in
/// the order in which they came, as Python's `Counter` keeps them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<String>", into = "Vec<String>")]
pub struct Vocabulary {
    words: Vec<String>,
    numbers: HashMap<String, i32>,
}

/// How often a word was seen, and where first: review and place in it.
type Seen = (usize, (usize, usize));

impl Vocabulary {
    /// All words of the reviews; at most `most` of them if that is not 0, the most frequent.
    pub fn learn(reviews: &[&Tokens], most: usize) -> Self {
        let shares = reviews.len().div_ceil(2 * rayon::current_num_threads()).max(1);
        let counts = reviews
            .par_chunks(shares)
            .enumerate()
            .map(|(chunk, reviews)| count(reviews, chunk * shares))
            .reduce(HashMap::new, merged);
        let mut words: Vec<(&str, Seen)> = counts.into_iter().collect();
        words.par_sort_unstable_by_key(|&(_, (count, first))| (std::cmp::Reverse(count), first));
        let most = if most == 0 { words.len() } else { most };
        words.into_iter().take(most).map(|(word, _)| word.to_owned()).collect::<Vec<_>>().into()
    }

    /// Numbers in use: the words and the two that stand for none.
    pub fn len(&self) -> usize {
        self.words.len() + RESERVED
    }

    /// Whether it has no words.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// The number of a word.
    pub fn number(&self, word: &str) -> i32 {
        self.numbers.get(word).copied().unwrap_or(UNKNOWN)
    }

    /// The word with this number, if it stands for one.
    pub fn word(&self, number: usize) -> Option<&str> {
        self.words.get(number.checked_sub(RESERVED)?).map(String::as_str)
    }

    /// A review as numbers. One without any token is a single unknown word, since a network must read something.
    pub fn encode(&self, tokens: &Tokens) -> Vec<i32> {
        let mut numbers: Vec<i32> = tokens.iter().map(|token| self.number(token)).collect();
        if numbers.is_empty() {
            numbers.push(UNKNOWN);
        }
        numbers
    }
}

fn count<'a>(reviews: &[&'a Tokens], first: usize) -> HashMap<&'a str, Seen> {
    let mut counts = HashMap::new();
    for (i, review) in reviews.iter().enumerate() {
        for (place, token) in review.iter().enumerate() {
            counts.entry(token).or_insert((0, (first + i, place))).0 += 1;
        }
    }
    counts
}

fn merged<'a>(a: HashMap<&'a str, Seen>, b: HashMap<&'a str, Seen>) -> HashMap<&'a str, Seen> {
    let (mut all, fewer) = if a.len() < b.len() { (b, a) } else { (a, b) };
    for (word, (count, first)) in fewer {
        let seen = all.entry(word).or_insert((0, first));
        *seen = (seen.0 + count, seen.1.min(first));
    }
    all
}

impl From<Vec<String>> for Vocabulary {
    fn from(words: Vec<String>) -> Self {
        let numbers = words.iter().enumerate().map(|(i, word)| (word.clone(), (i + RESERVED) as i32));
        Self { numbers: numbers.collect(), words }
    }
}

impl From<Vocabulary> for Vec<String> {
    fn from(vocabulary: Vocabulary) -> Self {
        vocabulary.words
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::text::tokenizer;

    #[test]
    fn frequent_words_come_first_and_equal_ones_as_they_were_seen() {
        let texts: Vec<Tokens> = ["b a c a", "d b e", "c f"].map(tokenizer).to_vec();
        let vocabulary = Vocabulary::learn(&texts.iter().collect::<Vec<_>>(), 0);
        let words: Vec<&str> = (2..vocabulary.len()).filter_map(|i| vocabulary.word(i)).collect();
        assert_eq!(words, ["b", "a", "c", "d", "e", "f"]);
        assert_eq!(vocabulary.encode(&tokenizer("A new b")), [3, UNKNOWN, 2]);
        assert_eq!(vocabulary.encode(&tokenizer("")), [UNKNOWN]);
        let short = Vocabulary::learn(&texts.iter().collect::<Vec<_>>(), 2);
        assert_eq!((short.len(), short.number("c")), (4, UNKNOWN));
    }
}
