//! What mlbook's macro `settings!` writes: a struct of settings with two presets.

use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Expr, Ident, ItemMacro, Token, Type, braced};

use super::builder::Builder;
use super::text;
use super::types;
use crate::index::model::{Def, Impl, Kind};
use crate::index::ty::Id;

/// The macro's input, as far as it is of interest.
struct Settings {
    attributes: Vec<Attribute>,
    name: Ident,
    fields: Vec<(Vec<Attribute>, Ident, Type)>,
}

impl Parse for Settings {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        input.parse::<Token![pub]>()?;
        input.parse::<Token![struct]>()?;
        let name = input.parse()?;
        input.parse::<Token![,]>()?;
        // `flags Flags`
        input.parse::<Ident>()?;
        input.parse::<Ident>()?;
        let inner;
        braced!(inner in input);
        let mut fields = Vec::new();
        while !inner.is_empty() {
            let attributes = inner.call(Attribute::parse_outer)?;
            let field = inner.parse()?;
            inner.parse::<Token![:]>()?;
            fields.push((attributes, field, inner.parse()?));
            // `, rule, quick 1, book 2;`
            inner.parse::<Token![,]>()?;
            inner.parse::<Ident>()?;
            for _ in 0..2 {
                inner.parse::<Token![,]>()?;
                inner.parse::<Ident>()?;
                inner.parse::<Expr>()?;
            }
            inner.parse::<Token![;]>()?;
        }
        Ok(Self { attributes, name, fields })
    }
}

/// Adds the struct, if the item is the macro.
pub fn collect(builder: &mut Builder<'_>, module: Id, item: &ItemMacro) {
    if item.mac.path.segments.last().is_none_or(|last| last.ident != "settings") {
        return;
    }
    let Ok(settings) = item.mac.parse_body::<Settings>() else { return };
    let (mut names, mut shown) = (Vec::new(), Vec::new());
    for (attributes, field, ty) in &settings.fields {
        let signature = format!("{field}: {}", text::source(ty));
        let def = Def {
            kind: Kind::Field,
            name: field.to_string(),
            signature: signature.clone(),
            docs: text::docs(attributes),
            ty: types::read(ty, &[]),
            ..Def::default()
        };
        names.push((field.to_string(), builder.add(module, def)));
        shown.push(signature);
    }
    let def = Def {
        kind: Kind::Struct,
        name: settings.name.to_string(),
        signature: text::listed(&format!("struct {}", settings.name), shown, '{', '}'),
        docs: text::docs(&settings.attributes),
        names,
        ..Def::default()
    };
    let id = builder.add_named(module, true, def);
    let of = builder.def(id).itself(id);
    let presets = [("quick", "Real data, about a minute on two cores."), ("book", "The book's settings.")];
    let items = presets.map(|(name, docs)| Def {
        kind: Kind::Method,
        name: name.to_owned(),
        signature: format!("fn {name}() -> Self"),
        docs: docs.to_owned(),
        ty: of.clone(),
        ..Def::default()
    });
    let items = items.map(|def| builder.add(module, def)).to_vec();
    builder.add_impl(module, Impl { of, items, ..Impl::default() });
    for name in ["Clone", "Debug", "PartialEq"] {
        builder.derives.push((id, vec![name.to_owned()]));
    }
}
