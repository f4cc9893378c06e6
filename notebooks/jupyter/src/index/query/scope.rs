//! What the notebook has defined so far, as a layer over the index.

use std::collections::HashMap;

use syn::{Block, Item, Stmt};

use super::lex;
use crate::index::build::builder::Builder;
use crate::index::build::prune;
use crate::index::build::read::Place;
use crate::index::model::{Def, Kind, Layer};
use crate::index::ty::Id;
use crate::index::world::World;

/// For a parser that calls itself: enough for every text that is sane.
const STACK: usize = 64 << 20;

/// What a cell can use besides what it defines itself.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// Variables of earlier cells with their types, as the compiler or the reader wrote them: `("x", "Tensor<2>")`.
    pub variables: Vec<(String, String)>,
    /// `use` lines of earlier cells.
    pub uses: Vec<String>,
    /// Functions, types and implementations of earlier cells, as source; a whole cell will do.
    pub items: Vec<String>,
    /// What the kernel itself understands at the start of a line, with an explanation: `(":time", "Times the cell")`.
    pub magics: Vec<(String, String)>,
}

/// The notebook's own definitions, in a module that stands for all cells.
pub struct Overlay {
    pub layer: Layer,
    pub cell: Id,
    pub standard: Option<Id>,
}

impl Overlay {
    /// From earlier cells and as much of `source` as can be read; nothing if a text makes the parser panic.
    pub fn new(base: &Layer, scope: &Scope, source: &str) -> Option<Self> {
        // In a thread of its own, for a large stack, and because the parser remembers all texts until its thread ends.
        std::thread::scope(|threads| {
            let thread = std::thread::Builder::new().stack_size(STACK);
            thread.spawn_scoped(threads, || Self::read(base, scope, source)).ok()?.join().ok()
        })
    }

    fn read(base: &Layer, scope: &Scope, source: &str) -> Self {
        let externs: HashMap<String, Id> = base.crates.iter().cloned().collect();
        let standard = externs.get("std").copied();
        let mut builder = Builder::new(base);
        builder.sees_private = true;
        let cell = builder.add_crate("", externs);
        // In texts of a notebook, what was written last counts.
        for text in scope.uses.iter().chain(&scope.items).map(String::as_str).chain(statements(source)) {
            builder.read_items(cell, items(text), &Place::nowhere());
        }
        builder.resolve(standard.unwrap_or_default());
        keep_last(&mut builder.layer, cell);
        prune::set_member_paths(&mut builder.layer);
        Self { layer: builder.layer, cell, standard }
    }

    pub fn world<'a>(&'a self, base: &'a Layer) -> World<'a> {
        World { base, top: &self.layer }
    }
}

/// Of two items with one name, the later.
fn keep_last(layer: &mut Layer, cell: Id) {
    let first = layer.first;
    let kinds: HashMap<Id, Kind> = (first..).zip(&layer.defs).map(|(id, def)| (id, def.kind)).collect();
    let cell: &mut Def = &mut layer.defs[(cell - first) as usize];
    let names = cell.names.clone();
    let is_replaced = |name: &str, id: Id| {
        let space = |id| kinds.get(&id).map(|kind| kind.is_space());
        id >= first
            && names.iter().any(|(other, later)| other == name && *later > id && space(*later) == space(id))
    };
    cell.names.retain(|(name, id)| !is_replaced(name, *id));
}

/// The items of a text: a file of items, or statements with items among them.
fn items(text: &str) -> Vec<Item> {
    if !lex::is_sane(text, &lex::tokens(text).all) {
        return Vec::new();
    }
    if let Ok(file) = syn::parse_str::<syn::File>(text) {
        return file.items;
    }
    let Ok(block) = syn::parse_str::<Block>(&format!("{{{text}\n}}")) else { return Vec::new() };
    let item = |statement| match statement {
        Stmt::Item(item) => Some(item),
        _ => None,
    };
    block.stmts.into_iter().filter_map(item).collect()
}

/// The statements of a cell that begin like items and are closed.
fn statements(source: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let (mut start, mut depth) = (None, 0_usize);
    let tokens = lex::tokens(source).all;
    for (at, token) in tokens.iter().enumerate() {
        let start_of_this = *start.get_or_insert(token.start);
        match (token.kind, token.text) {
            (lex::Kind::Open, _) => depth += 1,
            (lex::Kind::Close, _) => depth = depth.saturating_sub(1),
            _ => {}
        }
        let is_end = depth == 0 && (token.text == ";" || token.text == "}");
        // A brace may go on: `use a::{b};`, `if a { b } else { c }`.
        let goes_on = token.text == "}" && tokens.get(at + 1).is_some_and(|next| next.text == ";");
        if is_end && !goes_on {
            found.push(&source[start_of_this..token.end()]);
            start = None;
        }
    }
    found.retain(|text| is_item(text));
    found
}

fn is_item(text: &str) -> bool {
    const BEGINNINGS: [&str; 12] =
        ["use", "pub", "fn", "struct", "enum", "trait", "impl", "type", "const", "static", "mod", "#"];
    let first = lex::tokens(text).all.first().map_or("", |token| token.text);
    BEGINNINGS.contains(&first) || first == "macro_rules"
}
