//! Definitions of functions, constants and fields.

use syn::{Attribute, Fields, Signature};

use super::builder::Builder;
use super::text::{self, is_public, source};
use super::types::{self, Parameters};
use crate::index::model::{Def, Kind};
use crate::index::ty::Id;

impl Builder<'_> {
    /// The fields that can be seen, and how they look in a signature.
    pub fn fields(
        &mut self,
        module: Id,
        fields: &Fields,
        scope: &[String],
        all: bool,
    ) -> (Vec<(String, Id)>, Vec<String>) {
        let (mut names, mut shown) = (Vec::new(), Vec::new());
        for (at, field) in fields.iter().enumerate() {
            if !(all || is_public(&field.vis)) || !self.wants(&field.attrs) {
                continue;
            }
            let ty = source(&field.ty);
            let (name, text) = match &field.ident {
                Some(name) => (name.to_string(), format!("{name}: {ty}")),
                None => (at.to_string(), ty.clone()),
            };
            let def = Def {
                kind: Kind::Field,
                name: name.clone(),
                signature: format!("{name}: {ty}"),
                docs: text::docs(&field.attrs),
                ty: types::read(&field.ty, scope),
                ..Def::default()
            };
            names.push((name, self.add(module, def)));
            shown.push(text);
        }
        (names, shown)
    }
}

/// Name, docs and whether it is deprecated.
pub fn named(name: &syn::Ident, attributes: &[Attribute]) -> Def {
    Def {
        name: name.to_string(),
        docs: text::docs(attributes),
        deprecated: attributes.iter().any(|attribute| attribute.path().is_ident("deprecated")),
        ..Def::default()
    }
}

pub fn constant(
    word: &str,
    name: &syn::Ident,
    ty: &syn::Type,
    attributes: &[Attribute],
    scope: &[String],
) -> Def {
    Def {
        kind: Kind::Constant,
        signature: format!("{word} {name}: {}", source(ty)),
        ty: types::read(ty, scope),
        ..named(name, attributes)
    }
}

pub fn function(signature: &Signature, attributes: &[Attribute], outer: &[String]) -> Def {
    let scope: Parameters = types::parameters(outer, &signature.generics);
    let ty = types::returned(&signature.output, &scope);
    Def {
        kind: Kind::Function,
        takes: types::taken(signature, &ty, &scope),
        signature: text::function(signature),
        generics: types::generics(&signature.generics, &scope),
        bounds: types::bounds(&signature.generics, &scope),
        ty,
        receiver: signature.receiver().is_some(),
        ..named(&signature.ident, attributes)
    }
}

pub fn method(signature: &Signature, attributes: &[Attribute], outer: &[String]) -> Def {
    Def { kind: Kind::Method, ..function(signature, attributes, outer) }
}
