//! Data frames as tables: the first rows, the type below each name.

use polars::prelude::{AnyValue, DataFrame};

use super::grid::{Align, Cell, Column, Grid, LEFT_OUT, Tone};
use super::html::heading;
use super::{Content, Show};
use crate::data::table::Table;

const ROWS: usize = 10;
/// Of a wider frame the first and last columns are shown.
const COLUMNS: usize = 20;
const FIRST_COLUMNS: usize = 12;
const LAST_COLUMNS: usize = 6;
/// Longer texts are cut.
const LETTERS: usize = 60;

impl Show for DataFrame {
    fn content(&self) -> Content {
        let (height, width) = self.shape();
        let title = format!("{height} rows × {width} columns");
        let head = self.head(Some(ROWS));
        let mut grid = Grid::default();
        let mut lines: Vec<Vec<Cell>> = vec![vec![]; head.height()];
        for (i, column) in head.columns().iter().enumerate() {
            let is_left_out = width > COLUMNS && (FIRST_COLUMNS..width - LAST_COLUMNS).contains(&i);
            if is_left_out && i > FIRST_COLUMNS {
                continue;
            }
            if is_left_out {
                grid.columns.push(Column { note: LEFT_OUT.to_owned(), ..Column::left(LEFT_OUT) });
                lines.iter_mut().for_each(|line| line.push(Cell::left_out()));
                continue;
            }
            let kind = column.dtype();
            let align = if kind.is_primitive_numeric() { Align::Right } else { Align::Left };
            let name = shortened(column.name());
            grid.columns.push(Column { name, note: kind.to_string(), align });
            for (row, line) in lines.iter_mut().enumerate() {
                line.push(column.get(row).map_or_else(|_| Cell::left_out(), |value| cell(&value)));
            }
        }
        if height > ROWS {
            lines.push(vec![Cell::faint("⋮"); grid.columns.len()]);
        }
        grid.rows = lines;
        Content::text(format!("{}{title}", grid.plain())).html(format!("{}{}", heading(&title), grid.html()))
    }
}

impl Show for Table {
    fn content(&self) -> Content {
        self.frame().content()
    }
}

fn cell(value: &AnyValue) -> Cell {
    match value {
        AnyValue::Null => Cell::faint("null"),
        AnyValue::String(text) => shortened(text).into(),
        AnyValue::StringOwned(text) => shortened(text).into(),
        AnyValue::Float32(number) => float(f64::from(*number)),
        AnyValue::Float64(number) => float(*number),
        other => shortened(&other.to_string()).into(),
    }
}

/// Up to six significant digits, as many as the number has.
fn float(number: f64) -> Cell {
    if !number.is_finite() {
        return Cell::new(number.to_string(), Tone::Warning);
    }
    let size = number.abs();
    if size != 0.0 && !(1e-4..1e9).contains(&size) {
        return format!("{number:.4e}").into();
    }
    let text = format!("{number:.4}");
    text.trim_end_matches('0').trim_end_matches('.').into()
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(LETTERS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
