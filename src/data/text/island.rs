//! Section 15.3.1: *The Mysterious Island* by Jules Verne, from Project Gutenberg.

use std::path::Path;

use super::{TextError, read_text};

/// Where the book's text begins and what comes after it.
const BEGINS: &str = "THE MYSTERIOUS ISLAND";
const ENDS: &str = "End of the Project Gutenberg";
/// The novel has 1.2 MB.
const MOST_MB: usize = 20;

/// The novel as the book slices it: from the first upper-case title, which is in the line that says where the text starts, to
/// Project Gutenberg's words at its end. 1,112,350 characters, 80 different ones.
///
/// # Errors
/// As [`read_text`], or a text without these marks.
pub fn read_island(path: &Path) -> Result<String, TextError> {
    let text = read_text(path, MOST_MB)?;
    Ok(slice_between(&text, BEGINS, ENDS, &path.display().to_string())?.to_owned())
}

/// The part of `text` from the first `begins` up to the first `ends` behind it, without that one. Errors call the text `place`.
///
/// # Errors
/// [`TextError::NoMark`] if one of them is not there.
pub fn slice_between<'a>(text: &'a str, begins: &str, ends: &str, place: &str) -> Result<&'a str, TextError> {
    let missing =
        |mark: &str, what| TextError::NoMark { place: place.to_owned(), mark: mark.to_owned(), what };
    let start = text.find(begins).ok_or_else(|| missing(begins, "begin"))?;
    let end = text[start..].find(ends).ok_or_else(|| missing(ends, "end"))?;
    Ok(&text[start..start + end])
}
