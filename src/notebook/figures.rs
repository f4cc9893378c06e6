//! Figures, pictures and animations.

use std::error::Error;

use super::{Content, Show};
use crate::plot::{Animation, Figure, Image, PlotError};

impl Show for Figure {
    fn content(&self) -> Content {
        let (width, height) = self.size();
        Content::text(format!("figure, {width:.0} × {height:.0}")).svg(self.svg())
    }
}

impl Show for Animation {
    fn content(&self) -> Content {
        match self.gif() {
            Ok(gif) => Content::text(format!("animation, {} frames", self.len())).gif(gif),
            Err(error) => Content::failed(&error),
        }
    }
}

impl Show for Image {
    fn content(&self) -> Content {
        let (width, height) = self.size();
        match self.png(112_usize.div_ceil(width.max(height).max(1))) {
            Ok(png) => Content::text(format!("image, {width} × {height}")).png(png),
            Err(error) => Content::failed(&error),
        }
    }
}

/// Several figures, put together as one; see [`figures`].
#[derive(Debug)]
pub struct Figures(Result<Figure, PlotError>);

/// Figures in rows of `columns`.
///
/// ```
/// # use mlbook::{notebook::{figures, show}, plot};
/// # fn two() -> Result<(), plot::PlotError> {
/// let by_class = plot::bars("", "count", &["a", "b"], &[("", &[3.0, 4.0])])?;
/// show(&figures(&[by_class.clone(), by_class], 2));
/// # Ok(())
/// # }
/// ```
pub fn figures(figures: &[Figure], columns: usize) -> Figures {
    Figures(Figure::grid(figures, columns))
}

impl Show for Figures {
    fn content(&self) -> Content {
        shown(self.0.as_ref())
    }
}

/// Figures in rows of two.
impl Show for [Figure] {
    fn content(&self) -> Content {
        shown(Figure::grid(self, 2).as_ref())
    }
}

/// Figures in rows of two.
impl Show for Vec<Figure> {
    fn content(&self) -> Content {
        self.as_slice().content()
    }
}

/// Images in rows of eight, with their captions.
impl Show for [Image] {
    fn content(&self) -> Content {
        shown(crate::plot::image_grid(self, 8).as_ref())
    }
}

/// Images in rows of eight, with their captions.
impl Show for Vec<Image> {
    fn content(&self) -> Content {
        self.as_slice().content()
    }
}

/// A value, or why there is none.
pub(super) fn shown<T: Show>(value: Result<&T, impl Error>) -> Content {
    match value {
        Ok(value) => value.content(),
        Err(error) => Content::failed(&error),
    }
}
