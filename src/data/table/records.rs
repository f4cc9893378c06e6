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

pub(super) struct Record {
    /// Where the next record starts.
    pub end: usize,
    pub fields: usize,
}

/// The first record of `bytes`, by the rules of RFC 4180; `None` for a quote where these allow none.
pub(super) fn first_record(bytes: &[u8], separator: u8) -> Option<Record> {
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

/// The fields of one record, without their quotes; `None` for a misplaced quote.
pub(super) fn fields(record: &str, separator: u8) -> Option<Vec<String>> {
    first_record(record.as_bytes(), separator)?;
    let mut fields = vec![String::new()];
    let (mut quoted, mut closed) = (false, false);
    for letter in record.chars() {
        match letter {
            // The second of two quotes inside a quoted field stands for one.
            '"' => {
                if closed && let Some(field) = fields.last_mut() {
                    field.push('"');
                }
                closed = quoted;
                quoted = !quoted;
                continue;
            }
            _ if !quoted && letter == char::from(separator) => fields.push(String::new()),
            _ => fields.last_mut()?.push(letter),
        }
        closed = false;
    }
    Some(fields)
}

#[cfg(test)]
mod tests {
    use super::fields;

    #[test]
    fn quotes_are_taken_off_and_double_ones_halved() {
        let split = |record| fields(record, b',').expect("a record");
        assert_eq!(split("a,\"b,c\",\"d \"\"e\"\"\""), ["a", "b,c", "d \"e\""]);
        assert_eq!(split("\"\",x"), ["", "x"]);
        assert!(fields("a\"b", b',').is_none());
    }
}
