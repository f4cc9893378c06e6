//! What can go on at the cursor.

use std::collections::HashSet;

use super::context;
use super::finder;
use super::lex;
use super::scope::{Overlay, Scope};
use super::session::{Ask, Session};
use crate::index::Index;
use crate::index::model::Kind;

/// No more are offered. A front end filters this list itself as the reader types on, so all methods of a tensor, about 350,
/// must be in it.
const MOST: usize = 500;

/// Where the completed word stands, and what can take its place.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Completions {
    /// Bytes of the source that an item replaces.
    pub start: usize,
    pub end: usize,
    pub items: Vec<Item>,
}

/// Something to insert.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    pub text: String,
    pub kind: Kind,
    /// One line: a function's signature, a variable's type, where a type lives.
    pub signature: String,
    /// The first paragraph of the docs.
    pub docs: String,
}

/// An item with its place in the order.
pub struct Candidate {
    /// Lower comes first.
    pub group: u8,
    /// Deprecated, unsafe, or for asynchronous code.
    pub rare: bool,
    pub item: Item,
}

impl Index {
    /// What can be typed at `cursor`, a byte of `source`. `ask` may ask the compiler for the type of an expression; it is
    /// called at most once, where the index does not know.
    pub fn complete(&self, source: &str, cursor: usize, scope: &Scope, ask: &mut Ask<'_>) -> Completions {
        let cursor = crate::index::floor(source, cursor);
        let nothing = Completions { start: cursor, end: cursor, items: Vec::new() };
        let before = &source[..cursor];
        let mut tokens = lex::tokens(before);
        if tokens.ends_inside || !lex::is_sane(source, &tokens.all) {
            return nothing;
        }
        let Some((context, start)) = context::at_end(before, &mut tokens.all) else { return nothing };
        let Some(overlay) = Overlay::new(&self.layer, scope, source) else { return nothing };
        let session = Session::new(&self.layer, &overlay, scope, before, &tokens.all);
        let candidates = finder::find(session, &context, ask);
        Completions { start, end: cursor, items: ranked(candidates, &before[start..]) }
    }
}

/// The candidates that begin as `typed` does: first those with the same capitals.
fn ranked(candidates: Vec<Candidate>, typed: &str) -> Vec<Item> {
    let lower = typed.to_lowercase();
    let mut fitting: Vec<(bool, Candidate)> = candidates
        .into_iter()
        .filter_map(|candidate| {
            let is_exact = candidate.item.text.starts_with(typed);
            let fits = is_exact || candidate.item.text.to_lowercase().starts_with(&lower);
            fits.then_some((!is_exact, candidate))
        })
        .collect();
    fitting.sort_by(|(one_loose, one), (other_loose, other)| {
        let key = |loose: bool, candidate: &Candidate| {
            let text = &candidate.item.text;
            (loose, candidate.rare, text.starts_with('_'), candidate.group, text.to_lowercase())
        };
        key(*one_loose, one).cmp(&key(*other_loose, other)).then_with(|| one.item.text.cmp(&other.item.text))
    });
    let mut seen = HashSet::new();
    let items = fitting.into_iter().map(|(_, candidate)| candidate.item);
    items.filter(|item| seen.insert((item.text.clone(), item.kind == Kind::Macro))).take(MOST).collect()
}
