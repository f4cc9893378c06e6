//! Section 15.3.2: characters as numbers, in their order.

use serde::{Deserialize, Serialize};

use super::TextError;

/// The different characters of a text, sorted; the number of a character is its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Characters(Vec<char>);

impl Characters {
    /// Those that occur in `text`.
    pub fn of(text: &str) -> Self {
        let mut seen = std::collections::BTreeSet::new();
        let mut ascii = [false; 128];
        for c in text.chars() {
            match ascii.get_mut(c as usize) {
                Some(seen) => *seen = true,
                None => _ = seen.insert(c),
            }
        }
        let below = (0..128_u8).filter(|&c| ascii[usize::from(c)]).map(char::from);
        Self(below.chain(seen).collect())
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The numbers of the characters of `text`.
    ///
    /// # Errors
    /// [`TextError::UnknownCharacter`], with the first that has no number.
    pub fn encode(&self, text: &str) -> Result<Vec<i32>, TextError> {
        let unknown = |character| TextError::UnknownCharacter { character, known: self.len() };
        let number = |c| self.0.binary_search(&c).map(|place| place as i32).map_err(|_| unknown(c));
        text.chars().map(number).collect()
    }

    /// The characters with these numbers; what is no number of a character is left out.
    pub fn decode(&self, numbers: &[i32]) -> String {
        numbers.iter().filter_map(|&number| self.0.get(usize::try_from(number).ok()?)).collect()
    }

    /// The character with this number.
    pub fn character(&self, number: usize) -> Option<char> {
        self.0.get(number).copied()
    }
}

impl From<String> for Characters {
    fn from(text: String) -> Self {
        Self::of(&text)
    }
}

impl From<Characters> for String {
    fn from(characters: Characters) -> Self {
        characters.0.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_numbered_in_their_order() {
        let characters = Characters::of("banana\nsé");
        assert_eq!(String::from(characters.clone()), "\nabnsé");
        let numbers = characters.encode("séance").expect_err("c does not occur");
        assert!(matches!(numbers, TextError::UnknownCharacter { character: 'c', known: 6 }));
        let numbers = characters.encode("bané\n").expect("all occur");
        assert_eq!(
            (numbers.as_slice(), characters.decode(&numbers)),
            (&[2, 1, 3, 5, 0][..], "bané\n".into())
        );
    }
}
