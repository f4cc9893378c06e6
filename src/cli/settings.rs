//! Presets: the quick settings and the book's, side by side, each field also a flag.

/// Declares the settings of a project.
///
/// Every line gives a field its type, the [rule](crate::cli::rule) its flag is checked by, and its value in the two presets.
/// The macro makes a struct of plain values (saved as JSON beside the weights) and a clap struct of flags that
/// override single values.
///
/// ```
/// mlbook::settings! {
///     /// Settings of section 14.1.
///     pub struct MnistSettings, flags MnistFlags {
///         /// Passes over the training digits
///         num_epochs: usize, at_least_one, quick 4, book 20;
///         /// Adam's learning rate
///         lr: f64, positive, quick 0.001, book 0.001;
///     }
/// }
/// assert_eq!(MnistSettings::book().num_epochs, 20);
/// ```
#[macro_export]
macro_rules! settings {
    (
        $(#[doc = $about:expr])*
        pub struct $settings:ident, flags $flags:ident {
            $( $(#[doc = $help:expr])* $field:ident : $kind:ty, $rule:ident, quick $quick:expr, book $book:expr; )*
        }
    ) => {
        $(#[doc = $about])*
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        pub struct $settings {
            $( $(#[doc = $help])* pub $field: $kind, )*
        }

        impl $settings {
            /// Real data, about a minute on two cores.
            pub fn quick() -> Self {
                Self { $( $field: $quick, )* }
            }

            /// The book's settings.
            pub fn book() -> Self {
                Self { $( $field: $book, )* }
            }
        }

        /// Flags that override single settings of the chosen preset.
        #[derive(Clone, Debug, Default, clap::Args)]
        pub struct $flags {
            $(
                $(#[doc = $help])*
                #[arg(
                    long,
                    help = concat!($($help,)* " [quick: ", stringify!($quick), ", book: ", stringify!($book), "]").trim_start(),
                    value_parser = $crate::cli::rule::$rule,
                    allow_negative_numbers = true
                )]
                pub $field: Option<$kind>,
            )*
        }

        impl $flags {
            /// The preset (the book's if `book`), with the given flags in place of its values.
            pub fn settings(&self, book: bool) -> $settings {
                let preset = if book { $settings::book() } else { $settings::quick() };
                $settings { $( $field: self.$field.clone().unwrap_or(preset.$field), )* }
            }
        }
    };
}
