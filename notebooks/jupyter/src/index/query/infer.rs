//! Types of expressions, as far as the index tells; good enough for chains of methods, no type checker.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use super::lex::Token;
use super::locals::{Local, Origin, Part};
use super::paths::Names;
use crate::index::members::Member;
use crate::index::ty::{Bindings, Id, Ty};
use crate::index::world::World;

/// Expressions nested deeper than this stay unknown.
const MOST_NESTED: u8 = 24;

/// What an expression is while it is read.
#[derive(Clone, Debug)]
pub enum Value {
    Of(Ty),
    /// A function that has yet to be called, with what is known of its parameters.
    Function(Id, Bindings),
    /// A tuple struct or a variant: the type with or without the call.
    Maker(Id, Ty),
}

/// Knows the types of names in a cell.
pub struct Typer<'a, 's> {
    pub names: Names<'a>,
    pub tokens: &'a [Token<'s>],
    pub locals: Vec<Local<'s>>,
    pub variables: &'a [(String, String)],
    pub depth: Cell<u8>,
    /// Types of locals that are known already, by their places in the list.
    pub known: RefCell<HashMap<usize, Ty>>,
}

impl Typer<'_, '_> {
    pub fn world(&self) -> World<'_> {
        self.names.world
    }

    pub fn text(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| token.text)
    }

    /// The type of the variable that `name` is at the token `at`.
    pub fn variable(&self, name: &str, at: usize) -> Option<Ty> {
        let place = self.locals.iter().rposition(|local| local.name == name && local.from <= at);
        if let Some(place) = place {
            return Some(self.of_local(place));
        }
        let (_, ty) = self.variables.iter().rev().find(|(other, _)| other == name)?;
        Some(self.names.type_of_text(ty))
    }

    /// The type of the local at a place in the list.
    pub fn of_local(&self, place: usize) -> Ty {
        if let Some(ty) = self.known.borrow().get(&place) {
            return ty.clone();
        }
        let ty = match &self.locals[place].origin {
            Origin::Declared { start, end } | Origin::Receiver { start, end } => self.declared(*start, *end),
            Origin::Value { start, end, parts } => {
                let ty = self.expression(*start, *end);
                parts.iter().fold(ty, |ty, part| self.part(&ty, *part))
            }
            Origin::Unknown => Ty::Unknown,
        };
        self.known.borrow_mut().insert(place, ty.clone());
        ty
    }

    /// The type that is written from `start`.
    pub fn declared(&self, start: usize, end: usize) -> Ty {
        let own = |name: &str| match name {
            "Self" => self.variable("Self", start),
            _ => None,
        };
        let tokens = &self.tokens[..end.min(self.tokens.len())];
        self.names.read_type(tokens, &mut start.min(tokens.len()), &own)
    }

    pub fn part(&self, ty: &Ty, part: Part) -> Ty {
        let ty = self.world().expand(ty);
        match (part, &ty) {
            (_, Ty::Ref(to)) => self.part(to, part),
            (Part::At(number), Ty::Tuple(parts)) => parts.get(number).cloned().unwrap_or_default(),
            (_, Ty::Slice(of)) => (**of).clone(),
            (Part::Error, Ty::Named(_, args)) => args.get(1).cloned().unwrap_or_default(),
            (Part::Inside, Ty::Named(_, args)) => match self.world().assoc(&ty, "Item") {
                Some(item) => item,
                None => args.first().cloned().unwrap_or_default(),
            },
            _ => Ty::Unknown,
        }
    }

    /// The type of the expression from `start` to before `end`.
    pub fn expression(&self, start: usize, end: usize) -> Ty {
        if self.depth.get() >= MOST_NESTED {
            return Ty::Unknown;
        }
        self.depth.set(self.depth.get() + 1);
        let ty = self.binary(&mut start.clone(), end.min(self.tokens.len()));
        self.depth.set(self.depth.get() - 1);
        ty
    }

    pub fn field(&self, ty: &Ty, name: &str) -> Option<Member> {
        self.world().fields(ty).into_iter().find(|member| self.world().def(member.id).name == name)
    }

    pub fn method(&self, ty: &Ty, name: &str) -> Option<Member> {
        self.world().methods(ty).into_iter().find(|member| self.world().def(member.id).name == name)
    }

    pub fn primitive(&self, name: &str) -> Ty {
        self.names.type_id(&[name]).map_or(Ty::Unknown, |id| Ty::Named(id, Vec::new()))
    }
}
