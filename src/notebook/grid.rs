//! A table of short texts, as HTML and as plain text.

use std::fmt::Write as _;

use super::html::escape;

/// Cells stand for values that are left out.
pub(super) const LEFT_OUT: &str = "…";

/// How a column's cells stand below each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    /// Numbers.
    #[default]
    Right,
}

/// How much a cell stands out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Tone {
    #[default]
    Plain,
    /// Row numbers, missing values, what is left out.
    Faint,
    /// NaN and infinity, wrong answers.
    Warning,
    /// A sum, a right answer.
    Strong,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Cell {
    pub text: String,
    pub tone: Tone,
}

impl Cell {
    pub fn new(text: impl Into<String>, tone: Tone) -> Self {
        Self { text: text.into(), tone }
    }

    pub fn faint(text: impl Into<String>) -> Self {
        Self::new(text, Tone::Faint)
    }

    /// Stands for cells that are left out.
    pub fn left_out() -> Self {
        Self::faint(LEFT_OUT)
    }
}

impl<T: Into<String>> From<T> for Cell {
    fn from(text: T) -> Self {
        Self::new(text, Tone::Plain)
    }
}

#[derive(Clone, Debug, Default)]
pub(super) struct Column {
    pub name: String,
    /// A smaller second line below the name.
    pub note: String,
    pub align: Align,
}

impl Column {
    pub fn left(name: impl Into<String>) -> Self {
        Self { name: name.into(), note: String::new(), align: Align::Left }
    }

    pub fn right(name: impl Into<String>) -> Self {
        Self { name: name.into(), note: String::new(), align: Align::Right }
    }
}

/// Rows under named columns.
#[derive(Clone, Debug, Default)]
pub(super) struct Grid {
    pub columns: Vec<Column>,
    pub rows: Vec<Vec<Cell>>,
}

impl Grid {
    /// Numbers below one another, columns without names.
    pub fn of_numbers(rows: Vec<Vec<Cell>>) -> Self {
        let columns = rows.first().map_or(0, Vec::len);
        Self { columns: vec![Column::default(); columns], rows }
    }

    fn has_head(&self) -> bool {
        self.columns.iter().any(|column| !column.name.is_empty())
    }

    fn has_notes(&self) -> bool {
        self.columns.iter().any(|column| !column.note.is_empty())
    }

    pub fn html(&self) -> String {
        let mut html = String::from("<table style=\"border-collapse:collapse;width:auto;margin:0\">");
        if self.has_head() {
            html.push_str("<thead><tr>");
            for column in &self.columns {
                let mut name = escape(&column.name);
                if self.has_notes() {
                    let _ = write!(
                        name,
                        "<br><small style=\"opacity:.6;font-weight:normal\">{}</small>",
                        escape(&column.note)
                    );
                }
                let _ = write!(html, "<th style=\"{}\">{name}</th>", style(column.align));
            }
            html.push_str("</tr></thead>");
        }
        html.push_str("<tbody>");
        for row in &self.rows {
            html.push_str("<tr>");
            for (cell, column) in row.iter().zip(&self.columns) {
                let text = escape(&cell.text);
                let text = match cell.tone {
                    Tone::Plain => text,
                    Tone::Faint => format!("<span style=\"opacity:.6\">{text}</span>"),
                    Tone::Warning => format!("<b style=\"color:#d55e00\">{text}</b>"),
                    Tone::Strong => format!("<b>{text}</b>"),
                };
                let _ = write!(html, "<td style=\"{}\">{text}</td>", style(column.align));
            }
            html.push_str("</tr>");
        }
        html.push_str("</tbody></table>");
        html
    }

    pub fn plain(&self) -> String {
        let mut lines: Vec<Vec<&str>> = Vec::with_capacity(self.rows.len() + 2);
        if self.has_head() {
            lines.push(self.columns.iter().map(|column| column.name.as_str()).collect());
        }
        if self.has_notes() {
            lines.push(self.columns.iter().map(|column| column.note.as_str()).collect());
        }
        lines.extend(self.rows.iter().map(|row| row.iter().map(|cell| cell.text.as_str()).collect()));
        let mut widths = vec![0; self.columns.len()];
        for line in &lines {
            for (width, text) in widths.iter_mut().zip(line) {
                *width = (*width).max(text.chars().count());
            }
        }
        let mut plain = String::new();
        for line in lines {
            let mut text = String::new();
            for ((cell, &width), column) in line.into_iter().zip(&widths).zip(&self.columns) {
                let _ = match column.align {
                    Align::Left => write!(text, "{cell:<width$}  "),
                    Align::Right => write!(text, "{cell:>width$}  "),
                };
            }
            plain.push_str(text.trim_end());
            plain.push('\n');
        }
        plain
    }
}

fn style(align: Align) -> &'static str {
    match align {
        Align::Left => "text-align:left;padding:.25em .7em",
        Align::Right => "text-align:right;padding:.25em .7em",
    }
}

#[cfg(test)]
mod tests {
    use super::{Cell, Column, Grid};

    #[test]
    fn columns_are_aligned_and_markup_is_escaped() {
        let grid = Grid {
            columns: vec![Column::left("name"), Column::right("n")],
            rows: vec![vec!["<b>".into(), "1".into()], vec![Cell::faint("é"), "12".into()]],
        };
        assert_eq!(grid.plain(), "name   n\n<b>    1\né     12\n");
        assert!(grid.html().contains("&lt;b&gt;") && !grid.html().contains("<b>"));
    }
}
