//! A text file as Python reads it: UTF-8, every kind of line end as one newline.

use std::path::Path;

use super::TextError;
use crate::files;

const MEGABYTE: u64 = 1_000_000;

/// The text of a file of at most `most_mb` megabytes (of 10⁶ bytes), without byte-order mark, its lines ended by `\n`.
///
/// # Errors
/// A file that cannot be read, is too long, empty, or not UTF-8.
pub fn read_text(path: &Path, most_mb: usize) -> Result<String, TextError> {
    let owned = || path.to_path_buf();
    let length = files::open(path)?.metadata().map(|data| data.len()).unwrap_or(0);
    if length > most_mb as u64 * MEGABYTE {
        let megabytes = (length / MEGABYTE) as usize;
        return Err(TextError::TooLong { path: owned(), megabytes, most: most_mb });
    }
    let text = String::from_utf8(files::read(path)?).map_err(|error| {
        let position = error.utf8_error().valid_up_to();
        TextError::NotText { path: owned(), what: String::new(), position }
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let text =
        if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text.to_owned() };
    if text.is_empty() {
        return Err(TextError::Empty { path: owned() });
    }
    Ok(text)
}
