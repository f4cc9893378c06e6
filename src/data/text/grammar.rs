//! Film reviews from a grammar of our own, for when the real ones are not at hand.
//!
//! A review has a verdict, at its end or at its beginning, and opinions on parts of the film around it. The verdict is the label;
//! two opinions out of five go against it. Two judgements out of five are said by denying the opposite ("far from dull"), so that
//! which words occur tells little: what counts is which of them are denied, and which belong to the verdict.

use super::Review;
use crate::rng::TorchRng;

const GOOD: &[&str] = &[
    "brilliant",
    "charming",
    "clever",
    "convincing",
    "delightful",
    "excellent",
    "funny",
    "gripping",
    "lovely",
    "memorable",
    "moving",
    "original",
    "superb",
    "touching",
    "witty",
    "wonderful",
];
const BAD: &[&str] = &[
    "annoying",
    "awful",
    "boring",
    "clumsy",
    "confusing",
    "dreadful",
    "dull",
    "feeble",
    "forgettable",
    "lifeless",
    "poor",
    "predictable",
    "shallow",
    "silly",
    "terrible",
    "tedious",
];
const PARTS: &[&str] = &[
    "acting",
    "camera work",
    "cast",
    "chase",
    "dialogue",
    "director",
    "editing",
    "ending",
    "first half",
    "hero",
    "humour",
    "love story",
    "music",
    "opening scene",
    "plot",
    "script",
    "second act",
    "soundtrack",
    "villain",
];
const FILMS: &[&str] =
    &["film", "movie", "picture", "sequel", "remake", "thriller", "comedy", "drama", "western"];
const DEGREES: &[&str] = &["", "", "really", "quite", "rather", "truly", "utterly", "a little"];
const DENIALS: &[&str] = &["not", "never", "hardly", "anything but", "far from", "not in the least"];
const OPENINGS: &[&str] = &[
    "I saw this FILM on a rainy evening",
    "My brother lent me this FILM",
    "We watched the FILM with friends",
    "This FILM is set in a small town",
    "It took two years to make this FILM",
    "The FILM follows a young doctor",
    "Critics have argued about this FILM",
    "I knew nothing about the FILM before",
];
const LINKS: &[&str] = &["", "", "moreover", "then again", "still", "to my surprise", "as for the rest"];
const VERDICTS: &[&str] = &[
    "all in all this FILM is JUDGED",
    "in the end the FILM was JUDGED",
    "overall I found it JUDGED",
    "taken together it is JUDGED",
    "my verdict is that it was JUDGED",
    "to sum up this is a JUDGED FILM",
];
/// Judgements without an adjective: what praises, and what blames.
const PRAISE: &[&str] = &["I enjoyed every minute", "I would see it again", "I can only recommend it"];
const BLAME: &[&str] = &["I wanted my money back", "I fell asleep", "I can only warn you of it"];
/// Two in so many judgements are denials, and two in so many opinions go against the verdict.
const OUT_OF: i64 = 5;
/// One in so many verdicts comes first, and one in so many is without an adjective.
const RARE: i64 = 4;

/// `count` reviews, half of them positive on average; the same ones for the same seed.
pub fn invented_reviews(count: usize, seed: u64) -> Vec<Review> {
    let mut writer = Writer(TorchRng::new(seed));
    (0..count).map(|_| writer.review()).collect()
}

struct Writer(TorchRng);

impl Writer {
    fn below(&mut self, bound: i64) -> usize {
        self.0.randint(1, 0, bound.max(1)).map_or(0, |draw| draw[0] as usize)
    }

    fn one_of<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(words.len() as i64)]
    }

    fn review(&mut self) -> Review {
        let positive = self.below(2) == 1;
        let film = self.one_of(FILMS);
        let mut sentences = vec![self.one_of(OPENINGS).to_owned()];
        for _ in 0..2 + self.below(4) {
            let agrees = self.below(OUT_OF) >= 2;
            sentences.push(self.opinion(agrees == positive));
        }
        let verdict = self.verdict(positive);
        let place = if self.below(RARE) == 0 { 1 } else { sentences.len() };
        sentences.insert(place, verdict);
        let text: String =
            sentences.iter().map(|sentence| capital(&sentence.replace("FILM", film)) + ". ").collect();
        Review { text: text.trim_end().to_owned(), positive }
    }

    fn opinion(&mut self, positive: bool) -> String {
        let (link, part) = (self.one_of(LINKS), self.one_of(PARTS));
        joined(&[link, "the", part, "is", &self.judgement(positive)])
    }

    fn verdict(&mut self, positive: bool) -> String {
        if self.below(RARE) == 0 {
            return self.one_of(if positive { PRAISE } else { BLAME }).to_owned();
        }
        let judgement = self.judgement(positive);
        self.one_of(VERDICTS).replace("JUDGED", &judgement)
    }

    /// An adjective of the same sentiment, or the denial of one of the other.
    fn judgement(&mut self, positive: bool) -> String {
        if self.below(OUT_OF) < 2 {
            let denial = self.one_of(DENIALS);
            return joined(&[denial, self.one_of(if positive { BAD } else { GOOD })]);
        }
        let degree = self.one_of(DEGREES);
        joined(&[degree, self.one_of(if positive { GOOD } else { BAD })])
    }
}

fn joined(words: &[&str]) -> String {
    words.iter().filter(|word| !word.is_empty()).copied().collect::<Vec<_>>().join(" ")
}

fn capital(sentence: &str) -> String {
    let mut characters = sentence.chars();
    characters.next().map_or(String::new(), |first| first.to_uppercase().chain(characters).collect())
}

#[cfg(test)]
mod tests {
    use super::invented_reviews;

    #[test]
    fn a_seed_gives_the_same_reviews_half_of_them_positive() {
        let reviews = invented_reviews(1_000, 1);
        assert_eq!(reviews, invented_reviews(1_000, 1));
        assert!(reviews != invented_reviews(1_000, 2));
        let positive = reviews.iter().filter(|review| review.positive).count();
        assert!((450..550).contains(&positive), "{positive}");
        assert!(reviews.iter().all(|review| !review.text.contains("FILM") && review.text.ends_with('.')));
    }
}
