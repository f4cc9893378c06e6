//! Bars for named values, and histograms.

use plotters::style::Color;

use super::axis::{Axis, Direction, Range, Tick, numbers_alike};
use super::canvas::{Align, Canvas, Rect};
use super::colour::{self, AXIS};
use super::frame::{Frame, Swatch, legend, plain};
use super::series::{Value, numbers};
use super::text::{self, TEXT};
use super::{Figure, PlotError};

const SIZE: (f64, f64) = (560.0, 300.0);
/// Bars lie down if their names are too wide to stand side by side, unless there are more than this.
const MOST_LYING: usize = 60;
const LYING: f64 = 26.0;
const WIDEST_NAME: f64 = 240.0;
const MOST_BINS: usize = 1000;

/// A bar for each label; with several groups a bar for each group beside one another.
///
/// Each group is its name and one value per label. With one group the value stands at the bar. Values that
/// are NaN or infinite have no bar. Bars lie down when their labels need it.
///
/// # Errors
/// No label or group, unequal lengths, or no finite value.
pub fn bars<V: Value>(
    title: &str,
    value_label: &str,
    labels: &[&str],
    groups: &[(&str, &[V])],
) -> Result<Figure, PlotError> {
    let name = if title.is_empty() { "bars" } else { title };
    PlotError::not_empty(name, "label", labels.len())?;
    PlotError::not_empty(name, "group", groups.len())?;
    let mut heights = Vec::new();
    for (group, values) in groups {
        PlotError::same_length(name, ("labels", labels.len()), (&format!("“{group}”"), values.len()))?;
        heights.push(numbers(values));
    }
    let range = Range::of(heights.iter().flatten().copied(), false)
        .ok_or_else(|| PlotError::NotFinite { figure: name.to_string() })?
        .including(0.0);
    let widest = labels.iter().map(|l| text::width(l, TEXT, false)).fold(0.0, f64::max);
    let lying = labels.len() <= MOST_LYING && widest + 10.0 > SIZE.0 / labels.len() as f64;
    let names: Vec<&str> = if groups.len() > 1 { groups.iter().map(|g| g.0).collect() } else { Vec::new() };
    let swatches = names.iter().enumerate().map(|(i, n)| (*n, Swatch::Area { colour: colour::series(i) }));
    let chart = Bars { title, value_label, labels, heights: &heights, range };
    if lying { chart.lying(legend(swatches)) } else { chart.standing(legend(swatches)) }
}

struct Bars<'a> {
    title: &'a str,
    value_label: &'a str,
    labels: &'a [&'a str],
    heights: &'a [Vec<f64>],
    range: Range,
}

impl Bars<'_> {
    /// Room beyond the ends of the bars, as shares of the axis' length, for values that take `written` of the
    /// whole.
    fn margins(&self, written: f64) -> (f64, f64) {
        let all = || self.heights.iter().flatten().filter(|v| v.is_finite());
        let (below, above) = (all().any(|v| *v < 0.0), all().any(|v| *v > 0.0));
        let sides = f64::from(u8::from(below) + u8::from(above));
        let written = if self.writes_values() { written.min(0.35) } else { 0.05 };
        let margin = written / (1.0 - sides * written);
        (if below { margin } else { 0.0 }, if above { margin } else { 0.0 })
    }

    fn widest_value(&self) -> f64 {
        let written = self.heights.iter().flat_map(|values| numbers_alike(values));
        written.map(|text| text::width(&text, TEXT, false)).fold(0.0, f64::max)
    }

    fn writes_values(&self) -> bool {
        self.heights.len() == 1 && self.labels.len() <= 24
    }

    fn names(&self, pixels: f64, direction: Direction) -> Axis {
        let count = self.labels.len() as f64;
        let place = |i: usize| (i as f64 + 0.5) / count;
        let named = self.labels.iter().enumerate();
        let tick = |(i, label): (usize, &&str)| Tick {
            place: if direction == Direction::Up { 1.0 - place(i) } else { place(i) },
            label: text::fit(label, TEXT, false, WIDEST_NAME),
        };
        let mut ticks: Vec<Tick> = named.map(tick).collect();
        if direction == Direction::Up {
            ticks.reverse();
        }
        Axis::named(ticks, pixels, direction)
    }

    fn standing(&self, legend: Vec<(String, Swatch)>) -> Result<Figure, PlotError> {
        let frame = Frame {
            title: self.title,
            x_label: "",
            y_label: self.value_label,
            legend,
            size: SIZE,
            x: self.names(SIZE.0, Direction::Across),
            y: Axis::new(self.range, self.margins(0.08), SIZE.1, Direction::Up),
        };
        let (top, extent) = (frame.top(), frame.extent(frame.top()));
        let mut canvas = Canvas::default();
        let plot = frame.draw(&mut canvas, (0.0, 0.0), top);
        let zero = plot.y.place(0.0).unwrap_or(0.0);
        let zero_y = plot.area.bottom() - zero * plot.area.height;
        canvas.line(vec![(plot.area.left, zero_y), (plot.area.right(), zero_y)], AXIS, 1.0);
        for bar in self.placed() {
            let Some(end) = plot.y.place(bar.value) else { continue };
            let (low, high) = (zero.min(end), zero.max(end));
            let area = Rect {
                left: plot.area.left + bar.from * plot.area.width,
                top: plot.area.bottom() - high * plot.area.height,
                width: bar.width * plot.area.width,
                height: (high - low) * plot.area.height,
            };
            canvas.area(area, colour::series(bar.group));
            let fits = text::width(&bar.written, TEXT, false) < plot.area.width / self.labels.len() as f64;
            if self.writes_values() && fits {
                let y = if bar.value < 0.0 { area.bottom() + 10.0 } else { area.top - 10.0 };
                canvas.text((area.centre().0, y), plain(bar.written, Align::Middle));
            }
        }
        canvas.finish(extent.0, extent.1)
    }

    fn lying(&self, legend: Vec<(String, Swatch)>) -> Result<Figure, PlotError> {
        let size = (440.0, (self.labels.len() as f64 * LYING).max(2.0 * LYING));
        let frame = Frame {
            title: self.title,
            x_label: self.value_label,
            y_label: "",
            legend,
            size,
            x: Axis::new(
                self.range,
                self.margins((self.widest_value() + 10.0) / size.0),
                size.0,
                Direction::Across,
            ),
            y: self.names(size.1, Direction::Up),
        };
        let (top, extent) = (frame.top(), frame.extent(frame.top()));
        let mut canvas = Canvas::default();
        let plot = frame.draw_upright(&mut canvas, (0.0, 0.0), top);
        let zero = plot.x.place(0.0).unwrap_or(0.0);
        let zero_x = plot.area.left + zero * plot.area.width;
        canvas.line(vec![(zero_x, plot.area.top), (zero_x, plot.area.bottom())], AXIS, 1.0);
        for bar in self.placed() {
            let Some(end) = plot.x.place(bar.value) else { continue };
            let (low, high) = (zero.min(end), zero.max(end));
            let area = Rect {
                left: plot.area.left + low * plot.area.width,
                top: plot.area.top + bar.from * plot.area.height,
                width: (high - low) * plot.area.width,
                height: bar.width * plot.area.height,
            };
            canvas.area(area, colour::series(bar.group));
            if self.writes_values() {
                let (x, align) = if bar.value < 0.0 {
                    (area.left - 6.0, Align::End)
                } else {
                    (area.right() + 6.0, Align::Start)
                };
                canvas.text((x, area.centre().1), plain(bar.written, align));
            }
        }
        canvas.finish(extent.0, extent.1)
    }

    /// Where each bar lies along the axis of names, as shares of its length.
    fn placed(&self) -> impl Iterator<Item = Bar> {
        let slot = 1.0 / self.labels.len() as f64;
        let used = if self.labels.len() > MOST_LYING { 1.0 } else { 0.72 };
        let width = slot * used / self.heights.len() as f64;
        self.heights.iter().enumerate().flat_map(move |(group, values)| {
            values.iter().zip(numbers_alike(values)).enumerate().map(move |(i, (&value, written))| {
                let from = (i as f64 + (1.0 - used) / 2.0) * slot + group as f64 * width;
                Bar { group, value, written, from, width }
            })
        })
    }
}

struct Bar {
    group: usize,
    value: f64,
    written: String,
    from: f64,
    width: f64,
}

/// How often values fall into each of `bins` equal intervals; several groups lie over one another,
/// transparent.
///
/// Each group is its name and its values; NaN and infinite values are left out.
///
/// # Errors
/// No group, no finite value, or `bins` not in 1..=1000.
pub fn histogram<V: Value>(
    title: &str,
    x_label: &str,
    groups: &[(&str, &[V])],
    bins: usize,
) -> Result<Figure, PlotError> {
    let name = if title.is_empty() { "histogram" } else { title };
    PlotError::not_empty(name, "group", groups.len())?;
    if !(1..=MOST_BINS).contains(&bins) {
        let found = bins.to_string();
        let figure = name.to_string();
        return Err(PlotError::OutOfRange {
            figure,
            what: "the number of bins",
            found,
            low: 1,
            high: MOST_BINS,
        });
    }
    let groups: Vec<(&str, Vec<f64>)> =
        groups.iter().map(|(label, values)| (*label, numbers(values))).collect();
    let range = Range::of(groups.iter().flat_map(|g| g.1.iter().copied()), false)
        .ok_or_else(|| PlotError::NotFinite { figure: name.to_string() })?;
    let x = Axis::new(range, (0.0, 0.0), SIZE.0, Direction::Across);
    let counts: Vec<Vec<f64>> = groups.iter().map(|g| counts(&x, &g.1, bins)).collect();
    let highest = Range::of(counts.iter().flatten().copied(), false)
        .ok_or_else(|| PlotError::NotFinite { figure: name.to_string() })?;
    let named = groups.iter().enumerate().map(|(i, g)| (g.0, Swatch::Area { colour: colour::series(i) }));
    let frame = Frame {
        title,
        x_label,
        y_label: "count",
        legend: legend(named),
        size: SIZE,
        x,
        y: Axis::new(highest.including(0.0), (0.0, 0.06), SIZE.1, Direction::Up),
    };
    let (top, extent) = (frame.top(), frame.extent(frame.top()));
    let mut canvas = Canvas::default();
    let plot = frame.draw(&mut canvas, (0.0, 0.0), top);
    let alpha = if counts.len() > 1 { 0.6 } else { 1.0 };
    for (group, heights) in counts.iter().enumerate() {
        for (bin, height) in heights.iter().enumerate().filter(|(_, h)| **h > 0.0) {
            let share = plot.y.place(*height).unwrap_or(0.0) * plot.area.height;
            let width = plot.area.width / bins as f64;
            let gap = if width > 4.0 { 1.0 } else { 0.0 };
            let left = plot.area.left + bin as f64 * width + gap / 2.0;
            let area = Rect { left, top: plot.area.bottom() - share, width: width - gap, height: share };
            canvas.area(area, colour::series(group).mix(alpha));
        }
    }
    canvas.finish(extent.0, extent.1)
}

fn counts(axis: &Axis, values: &[f64], bins: usize) -> Vec<f64> {
    let mut counts = vec![0.0; bins];
    for place in values.iter().filter_map(|&v| axis.place(v)) {
        let bin = ((place * bins as f64) as usize).min(bins - 1);
        if let Some(count) = counts.get_mut(bin) {
            *count += 1.0;
        }
    }
    counts
}
