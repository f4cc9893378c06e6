//! Layout shared by figures whose data are a matrix: cells, row names on the left, column names above.

use plotters::style::RGBColor;

use super::PlotError;
use super::canvas::{Align, Canvas, Label, Rect};
use super::colour::PAPER;
use super::frame::{plain, title};
use super::text::{self, LINE, TEXT, TITLE};

const EDGE: f64 = 10.0;
const WIDEST_NAME: f64 = 200.0;
/// Cells smaller than this have no white lines between them.
const LINED: f64 = 12.0;

/// The words around a matrix.
pub(super) struct Words<'a> {
    pub title: &'a str,
    pub row_label: &'a str,
    pub column_label: &'a str,
    pub rows: &'a [String],
    pub columns: &'a [String],
}

/// Where a matrix lies in its figure.
pub(super) struct Grid {
    pub area: Rect,
    pub cell: (f64, f64),
    turned: bool,
    /// Height of the column names and the gap between them and the cells.
    names_height: f64,
    names_gap: f64,
    row_label_x: f64,
}

impl Grid {
    /// Places a matrix with cells of `cell` pixels below its title and column names, right of its row names,
    /// for which at least `names_width` pixels are kept.
    pub fn new(words: &Words<'_>, cell: (f64, f64), names_width: f64, extra_width: f64) -> Self {
        let width = |name: &String| text::width(&text::fit(name, TEXT, false, WIDEST_NAME), TEXT, false);
        let widest_row = words.rows.iter().map(width).fold(0.0, f64::max);
        let widest_column = words.columns.iter().map(width).fold(0.0, f64::max);
        // Numbered columns never turn: those without room are left out.
        let numbers = words.columns.iter().all(|name| name.parse::<f64>().is_ok());
        let turned = !numbers && widest_column + 8.0 > cell.0;
        // The name of a row thinner than the text reaches above it.
        let names_gap = (TEXT * 0.75 - cell.1 / 2.0).max(0.0) + 4.0;
        let names_height = names_gap + if turned { widest_column + 4.0 } else { TEXT * LINE };
        let turned_label = if words.row_label.trim().is_empty() { 0.0 } else { TEXT * LINE + 6.0 };
        let (columns, rows) = (words.columns.len() as f64, words.rows.len() as f64);
        let label = if words.column_label.trim().is_empty() { 0.0 } else { TEXT * LINE + 2.0 };
        let left = EDGE + (turned_label + widest_row).max(names_width) + 8.0;
        let row_label_x = left - 8.0 - widest_row - 6.0 - TEXT * LINE / 2.0;
        let title_lines = Self::title_lines(words, left + columns * cell.0 + extra_width - EDGE).len() as f64;
        let title_height = if title_lines > 0.0 { title_lines * TITLE * LINE + 6.0 } else { 0.0 };
        let top = EDGE + title_height + label + names_height;
        let area = Rect { left, top, width: columns * cell.0, height: rows * cell.1 };
        Self { area, cell, turned, names_height, names_gap, row_label_x }
    }

    fn title_lines(words: &Words<'_>, room: f64) -> Vec<String> {
        text::wrap(words.title, TITLE, true, room.max(120.0), 3)
    }

    pub fn cell_area(&self, row: usize, column: usize) -> Rect {
        Rect {
            left: self.area.left + column as f64 * self.cell.0,
            top: self.area.top + row as f64 * self.cell.1,
            width: self.cell.0,
            height: self.cell.1,
        }
    }

    /// Where the middle of upright column names is.
    pub fn names_line(&self) -> f64 {
        self.area.top - self.names_gap - TEXT * LINE / 2.0
    }

    /// The least width that a figure needs to show the title.
    pub fn title_width(&self, words: &Words<'_>, extra_width: f64) -> f64 {
        let lines = Self::title_lines(words, self.area.right() + extra_width - EDGE);
        EDGE * 2.0 + lines.iter().map(|line| text::width(line, TITLE, true)).fold(0.0, f64::max)
    }

    /// Colours every cell and draws the words around.
    pub fn draw(
        &self,
        canvas: &mut Canvas,
        words: &Words<'_>,
        extra_width: f64,
        colour: impl Fn(usize, usize) -> RGBColor,
    ) -> Result<(), PlotError> {
        self.draw_cells(canvas, words, colour)?;
        self.draw_words(canvas, words, extra_width);
        Ok(())
    }

    fn draw_cells(
        &self,
        canvas: &mut Canvas,
        words: &Words<'_>,
        colour: impl Fn(usize, usize) -> RGBColor,
    ) -> Result<(), PlotError> {
        let (rows, columns) = (words.rows.len(), words.columns.len());
        let cells = (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column)));
        let rgb: Vec<u8> =
            cells.map(|(row, column)| colour(row, column)).flat_map(|c| [c.0, c.1, c.2]).collect();
        canvas.picture(self.area, (columns, rows), &rgb, true)?;
        if self.cell.0.min(self.cell.1) >= LINED {
            for column in 1..columns {
                let x = self.area.left + column as f64 * self.cell.0;
                canvas.line(vec![(x, self.area.top), (x, self.area.bottom())], PAPER, 1.0);
            }
            for row in 1..rows {
                let y = self.area.top + row as f64 * self.cell.1;
                canvas.line(vec![(self.area.left, y), (self.area.right(), y)], PAPER, 1.0);
            }
        }
        Ok(())
    }

    fn draw_words(&self, canvas: &mut Canvas, words: &Words<'_>, extra_width: f64) {
        let area = &self.area;
        for (i, line) in Self::title_lines(words, area.right() + extra_width - EDGE).into_iter().enumerate() {
            canvas.text((EDGE, EDGE + (i as f64 + 0.5) * TITLE * LINE), title(line));
        }
        let above = area.top - self.names_height - TEXT * LINE / 2.0;
        let label = text::fit(words.column_label, TEXT, false, (area.width + 120.0).max(160.0));
        // A label wider than a narrow matrix starts at its left edge.
        if text::width(&label, TEXT, false) > area.width {
            canvas.text((area.left, above), plain(label, Align::Start));
        } else {
            canvas.text((area.centre().0, above), plain(label, Align::Middle));
        }
        let label = text::fit(words.row_label, TEXT, false, area.height.max(60.0));
        canvas.text((self.row_label_x, area.centre().1), turned(label, Align::Middle));
        self.draw_row_names(canvas, words.rows);
        self.draw_column_names(canvas, words.columns);
    }

    fn draw_row_names(&self, canvas: &mut Canvas, names: &[String]) {
        let every = round_step(TEXT * 1.2 / self.cell.1);
        for (row, name) in names.iter().enumerate().step_by(every) {
            let y = self.cell_area(row, 0).centre().1;
            let name = text::fit(name, TEXT, false, WIDEST_NAME);
            canvas.text((self.area.left - 8.0, y), plain(name, Align::End));
        }
    }

    fn draw_column_names(&self, canvas: &mut Canvas, names: &[String]) {
        let widest = names.iter().map(|name| text::width(name, TEXT, false)).fold(0.0, f64::max);
        let needed = if self.turned { TEXT * 1.2 } else { widest + 6.0 };
        let every = round_step(needed / self.cell.0);
        for (column, name) in names.iter().enumerate().step_by(every) {
            let x = self.cell_area(0, column).centre().0;
            let name = text::fit(name, TEXT, false, WIDEST_NAME);
            if self.turned {
                canvas.text((x, self.area.top - self.names_gap), turned(name, Align::Start));
            } else {
                canvas.text((x, self.names_line()), plain(name, Align::Middle));
            }
        }
    }
}

/// The smallest of 1, 2, 5, 10, 20, 50, … that is at least `least`.
fn round_step(least: f64) -> usize {
    let mut power = 1;
    loop {
        if let Some(step) = [1, 2, 5].map(|m| m * power).into_iter().find(|&step| step as f64 >= least) {
            return step;
        }
        power *= 10;
    }
}

fn turned(text: String, align: Align) -> Label {
    Label { turned: true, ..plain(text, align) }
}

/// All rows of a matrix as long as the first.
pub(super) fn check_shape<T>(figure: &str, rows: &[Vec<T>]) -> Result<usize, PlotError> {
    PlotError::not_empty(figure, "row", rows.len())?;
    let columns = rows.first().map_or(0, Vec::len);
    PlotError::not_empty(figure, "column", columns)?;
    for (i, row) in rows.iter().enumerate() {
        PlotError::same_length(figure, ("row 0", columns), (&format!("row {i}"), row.len()))?;
    }
    Ok(columns)
}
