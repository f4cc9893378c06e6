//! What a chart shows: series of points, and panels that hold them.

/// A number that can be drawn.
pub trait Value: Copy {
    /// The number on an axis.
    fn to_f64(self) -> f64;
}

macro_rules! values {
    ($($kind:ty),*) => { $(impl Value for $kind {
        fn to_f64(self) -> f64 {
            self as f64
        }
    })* };
}

values!(f32, f64, u8, u16, u32, u64, usize, i8, i16, i32, i64, isize);

/// Any numbers as `f64`.
pub(super) fn numbers(values: &[impl Value]) -> Vec<f64> {
    values.iter().map(|v| v.to_f64()).collect()
}

/// How a series is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// A solid line.
    Line,
    /// A dashed line.
    Dashed,
    /// Points with a marker of their own for each series of the panel.
    Points,
}

/// Points that belong together, with the name that the legend gives them (no entry if empty).
///
/// A line has a gap wherever a number is NaN or infinite, or not positive on a log axis.
#[derive(Clone, Debug)]
pub struct Series {
    pub label: String,
    pub xs: Vec<f64>,
    pub ys: Vec<f64>,
    pub style: Style,
}

impl Series {
    /// A solid line through the points in their order.
    pub fn line(label: &str, xs: &[impl Value], ys: &[impl Value]) -> Self {
        Self::new(label, xs, ys, Style::Line)
    }

    /// A dashed line through the points in their order.
    pub fn dashed(label: &str, xs: &[impl Value], ys: &[impl Value]) -> Self {
        Self::new(label, xs, ys, Style::Dashed)
    }

    /// The points themselves.
    pub fn points(label: &str, xs: &[impl Value], ys: &[impl Value]) -> Self {
        Self::new(label, xs, ys, Style::Points)
    }

    /// A line over the epochs 1, 2, 3, …
    pub fn by_epoch(label: &str, ys: &[impl Value]) -> Self {
        let epochs: Vec<usize> = (1..=ys.len()).collect();
        Self::line(label, &epochs, ys)
    }

    fn new(label: &str, xs: &[impl Value], ys: &[impl Value], style: Style) -> Self {
        Self { label: label.to_string(), xs: numbers(xs), ys: numbers(ys), style }
    }
}

/// One chart: a title, two labelled axes, and what is drawn between them.
///
/// ```
/// use mlbook::plot::{Panel, Series, curves};
///
/// let loss = Panel::new("Loss", "epoch", "cross-entropy")
///     .with(Series::by_epoch("training", &[0.9, 0.5, 0.4]))
///     .with(Series::by_epoch("validation", &[0.8, 0.6, 0.5]));
/// let figure = curves(&[loss])?;
/// assert!(figure.svg().contains("cross-entropy"));
/// # Ok::<(), mlbook::plot::PlotError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Panel {
    pub title: String,
    pub x_label: String,
    pub y_label: String,
    pub series: Vec<Series>,
    pub log_x: bool,
    pub log_y: bool,
    /// Values that the y axis must show even if no point is there, such as 0 or 1.
    pub y_shows: Vec<f64>,
}

impl Panel {
    /// A panel without series yet; a label may be empty.
    pub fn new(title: &str, x_label: &str, y_label: &str) -> Self {
        Self {
            title: title.to_string(),
            x_label: x_label.to_string(),
            y_label: y_label.to_string(),
            series: Vec::new(),
            log_x: false,
            log_y: false,
            y_shows: Vec::new(),
        }
    }

    /// Adds a series.
    pub fn with(mut self, series: Series) -> Self {
        self.series.push(series);
        self
    }

    /// Makes the x axis logarithmic.
    pub fn log_x(mut self) -> Self {
        self.log_x = true;
        self
    }

    /// Makes the y axis logarithmic.
    pub fn log_y(mut self) -> Self {
        self.log_y = true;
        self
    }

    /// Extends the y axis to `value`.
    pub fn y_shows(mut self, value: f64) -> Self {
        self.y_shows.push(value);
        self
    }
}
