//! Operators, calls, fields and methods: what is around the names of an expression.

use super::brackets::closing;
use super::infer::{Typer, Value};
use super::lex::Kind as Lexed;
use super::locals::Part;
use crate::index::members::Member;
use crate::index::model::Kind;
use crate::index::ty::Ty;

impl Typer<'_, '_> {
    /// Operands with operators between them: the first that is more than a number says what comes out.
    pub fn binary(&self, at: &mut usize, end: usize) -> Ty {
        let mut ty = self.unary(at, end);
        while *at < end {
            match self.text(*at) {
                "==" | "!=" | "<=" | ">=" | "<" | ">" | "&&" | "||" => return self.primitive("bool"),
                ".." | "..=" => {
                    let of = if ty == Ty::Unknown { self.primitive("usize") } else { ty };
                    let range = self.names.type_id(&["std", "ops", "Range"]);
                    return range.map_or(Ty::Unknown, |id| Ty::Named(id, vec![of]));
                }
                "+" | "-" | "*" | "/" | "%" | "&" | "|" | "^" => {
                    *at += 1;
                    let other = self.unary(at, end);
                    if self.is_number(&ty) && !self.is_number(&other) && other != Ty::Unknown {
                        ty = other;
                    }
                }
                "as" => {
                    *at += 1;
                    ty = self.names.read_type(&self.tokens[..end], at, &|_| None);
                }
                _ => break,
            }
        }
        ty
    }

    fn is_number(&self, ty: &Ty) -> bool {
        matches!(ty.behind_references(), Ty::Named(id, _) if self.world().def(*id).kind == Kind::Primitive)
    }

    fn unary(&self, at: &mut usize, end: usize) -> Ty {
        if *at >= end {
            return Ty::Unknown;
        }
        match self.text(*at) {
            "&" => {
                *at += 1 + usize::from(self.text(*at + 1) == "mut");
                Ty::Ref(Box::new(self.unary(at, end)))
            }
            "*" => {
                *at += 1;
                let ty = self.unary(at, end);
                self.world().steps(&ty).into_iter().nth(1).unwrap_or(ty)
            }
            "-" | "!" => {
                *at += 1;
                self.unary(at, end)
            }
            _ => self.postfix(at, end),
        }
    }

    fn postfix(&self, at: &mut usize, end: usize) -> Ty {
        let mut value = self.primary(at, end);
        while *at < end {
            match self.text(*at) {
                "(" => {
                    let open = *at;
                    *at = closing(self.tokens, open) + 1;
                    value = Value::Of(self.called(value, open + 1, (*at - 1).min(end)));
                }
                "[" => {
                    let index = *at + 1;
                    *at = closing(self.tokens, *at) + 1;
                    let is_range = (index..*at).any(|at| matches!(self.text(at), ".." | "..="));
                    let ty = settled(value);
                    let element = self.world().steps(&ty).iter().find_map(|ty| match ty {
                        Ty::Slice(of) => Some((**of).clone()),
                        _ => None,
                    });
                    value = Value::Of(if is_range { ty } else { element.unwrap_or_default() });
                }
                "?" => {
                    *at += 1;
                    let ty = settled(value);
                    value = Value::Of(self.part(&ty, Part::Inside));
                }
                "." => {
                    *at += 1;
                    let ty = settled(value);
                    value = self.member(&ty, at, end);
                }
                _ => break,
            }
        }
        settled(value)
    }

    /// A field, or a method with its own arguments.
    fn member(&self, ty: &Ty, at: &mut usize, end: usize) -> Value {
        let name = self.text(*at);
        *at += 1;
        if let (Ty::Tuple(parts), Ok(number)) = (ty.behind_references(), name.parse::<usize>()) {
            return Value::Of(parts.get(number).cloned().unwrap_or_default());
        }
        let is_call = *at < end && matches!(self.text(*at), "(" | "::");
        let found = if is_call { self.method(ty, name) } else { self.field(ty, name) };
        let Some(Member { id, mut bindings, .. }) = found else {
            if is_call {
                *at += usize::from(self.text(*at) == "::");
            }
            return Value::Of(Ty::Unknown);
        };
        if !is_call {
            return Value::Of(self.world().settle(&self.world().def(id).ty, &bindings));
        }
        if self.text(*at) == "::" {
            *at += 1;
            let args = self.names.read_arguments(&self.tokens[..end], at, &|_| None);
            bindings.extend(self.world().arguments(id, &args));
        }
        Value::Function(id, bindings)
    }

    fn primary(&self, at: &mut usize, end: usize) -> Value {
        let start = *at;
        let token = self.tokens[start];
        *at += 1;
        match (token.kind, token.text) {
            (Lexed::Number, text) => Value::Of(self.number(text)),
            (Lexed::Text, text) => {
                let is_bytes = text.starts_with('b');
                let inner =
                    if is_bytes { Ty::Slice(Box::new(self.primitive("u8"))) } else { self.primitive("str") };
                Value::Of(Ty::Ref(Box::new(inner)))
            }
            (Lexed::Character, _) => Value::Of(self.primitive("char")),
            (_, "true" | "false") => Value::Of(self.primitive("bool")),
            (_, "(") => {
                let close = closing(self.tokens, start);
                *at = close + 1;
                Value::Of(self.tuple(start + 1, close.min(end)))
            }
            (_, "[") => {
                let close = closing(self.tokens, start);
                *at = close + 1;
                Value::Of(Ty::Slice(Box::new(self.expression(start + 1, close.min(end)))))
            }
            (_, "{") => {
                let close = closing(self.tokens, start);
                *at = close + 1;
                Value::Of(self.block(start + 1, close.min(end)))
            }
            (_, "if" | "match" | "unsafe" | "loop") => {
                let block = (start..end).find(|at| self.text(*at) == "{").unwrap_or(end);
                *at = end;
                let close = closing(self.tokens, block).min(end);
                let is_block = token.text == "if" || token.text == "unsafe";
                Value::Of(if is_block { self.block(block + 1, close) } else { Ty::Unknown })
            }
            (_, "|" | "||" | "move") => {
                *at = end;
                Value::Of(self.closure(start, end))
            }
            (_, "return" | "break") => {
                *at = end;
                Value::Of(Ty::Unknown)
            }
            (Lexed::Word, _) => {
                *at = start;
                self.path(at, end)
            }
            _ => Value::Of(Ty::Unknown),
        }
    }
}

fn settled(value: Value) -> Ty {
    match value {
        Value::Of(ty) | Value::Maker(_, ty) => ty,
        Value::Function(..) => Ty::Unknown,
    }
}
