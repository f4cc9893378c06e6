//! What the index holds: definitions, and implementations for types.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::ty::{Id, Ty};

/// What a name stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Kind {
    #[default]
    Module,
    Struct,
    Enum,
    Trait,
    Alias,
    Primitive,
    Function,
    Method,
    Field,
    Variant,
    Constant,
    Macro,
    /// A macro that is used as `#[derive(…)]` or as an attribute.
    Derive,
    Variable,
    Keyword,
    Magic,
}

impl Kind {
    /// The word for it that JupyterLab has icons for.
    pub fn word(self) -> &'static str {
        match self {
            Self::Module => "module",
            Self::Struct | Self::Enum | Self::Trait | Self::Alias | Self::Primitive => "class",
            Self::Function | Self::Method | Self::Macro | Self::Derive => "function",
            Self::Field => "property",
            Self::Variant | Self::Constant => "instance",
            Self::Variable => "statement",
            Self::Keyword => "keyword",
            Self::Magic => "magic",
        }
    }

    pub fn is_type(self) -> bool {
        matches!(self, Self::Struct | Self::Enum | Self::Trait | Self::Alias | Self::Primitive)
    }

    /// Whether names can stand behind it and `::`.
    pub fn is_space(self) -> bool {
        self == Self::Module || self.is_type()
    }
}

/// Something with a name.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Def {
    pub kind: Kind,
    pub name: String,
    /// Where it is reached: `burn::tensor` for `burn::tensor::Tensor`; the type for a method.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub path: String,
    /// In one line.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub signature: String,
    /// Markdown, the first paragraphs.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub docs: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub generics: Vec<Generic>,
    /// What a function returns, a field holds, an alias stands for, a variant belongs to.
    #[serde(default, skip_serializing_if = "is_unknown")]
    pub ty: Ty,
    /// A module's names, a struct's fields, an enum's variants, a trait's functions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<(String, Id)>,
    /// Traits that parameters must have; for a trait, those above it are the bounds of `Self`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bounds: Vec<(String, Ty)>,
    /// What a function takes besides `self`, if that says something about what it returns.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub takes: Vec<Ty>,
    /// Whether a function takes `self`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub receiver: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deprecated: bool,
}

impl Def {
    /// The whole path.
    pub fn full_path(&self) -> String {
        if self.path.is_empty() { self.name.clone() } else { format!("{}::{}", self.path, self.name) }
    }

    /// The type itself, with its parameters as arguments.
    pub fn itself(&self, id: Id) -> Ty {
        Ty::Named(id, self.generics.iter().map(|generic| Ty::Param(generic.name.clone())).collect())
    }
}

fn is_unknown(ty: &Ty) -> bool {
    *ty == Ty::Unknown
}

/// A parameter of a type or a function, other than a lifetime.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Generic {
    pub name: String,
    #[serde(default, skip_serializing_if = "is_unknown")]
    pub default: Ty,
}

/// `impl … for …`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Impl {
    pub of: Ty,
    /// The trait, unless the methods are the type's own.
    #[serde(default, skip_serializing_if = "is_unknown")]
    pub as_trait: Ty,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bounds: Vec<(String, Ty)>,
    /// The type's own functions; what a trait brings is with the trait.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<Id>,
    /// Associated types.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assoc: Vec<(String, Ty)>,
}

/// What implementations are filed under.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Head {
    Named(Id),
    Slice,
    Tuple,
    /// For every type that fits the bounds.
    Any,
}

impl Head {
    pub fn of(ty: &Ty) -> Option<Self> {
        match ty {
            Ty::Named(id, _) => Some(Self::Named(*id)),
            Ty::Slice(_) => Some(Self::Slice),
            Ty::Tuple(_) => Some(Self::Tuple),
            Ty::Param(_) => Some(Self::Any),
            _ => None,
        }
    }
}

/// Definitions and implementations, numbered from `first`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Layer {
    pub first: Id,
    pub defs: Vec<Def>,
    pub impls: Vec<Impl>,
    /// Crates by the names under which code can reach them.
    pub crates: Vec<(String, Id)>,
    #[serde(skip)]
    heads: HashMap<Head, Vec<u32>>,
}

impl Layer {
    /// An empty layer on top of another.
    pub fn above(base: &Layer) -> Self {
        Self { first: base.end(), ..Self::default() }
    }

    pub fn new(defs: Vec<Def>, impls: Vec<Impl>, crates: Vec<(String, Id)>) -> Self {
        let mut layer = Self { defs, impls, crates, ..Self::default() };
        layer.file();
        layer
    }

    /// Files the implementations; to be called when all are there and resolved.
    pub fn file(&mut self) {
        self.heads.clear();
        for (at, one) in (0..).zip(&self.impls) {
            if let Some(head) = Head::of(&one.of) {
                self.heads.entry(head).or_default().push(at);
            }
        }
    }

    pub fn add(&mut self, def: Def) -> Id {
        self.defs.push(def);
        self.first + (self.defs.len() - 1) as Id
    }

    pub fn end(&self) -> Id {
        self.first + self.defs.len() as Id
    }

    pub fn filed(&self, head: Head) -> impl Iterator<Item = &Impl> {
        self.heads.get(&head).into_iter().flatten().map(|at| &self.impls[*at as usize])
    }
}
