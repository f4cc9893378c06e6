//! How two files are read so that their rows can be compared.

use super::columns::Columns;
use super::rows::Format;
use super::source::Source;
use super::text::escape;
use super::{DiffError, Options};

/// How both files are read.
pub struct Plan {
    pub lines: bool,
    pub header: bool,
    pub columns: Columns,
}

impl Plan {
    pub fn new(a: &Source, b: &Source, options: &Options) -> Self {
        let width = |source: &Source| source.first.as_ref().map_or(0, |(fields, _)| fields.len());
        // A key asks for columns, even if there is but one.
        let one_column = width(a) <= 1 && width(b) <= 1 && options.key.is_none();
        let lines = a.first_broken || b.first_broken || one_column;
        let header = options.header && !lines;
        let columns = match (&a.first, &b.first) {
            _ if !header => Columns::default(),
            (Some((a, _)), Some((b, _))) => Columns::matched(a, b),
            (Some((one, _)), None) | (None, Some((one, _))) => Columns::of(one),
            (None, None) => Columns::default(),
        };
        Self { lines, header, columns }
    }

    /// Both files line by line, the first line as any other.
    pub fn by_line() -> Self {
        Self { lines: true, header: false, columns: Columns::default() }
    }

    pub fn formats(&self) -> [Format; 2] {
        [&self.columns.pick_a, &self.columns.pick_b]
            .map(|pick| Format { lines: self.lines, pick: pick.clone() })
    }

    /// Where the rows begin that are compared.
    pub fn start(&self, source: &Source) -> u64 {
        source.first.as_ref().filter(|_| self.header).map_or(source.text, |(_, end)| *end)
    }

    /// The place of the key column: by name, or without a header by its number.
    pub fn key(&self, key: &str, a: &Source) -> Result<usize, DiffError> {
        if self.lines {
            return Err(DiffError::KeyNeedsTable { path: a.path.clone() });
        }
        let width = a.first.as_ref().map_or(0, |(fields, _)| fields.len());
        let by_number = || key.parse::<usize>().ok().filter(|n| (1..=width).contains(n)).map(|n| n - 1);
        let place = if self.header { self.columns.place(key) } else { by_number() };
        place.ok_or_else(|| DiffError::UnknownKey {
            key: key.to_string(),
            columns: match self.header {
                true => self.columns.names.iter().map(|name| escape(name)).collect::<Vec<_>>().join(", "),
                false => format!("the numbers 1 to {width}"),
            },
        })
    }
}
