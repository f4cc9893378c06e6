//! Confusion matrices.

use plotters::style::RGBColor;

use super::axis::decimal;
use super::canvas::{Align, Canvas, Label, Point};
use super::colour::{self, FAINT_INK, INK, PAPER};
use super::frame::{faint, plain};
use super::matrix::{Grid, Words, check_shape};
use super::text::{self, TEXT};
use super::{Figure, PlotError};

/// More classes than this are shown as colours without numbers.
const MOST_WITH_NUMBERS: usize = 30;
const GAP: f64 = 12.0;

/// How often each true class (row) was taken for each class (column).
///
/// Right answers are blue, errors orange. Each colour has its own scale and is relative to the row's total,
/// so that a few errors stand out beside a diagonal a hundred times larger. To the right: each class's total
/// and recall; below: totals and precision; in the corner: all examples and the accuracy. Above 30 classes:
/// colours only.
///
/// # Errors
/// No class, a matrix that is not square, or labels that are not one per class.
pub fn confusion(counts: &[Vec<usize>], labels: &[&str]) -> Result<Figure, PlotError> {
    let name = "confusion matrix";
    let columns = check_shape(name, counts)?;
    PlotError::same_length(name, ("rows", counts.len()), ("columns", columns))?;
    PlotError::same_length(name, ("rows", counts.len()), ("labels", labels.len()))?;
    let labels: Vec<String> = labels.iter().map(|l| text::clean(l)).collect();
    let words = Words {
        title: "",
        row_label: "true class",
        column_label: "predicted class",
        rows: &labels,
        columns: &labels,
    };
    let matrix = Matrix::new(counts);
    let numbered = counts.len() <= MOST_WITH_NUMBERS;
    let cell = matrix.cell(numbered, &labels);
    let widest_name = if numbered { text::width("precision", TEXT, false) } else { 0.0 };
    let grid = Grid::new(&words, cell, widest_name, 0.0);
    let mut canvas = Canvas::default();
    grid.draw(&mut canvas, &words, 0.0, |row, column| matrix.colour(row, column))?;
    canvas.edge(grid.area, FAINT_INK, 1.0);
    let (mut right, mut bottom) = (grid.area.right() + 10.0, grid.area.bottom() + 10.0);
    if numbered {
        matrix.write_counts(&mut canvas, &grid);
        (right, bottom) = matrix.write_totals(&mut canvas, &grid);
    }
    canvas.finish(right.max(grid.area.left + 180.0), bottom)
}

struct Matrix<'a> {
    counts: &'a [Vec<usize>],
    row_totals: Vec<f64>,
    column_totals: Vec<f64>,
    /// The largest share of a row that is one kind of error.
    worst: f64,
}

impl<'a> Matrix<'a> {
    fn new(counts: &'a [Vec<usize>]) -> Self {
        let as_number = |row: &'a Vec<usize>| row.iter().map(|&n| n as f64);
        let row_totals: Vec<f64> = counts.iter().map(|row| as_number(row).sum()).collect();
        let mut column_totals = vec![0.0; counts.len()];
        for row in counts {
            for (total, count) in column_totals.iter_mut().zip(as_number(row)) {
                *total += count;
            }
        }
        let mut matrix = Self { counts, row_totals, column_totals, worst: 0.0 };
        for row in 0..counts.len() {
            for column in (0..counts.len()).filter(|&column| column != row) {
                matrix.worst = matrix.worst.max(matrix.share(row, column));
            }
        }
        matrix
    }

    fn count(&self, row: usize, column: usize) -> f64 {
        self.counts.get(row).and_then(|r| r.get(column)).map_or(0.0, |&n| n as f64)
    }

    fn share(&self, row: usize, column: usize) -> f64 {
        share(self.count(row, column), self.row_totals.get(row).copied().unwrap_or(0.0)).unwrap_or(0.0)
    }

    fn colour(&self, row: usize, column: usize) -> RGBColor {
        if self.count(row, column) == 0.0 {
            return PAPER;
        }
        let share = self.share(row, column);
        if row == column {
            return colour::blues(0.15 + 0.65 * share);
        }
        colour::oranges(0.12 + 0.55 * (share / self.worst).sqrt())
    }

    /// Cells wide enough for the numbers, and for the labels if these are not too long.
    fn cell(&self, numbered: bool, labels: &[String]) -> (f64, f64) {
        if !numbered {
            let side = (600.0 / self.counts.len() as f64).max(1.0);
            return (side, side);
        }
        let largest = self.column_totals.iter().copied().fold(0.0, f64::max);
        let number =
            text::width(&decimal(largest, 0), TEXT, true).max(text::width("100.0%", TEXT, false) - 6.0);
        let label = labels.iter().map(|l| text::width(l, TEXT, false)).fold(0.0, f64::max);
        let wanted = number.max(if label <= 110.0 { label } else { 0.0 });
        // Two classes still leave room for the label of the rows.
        ((wanted + 16.0).max(44.0), (92.0 / self.counts.len() as f64).max(36.0))
    }

    fn write_counts(&self, canvas: &mut Canvas, grid: &Grid) {
        for row in 0..self.counts.len() {
            for column in 0..self.counts.len() {
                let at = grid.cell_area(row, column).centre();
                let count = self.count(row, column);
                if count == 0.0 {
                    canvas.text(at, faint("0".to_string(), Align::Middle));
                } else {
                    let ink = colour::ink_on(self.colour(row, column));
                    let label =
                        Label { colour: ink, bold: row != column, ..plain(decimal(count, 0), Align::Middle) };
                    canvas.text(at, label);
                }
            }
        }
    }

    /// Totals and rates around the matrix; returns the figure's extent.
    fn write_totals(&self, canvas: &mut Canvas, grid: &Grid) -> Point {
        let all: f64 = self.row_totals.iter().sum();
        let diagonal = |i: usize| self.count(i, i);
        let right: f64 = (0..self.counts.len()).map(diagonal).sum();
        let total_width = text::width(&decimal(all, 0), TEXT, true).max(text::width("total", TEXT, false));
        let rate_width = text::width("precision", TEXT, false);
        let total_x = grid.area.right() + GAP + total_width;
        let rate_x = total_x + GAP + rate_width;
        let total_y = grid.area.bottom() + GAP + TEXT * 0.6;
        let rate_y = total_y + TEXT * 1.5;
        let end = |text: String| plain(text, Align::End);
        canvas.text((total_x, grid.names_line()), end("total".into()));
        canvas.text((rate_x, grid.names_line()), end("recall".into()));
        for (i, &total) in self.row_totals.iter().enumerate() {
            let y = grid.cell_area(i, 0).centre().1;
            canvas.text((total_x, y), end(decimal(total, 0)));
            canvas.text((rate_x, y), end(percent(diagonal(i), total)));
        }
        canvas.text((grid.area.left - 8.0, total_y), end("total".into()));
        canvas.text((grid.area.left - 8.0, rate_y), end("precision".into()));
        for (i, &total) in self.column_totals.iter().enumerate() {
            let x = grid.cell_area(0, i).centre().0;
            canvas.text((x, total_y), plain(decimal(total, 0), Align::Middle));
            canvas.text((x, rate_y), plain(percent(diagonal(i), total), Align::Middle));
        }
        let bold = |text: String| Label { bold: true, colour: INK, ..plain(text, Align::End) };
        canvas.text((total_x, total_y), bold(decimal(all, 0)));
        canvas.text((rate_x, total_y), bold(percent(right, all)));
        canvas.text((rate_x, rate_y), end("accuracy".into()));
        (rate_x + 12.0, rate_y + TEXT * 0.6 + 10.0)
    }
}

fn share(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| part / whole)
}

fn percent(part: f64, whole: f64) -> String {
    share(part, whole).map_or_else(|| "–".to_string(), |share| format!("{:.1}%", 100.0 * share))
}
