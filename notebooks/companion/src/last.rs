//! How the value of a cell's last expression is shown: by [`Show`] if it has it, else by `Debug`, else not at all. evcxr would try one
//! after the other, with a compilation each.

use std::fmt::Debug;

use mlbook::notebook::{self, Content, Show};

/// Shows a cell's last expression; the kernel writes it around it. `()` is not shown.
#[macro_export]
macro_rules! show_last {
    ($value:expr) => {{
        // Methods are looked up by value, then by reference: the first trait that fits the type wins.
        #[allow(unused_imports)]
        use $crate::last::{ViaDebug as _, ViaNothing as _, ViaShow as _, ViaUnit as _};
        (&&&&$crate::last::Last(&$value)).show_last();
    }};
}

/// The value.
pub struct Last<'a, T: ?Sized>(pub &'a T);

/// For `()`.
pub trait ViaUnit {
    /// Shows nothing.
    fn show_last(&self);
}

impl ViaUnit for &&&Last<'_, ()> {
    fn show_last(&self) {}
}

/// For everything that has a display of its own.
pub trait ViaShow {
    /// Shows it as the cell's value.
    fn show_last(&self);
}

impl<T: Show + ?Sized> ViaShow for &&Last<'_, T> {
    fn show_last(&self) {
        notebook::show_value(&self.0.content());
    }
}

/// For everything that can be printed.
pub trait ViaDebug {
    /// Shows its text.
    fn show_last(&self);
}

impl<T: Debug + ?Sized> ViaDebug for &Last<'_, T> {
    fn show_last(&self) {
        notebook::show_value(&Content::text(format!("{:?}", self.0)));
    }
}

/// For the rest.
pub trait ViaNothing {
    /// Shows nothing.
    fn show_last(&self);
}

impl<T: ?Sized> ViaNothing for Last<'_, T> {
    fn show_last(&self) {}
}
