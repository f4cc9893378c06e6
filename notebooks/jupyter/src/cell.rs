//! A cell as the engine gets it: with a type for every variable that is to be kept.
//!
//! evcxr stores variables between cells by name and type, and has to know the type. Its rust-analyzer does not see the crate that
//! notebooks load, so the kernel asks the compiler instead (see [`probe`](crate::probe)) and writes the answer behind the
//! statement: `let model = Mlp::new(&device);` becomes `let model = Mlp::new(&device); let model: Mlp = model;`, on the same line,
//! so that nothing before it moves.

mod outline;
mod prepared;

pub use outline::{Outline, outline};
pub use prepared::{MARKS, Prepared, prepare};
