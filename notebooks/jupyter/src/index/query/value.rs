//! What paths stand for in expressions, and what comes out of calls.

use super::brackets::closing;
use super::infer::{Typer, Value};
use super::lex::Kind as Lexed;
use crate::index::members::Member;
use crate::index::model::Kind;
use crate::index::ty::{Bindings, Id, Ty};

impl Typer<'_, '_> {
    /// A variable, a function, a macro, a value of a struct or an enum.
    pub fn path(&self, at: &mut usize, end: usize) -> Value {
        let start = *at;
        let mut path = vec![self.text(start)];
        let mut args: Vec<(usize, Vec<Ty>)> = Vec::new();
        *at += 1;
        while *at + 1 < end && self.text(*at) == "::" {
            *at += 1;
            if self.text(*at) == "<" {
                args.push((path.len(), self.names.read_arguments(&self.tokens[..end], at, &|_| None)));
            } else {
                path.push(self.text(*at));
                *at += 1;
            }
        }
        if self.text(*at) == "!" && *at + 1 < end && self.tokens[*at + 1].kind == Lexed::Open {
            let open = *at + 1;
            let close = closing(self.tokens, open);
            *at = close + 1;
            return Value::Of(self.made_by_macro(&path, open + 1, close.min(end)));
        }
        if let [name] = path.as_slice()
            && let Some(ty) = self.variable(name, start)
        {
            return if *name == "Self" { self.skip_literal(ty, at, end) } else { Value::Of(ty) };
        }
        match self.path_value(&path, &args, start) {
            Value::Maker(id, ty) if self.text(*at) == "{" => {
                self.skip_literal(ty.clone(), at, end);
                Value::Maker(id, ty)
            }
            value => value,
        }
    }

    fn skip_literal(&self, ty: Ty, at: &mut usize, end: usize) -> Value {
        if *at < end && self.text(*at) == "{" {
            *at = closing(self.tokens, *at) + 1;
        }
        Value::Of(ty)
    }

    fn made_by_macro(&self, path: &[&str], start: usize, end: usize) -> Ty {
        match path.last() {
            Some(&"vec") => {
                let first = self.between_commas(start, end).first().copied().unwrap_or((start, end));
                let id = self.names.type_id(&["Vec"]);
                id.map_or(Ty::Unknown, |id| Ty::Named(id, vec![self.expression(first.0, first.1)]))
            }
            Some(&"format") => self.primitive("String"),
            Some(&"matches") => self.primitive("bool"),
            Some(&"dbg") => self.expression(start, end),
            _ => Ty::Unknown,
        }
    }

    /// `args` are generic arguments with the number of names before them.
    fn path_value(&self, path: &[&str], args: &[(usize, Vec<Ty>)], at: usize) -> Value {
        let world = self.world();
        let args_behind = |count: usize| {
            args.iter().find(|(at, _)| *at == count).map(|(_, args)| args.clone()).unwrap_or_default()
        };
        for id in self.names.path(path) {
            let def = world.def(id);
            match def.kind {
                Kind::Function => return Value::Function(id, world.arguments(id, &args_behind(path.len()))),
                Kind::Constant => return Value::Of(def.ty.clone()),
                Kind::Variant => return Value::Maker(id, def.ty.with(&Bindings::new())),
                Kind::Struct => return Value::Maker(id, def.itself(id).with(&Bindings::new())),
                _ => {}
            }
        }
        let Some((last, before)) = path.split_last() else { return Value::Of(Ty::Unknown) };
        let Some(of) = self.space(before, args_behind(before.len()), at) else {
            return Value::Of(Ty::Unknown);
        };
        let mut members = world.associated(&of).into_iter();
        match members.find(|member| world.def(member.id).name == *last) {
            Some(Member { id, mut bindings, .. }) if world.def(id).kind == Kind::Method => {
                bindings.extend(world.arguments(id, &args_behind(path.len())));
                Value::Function(id, bindings)
            }
            Some(Member { id, bindings, .. }) => Value::Of(world.settle(&world.def(id).ty, &bindings)),
            None => Value::Of(Ty::Unknown),
        }
    }

    /// The type before `::`.
    pub fn space(&self, path: &[&str], args: Vec<Ty>, at: usize) -> Option<Ty> {
        match path {
            [] => None,
            ["Self"] => self.variable("Self", at),
            _ => {
                let is_type = |id: &Id| self.world().def(*id).kind.is_type();
                let id = self.names.path(path).into_iter().find(is_type)?;
                Some(self.world().expand(&Ty::Named(id, args)))
            }
        }
    }

    /// What a call with the arguments from `start` to `end` returns.
    pub fn called(&self, value: Value, start: usize, end: usize) -> Ty {
        let world = self.world();
        match value {
            Value::Of(_) => Ty::Unknown,
            Value::Maker(id, ty) => {
                // `Some(x)`: the parameter is the type of `x`.
                let takes: Vec<Ty> =
                    world.def(id).names.iter().map(|(_, field)| world.def(*field).ty.clone()).collect();
                let mut bindings = Bindings::new();
                self.bind_arguments(&takes, start, end, &mut bindings);
                let Ty::Named(of, _) = ty else { return ty };
                world.def(of).itself(of).with(&bindings)
            }
            Value::Function(id, mut bindings) => {
                let def = world.def(id);
                self.bind_arguments(&def.takes, start, end, &mut bindings);
                let ty = world.settle(&def.ty, &bindings);
                match (def.name.as_str(), ty) {
                    // These change what is behind a reference.
                    ("cloned" | "copied", Ty::Named(id, args)) => {
                        Ty::Named(id, args.iter().map(|arg| arg.behind_references().clone()).collect())
                    }
                    // `collect::<Vec<_>>()`
                    ("collect", Ty::Named(id, args)) if args == [Ty::Unknown] => {
                        Ty::Named(id, vec![bindings.get("T").cloned().unwrap_or_default()])
                    }
                    (_, ty) => ty,
                }
            }
        }
    }

    fn bind_arguments(&self, takes: &[Ty], start: usize, end: usize, bindings: &mut Bindings) {
        for (wanted, (start, end)) in takes.iter().zip(self.between_commas(start, end)) {
            if *wanted != Ty::Unknown {
                wanted.unify(&self.expression(start, end), bindings);
            }
        }
    }
}
