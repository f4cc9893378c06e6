//! A table that a reader of the book brings: any separator, any size, every column as text.

use std::collections::HashSet;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use super::records::{self, first_record};
use super::{Layout, Table, TableError};
use crate::files::{self, FileError};
use crate::rng::TorchRng;

/// What may stand between fields; the first wins where nothing speaks for another.
const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// The separator is told from this much of a file.
const HEAD: usize = 1 << 16;
/// A longer record is a quote that was left open, or no table.
const LONGEST_RECORD: usize = 1 << 20;
const MEGABYTE: usize = 1_000_000;

/// How much of a file to read.
#[derive(Clone, Copy, Debug)]
pub struct Portion {
    /// At most so many megabytes (of 10⁶ bytes) are kept.
    pub most_mb: usize,
    /// So many rows drawn at random, each as likely as any other, instead of all. The file may then have any size.
    pub sample: Option<usize>,
    /// Seed of the sample.
    pub seed: u64,
}

/// A table, every column of text, and where its rows stood.
#[derive(Clone, Debug)]
pub struct OwnTable {
    pub table: Table,
    /// The line of the file, from 1, on which each row begins.
    pub lines: Vec<usize>,
    /// What stood between the fields.
    pub separator: char,
    /// Rows of the file, of which a sample is only a part.
    pub rows: usize,
}

impl OwnTable {
    /// Reads the file at `path` in one pass, with memory for what is kept. The separator (comma, semicolon, tab or bar) is told
    /// from the first lines. The first line names the columns, unless `columns` does; a column without a name is called by its
    /// place. Blank lines are left out.
    ///
    /// # Errors
    /// A file that cannot be read, is larger than `portion` allows, is no UTF-8 text, has no rows, rows of different
    /// lengths, misplaced quotes, no names in its first line, or a name twice.
    pub fn read(path: &Path, columns: Option<&[String]>, portion: Portion) -> Result<Self, TableError> {
        let file = files::open(path)?;
        let name = path.display().to_string();
        let length = file.metadata().map(|data| data.len()).unwrap_or(0);
        if portion.sample.is_none() && length > (portion.most_mb * MEGABYTE) as u64 {
            let megabytes = (length / MEGABYTE as u64) as usize;
            return Err(TableError::TooLarge { table: name, megabytes, most: portion.most_mb });
        }
        let failed = |source| TableError::File(FileError::new(path, "read", source));
        let reader: BufReader<File> = BufReader::with_capacity(HEAD, file);
        Self::read_from(&name, reader, columns, portion).map_err(|problem| match problem {
            Problem::Table(error) => error,
            Problem::Read(source) => failed(source),
        })
    }

    /// The table in `text`, which error texts call `name`.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn parse(name: &str, text: &str) -> Result<Self, TableError> {
        let portion = Portion { most_mb: usize::MAX / MEGABYTE, sample: None, seed: 0 };
        Self::read_from(name, text.as_bytes(), None, portion).map_err(|problem| match problem {
            Problem::Table(error) => error,
            Problem::Read(source) => TableError::File(FileError::new(Path::new(name), "read", source)),
        })
    }

    /// The rows `rows`, counted from 0, in that order.
    ///
    /// # Errors
    /// A row that is not there.
    pub fn take(&self, rows: &[usize]) -> Result<Self, TableError> {
        let table = self.table.take(rows)?;
        let lines = rows.iter().map(|&row| self.lines[row]).collect();
        Ok(Self { table, lines, separator: self.separator, rows: self.rows })
    }

    fn read_from(
        name: &str,
        mut reader: impl BufRead,
        columns: Option<&[String]>,
        portion: Portion,
    ) -> Result<Self, Problem> {
        let separator = separator(reader.fill_buf()?);
        let mut records = Records { name, reader, line: 1, offset: 0 };
        let table = || name.to_string();
        let names = match columns {
            Some(names) => names.to_vec(),
            None => {
                let (line, header) = records.next()?.ok_or_else(|| TableError::Empty { table: table() })?;
                let fields = records::fields(&header, separator)
                    .ok_or_else(|| TableError::Quote { table: table(), line })?;
                column_names(name, fields)?
            }
        };
        no_name_twice(name, &names)?;

        let mut kept = Kept { rows: vec![], bytes: 0, seen: 0, portion, rng: TorchRng::new(portion.seed) };
        while let Some((line, record)) = records.next()? {
            let quote = || TableError::Quote { table: table(), line };
            let found = first_record(record.as_bytes(), separator).ok_or_else(quote)?.fields;
            if found != names.len() {
                let expected = names.len();
                return Err(TableError::Ragged { table: table(), line, found, expected }.into());
            }
            kept.offer(line, record);
            if kept.bytes > portion.most_mb.saturating_mul(MEGABYTE) {
                let megabytes = kept.bytes / MEGABYTE;
                return Err(TableError::TooLarge { table: table(), megabytes, most: portion.most_mb }.into());
            }
        }
        kept.rows.sort_unstable_by_key(|row| row.0);
        let lines = kept.rows.iter().map(|row| row.0).collect();
        let mut text = String::with_capacity(kept.bytes + kept.rows.len());
        for (_, record) in kept.rows {
            text.push_str(&record);
            text.push('\n');
        }
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let layout = Layout { separator, ..Layout::commas() }.columns(&names).text();
        let table = Table::parse(name, &text, layout)?;
        Ok(Self { table, lines, separator: separator as char, rows: kept.seen })
    }
}

/// A table that is wrong, or a disk that is.
enum Problem {
    Table(TableError),
    Read(std::io::Error),
}

impl From<TableError> for Problem {
    fn from(error: TableError) -> Self {
        Self::Table(error)
    }
}

impl From<std::io::Error> for Problem {
    fn from(error: std::io::Error) -> Self {
        Self::Read(error)
    }
}

/// The rows kept so far: all, or a sample in which each row seen is as likely as any other (Vitter 1985, algorithm R).
struct Kept {
    rows: Vec<(usize, Box<str>)>,
    bytes: usize,
    seen: usize,
    portion: Portion,
    rng: TorchRng,
}

impl Kept {
    fn offer(&mut self, line: usize, record: String) {
        self.seen += 1;
        let record = record.into_boxed_str();
        match self.portion.sample {
            Some(size) if self.rows.len() >= size => {
                let place = (self.rng.random_i64() as u64 % self.seen as u64) as usize;
                if let Some(row) = self.rows.get_mut(place) {
                    self.bytes = self.bytes - row.1.len() + record.len();
                    *row = (line, record);
                }
            }
            _ => {
                self.bytes += record.len();
                self.rows.push((line, record));
            }
        }
    }
}

/// The records of a file one by one, blank lines left out.
struct Records<'a, R> {
    name: &'a str,
    reader: R,
    /// Where the next record begins, from 1.
    line: usize,
    /// Bytes before it.
    offset: usize,
}

impl<R: BufRead> Records<'_, R> {
    /// The next record without its line end, and its line. A line with an open quote goes on in the next line.
    fn next(&mut self) -> Result<Option<(usize, String)>, Problem> {
        loop {
            let (line, start) = (self.line, self.offset);
            let mut bytes = Vec::new();
            let mut open = false;
            loop {
                let before = bytes.len();
                let room = (LONGEST_RECORD + 1).saturating_sub(before);
                let read = (&mut self.reader).take(room as u64).read_until(b'\n', &mut bytes)?;
                if bytes.len() > LONGEST_RECORD {
                    return Err(TableError::Endless { table: self.name.to_string(), line }.into());
                }
                open ^= bytes[before..].iter().filter(|&&byte| byte == b'"').count() % 2 == 1;
                self.line += usize::from(read > 0);
                self.offset += read;
                if read == 0 || !open {
                    break;
                }
            }
            if bytes.is_empty() {
                return Ok(None);
            }
            if start == 0 && bytes.starts_with("\u{feff}".as_bytes()) {
                bytes.drain(..3);
            }
            let text = String::from_utf8(bytes).map_err(|e| TableError::NotText {
                table: self.name.to_string(),
                position: start + e.utf8_error().valid_up_to(),
            })?;
            let record = text.trim_end_matches(['\r', '\n']);
            if !record.trim_matches([' ', '\t']).is_empty() || record.contains('\t') {
                return Ok(Some((line, record.to_string())));
            }
        }
    }
}

/// The separator that gives the first lines the same number of fields, and the most of them.
fn separator(head: &[u8]) -> u8 {
    let mut best = (SEPARATORS[0], (false, 0));
    for separator in SEPARATORS {
        let mut rest = head;
        let mut counts = Vec::new();
        while let Some(record) = first_record(rest, separator).filter(|_| !rest.is_empty()) {
            let whole = record.end < rest.len() || rest.ends_with(b"\n") || head.len() < HEAD;
            let blank = rest[..record.end].trim_ascii().is_empty();
            rest = &rest[record.end..];
            if whole && !blank {
                counts.push(record.fields);
            }
        }
        let fields = counts.first().copied().unwrap_or(1);
        let score = (fields > 1 && counts.iter().all(|&count| count == fields), fields);
        if score > best.1 {
            best = (separator, score);
        }
    }
    best.0
}

/// The names in a header line.
fn column_names(table: &str, fields: Vec<String>) -> Result<Vec<String>, TableError> {
    if fields.iter().all(|field| field.trim().parse::<f64>().is_ok()) {
        return Err(TableError::NoHeader { table: table.to_string() });
    }
    let named = |(place, field): (usize, String)| match field.trim() {
        "" => format!("column {}", place + 1),
        name => name.to_string(),
    };
    Ok(fields.into_iter().enumerate().map(named).collect())
}

fn no_name_twice(table: &str, names: &[String]) -> Result<(), TableError> {
    let mut seen = HashSet::new();
    match names.iter().find(|name| !seen.insert(name.as_str())) {
        Some(name) => Err(TableError::Duplicate { table: table.to_string(), name: name.clone() }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_know_their_lines_and_quotes_may_span_them() {
        let table = OwnTable::parse("t", "\u{feff}a;b\r\n\r\n1;\"x\r\ny\"\r\n2;z\r\n").expect("a table");
        assert_eq!((table.separator, table.lines, table.rows), (';', vec![3, 5], 2));
        assert_eq!(table.table.names(), ["a", "b"]);
        assert_eq!(table.table.column_str("b").expect("text")[1], "z");
    }

    #[test]
    fn the_separator_is_the_one_that_fits_every_line() {
        let separator = |text: &str| char::from(super::separator(text.as_bytes()));
        assert_eq!(separator("name, first\tage\nLi, Bo\t3\nAn\t4\n"), '\t');
        assert_eq!(separator("a;b\n1,5;2,5\n"), ';');
        assert_eq!(separator("\"a;b\",c\n1,2\n"), ',');
        assert_eq!(separator("alone\n1\n2\n"), ',');
    }

    #[test]
    fn a_sample_takes_every_row_as_often_as_any_other() {
        let text: String = "row\n".to_string() + &(0..50).map(|row| format!("r{row}\n")).collect::<String>();
        let mut taken = [0; 50];
        for seed in 0..400 {
            let portion = Portion { most_mb: 1, sample: Some(10), seed };
            let Ok(sample) = OwnTable::read_from("t", text.as_bytes(), None, portion) else {
                panic!("refused")
            };
            assert_eq!((sample.lines.len(), sample.rows), (10, 50));
            assert!(sample.lines.is_sorted());
            sample.lines.iter().for_each(|line| taken[line - 2] += 1);
        }
        // 80 expected of each, with a deviation of 8.
        assert!(taken.iter().all(|&times| (40..=120).contains(&times)), "{taken:?}");
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let text = "row\n".to_string() + &"0123456789\n".repeat(200_000);
        let portion = Portion { most_mb: 1, sample: None, seed: 0 };
        let refused = OwnTable::read_from("t", text.as_bytes(), None, portion);
        assert!(matches!(refused, Err(Problem::Table(TableError::TooLarge { most: 1, .. }))));
        let endless = "row\n".to_string() + &"x".repeat(LONGEST_RECORD + 1);
        assert!(matches!(OwnTable::parse("t", &endless), Err(TableError::Endless { line: 2, .. })));
    }
}
