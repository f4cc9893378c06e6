//! What surrounds the data of a chart: title, legend above, axes, grid. Nothing of it ever covers the data.

use plotters::style::RGBColor;

use super::axis::{Axis, Direction, Tick};
use super::canvas::{Align, Canvas, Label, Point, Rect, STROKE};
use super::colour::{self, AXIS, FAINT_INK, GRID, INK};
use super::marker::Marker;
use super::series::Style;
use super::text::{self, LINE, TEXT, TITLE};

const EDGE: f64 = 10.0;
const SWATCH: f64 = 26.0;
const ENTRY_GAP: f64 = 20.0;
const MOST_ENTRIES: usize = 24;
const WIDEST_ENTRY: f64 = 260.0;
/// From the axis to the middle of the tick labels below it.
const TICK_DROP: f64 = 20.0;

/// How the legend shows a series.
#[derive(Clone, Copy)]
pub(super) enum Swatch {
    Stroke { colour: RGBColor, dashed: bool },
    Mark { colour: RGBColor, marker: Marker },
    Area { colour: RGBColor },
    None,
}

impl Swatch {
    /// The swatch of the `index`-th series of a panel.
    pub fn of(index: usize, style: Style) -> Self {
        let colour = colour::series(index);
        match style {
            Style::Line => Self::Stroke { colour, dashed: false },
            Style::Dashed => Self::Stroke { colour, dashed: true },
            Style::Points => Self::Mark { colour, marker: Marker::of(index) },
        }
    }

    fn draw(self, canvas: &mut Canvas, (x, y): Point) {
        let ends = vec![(x, y), (x + SWATCH - 4.0, y)];
        match self {
            Self::Stroke { colour, dashed: false } => canvas.line(ends, colour, STROKE),
            Self::Stroke { colour, dashed: true } => canvas.dashed(ends, colour, STROKE),
            Self::Mark { colour, marker } => marker.draw(canvas, (x + SWATCH / 2.0, y), 5.0, colour),
            Self::Area { colour } => {
                canvas.area(Rect { left: x + 4.0, top: y - 7.0, width: 16.0, height: 14.0 }, colour)
            }
            Self::None => {}
        }
    }
}

/// Legend entries with non-empty labels, at most two dozen; then how many more there are.
pub(super) fn legend<'a>(entries: impl Iterator<Item = (&'a str, Swatch)>) -> Vec<(String, Swatch)> {
    let mut named: Vec<_> = entries
        .filter(|(label, _)| !label.trim().is_empty())
        .map(|(label, swatch)| (text::fit(label, TEXT, false, WIDEST_ENTRY), swatch))
        .collect();
    if named.len() > MOST_ENTRIES {
        let more = named.len() - MOST_ENTRIES;
        named.truncate(MOST_ENTRIES);
        named.push((format!("and {more} more"), Swatch::None));
    }
    named
}

pub(super) struct Frame<'a> {
    pub title: &'a str,
    pub x_label: &'a str,
    pub y_label: &'a str,
    pub legend: Vec<(String, Swatch)>,
    /// Width and height of the data area.
    pub size: (f64, f64),
    pub x: Axis,
    pub y: Axis,
}

impl Frame<'_> {
    /// Room that the frame needs right of the data area.
    fn right(&self) -> f64 {
        let overhang = |t: &Tick| text::width(&t.label, TEXT, false) / 2.0 - (1.0 - t.place) * self.size.0;
        self.x.ticks.iter().map(overhang).fold(6.0, f64::max) + EDGE
    }

    fn left(&self) -> f64 {
        let widest = self.y.ticks.iter().map(|t| text::width(&t.label, TEXT, false)).fold(0.0, f64::max);
        let label = if self.y_label.trim().is_empty() { 0.0 } else { TEXT * LINE + 8.0 };
        let overhang = |t: &Tick| text::width(&t.label, TEXT, false) / 2.0 - t.place * self.size.0;
        let ticks = self.x.ticks.iter().map(overhang).fold(widest + 8.0, f64::max);
        EDGE + label + ticks
    }

    fn bottom(&self) -> f64 {
        let label = if self.x_label.trim().is_empty() { 0.0 } else { TEXT * LINE + 4.0 };
        TICK_DROP + TEXT * 0.6 + label + EDGE
    }

    /// Room above the data area for title and legend.
    pub fn top(&self) -> f64 {
        let rows = self.legend_rows().len() as f64;
        let title = self.title_lines().len() as f64 * TITLE * LINE;
        EDGE + title + rows * TEXT * 1.6 + if rows + title > 0.0 { 10.0 } else { 4.0 }
    }

    /// The whole chart's width and height when `top` pixels are kept above the data area.
    pub fn extent(&self, top: f64) -> (f64, f64) {
        (self.left() + self.size.0 + self.right(), top + self.size.1 + self.bottom())
    }

    fn title_lines(&self) -> Vec<String> {
        text::wrap(self.title, TITLE, true, self.size.0, 3)
    }

    /// Legend entries, broken into rows as wide as the data area.
    fn legend_rows(&self) -> Vec<Vec<&(String, Swatch)>> {
        let mut rows: Vec<Vec<&(String, Swatch)>> = Vec::new();
        let mut used = f64::INFINITY;
        for entry in &self.legend {
            let width = entry_width(entry);
            if used + width > self.size.0 {
                rows.push(Vec::new());
                used = 0.0;
            }
            used += width + ENTRY_GAP;
            if let Some(row) = rows.last_mut() {
                row.push(entry);
            }
        }
        rows
    }

    /// Draws the frame with its upper left corner at (`left`, `top_edge`); returns where data go.
    pub fn draw(self, canvas: &mut Canvas, at: Point, top: f64) -> Plot {
        self.draw_with_grid(canvas, at, top, Direction::Up)
    }

    /// As `draw`, for values that grow to the right: the grid lines stand upright.
    pub fn draw_upright(self, canvas: &mut Canvas, at: Point, top: f64) -> Plot {
        self.draw_with_grid(canvas, at, top, Direction::Across)
    }

    fn draw_with_grid(
        self,
        canvas: &mut Canvas,
        (left, top_edge): Point,
        top: f64,
        values: Direction,
    ) -> Plot {
        let (width, height) = self.size;
        let area = Rect { left: left + self.left(), top: top_edge + top, width, height };
        self.draw_head(canvas, &area, top_edge);
        self.draw_grid(canvas, &area, values);
        self.draw_x(canvas, &area);
        self.draw_y(canvas, &area, left);
        Plot { area, x: self.x, y: self.y }
    }

    fn draw_grid(&self, canvas: &mut Canvas, area: &Rect, values: Direction) {
        let ticks = if values == Direction::Up { &self.y.ticks } else { &self.x.ticks };
        for tick in ticks.iter().filter(|t| t.place > 0.002) {
            let (x, y) = (area.left + tick.place * area.width, area.bottom() - tick.place * area.height);
            let ends = match values {
                Direction::Up => vec![(area.left, y), (area.right(), y)],
                Direction::Across => vec![(x, area.top), (x, area.bottom())],
            };
            canvas.line(ends, GRID, 1.0);
        }
    }

    fn draw_head(&self, canvas: &mut Canvas, area: &Rect, top_edge: f64) {
        let mut y = top_edge + EDGE;
        for line in self.title_lines() {
            canvas.text((area.left, y + TITLE * LINE / 2.0), title(line));
            y += TITLE * LINE;
        }
        for row in self.legend_rows() {
            y += TEXT * 1.6;
            let mut x = area.left;
            for entry in row {
                entry.1.draw(canvas, (x, y - TEXT * 0.6));
                canvas.text((x + SWATCH, y - TEXT * 0.6), plain(entry.0.clone(), Align::Start));
                x += entry_width(entry) + ENTRY_GAP;
            }
        }
    }

    fn draw_x(&self, canvas: &mut Canvas, area: &Rect) {
        canvas.line(vec![(area.left, area.bottom()), (area.right(), area.bottom())], AXIS, 1.0);
        for tick in &self.x.ticks {
            let x = area.left + tick.place * area.width;
            canvas.line(vec![(x, area.bottom()), (x, area.bottom() + 5.0)], AXIS, 1.0);
            canvas.text((x, area.bottom() + TICK_DROP), plain(tick.label.clone(), Align::Middle));
        }
        let label = text::fit(self.x_label, TEXT, false, area.width);
        let y = area.bottom() + TICK_DROP + TEXT * (0.6 + LINE / 2.0) + 4.0;
        canvas.text((area.left + area.width / 2.0, y), plain(label, Align::Middle));
    }

    fn draw_y(&self, canvas: &mut Canvas, area: &Rect, left: f64) {
        for tick in &self.y.ticks {
            let y = area.bottom() - tick.place * area.height;
            canvas.text((area.left - 8.0, y), plain(tick.label.clone(), Align::End));
        }
        let label = text::fit(self.y_label, TEXT, false, area.height);
        let at = (left + EDGE + TEXT * LINE / 2.0, area.top + area.height / 2.0);
        canvas.text(at, Label { turned: true, ..plain(label, Align::Middle) });
    }
}

fn entry_width(entry: &(String, Swatch)) -> f64 {
    SWATCH + text::width(&entry.0, TEXT, false)
}

/// A text in the usual size.
pub(super) fn plain(text: String, align: Align) -> Label {
    Label { text, size: TEXT, bold: false, colour: INK, align, turned: false }
}

/// A text of lesser weight.
pub(super) fn faint(text: String, align: Align) -> Label {
    Label { colour: FAINT_INK, ..plain(text, align) }
}

/// A line of a title.
pub(super) fn title(text: String) -> Label {
    Label { size: TITLE, bold: true, ..plain(text, Align::Start) }
}

/// The data area with its axes.
pub(super) struct Plot {
    pub area: Rect,
    pub x: Axis,
    pub y: Axis,
}

impl Plot {
    /// Where a point is drawn; `None` if an axis cannot show it.
    pub fn at(&self, x: f64, y: f64) -> Option<Point> {
        let (across, up) = (self.x.place(x)?, self.y.place(y)?);
        Some((self.area.left + across * self.area.width, self.area.bottom() - up * self.area.height))
    }
}
