//! Section 15.2.2: a review as words and emoticons.

use rayon::prelude::*;

/// The words and emoticons of a text, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tokens {
    /// They, with single blanks between them.
    joined: String,
}

impl Tokens {
    /// One after the other.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.joined.split_ascii_whitespace()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.iter().count()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// The tokens without the one at `place`.
    pub fn without(&self, place: usize) -> Self {
        let kept = self.iter().enumerate().filter(|&(i, _)| i != place).map(|(_, token)| token);
        Self { joined: kept.collect::<Vec<_>>().join(" ") }
    }
}

/// Splits a text as the book's `tokenizer` does:
/// 1. What stands between `<` and the next `>` is taken out, and nothing put in its place.
/// 2. The text becomes lower-case.
/// 3. Emoticons are noted: `:`, `;` or `=`, perhaps the nose `-`, then `)` or `(`. (The book looks for `D` and `P` too, which
///    lower-case text does not have.)
/// 4. Every run of characters other than letters, digits and `_` becomes a blank.
/// 5. The emoticons, without noses, are put at the end, with blanks between them but none before the first. So the first
///    clings to the last word, if the text ends with one: `fine :) film` is `fine film:)`.
/// 6. What is between blanks is a token.
///
/// What is a letter is Unicode's property *Alphabetic*; Python leaves out vowel signs of Indic scripts and circled letters.
pub fn tokenizer(text: &str) -> Tokens {
    let lowered = lower_case(without_tags(text));
    let mut joined = words(&lowered);
    for (i, emoticon) in emoticons(lowered.as_bytes()).enumerate() {
        if i > 0 {
            joined.push(' ');
        }
        joined.extend(emoticon.map(char::from));
    }
    Tokens { joined }
}

/// [`tokenizer`] of many texts, on all cores.
pub fn tokenize_all(texts: &[&str]) -> Vec<Tokens> {
    texts.par_iter().map(|text| tokenizer(text)).collect()
}

/// The text without its tags. A `<` that no `>` follows is none.
fn without_tags(text: &str) -> String {
    let mut kept = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some(open) = rest.find('<') {
        let Some(close) = rest[open..].find('>') else { break };
        kept.push_str(&rest[..open]);
        rest = &rest[open + close + 1..];
    }
    kept.push_str(rest);
    kept
}

fn lower_case(mut text: String) -> String {
    if text.is_ascii() {
        text.make_ascii_lowercase();
        return text;
    }
    text.to_lowercase()
}

/// The text with a blank for every run of other characters than those of words.
fn words(text: &str) -> String {
    let mut words = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        words.push_str(&rest[..end]);
        rest = &rest[end..];
        if !rest.is_empty() {
            words.push(' ');
            rest = rest.trim_start_matches(|c| !is_word(c));
        }
    }
    words
}

fn is_word(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_alphanumeric() || c == '_' } else { c.is_alphanumeric() }
}

/// Eyes and mouth of every emoticon.
fn emoticons(text: &[u8]) -> impl Iterator<Item = [u8; 2]> {
    let mut place = 0;
    std::iter::from_fn(move || {
        loop {
            let eyes = *text.get(place)?;
            place += 1;
            if !matches!(eyes, b':' | b';' | b'=') {
                continue;
            }
            let nose = usize::from(text.get(place) == Some(&b'-'));
            if let Some(&mouth @ (b')' | b'(')) = text.get(place + nose) {
                place += nose + 1;
                return Some([eyes, mouth]);
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::tokenizer;

    fn tokens(text: &str) -> Vec<String> {
        tokenizer(text).iter().map(str::to_owned).collect()
    }

    #[test]
    fn emoticons_go_to_the_end_and_the_first_clings_to_a_last_word() {
        assert_eq!(tokens("</a>This :) is :( a test :-)!"), ["this", "is", "a", "test", ":)", ":(", ":)"]);
        assert_eq!(tokens("fine :-) film"), ["fine", "film:)"]);
        assert_eq!(tokens("a =( b ;) c"), ["a", "b", "c=(", ";)"]);
        assert_eq!(tokens(":D :P :-"), ["d", "p"]);
    }

    #[test]
    fn tags_go_without_a_trace_and_words_are_lower_case() {
        assert_eq!(tokens("good<br /><br />Bad_1 < 2"), ["goodbad_1", "2"]);
        assert_eq!(tokens("<<i>>Été l'ÎLE"), ["été", "l", "île"]);
        assert!(tokens("<p>").is_empty() && tokens(" . ").is_empty() && tokens("").is_empty());
    }

    #[test]
    fn a_token_can_be_left_out() {
        let left: Vec<String> = tokenizer("one two three").without(1).iter().map(str::to_owned).collect();
        assert_eq!(left, ["one", "three"]);
    }

    /// The rules once more, step by step on vectors of characters.
    fn by_the_rules(text: &str) -> Vec<String> {
        let characters: Vec<char> = text.chars().collect();
        let mut kept = Vec::new();
        let mut i = 0;
        while i < characters.len() {
            let close = characters[i..].iter().position(|&c| c == '>');
            match close.filter(|_| characters[i] == '<') {
                Some(close) => i += close + 1,
                None => {
                    kept.push(characters[i]);
                    i += 1;
                }
            }
        }
        let lowered: Vec<char> = kept.iter().collect::<String>().to_lowercase().chars().collect();
        let mut text: String =
            lowered.iter().map(|&c| if c.is_alphanumeric() || c == '_' { c } else { ' ' }).collect();
        let mut found = Vec::new();
        let mut i = 0;
        while i < lowered.len() {
            let rest: String = lowered[i..].iter().take(3).collect();
            let forms = [":)", ":(", ";)", ";(", "=)", "=(", ":-)", ":-(", ";-)", ";-(", "=-)", "=-("];
            match forms.iter().find(|form| rest.starts_with(**form)) {
                Some(form) => {
                    found.push(form.replace('-', ""));
                    i += form.len();
                }
                None => i += 1,
            }
        }
        text += &found.join(" ");
        text.split(' ').filter(|token| !token.is_empty()).map(str::to_owned).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

        #[test]
        fn tokens_follow_from_the_rules(text in "[a-cA-CéÀß_0-2<>:;=()\\- .,\n]{0,40}", other in "\\PC{0,20}") {
            prop_assert_eq!(tokens(&text), by_the_rules(&text));
            let mixed = other + &text;
            prop_assert_eq!(tokens(&mixed), by_the_rules(&mixed));
        }
    }
}
