//! What the magic `:vars` says about the variables of a session: a row each, with what is worth knowing about its value.
//!
//! [`describe!`](crate::describe) finds the row for a value of any type: shape and device of a tensor, rows of a frame, parameters
//! of a model, and nothing for a type that it doesn't know.

use burn::module::Module;

pub use super::about::About;
use super::grid::{Cell, Column, Grid};
use super::layers::parameters;
use super::{Content, Show};
use crate::show::grouped;

/// One variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub name: String,
    /// Its type, as the kernel writes it.
    pub kind: String,
    /// What is worth knowing about its value; may be empty.
    pub about: String,
}

/// Variables, as a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variables(pub Vec<Row>);

/// Shows a table of variables.
pub fn show(rows: &[Row]) {
    super::show(&Variables(rows.to_vec()));
}

impl Show for Variables {
    fn content(&self) -> Content {
        if self.0.is_empty() {
            return Content::text("no variables");
        }
        let columns = ["variable", "type", "value"].map(Column::left).to_vec();
        let row = |row: &Row| vec![Cell::from(&row.name), Cell::faint(&row.kind), Cell::from(&row.about)];
        let grid = Grid { columns, rows: self.0.iter().map(row).collect() };
        Content::text(grid.plain().trim_end()).html(grid.html())
    }
}

/// A [`Row`] for a variable: `describe!("x", "Tensor<2>", x)`. The value may be of any type, and is only borrowed.
///
/// ```
/// let names = vec!["setosa", "virginica"];
/// let row = mlbook::describe!("names", "Vec<&str>", names);
/// assert_eq!(row.about, "2 elements");
/// ```
#[macro_export]
macro_rules! describe {
    ($name:expr, $kind:expr, $value:expr) => {{
        // Methods are looked up by value, then by reference: the first trait that fits the type wins.
        #[allow(unused_imports)]
        use $crate::notebook::vars::probe::{ViaAbout as _, ViaModule as _, ViaNothing as _};
        $crate::notebook::vars::Row {
            name: ::std::string::ToString::to_string(&$name),
            kind: ::std::string::ToString::to_string(&$kind),
            about: (&&&$crate::notebook::vars::probe::Probe(&$value)).about(),
        }
    }};
}

/// What [`describe!`](crate::describe) expands to.
pub mod probe {
    use super::{About, Module, grouped, parameters};

    /// The value that is asked.
    pub struct Probe<'a, T: ?Sized>(pub &'a T);

    /// For types that say something about themselves.
    pub trait ViaAbout {
        fn about(&self) -> String;
    }
    impl<T: About + ?Sized> ViaAbout for &&Probe<'_, T> {
        fn about(&self) -> String {
            self.0.about()
        }
    }

    /// For models.
    pub trait ViaModule {
        fn about(&self) -> String;
    }
    impl<T: Module> ViaModule for &Probe<'_, T> {
        fn about(&self) -> String {
            format!("{} parameters", grouped(parameters(self.0)))
        }
    }

    /// For all others.
    pub trait ViaNothing {
        fn about(&self) -> String;
    }
    impl<T: ?Sized> ViaNothing for Probe<'_, T> {
        fn about(&self) -> String {
            String::new()
        }
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, Int, Tensor};

    use crate::nn::linear;
    use crate::rng::Generator;

    #[test]
    fn each_type_says_what_it_knows() {
        struct Unknown;
        let device = Device::flex();
        let x = Tensor::<2>::zeros([2, 3], &device);
        let y = Tensor::<1, Int>::from_ints([1, 2], &device);
        let model = linear(4, 3).init(&Generator::seeded(1), &device);
        let about = |row: crate::notebook::vars::Row| row.about;
        assert_eq!(about(crate::describe!("x", "", x)), "[2, 3] · f32 · cpu");
        assert!(about(crate::describe!("y", "", y)).starts_with("[2] · i"));
        assert_eq!(about(crate::describe!("m", "", model)), "15 parameters");
        assert_eq!(about(crate::describe!("v", "", vec![1, 2, 3])), "3 elements");
        assert_eq!(about(crate::describe!("s", "", "text")), "\"text\"");
        assert_eq!(about(crate::describe!("n", "", 2.5_f64)), "2.5");
        assert_eq!(about(crate::describe!("u", "", Unknown)), "");
    }
}
