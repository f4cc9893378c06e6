//! The figures of the book, in one house style.
//!
//! Every function here takes plain numbers and gives a [`Figure`], which can be saved (SVG and PNG), shown in
//! a notebook or put beside others. The same input gives the same bytes on every machine: text is set in a
//! font that comes along, so nothing depends on what is installed. plotters draws the shapes; `resvg` turns
//! the SVG into a PNG.
//!
//! The style: white ground, a light grid, colours that colour-blind people can tell apart, markers that
//! differ by class, text of 11 points, a legend above the data and never on them.
//!
//! | data | function |
//! | --- | --- |
//! | loss and accuracy by epoch, any lines | [`curves`] |
//! | points by class, regression lines | [`scatter`] |
//! | errors of a regression | [`residuals`] |
//! | a classifier of two features | [`decision_regions`] |
//! | classes taken for one another | [`confusion`] |
//! | attention, correlation | [`heat_map`] |
//! | values and a policy on a grid | [`marked_heat_map`] |
//! | named values, distributions | [`bars`], [`histogram`] |
//! | images, with answers | [`image_grid`] |
//! | graphs, molecules | [`sketches`] |
//! | images over time | [`Animation`] |
//!
//! [`drawing`] paints pictures of our own, where the book has photographs.

mod animation;
mod axis;
mod bars;
pub(crate) mod base64;
mod canvas;
mod chart;
mod colour;
mod confusion;
pub mod drawing;
mod error;
mod figure;
mod frame;
mod heat;
mod images;
mod marker;
mod matrix;
mod regions;
mod series;
mod sketch;
mod text;

pub use animation::Animation;
pub use bars::{bars, histogram};
pub use chart::{curves, residuals, scatter};
pub use confusion::confusion;
pub use error::PlotError;
pub use figure::Figure;
pub use heat::{HeatMap, heat_map, marked_heat_map};
pub use images::{Image, Tone, image_grid};
pub use regions::{Labelled, decision_regions};
pub use series::{Panel, Series, Style, Value};
pub use sketch::{Dot, Fill, Link, Sketch, Stroke, sketches};
pub use text::fonts;
