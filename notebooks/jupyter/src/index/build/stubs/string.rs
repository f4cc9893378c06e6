/// Text that can grow.
pub struct String;

impl String {
    /// An empty text.
    pub fn new() -> String {}
    /// A copy of a `&str`.
    pub fn from(text: &str) -> String {}
    /// Text from bytes; what is no UTF-8 becomes `�`.
    pub fn from_utf8_lossy(bytes: &[u8]) -> String {}
    /// Text from bytes, if they are UTF-8.
    pub fn from_utf8(bytes: Vec<u8>) -> Result<String> {}
    /// Adds a character.
    pub fn push(&mut self, character: char) {}
    /// Adds text.
    pub fn push_str(&mut self, text: &str) {}
    /// Takes the last character.
    pub fn pop(&mut self) -> Option<char> {}
    /// Puts text at a byte position.
    pub fn insert_str(&mut self, at: usize, text: &str) {}
    /// Removes everything.
    pub fn clear(&mut self) {}
    /// Cuts the text to a number of bytes.
    pub fn truncate(&mut self, length: usize) {}
    /// The text as `&str`.
    pub fn as_str(&self) -> &str {}
    /// The text's bytes, given away.
    pub fn into_bytes(self) -> Vec<u8> {}
}

impl crate::ops::Deref for String {
    type Target = str;
}

impl str {
    /// Its length in bytes.
    pub fn len(&self) -> usize {}
    /// Whether it is empty.
    pub fn is_empty(&self) -> bool {}
    /// Its characters.
    pub fn chars(&self) -> impl Iterator<Item = char> {}
    /// Its characters with their byte positions.
    pub fn char_indices(&self) -> impl Iterator<Item = (usize, char)> {}
    /// Its bytes one by one.
    pub fn bytes(&self) -> impl Iterator<Item = u8> {}
    /// Its bytes as a slice.
    pub fn as_bytes(&self) -> &[u8] {}
    /// Its lines, without the line ends.
    pub fn lines(&self) -> impl Iterator<Item = &str> {}
    /// Its words: what stands between white space.
    pub fn split_whitespace(&self) -> impl Iterator<Item = &str> {}
    /// The parts between separators.
    pub fn split(&self, separator: &str) -> impl Iterator<Item = &str> {}
    /// At most `n` parts between separators.
    pub fn splitn(&self, n: usize, separator: &str) -> impl Iterator<Item = &str> {}
    /// What stands before and behind the first separator.
    pub fn split_once(&self, separator: &str) -> Option<(&str, &str)> {}
    /// What stands before and behind the last separator.
    pub fn rsplit_once(&self, separator: &str) -> Option<(&str, &str)> {}
    /// Without white space at both ends.
    pub fn trim(&self) -> &str {}
    /// Without white space at the start.
    pub fn trim_start(&self) -> &str {}
    /// Without white space at the end.
    pub fn trim_end(&self) -> &str {}
    /// The rest behind a prefix, if it begins so.
    pub fn strip_prefix(&self, prefix: &str) -> Option<&str> {}
    /// What stands before a suffix, if it ends so.
    pub fn strip_suffix(&self, suffix: &str) -> Option<&str> {}
    /// Whether it begins with a text.
    pub fn starts_with(&self, text: &str) -> bool {}
    /// Whether it ends with a text.
    pub fn ends_with(&self, text: &str) -> bool {}
    /// Whether a text occurs in it.
    pub fn contains(&self, text: &str) -> bool {}
    /// The byte position where a text first occurs.
    pub fn find(&self, text: &str) -> Option<usize> {}
    /// The byte position where a text last occurs.
    pub fn rfind(&self, text: &str) -> Option<usize> {}
    /// With each occurrence of a text replaced.
    pub fn replace(&self, from: &str, to: &str) -> String {}
    /// Over and over, `n` times.
    pub fn repeat(&self, n: usize) -> String {}
    /// In small letters.
    pub fn to_lowercase(&self) -> String {}
    /// In capital letters.
    pub fn to_uppercase(&self) -> String {}
    /// A `String` with the same text.
    pub fn to_owned(&self) -> String {}
    /// Reads a number, or another type: `"0.5".parse::<f32>()`.
    pub fn parse<T>(&self) -> Result<T> {}
    /// Part of the text, if the bytes of the range are whole characters.
    pub fn get(&self, range: Range<usize>) -> Option<&str> {}
    /// Equal, apart from capital letters of ASCII.
    pub fn eq_ignore_ascii_case(&self, other: &str) -> bool {}
}

use crate::ops::Range;

/// Whatever `{}` can show.
pub trait ToString {
    /// What `{}` shows, as a `String`.
    fn to_string(&self) -> String;
}

impl ToString for String {}
impl ToString for str {}
impl ToString for char {}
impl ToString for bool {}
