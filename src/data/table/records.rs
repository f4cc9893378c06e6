//! CSV records, checked before polars sees them: polars fills short records up and guesses about stray
//! quotes.

use super::TableError;

/// The records of a CSV text without its blank lines, each with as many fields as the others (or as `width`
/// says).
pub(super) fn tidy(
    table: &str,
    text: &str,
    separator: u8,
    width: Option<usize>,
) -> Result<String, TableError> {
    let mut rest = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut records = String::with_capacity(rest.len() + 1);
    let mut expected = width;
    let mut line = 1;
    while !rest.is_empty() {
        let quote = || TableError::Quote { table: table.to_string(), line };
        let Record { end, fields } = first_record(rest.as_bytes(), separator).ok_or_else(quote)?;
        let (record, after) = rest.split_at(end);
        let content = record.trim_end_matches(['\r', '\n']);
        if fields > 1 || !content.trim().is_empty() {
            let &mut expected = expected.get_or_insert(fields);
            if fields != expected {
                return Err(TableError::Ragged { table: table.to_string(), line, found: fields, expected });
            }
            records.push_str(content);
            records.push('\n');
        }
        line += record.matches('\n').count();
        rest = after;
    }
    if records.is_empty() {
        return Err(TableError::Empty { table: table.to_string() });
    }
    Ok(records)
}

struct Record {
    /// Where the next record starts.
    end: usize,
    fields: usize,
}

/// The first record of `bytes`, by the rules of RFC 4180; `None` for a quote where these allow none.
fn first_record(bytes: &[u8], separator: u8) -> Option<Record> {
    enum At {
        Start,
        Bare,
        Quoted,
        Closed,
    }
    let mut at = At::Start;
    let mut fields = 1;
    for (i, &byte) in bytes.iter().enumerate() {
        at = match (at, byte) {
            (At::Start | At::Closed, b'"') => At::Quoted,
            (At::Quoted, b'"') => At::Closed,
            (At::Quoted, _) => At::Quoted,
            (_, b'\n') => return Some(Record { end: i + 1, fields }),
            (_, byte) if byte == separator => {
                fields += 1;
                At::Start
            }
            (At::Closed, b'\r') => At::Closed,
            (At::Closed, _) | (At::Bare, b'"') => return None,
            _ => At::Bare,
        };
    }
    (!matches!(at, At::Quoted)).then_some(Record { end: bytes.len(), fields })
}
