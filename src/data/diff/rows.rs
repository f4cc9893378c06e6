//! From bytes to rows: records of a CSV table, or plain lines.

use std::io::{self, BufRead};

use crate::data::merkle::{Hash, hash_chunk};

/// A record longer than this is taken for an unclosed quote.
const LONGEST_RECORD: usize = 1 << 24;

/// How the bytes of a file become rows.
#[derive(Clone, Debug, Default)]
pub struct Format {
    /// Every line is a row of one field; otherwise rows are records after RFC 4180, which may span lines.
    pub lines: bool,
    /// Which fields are compared; all of them, as they stand, when there is none.
    pub pick: Option<Pick>,
}

/// The fields at some places in a given order, then those beyond the header's width.
#[derive(Clone, Debug)]
pub struct Pick {
    pub order: Vec<usize>,
    pub width: usize,
}

/// How the rows of a file end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Endings {
    pub lf: u64,
    pub crlf: u64,
    /// The last row lacks its newline.
    pub unterminated: bool,
}

/// Reads one row after the other and knows where each begins.
pub struct RowReader<R> {
    input: R,
    lines: bool,
    record: Vec<u8>,
    has_quotes: bool,
    fields: u64,
    start: u64,
    offset: u64,
    pub endings: Endings,
    broken: bool,
}

/// Where a CSV scanner stands between two bytes.
#[derive(Clone, Copy, PartialEq)]
enum State {
    FieldStart,
    Plain,
    Quoted,
    QuoteInQuoted,
}

impl<R: BufRead> RowReader<R> {
    /// Reads from `input`, which stands at byte `offset` of its file.
    pub fn new(input: R, lines: bool, offset: u64) -> Self {
        let (record, endings) = (Vec::new(), Endings::default());
        Self {
            input,
            lines,
            record,
            has_quotes: false,
            fields: 0,
            start: offset,
            offset,
            endings,
            broken: false,
        }
    }

    /// Moves to the next row; false at the end of the file.
    pub fn advance(&mut self) -> io::Result<bool> {
        self.record.clear();
        self.start = self.offset;
        (self.has_quotes, self.fields) = (false, 1);
        let mut state = State::FieldStart;
        loop {
            let line_start = self.record.len();
            let read = self.input.read_until(b'\n', &mut self.record)?;
            self.offset += read as u64;
            if read == 0 {
                self.broken |= state == State::Quoted;
                return Ok(line_start > 0);
            }
            let body = self.body_end(line_start);
            state = self.scan_line(line_start, body, state);
            if state == State::Quoted && self.record.len() < LONGEST_RECORD {
                continue;
            }
            self.broken |= state == State::Quoted;
            self.note_ending(body);
            self.record.truncate(body);
            return Ok(true);
        }
    }

    /// Where the row begins in the file.
    pub fn start(&self) -> u64 {
        self.start
    }

    /// Where the next row begins.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// The number of fields in the row.
    pub fn width(&self) -> u64 {
        self.fields
    }

    /// Whether a quote was left open or followed by text, so that the rows so far are no CSV records.
    pub fn is_broken(&self) -> bool {
        self.broken
    }

    /// The row's fields.
    pub fn parse(&self, fields: &mut Fields) {
        match self.lines {
            true => fields.set_line(&self.record),
            false => fields.set_record(&self.record),
        }
    }

    /// The hash of the row's compared values, the same however they are quoted.
    pub fn hash(&self, format: &Format, scratch: &mut Scratch) -> Hash {
        if self.lines || (!self.has_quotes && format.pick.is_none()) {
            return hash_chunk(&self.record);
        }
        self.parse(&mut scratch.fields);
        scratch.canonical.clear();
        for (i, field) in scratch.fields.picked(format).enumerate() {
            if i > 0 {
                scratch.canonical.push(b',');
            }
            encode(field, &mut scratch.canonical);
        }
        hash_chunk(&scratch.canonical)
    }

    fn body_end(&self, line_start: usize) -> usize {
        let line = &self.record[line_start..];
        let body = line.strip_suffix(b"\r\n").or(line.strip_suffix(b"\n")).unwrap_or(line);
        line_start + body.len()
    }

    fn note_ending(&mut self, body: usize) {
        match self.record.len() - body {
            2 => self.endings.crlf += 1,
            1 => self.endings.lf += 1,
            _ => self.endings.unterminated = true,
        }
    }

    fn scan_line(&mut self, start: usize, end: usize, state: State) -> State {
        let line = &self.record[start..end];
        if self.lines {
            return State::Plain;
        }
        if state != State::Quoted && !line.contains(&b'"') {
            self.fields += line.iter().filter(|&&byte| byte == b',').count() as u64;
            return State::Plain;
        }
        self.has_quotes = true;
        line.iter().fold(state, |state, byte| match (state, byte) {
            (State::FieldStart | State::QuoteInQuoted, b'"') | (State::Quoted, b'"') => match state {
                State::Quoted => State::QuoteInQuoted,
                _ => State::Quoted,
            },
            (State::Quoted, _) => State::Quoted,
            (_, b',') => {
                self.fields += 1;
                State::FieldStart
            }
            (State::QuoteInQuoted, _) => {
                self.broken = true;
                State::Plain
            }
            _ => State::Plain,
        })
    }
}

/// Buffers that one scan uses for all its rows.
#[derive(Default)]
pub struct Scratch {
    pub fields: Fields,
    canonical: Vec<u8>,
}

/// The unquoted values of one row.
#[derive(Clone, Debug, Default)]
pub struct Fields {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Fields {
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn get(&self, i: usize) -> Option<&[u8]> {
        let end = *self.ends.get(i)?;
        let start = i.checked_sub(1).map_or(0, |before| self.ends[before]);
        Some(&self.bytes[start..end])
    }

    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.len()).filter_map(|i| self.get(i))
    }

    /// The compared fields in their order; none where the row is too short.
    pub fn picked<'a>(&'a self, format: &'a Format) -> impl Iterator<Item = Option<&'a [u8]>> {
        let (order, rest) = match &format.pick {
            Some(pick) => (pick.order.as_slice(), pick.width),
            None => (&[][..], 0),
        };
        order.iter().copied().chain(rest..self.len()).map(|i| self.get(i))
    }

    fn set_line(&mut self, line: &[u8]) {
        self.clear();
        self.bytes.extend_from_slice(line);
        self.ends.push(self.bytes.len());
    }

    /// Splits a CSV record. A quote inside an unquoted field stands for itself.
    fn set_record(&mut self, record: &[u8]) {
        self.clear();
        let mut rest = record;
        loop {
            rest = match rest.strip_prefix(b"\"") {
                Some(quoted) => self.take_quoted(quoted),
                None => self.take_plain(rest),
            };
            self.ends.push(self.bytes.len());
            match rest.strip_prefix(b",") {
                Some(next) => rest = next,
                None => return,
            }
        }
    }

    fn take_plain<'r>(&mut self, rest: &'r [u8]) -> &'r [u8] {
        let end = rest.iter().position(|&byte| byte == b',').unwrap_or(rest.len());
        self.bytes.extend_from_slice(&rest[..end]);
        &rest[end..]
    }

    fn take_quoted<'r>(&mut self, mut rest: &'r [u8]) -> &'r [u8] {
        loop {
            let end = rest.iter().position(|&byte| byte == b'"').unwrap_or(rest.len());
            self.bytes.extend_from_slice(&rest[..end]);
            rest = rest.get(end + 1..).unwrap_or_default();
            match rest.strip_prefix(b"\"") {
                Some(next) => {
                    self.bytes.push(b'"');
                    rest = next;
                }
                None => return self.take_plain(rest),
            }
        }
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }
}

/// Quotes only what must be quoted, so that one value has one spelling. A missing field is a lone quote,
/// which no value is.
fn encode(field: Option<&[u8]>, out: &mut Vec<u8>) {
    let Some(field) = field else {
        out.push(b'"');
        return;
    };
    if !field.iter().any(|byte| b",\"\n".contains(byte)) {
        out.extend_from_slice(field);
        return;
    }
    out.push(b'"');
    for &byte in field {
        out.push(byte);
        if byte == b'"' {
            out.push(b'"');
        }
    }
    out.push(b'"');
}
