//! Types, as far as completion needs them: which definition, with which arguments.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A definition's place in the index.
pub type Id = u32;

/// What generic parameters stand for.
pub type Bindings = HashMap<String, Ty>;

/// A type. Lifetimes, bounds and function types are left out.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Ty {
    #[default]
    Unknown,
    /// A definition with its arguments. For a trait: something that implements it.
    Named(Id, Vec<Ty>),
    /// A generic parameter, or `Self`.
    Param(String),
    /// `T::Item`.
    Assoc(Box<Ty>, String),
    Ref(Box<Ty>),
    Tuple(Vec<Ty>),
    /// `[T]`, `[T; N]`.
    Slice(Box<Ty>),
    /// The value of a constant parameter.
    Const(String),
    /// A path that has yet to be resolved; only while an index is built.
    Path(Vec<String>, Vec<Ty>),
}

impl Ty {
    /// The type with parameters replaced by what they stand for.
    pub fn with(&self, bindings: &Bindings) -> Ty {
        self.map(&mut |ty| match ty {
            Ty::Param(name) => Some(bindings.get(name).cloned().unwrap_or(Ty::Unknown)),
            _ => None,
        })
    }

    /// Replaces each part for which `change` has something else.
    pub fn map(&self, change: &mut dyn FnMut(&Ty) -> Option<Ty>) -> Ty {
        if let Some(other) = change(self) {
            return other;
        }
        let mut all = |types: &[Ty]| types.iter().map(|ty| ty.map(change)).collect();
        match self {
            Ty::Named(id, args) => Ty::Named(*id, all(args)),
            Ty::Tuple(parts) => Ty::Tuple(all(parts)),
            Ty::Path(path, args) => Ty::Path(path.clone(), all(args)),
            Ty::Assoc(of, name) => Ty::Assoc(Box::new(of.map(change)), name.clone()),
            Ty::Ref(to) => Ty::Ref(Box::new(to.map(change))),
            Ty::Slice(of) => Ty::Slice(Box::new(of.map(change))),
            Ty::Unknown | Ty::Param(_) | Ty::Const(_) => self.clone(),
        }
    }

    /// Calls `visit` with each definition in the type.
    pub fn each_id(&self, visit: &mut dyn FnMut(Id)) {
        match self {
            Ty::Named(id, args) => {
                visit(*id);
                args.iter().for_each(|arg| arg.each_id(visit));
            }
            Ty::Tuple(parts) | Ty::Path(_, parts) => parts.iter().for_each(|part| part.each_id(visit)),
            Ty::Assoc(inner, _) | Ty::Ref(inner) | Ty::Slice(inner) => inner.each_id(visit),
            Ty::Unknown | Ty::Param(_) | Ty::Const(_) => {}
        }
    }

    /// Whether `self`, with parameters in it, can be `actual`; says what the parameters are then. What is unknown fits.
    pub fn unify(&self, actual: &Ty, bindings: &mut Bindings) -> bool {
        match (self, actual) {
            (Ty::Param(name), _) => {
                let bound = bindings.entry(name.clone()).or_insert(Ty::Unknown);
                if *bound == Ty::Unknown {
                    *bound = actual.clone();
                    return true;
                }
                let bound = bound.clone();
                bound.unify(actual, &mut Bindings::new())
            }
            (Ty::Named(one, args), Ty::Named(other, actual)) => {
                one == other && args.iter().zip(actual).all(|(arg, actual)| arg.unify(actual, bindings))
            }
            (Ty::Ref(one), Ty::Ref(other)) | (Ty::Slice(one), Ty::Slice(other)) => one.unify(other, bindings),
            (Ty::Tuple(parts), Ty::Tuple(actual)) => {
                parts.len() == actual.len()
                    && parts.iter().zip(actual).all(|(part, actual)| part.unify(actual, bindings))
            }
            (Ty::Const(one), Ty::Const(other)) => one == other,
            (Ty::Unknown | Ty::Assoc(..) | Ty::Path(..), _) => true,
            (_, Ty::Unknown | Ty::Assoc(..) | Ty::Path(..) | Ty::Param(_)) => true,
            _ => false,
        }
    }

    /// The type behind references.
    pub fn behind_references(&self) -> &Ty {
        match self {
            Ty::Ref(to) => to.behind_references(),
            other => other,
        }
    }
}

/// The form in the index file: `#12<=2,#7>` for `Tensor<2, Int>`.
impl fmt::Display for Ty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |f: &mut fmt::Formatter<'_>, types: &[Ty]| {
            types.iter().enumerate().try_for_each(|(at, ty)| {
                if at > 0 {
                    f.write_str(",")?;
                }
                write!(f, "{ty}")
            })
        };
        match self {
            Ty::Unknown | Ty::Path(..) => f.write_str("?"),
            Ty::Named(id, args) if args.is_empty() => write!(f, "#{id}"),
            Ty::Named(id, args) => {
                write!(f, "#{id}<")?;
                list(f, args)?;
                f.write_str(">")
            }
            Ty::Param(name) => f.write_str(name),
            Ty::Assoc(of, name) => write!(f, ".{of}:{name}"),
            Ty::Ref(to) => write!(f, "&{to}"),
            Ty::Slice(of) => write!(f, "[{of}]"),
            Ty::Tuple(parts) => {
                f.write_str("(")?;
                list(f, parts)?;
                f.write_str(")")
            }
            Ty::Const(value) => write!(f, "={value}"),
        }
    }
}

impl FromStr for Ty {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut rest = text;
        let ty = read(&mut rest).ok_or_else(|| format!("not a type of the index: {text}"))?;
        if rest.is_empty() { Ok(ty) } else { Err(format!("text after a type of the index: {rest}")) }
    }
}

fn read(rest: &mut &str) -> Option<Ty> {
    let first = rest.chars().next()?;
    if first.is_alphabetic() || first == '_' {
        return Some(Ty::Param(word(rest)));
    }
    *rest = &rest[first.len_utf8()..];
    Some(match first {
        '?' => Ty::Unknown,
        '&' => Ty::Ref(Box::new(read(rest)?)),
        '=' => Ty::Const(word(rest)),
        '#' => {
            let id = word(rest).parse().ok()?;
            Ty::Named(id, if skip(rest, '<') { list(rest, '>')? } else { Vec::new() })
        }
        '.' => {
            let of = Box::new(read(rest)?);
            skip(rest, ':').then_some(())?;
            Ty::Assoc(of, word(rest))
        }
        '[' => {
            let of = Box::new(read(rest)?);
            skip(rest, ']').then_some(())?;
            Ty::Slice(of)
        }
        '(' => Ty::Tuple(list(rest, ')')?),
        _ => return None,
    })
}

fn list(rest: &mut &str, end: char) -> Option<Vec<Ty>> {
    let mut types = Vec::new();
    while !skip(rest, end) {
        types.push(read(rest)?);
        skip(rest, ',');
    }
    Some(types)
}

fn skip(rest: &mut &str, wanted: char) -> bool {
    rest.strip_prefix(wanted).inspect(|after| *rest = after).is_some()
}

fn word(rest: &mut &str) -> String {
    let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
    let (word, after) = rest.split_at(end);
    *rest = after;
    word.to_owned()
}

impl Serialize for Ty {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Ty {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn param(name: &str) -> Ty {
        Ty::Param(name.into())
    }

    #[test]
    fn a_type_survives_the_file() {
        let tensor = Ty::Named(12, vec![Ty::Const("2".into()), Ty::Named(7, vec![])]);
        let item = Ty::Assoc(Box::new(param("Self")), "Item".into());
        let all = Ty::Tuple(vec![tensor, Ty::Ref(Box::new(item)), Ty::Slice(Box::new(Ty::Unknown))]);
        assert_eq!(all.to_string(), "(#12<=2,#7>,&.Self:Item,[?])");
        assert_eq!(all.to_string().parse(), Ok(all));
    }

    #[test]
    fn parameters_are_found_and_replaced() {
        let pattern = Ty::Named(1, vec![param("D"), Ty::Named(2, vec![])]);
        let actual = Ty::Named(1, vec![Ty::Const("2".into()), Ty::Named(2, vec![])]);
        let other = Ty::Named(1, vec![Ty::Const("2".into()), Ty::Named(3, vec![])]);
        let mut bindings = Bindings::new();
        assert!(pattern.unify(&actual, &mut bindings));
        assert_eq!(param("D").with(&bindings), Ty::Const("2".into()));
        assert!(!pattern.unify(&other, &mut Bindings::new()));
    }
}
