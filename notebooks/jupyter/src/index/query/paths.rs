//! Names and types as cells write them, and as the compiler prints them.

use super::brackets::{behind_angles, closing};
use super::lex::{self, Kind as Lexed, Token};
use crate::index::model::Kind;
use crate::index::ty::{Id, Ty};
use crate::index::world::World;

/// Looks up names as code in a cell would.
#[derive(Clone, Copy)]
pub struct Names<'a> {
    pub world: World<'a>,
    pub cell: Id,
    pub standard: Option<Id>,
}

impl<'a> Names<'a> {
    /// What a bare name stands for: the notebook's names, then crates, then the prelude of `std`, and at last what the
    /// companion passes on: `mlbook::nn` without a `use`, as in docs.
    pub fn first(self, name: &str) -> Vec<Id> {
        let crates = &self.world.base.crates;
        let in_cell = || self.world.named(self.cell, name).collect();
        let roots = || crates.iter().filter(|(other, _)| other == name).map(|(_, id)| *id).collect();
        let in_prelude =
            || self.prelude().into_iter().flat_map(|space| self.world.named(space, name)).collect();
        let passed_on = || {
            let others = crates.iter().filter(|(_, id)| Some(*id) != self.standard);
            others.flat_map(|(_, id)| self.world.named(*id, name)).collect()
        };
        let places: [&dyn Fn() -> Vec<Id>; 4] = [&in_cell, &roots, &in_prelude, &passed_on];
        places.into_iter().map(|look| look()).find(|found| !found.is_empty()).unwrap_or_default()
    }

    /// The module of names that need no `use`.
    pub fn prelude(self) -> Option<Id> {
        self.world.named(self.standard?, "prelude").next()
    }

    /// What a path stands for; not for functions of types, which depend on the type's arguments.
    pub fn path(self, path: &[&str]) -> Vec<Id> {
        let Some((first, mut rest)) = path.split_first() else { return Vec::new() };
        let mut found = match *first {
            "crate" | "self" | "super" => vec![self.cell],
            "" => {
                let Some((name, behind)) = rest.split_first() else { return Vec::new() };
                rest = behind;
                self.world.base.crates.iter().filter(|(other, _)| other == name).map(|(_, id)| *id).collect()
            }
            first => self.first(first),
        };
        for name in rest {
            found = found.into_iter().flat_map(|id| self.world.named(id, name)).collect();
        }
        found
    }

    /// The type that a path names. What leads nowhere from here is looked for by its last name: the compiler prints
    /// paths through modules that are private.
    pub fn type_id(self, path: &[&str]) -> Option<Id> {
        let is_type = |id: &Id| self.world.def(*id).kind.is_type();
        self.path(path).into_iter().find(is_type).or_else(|| self.by_last_name(path))
    }

    fn by_last_name(self, path: &[&str]) -> Option<Id> {
        let last = path.last()?;
        let likeness = |found: &str| {
            let shared = |part: &&&str| found.split("::").any(|one| one == **part);
            let family = path.first().and_then(|first| first.split('_').next()).unwrap_or_default();
            let is_kin = found.split("::").next() == Some(family);
            path.iter().filter(shared).count() * 4 + usize::from(is_kin) * 2 + usize::from(!found.is_empty())
        };
        let candidates = self.world.all().filter(|(_, def)| {
            def.kind.is_type() && def.name == *last && (!is_standard(path) || def.path.starts_with("std"))
        });
        candidates.max_by_key(|(_, def)| likeness(&def.path)).map(|(id, _)| id)
    }

    /// A type from text.
    pub fn type_of_text(self, text: &str) -> Ty {
        self.read_type(&lex::tokens(text).all, &mut 0, &|_| None)
    }

    /// The type that begins at `at`, which is moved behind it; `own` knows names such as `Self`.
    pub fn read_type(self, tokens: &[Token<'_>], at: &mut usize, own: &dyn Fn(&str) -> Option<Ty>) -> Ty {
        let Some(token) = tokens.get(*at) else { return Ty::Unknown };
        *at += 1;
        match (token.kind, token.text) {
            (_, "&" | "&&") => {
                while matches!(tokens.get(*at), Some(next) if next.kind == Lexed::Lifetime || next.text == "mut")
                {
                    *at += 1;
                }
                Ty::Ref(Box::new(self.read_type(tokens, at, own)))
            }
            (_, "(") => {
                let end = closing(tokens, *at - 1);
                let mut parts = Vec::new();
                while *at < end {
                    parts.push(self.read_type(tokens, at, own));
                    *at += 1;
                }
                *at = end + 1;
                match (tokens.get(end.saturating_sub(1)).map(|token| token.text), parts.len()) {
                    (Some(last), 1) if last != "," => parts.remove(0),
                    _ => Ty::Tuple(parts),
                }
            }
            (_, "[") => {
                let end = closing(tokens, *at - 1);
                let inner = self.read_type(tokens, at, own);
                *at = end + 1;
                Ty::Slice(Box::new(inner))
            }
            (_, "dyn" | "impl" | "mut") | (Lexed::Lifetime, _) => self.read_type(tokens, at, own),
            (Lexed::Number, value) => Ty::Const(value.to_owned()),
            (Lexed::Word, _) | (_, "::") => {
                *at -= 1;
                self.read_path(tokens, at, own)
            }
            _ => Ty::Unknown,
        }
    }

    fn read_path(self, tokens: &[Token<'_>], at: &mut usize, own: &dyn Fn(&str) -> Option<Ty>) -> Ty {
        let mut path = Vec::new();
        let mut args = Vec::new();
        if tokens.get(*at).is_some_and(|token| token.text == "::") {
            *at += 1;
        }
        while let Some(token) = tokens.get(*at) {
            match (token.kind, token.text) {
                (Lexed::Word, word) if path.is_empty() || tokens[*at - 1].text == "::" => path.push(word),
                (_, "::") => {}
                (_, "<") => {
                    args = self.read_arguments(tokens, at, own);
                    continue;
                }
                (_, "(") if matches!(path.last(), Some(&("Fn" | "FnMut" | "FnOnce" | "fn"))) => {
                    *at = closing(tokens, *at);
                }
                _ => break,
            }
            *at += 1;
        }
        match path.as_slice() {
            ["_"] | [] => Ty::Unknown,
            [name] if args.is_empty() => own(name).unwrap_or_else(|| self.named(&path, args)),
            _ => self.named(&path, args),
        }
    }

    fn named(self, path: &[&str], args: Vec<Ty>) -> Ty {
        match self.type_id(path) {
            Some(id) => Ty::Named(id, args),
            None if is_standard(path) && is_iterator(path) => {
                let item = if path.contains(&"iter") { Vec::new() } else { args };
                self.type_id(&["std", "iter", "Iterator"]).map_or(Ty::Unknown, |id| Ty::Named(id, item))
            }
            None => Ty::Unknown,
        }
    }

    /// `<A, B, Item = C>`; `at` is on the `<`, and then behind the `>`.
    pub fn read_arguments(
        self,
        tokens: &[Token<'_>],
        at: &mut usize,
        own: &dyn Fn(&str) -> Option<Ty>,
    ) -> Vec<Ty> {
        let end = behind_angles(tokens, *at);
        let mut args = Vec::new();
        *at += 1;
        while *at < end.saturating_sub(1) {
            match (tokens[*at].kind, tokens.get(*at + 1).map(|next| next.text)) {
                (Lexed::Lifetime, _) => *at += 1,
                (Lexed::Word, Some("=")) => {
                    *at += 2;
                    args.push(self.read_type(tokens, at, own));
                }
                _ => args.push(self.read_type(tokens, at, own)),
            }
            // To the next comma, past what was not understood.
            while *at < end.saturating_sub(1) && tokens[*at].text != "," {
                *at += 1;
            }
            *at += 1;
        }
        *at = end;
        args
    }

    /// How a type is written.
    pub fn show(self, ty: &Ty) -> String {
        let list = |types: &[Ty]| types.iter().map(|ty| self.show(ty)).collect::<Vec<_>>().join(", ");
        match ty {
            Ty::Named(id, args) => {
                let def = self.world.def(*id);
                let word = if def.kind == Kind::Trait { "impl " } else { "" };
                // Arguments that are the defaults go without saying.
                let defaults = def.generics.iter().map(|generic| &generic.default);
                let same =
                    args.iter().zip(defaults).rev().take_while(|(arg, default)| arg == default).count();
                let shown = &args[..args.len() - same.min(args.len())];
                match shown.is_empty() {
                    true => format!("{word}{}", def.name),
                    false => format!("{word}{}<{}>", def.name, list(shown)),
                }
            }
            Ty::Ref(to) => format!("&{}", self.show(to)),
            Ty::Slice(of) => format!("[{}]", self.show(of)),
            Ty::Tuple(parts) => format!("({})", list(parts)),
            Ty::Const(value) | Ty::Param(value) => value.clone(),
            Ty::Assoc(of, name) => format!("{}::{name}", self.show(of)),
            Ty::Unknown | Ty::Path(..) => "_".to_owned(),
        }
    }
}

fn is_standard(path: &[&str]) -> bool {
    matches!(path, ["std" | "core" | "alloc", _, ..])
}

/// `std::iter::Map<…>`, `std::slice::Iter<'_, f32>`, `std::str::Lines<'_>`.
fn is_iterator(path: &[&str]) -> bool {
    const OTHERS: [&str; 8] =
        ["Chars", "CharIndices", "Lines", "Bytes", "Windows", "Drain", "Keys", "Values"];
    const FAMILIES: [&str; 4] = ["Iter", "Split", "RSplit", "Chunks"];
    path.contains(&"iter")
        || path
            .last()
            .is_some_and(|last| OTHERS.contains(last) || FAMILIES.iter().any(|family| last.contains(family)))
}
