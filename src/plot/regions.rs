//! Decision regions of a classifier of two features.

use super::axis::{Axis, Direction, Range};
use super::canvas::Canvas;
use super::chart::CLOUD;
use super::colour::{self, INK, PAPER};
use super::frame::{Frame, Plot, Swatch, legend};
use super::marker::Marker;
use super::series::Style;
use super::{Figure, PlotError};

/// Pixels between two points of the grid on which the classifier is asked.
const STEP: f64 = 2.0;
const MOST_CLASSES: usize = 1000;

/// Points of two features with their classes, and the words around them.
#[derive(Clone, Debug, Default)]
pub struct Labelled<'a> {
    pub title: &'a str,
    pub x_label: &'a str,
    pub y_label: &'a str,
    pub points: &'a [[f64; 2]],
    /// The class of each point, counted from 0.
    pub classes: &'a [usize],
    /// Names of the classes; a class beyond them is called by its number.
    pub names: &'a [&'a str],
    /// Positions in `points` to draw a ring around, such as the test examples.
    pub ringed: &'a [usize],
}

/// The plane coloured by the class that `predict` gives each place, with the points over it.
///
/// `predict` gets all places at once (about 40,000, as `[x, y]`) and returns the class of each, in order.
///
/// # Errors
/// No point, no finite point, unequal lengths, or a class above 999.
pub fn decision_regions(
    predict: impl FnOnce(&[[f64; 2]]) -> Vec<usize>,
    data: &Labelled<'_>,
) -> Result<Figure, PlotError> {
    let name = if data.title.is_empty() { "decision regions" } else { data.title };
    PlotError::not_empty(name, "point", data.points.len())?;
    PlotError::same_length(name, ("points", data.points.len()), ("classes", data.classes.len()))?;
    check_classes(name, data.classes)?;
    let frame = frame(name, data)?;
    let (top, extent) = (frame.top(), frame.extent(frame.top()));
    let mut canvas = Canvas::default();
    let plot = frame.draw(&mut canvas, (0.0, 0.0), top);
    draw_regions(&mut canvas, &plot, name, predict)?;
    draw_points(&mut canvas, &plot, data);
    canvas.finish(extent.0, extent.1)
}

fn check_classes(name: &str, classes: &[usize]) -> Result<(), PlotError> {
    match classes.iter().find(|&&class| class >= MOST_CLASSES) {
        None => Ok(()),
        Some(class) => Err(PlotError::OutOfRange {
            figure: name.to_string(),
            what: "a class",
            found: class.to_string(),
            low: 0,
            high: MOST_CLASSES - 1,
        }),
    }
}

fn frame<'a>(name: &str, data: &Labelled<'a>) -> Result<Frame<'a>, PlotError> {
    let finite = || data.points.iter().filter(|p| p.iter().all(|v| v.is_finite()));
    let axis = |which: usize, pixels, direction| {
        let range = Range::of(finite().map(|p| p[which]), false)?;
        Some(Axis::new(range, (0.08, 0.08), pixels, direction))
    };
    let not_finite = || PlotError::NotFinite { figure: name.to_string() };
    let count = data.classes.iter().max().map_or(0, |&most| most + 1);
    let named: Vec<String> = (0..count).map(|class| class_name(data.names, class)).collect();
    Ok(Frame {
        title: data.title,
        x_label: data.x_label,
        y_label: data.y_label,
        legend: legend(named.iter().enumerate().map(|(i, n)| (n.as_str(), Swatch::of(i, Style::Points)))),
        size: CLOUD,
        x: axis(0, CLOUD.0, Direction::Across).ok_or_else(not_finite)?,
        y: axis(1, CLOUD.1, Direction::Up).ok_or_else(not_finite)?,
    })
}

fn class_name(names: &[&str], class: usize) -> String {
    names.get(class).map_or_else(|| format!("class {class}"), ToString::to_string)
}

fn draw_regions(
    canvas: &mut Canvas,
    plot: &Plot,
    name: &str,
    predict: impl FnOnce(&[[f64; 2]]) -> Vec<usize>,
) -> Result<(), PlotError> {
    let (columns, rows) = ((plot.area.width / STEP) as usize, (plot.area.height / STEP) as usize);
    let x = |column: usize| plot.x.value((column as f64 + 0.5) / columns as f64);
    let y = |row: usize| plot.y.value(1.0 - (row as f64 + 0.5) / rows as f64);
    let places: Vec<[f64; 2]> =
        (0..rows).flat_map(|row| (0..columns).map(move |column| [x(column), y(row)])).collect();
    let classes = predict(&places);
    PlotError::same_length(name, ("places to predict", places.len()), ("predictions", classes.len()))?;
    let tint = |class: &usize| colour::mix(PAPER, colour::series(*class), 0.3);
    let rgb: Vec<u8> = classes.iter().map(tint).flat_map(|c| [c.0, c.1, c.2]).collect();
    canvas.picture(plot.area, (columns, rows), &rgb, false)
}

fn draw_points(canvas: &mut Canvas, plot: &Plot, data: &Labelled<'_>) {
    for (point, &class) in data.points.iter().zip(data.classes) {
        if let Some(at) = plot.at(point[0], point[1]) {
            Marker::of(class).draw(canvas, at, 4.5, colour::series(class));
        }
    }
    for point in data.ringed.iter().filter_map(|&i| data.points.get(i)) {
        if let Some(at) = plot.at(point[0], point[1]) {
            canvas.ring(at, 8.0, INK, 1.2);
        }
    }
}
