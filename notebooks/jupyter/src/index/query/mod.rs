//! From a half-written cell to what can stand at the cursor, and what is known about it.

mod brackets;
pub mod complete;
mod context;
mod finder;
#[cfg(test)]
mod fuzz;
mod infer;
pub mod inspect;
mod lex;
mod literal;
mod locals;
mod operators;
mod paths;
mod patterns;
mod receiver;
pub mod scope;
mod session;
#[cfg(test)]
mod tests;
mod value;
