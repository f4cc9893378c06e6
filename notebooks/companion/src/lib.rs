//! The one crate that notebooks load. A notebook begins with `use companion::prelude::*;` and the chapter it is about,
//! `use companion::ch14;`.
#![recursion_limit = "256"]

pub use anyhow;
pub use burn;
pub use mlbook;
pub use plotters;
pub use polars;

pub use ch11_mlp as ch11;
pub use ch12_tensors as ch12;
pub use ch13_mechanics as ch13;
pub use ch14_cnn as ch14;
pub use ch15_rnn as ch15;
pub use ch16_transformers as ch16;
pub use ch17_gan as ch17;
pub use ch18_gnn as ch18;
pub use ch19_rl as ch19;

// The compiler writes a chapter's types by the chapter's own name.
#[doc(hidden)]
pub use {
    ch11_mlp, ch12_tensors, ch13_mechanics, ch14_cnn, ch15_rnn, ch16_transformers, ch17_gan, ch18_gnn,
    ch19_rl,
};

pub mod last;
pub mod prelude;
pub mod question;
pub mod session;
