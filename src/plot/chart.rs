//! Charts with two number axes: learning curves, scatter plots, regression lines, residuals.

use super::axis::{Axis, Direction, Range};
use super::canvas::{Canvas, Point, STROKE};
use super::colour::{self, AXIS};
use super::frame::{Frame, Plot, Swatch, legend};
use super::marker::Marker;
use super::series::{Panel, Series, Style, Value, numbers};
use super::{Figure, PlotError};

/// Data areas in pixels: equally high, so that charts of every kind line up in a row.
const HEIGHT: f64 = 300.0;
const CURVES: (f64, f64) = (360.0, HEIGHT);
const WIDE: (f64, f64) = (620.0, HEIGHT);
pub(super) const CLOUD: (f64, f64) = (400.0, HEIGHT);
const GAP: f64 = 14.0;
/// Above this many points markers are small and transparent.
const MANY_POINTS: usize = 1500;

/// Panels side by side, for instance loss and accuracy by epoch.
///
/// Axes have whole-number ticks where all numbers are whole (epochs). A series of one point is a dot.
///
/// # Errors
/// No panel, a panel without series, a series whose `xs` and `ys` differ in length, or no finite point in a
/// panel.
pub fn curves(panels: &[Panel]) -> Result<Figure, PlotError> {
    PlotError::not_empty("curves", "panel", panels.len())?;
    panels_of(panels, if panels.len() == 1 { WIDE } else { CURVES })
}

/// A cloud of points for each series of `panel` (usually one per class), with a colour and a marker of its
/// own.
///
/// Series that are lines are drawn through the clouds, so this is the regression plot as well: points first,
/// then the line.
///
/// # Errors
/// As [`curves`].
pub fn scatter(panel: &Panel) -> Result<Figure, PlotError> {
    panels_of(std::slice::from_ref(panel), CLOUD)
}

/// Residuals (predicted minus true) over predicted values, with a line at zero.
///
/// Each group is its name, the predicted and the true values.
///
/// # Errors
/// No group, unequal lengths, or no finite value.
pub fn residuals<V: Value>(title: &str, groups: &[(&str, &[V], &[V])]) -> Result<Figure, PlotError> {
    let mut panel = Panel::new(title, "predicted value", "residual").y_shows(0.0);
    for &(label, predicted, actual) in groups {
        let (predicted, actual) = (numbers(predicted), numbers(actual));
        PlotError::same_length(title, ("predicted", predicted.len()), ("true values", actual.len()))?;
        let residual: Vec<f64> = predicted.iter().zip(&actual).map(|(p, a)| p - a).collect();
        panel = panel.with(Series::points(label, &predicted, &residual));
    }
    let mut canvas = Canvas::default();
    let frame = frame(&panel, CLOUD)?;
    let (top, extent) = (frame.top(), frame.extent(frame.top()));
    let plot = frame.draw(&mut canvas, (0.0, 0.0), top);
    let zero = [0.0, 1.0].map(|place| plot.at(plot.x.value(place), 0.0));
    canvas.line(zero.into_iter().flatten().collect(), AXIS, STROKE);
    draw_series(&mut canvas, &plot, &panel.series);
    canvas.finish(extent.0, extent.1)
}

fn panels_of(panels: &[Panel], size: (f64, f64)) -> Result<Figure, PlotError> {
    let frames = panels.iter().map(|panel| frame(panel, size)).collect::<Result<Vec<_>, _>>()?;
    let top = frames.iter().map(Frame::top).fold(0.0, f64::max);
    let mut canvas = Canvas::default();
    let (mut left, mut height) = (0.0, 0.0_f64);
    for (frame, panel) in frames.into_iter().zip(panels) {
        let extent = frame.extent(top);
        let plot = frame.draw(&mut canvas, (left, 0.0), top);
        draw_series(&mut canvas, &plot, &panel.series);
        left += extent.0 + GAP;
        height = height.max(extent.1);
    }
    canvas.finish(left - GAP, height)
}

/// The frame that fits the panel's data.
fn frame(panel: &Panel, size: (f64, f64)) -> Result<Frame<'_>, PlotError> {
    let name = if panel.title.is_empty() { "chart" } else { &panel.title };
    PlotError::not_empty(name, "series", panel.series.len())?;
    for series in &panel.series {
        let label = |axis: &str| format!("{axis} of “{}”", series.label);
        PlotError::same_length(name, (&label("x"), series.xs.len()), (&label("y"), series.ys.len()))?;
    }
    let shown = |(x, y): &(f64, f64)| {
        x.is_finite() && y.is_finite() && (!panel.log_x || *x > 0.0) && (!panel.log_y || *y > 0.0)
    };
    let points =
        || panel.series.iter().flat_map(|s| s.xs.iter().copied().zip(s.ys.iter().copied())).filter(shown);
    let not_finite = || PlotError::NotFinite { figure: name.to_string() };
    let x = Range::of(points().map(|p| p.0), panel.log_x).ok_or_else(not_finite)?;
    let ys = points().map(|p| p.1);
    let needed = panel.y_shows.iter().copied().filter(|v| v.is_finite() && (!panel.log_y || *v > 0.0));
    let y = Range::of(ys, panel.log_y).ok_or_else(not_finite)?;
    let y = needed.fold(y, Range::including);
    Ok(Frame {
        title: &panel.title,
        x_label: &panel.x_label,
        y_label: &panel.y_label,
        legend: legend(
            panel.series.iter().enumerate().map(|(i, s)| (s.label.as_str(), Swatch::of(i, s.style))),
        ),
        size,
        x: Axis::new(x, (0.03, 0.03), size.0, Direction::Across),
        y: Axis::new(y, (0.05, 0.05), size.1, Direction::Up),
    })
}

/// Every series over the ones before.
fn draw_series(canvas: &mut Canvas, plot: &Plot, series: &[Series]) {
    let many =
        series.iter().filter(|s| s.style == Style::Points).map(|s| s.xs.len()).sum::<usize>() > MANY_POINTS;
    for (i, series) in series.iter().enumerate() {
        let places: Vec<Option<Point>> =
            series.xs.iter().zip(&series.ys).map(|(&x, &y)| plot.at(x, y)).collect();
        if series.style == Style::Points {
            draw_points(canvas, i, places.iter().flatten(), many);
        } else {
            draw_line(canvas, i, &places, series.style);
        }
    }
}

fn draw_points<'a>(canvas: &mut Canvas, index: usize, places: impl Iterator<Item = &'a Point>, many: bool) {
    let (marker, colour) = (Marker::of(index), colour::series(index));
    for &at in places {
        if many {
            marker.draw_light(canvas, at, 2.5, colour);
        } else {
            marker.draw(canvas, at, 4.0, colour);
        }
    }
}

/// A line through the places, interrupted where there is none; a place alone is a dot.
fn draw_line(canvas: &mut Canvas, index: usize, places: &[Option<Point>], style: Style) {
    let colour = colour::series(index);
    for run in places.split(Option::is_none) {
        let run = thinned(run.iter().flatten().copied().collect());
        match run.as_slice() {
            [] => {}
            [alone] => canvas.disc(*alone, 3.5, colour),
            _ if style == Style::Dashed => canvas.dashed(run, colour, STROKE),
            _ => canvas.line(run, colour, STROKE),
        }
    }
}

/// A line of very many points, as it looks: of each half pixel of width only the lowest and the highest
/// point.
fn thinned(points: Vec<Point>) -> Vec<Point> {
    if points.len() < 3000 {
        return points;
    }
    let column = |p: &Point| (p.0 * 2.0).floor() as i64;
    let mut kept = Vec::new();
    for run in points.chunk_by(|a, b| column(a) == column(b)) {
        let by_height = |a: &(usize, &Point), b: &(usize, &Point)| a.1.1.total_cmp(&b.1.1);
        let low = run.iter().enumerate().min_by(by_height).map_or(0, |p| p.0);
        let high = run.iter().enumerate().max_by(by_height).map_or(0, |p| p.0);
        let mut ends = [0, low.min(high), low.max(high), run.len() - 1].to_vec();
        ends.dedup();
        kept.extend(ends.into_iter().map(|i| run[i]));
    }
    kept
}
