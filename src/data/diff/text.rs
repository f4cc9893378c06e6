//! What a comparison says in words.

use super::rows::Endings;
use super::source::{Scan, Source};

/// Text as it is, except that control characters, and bytes that are not UTF-8, are escaped: `\n`,
/// `\u{1b}`, `\xff`.
pub fn escape(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c.is_control() {
                true => text.extend(c.escape_default()),
                false => text.push(c),
            }
        }
        text.extend(chunk.invalid().iter().map(|byte| format!("\\x{byte:02x}")));
    }
    text
}

/// The differences in spelling, which are no differences of rows.
pub fn notes((a, scan_a): (&Source, &Scan), (b, scan_b): (&Source, &Scan), no_table: bool) -> Vec<String> {
    let mut notes = Vec::new();
    if no_table {
        notes.push("compared line by line: not both files are CSV tables of two columns or more".to_string());
    }
    for (name, source) in [("A", a), ("B", b)] {
        if source.first.is_none() {
            notes.push(format!("{name} is empty"));
        }
    }
    let (endings_a, endings_b) = (scan_a.endings, scan_b.endings);
    if let (Some(in_a), Some(in_b)) = (line_ending(endings_a), line_ending(endings_b))
        && in_a != in_b
    {
        notes.push(format!("line endings: {in_a} in A, {in_b} in B"));
    }
    if endings_a.unterminated != endings_b.unterminated && scan_a.tree.rows() > 0 && scan_b.tree.rows() > 0 {
        let name = if endings_a.unterminated { "A" } else { "B" };
        notes.push(format!("{name} has no newline after its last row"));
    }
    if (a.text > 0) != (b.text > 0) {
        let name = if a.text > 0 { "A" } else { "B" };
        notes.push(format!("{name} begins with a byte-order mark"));
    }
    notes
}

fn line_ending(endings: Endings) -> Option<&'static str> {
    match (endings.lf, endings.crlf) {
        (0, 0) => None,
        (_, 0) => Some("LF"),
        (0, _) => Some("CRLF"),
        _ => Some("both LF and CRLF"),
    }
}
