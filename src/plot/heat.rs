//! Heat maps: attention, correlation, any matrix of numbers.

use plotters::style::RGBColor;

use super::axis::{Axis, Direction, Range, decimal, number};
use super::canvas::{Align, Canvas, Label, Rect};
use super::colour::{self, AXIS, GRID, MISSING};
use super::frame::plain;
use super::matrix::{Grid, Words, check_shape};
use super::series::{Value, numbers};
use super::text::{self, LINE, TEXT};
use super::{Figure, PlotError};

const BAR_GAP: f64 = 20.0;
const BAR_WIDTH: f64 = 16.0;
const SHORTEST_BAR: f64 = 90.0;
const MOST_WITH_NUMBERS: usize = 30;

/// A matrix with its words, to be drawn by [`heat_map`].
#[derive(Clone, Debug)]
pub struct HeatMap<'a, V> {
    pub title: &'a str,
    pub row_label: &'a str,
    pub column_label: &'a str,
    pub rows: &'a [Vec<V>],
    /// Names of rows and columns; if empty, their numbers from 0.
    pub row_names: &'a [&'a str],
    pub column_names: &'a [&'a str],
    /// Whether each cell shows its number (two decimals; only up to 30 rows and columns).
    pub annotate: bool,
}

/// Each number of a matrix as a colour, with a bar that says which.
///
/// White to blue; if numbers lie on both sides of zero, blue for negative and vermilion for positive, equally
/// long. NaN and infinite numbers are grey.
///
/// # Errors
/// No cell, rows of different length, as many names as neither none nor one each, or no finite number.
pub fn heat_map<V: Value>(map: &HeatMap<'_, V>) -> Result<Figure, PlotError> {
    marked_heat_map::<V, String>(map, &[])
}

/// A heat map with a word in each cell, below its number: where a policy goes, what stands there. Words may be empty.
///
/// # Errors
/// As [`heat_map`], and if the words are not one for each cell (none at all are fine).
pub fn marked_heat_map<V: Value, S: AsRef<str>>(
    map: &HeatMap<'_, V>,
    marks: &[Vec<S>],
) -> Result<Figure, PlotError> {
    let name = if map.title.is_empty() { "heat map" } else { map.title };
    let columns = check_shape(name, map.rows)?;
    let row_names = names(name, ("rows", map.rows.len()), ("row names", map.row_names))?;
    let column_names = names(name, ("columns", columns), ("column names", map.column_names))?;
    let rows: Vec<Vec<f64>> = map.rows.iter().map(|row| numbers(row)).collect();
    let range = Range::of(rows.iter().flatten().copied(), false)
        .ok_or_else(|| PlotError::NotFinite { figure: name.to_string() })?;
    let scale = Scale::new(range, &rows);
    let words = Words {
        title: map.title,
        row_label: map.row_label,
        column_label: map.column_label,
        rows: &row_names,
        columns: &column_names,
    };
    let annotate = map.annotate && rows.len().max(columns) <= MOST_WITH_NUMBERS;
    if !marks.is_empty() {
        PlotError::same_length(name, ("the rows", rows.len()), ("the rows of words", marks.len()))?;
        for words in marks {
            PlotError::same_length(name, ("the columns", columns), ("the words of a row", words.len()))?;
        }
    }
    let mut cell = cell(rows.len(), columns, annotate.then(|| widest_number(&rows)));
    let widest_mark = marks.iter().flatten().map(|mark| text::width(mark.as_ref(), TEXT, false));
    if let Some(width) = widest_mark.reduce(f64::max) {
        cell = (cell.0.max(width + 14.0), cell.1.max(if annotate { 2.0 * TEXT * LINE + 8.0 } else { 36.0 }));
    }
    let bar_axis = scale.axis((rows.len() as f64 * cell.1).max(SHORTEST_BAR));
    let bar_text = bar_axis.ticks.iter().map(|t| text::width(&t.label, TEXT, false)).fold(0.0, f64::max);
    let extra = BAR_GAP + BAR_WIDTH + 10.0 + bar_text;
    let grid = Grid::new(&words, cell, 0.0, extra);
    let at =
        |row: usize, column: usize| rows.get(row).and_then(|r| r.get(column)).copied().unwrap_or(f64::NAN);
    let mut canvas = Canvas::default();
    grid.draw(&mut canvas, &words, extra, |row, column| scale.colour(at(row, column)))?;
    canvas.edge(grid.area, GRID, 1.0);
    for (row, column) in (0..rows.len()).flat_map(|row| (0..columns).map(move |column| (row, column))) {
        let ink = colour::ink_on(scale.colour(at(row, column)));
        let number = annotate.then(|| written(at(row, column)));
        let mark = marks.get(row).and_then(|words| words.get(column)).map(|mark| mark.as_ref().to_owned());
        let lines: Vec<String> = number.into_iter().chain(mark).collect();
        let (x, y) = grid.cell_area(row, column).centre();
        for (i, line) in lines.iter().enumerate() {
            let down = (i as f64 - (lines.len() as f64 - 1.0) / 2.0) * TEXT * LINE;
            canvas.text((x, y + down), Label { colour: ink, ..plain(line.clone(), Align::Middle) });
        }
    }
    let bar = Rect {
        left: grid.area.right() + BAR_GAP,
        top: grid.area.top,
        width: BAR_WIDTH,
        height: grid.area.height.max(SHORTEST_BAR),
    };
    draw_bar(&mut canvas, bar, &bar_axis, &scale)?;
    let width = (grid.area.right() + extra).max(grid.title_width(&words, extra) - 10.0) + 10.0;
    canvas.finish(width.max(label_end(&grid, map.column_label)), bar.bottom() + 16.0)
}

fn label_end(grid: &Grid, label: &str) -> f64 {
    grid.area.left + text::width(label, TEXT, false).min((grid.area.width + 120.0).max(160.0)) + 10.0
}

fn names(figure: &str, counted: (&str, usize), given: (&str, &[&str])) -> Result<Vec<String>, PlotError> {
    if given.1.is_empty() {
        return Ok((0..counted.1).map(|i| i.to_string()).collect());
    }
    PlotError::same_length(figure, counted, (given.0, given.1.len()))?;
    Ok(given.1.iter().map(|name| text::clean(name)).collect())
}

fn written(value: f64) -> String {
    if !value.is_finite() {
        return "–".to_string();
    }
    if value.abs() < 1000.0 { decimal(value, 2) } else { number(value) }
}

fn widest_number(rows: &[Vec<f64>]) -> f64 {
    rows.iter().flatten().map(|&v| text::width(&written(v), TEXT, false)).fold(0.0, f64::max)
}

/// Cells that make a large matrix about 520 pixels wide and hold the widest number, if there are numbers.
fn cell(rows: usize, columns: usize, number: Option<f64>) -> (f64, f64) {
    if let Some(number) = number {
        return ((number + 14.0).max(40.0), 36.0);
    }
    let side = (520.0 / rows.max(columns) as f64).min(44.0);
    let side = if side > 1.0 { side.floor() } else { side };
    (side, side)
}

struct Scale {
    range: Range,
    low: f64,
    high: f64,
    diverging: bool,
}

impl Scale {
    fn new(range: Range, rows: &[Vec<f64>]) -> Self {
        let finite =
            || rows.iter().flatten().copied().filter(|v| v.is_finite()).map(|v| v.clamp(-1e300, 1e300));
        let (low, high) =
            (finite().fold(f64::INFINITY, f64::min), finite().fold(f64::NEG_INFINITY, f64::max));
        let diverging = low < 0.0 && high > 0.0;
        if !diverging {
            return Self { range, low, high, diverging };
        }
        let most = high.max(-low);
        Self { range: range.including(most).including(-most), low: -most, high: most, diverging }
    }

    fn axis(&self, pixels: f64) -> Axis {
        Axis::new(self.range, (0.0, 0.0), pixels, Direction::Up)
    }

    fn colour(&self, value: f64) -> RGBColor {
        if !value.is_finite() {
            return MISSING;
        }
        let value = value.clamp(self.low, self.high);
        if self.diverging {
            return colour::diverging(value / self.high);
        }
        let length = self.high - self.low;
        colour::blues(if length > 0.0 { (value - self.low) / length } else { 0.5 })
    }
}

fn draw_bar(canvas: &mut Canvas, bar: Rect, axis: &Axis, scale: &Scale) -> Result<(), PlotError> {
    let steps = 128;
    let shades = (0..steps).map(|i| scale.colour(axis.value(1.0 - (i as f64 + 0.5) / steps as f64)));
    let rgb: Vec<u8> = shades.flat_map(|c| [c.0, c.1, c.2]).collect();
    canvas.picture(bar, (1, steps), &rgb, false)?;
    canvas.edge(bar, AXIS, 1.0);
    for tick in &axis.ticks {
        let y = bar.bottom() - tick.place * bar.height;
        canvas.line(vec![(bar.right(), y), (bar.right() + 4.0, y)], AXIS, 1.0);
        canvas.text((bar.right() + 8.0, y), plain(tick.label.clone(), Align::Start));
    }
    Ok(())
}
