//! Notebooks: how values show themselves, what is drawn while a cell runs, and the session's device.
//!
//! A value that implements [`Show`] knows its [`Content`]: the same thing as text, HTML, SVG, PNG. The last expression of a cell
//! shows itself, [`show()`] shows a value at once, [`Live`] shows values one in the place of the other.
//!
//! | value | shown as |
//! | --- | --- |
//! | `Tensor` of any kind | shape, type, device; a corner of its numbers; a picture if its shape is an image's |
//! | [`as_image`] of a tensor | a picture |
//! | polars `DataFrame`, [`Table`](crate::data::table::Table) | a table |
//! | [`Figure`](crate::plot::Figure), [`figures`], [`Image`](crate::plot::Image), [`Animation`](crate::plot::Animation) | a picture |
//! | [`layers()`] of a model | its layers, their output shapes and parameters |
//! | [`Digits`](crate::data::mnist::Digits) | the first digits with their labels |
//! | [`History`](crate::train::History), [`Evaluation`](crate::train::Evaluation), [`Report`](crate::cli::Report) | curves, confusion, book beside here |
//! | [`Audio`], [`Html`] | a player, the HTML itself |
//!
//! The same notebook runs on two kernels. "Rust (mlbook)" takes any number of displays from a cell, at once, and replaces them in
//! place. evcxr's own kernel shows a cell's output when the cell is over, and one display of each type: there a [`Live`] shows
//! what it held last.

mod about;
mod audio;
mod bar;
mod channel;
mod content;
mod corner;
mod figures;
mod frame;
mod grid;
mod html;
mod layers;
mod live;
mod picture;
pub mod prelude;
mod results;
mod session;
mod tensor;
pub mod vars;
mod watch;

pub use audio::Audio;
pub use bar::{Bar, Progress, progress};
pub use channel::{Front, clear, front};
pub use content::{Content, Part};
pub use figures::{Figures, figures};
pub use html::Html;
pub use layers::{LayerRow, LayerTable, layers, layers_of};
pub use live::Live;
pub use picture::{Picture, as_image};
pub use session::{
    SessionError, default_device, describe_default_device, device, run, run_flags, run_with,
    set_default_device,
};
pub(crate) use watch::{Standing, Watch};

pub use crate::cli::{begin_cell, check_interrupt, interrupted};

/// A value that a notebook can show.
pub trait Show {
    /// What there is to see, in every form that it has.
    fn content(&self) -> Content;
}

impl<T: Show + ?Sized> Show for &T {
    fn content(&self) -> Content {
        (**self).content()
    }
}

/// Shows a value now, in the middle of a cell. Outside of a notebook its text is printed.
pub fn show(value: &(impl Show + ?Sized)) {
    channel::display(&value.content(), None);
}

/// Shows the value of a cell's last expression; the kernel numbers it like the cell.
pub fn show_value(content: &Content) {
    channel::display_value(content);
}

/// What evcxr calls for the value of a cell's last expression.
pub trait EvcxrDisplay {
    /// Shows the value.
    fn evcxr_display(&self);
}

impl<T: Show + ?Sized> EvcxrDisplay for T {
    fn evcxr_display(&self) {
        show(self);
    }
}

/// What the kernel calls in each new process, before the first cell: from here on Ctrl-C is for the cell that runs, not for the
/// process.
pub fn start() {
    begin_cell();
}
