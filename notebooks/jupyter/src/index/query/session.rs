//! One question about one cell: everything that is needed to answer it.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use super::infer::Typer;
use super::lex::Token;
use super::locals;
use super::paths::Names;
use super::receiver;
use super::scope::{Overlay, Scope};
use crate::index::model::Layer;
use crate::index::ty::Ty;

/// Asks the compiler for the type of an expression.
pub type Ask<'a> = dyn FnMut(&str) -> Option<String> + 'a;

/// What is known at the cursor.
pub struct Session<'a, 's> {
    pub typer: Typer<'a, 's>,
    pub scope: &'a Scope,
    source: &'s str,
}

impl<'a, 's> Session<'a, 's> {
    /// For the tokens before the cursor.
    pub fn new(
        base: &'a Layer,
        overlay: &'a Overlay,
        scope: &'a Scope,
        source: &'s str,
        tokens: &'a [Token<'s>],
    ) -> Self {
        let names = Names { world: overlay.world(base), cell: overlay.cell, standard: overlay.standard };
        let locals = locals::locals(tokens);
        let known = RefCell::new(HashMap::new());
        let typer = Typer { names, tokens, locals, variables: &scope.variables, depth: Cell::new(0), known };
        Self { typer, scope, source }
    }

    /// The type of what stands before the `.` at `dot`; the compiler is asked only if the index does not know.
    pub fn receiver(&self, dot: usize, ask: &mut Ask<'_>) -> Option<Ty> {
        let start = receiver::start(self.typer.tokens, dot);
        if start >= dot {
            return None;
        }
        let ty = self.typer.expression(start, dot);
        if ty.behind_references() != &Ty::Unknown {
            return Some(ty);
        }
        let tokens = self.typer.tokens;
        let answer = ask(&self.source[tokens[start].start..tokens[dot - 1].end()])?;
        Some(self.typer.names.type_of_text(&answer)).filter(|ty| ty.behind_references() != &Ty::Unknown)
    }
}
