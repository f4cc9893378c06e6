//! What derives add: burn's `Config` writes `new` and `with_…`, `derive_new` writes `new`.

use syn::{Attribute, Field, Fields, GenericArgument, ItemStruct, PathArguments, Type};

use super::builder::Builder;
use super::text;
use crate::index::model::{Def, Impl, Kind};
use crate::index::ty::{Id, Ty};

/// The macro that a function of a macro crate defines.
pub fn macro_of(attributes: &[Attribute], function: &Def) -> Option<Def> {
    let of = |kind, name: String, signature| {
        Some(Def { kind, name, signature, docs: function.docs.clone(), ..Def::default() })
    };
    attributes.iter().find_map(|attribute| {
        let path = attribute.path();
        if path.is_ident("proc_macro_derive") {
            let list = attribute.meta.require_list().ok()?.tokens.to_string();
            let name = list.split(',').next().unwrap_or_default().trim().to_owned();
            let signature = format!("#[derive({name})]");
            of(Kind::Derive, name, signature)
        } else if path.is_ident("proc_macro") {
            of(Kind::Macro, function.name.clone(), format!("macro {}!(…)", function.name))
        } else if path.is_ident("proc_macro_attribute") {
            of(Kind::Derive, function.name.clone(), format!("#[{}]", function.name))
        } else {
            None
        }
    })
}

/// Adds the functions that a struct's derives write.
pub fn functions(builder: &mut Builder<'_>, module: Id, id: Id, item: &ItemStruct) {
    let derived = text::derives(&item.attrs);
    let has =
        |name: &str| derived.iter().any(|path| path.segments.last().is_some_and(|last| last.ident == name));
    let Fields::Named(fields) = &item.fields else { return };
    let own = builder.def(id).itself(id);
    let mut add = |defs: Vec<Def>| {
        let items = defs.into_iter().map(|def| builder.add(module, def)).collect();
        builder.add_impl(module, Impl { of: own.clone(), items, ..Impl::default() });
    };
    if has("new") {
        let needed: Vec<&Field> = fields.named.iter().filter(|field| !is_phantom(&field.ty)).collect();
        add(vec![constructor(&item.ident, &needed, &own)]);
    }
    if has("Config") {
        let (needed, set): (Vec<&Field>, Vec<&Field>) =
            fields.named.iter().partition(|field| !is_optional(field));
        let setters = set.iter().map(|field| setter(field, &own));
        add([constructor(&item.ident, &needed, &own)].into_iter().chain(setters).collect());
    }
}

fn constructor(of: &syn::Ident, fields: &[&Field], own: &Ty) -> Def {
    let parameters: Vec<String> = fields.iter().map(|field| parameter(field)).collect();
    let docs: Vec<String> = fields
        .iter()
        .filter_map(|field| {
            let docs = text::docs(&field.attrs);
            let first = docs.lines().next()?;
            Some(format!("- `{}`: {first}", field.ident.as_ref()?))
        })
        .collect();
    Def {
        kind: Kind::Method,
        name: "new".into(),
        signature: format!("fn new({}) -> {of}", parameters.join(", ")),
        docs: docs.join("\n"),
        ty: own.clone(),
        ..Def::default()
    }
}

fn setter(field: &Field, own: &Ty) -> Def {
    let name = format!("with_{}", field.ident.as_ref().map(ToString::to_string).unwrap_or_default());
    let default = field.attrs.iter().find(|attribute| attribute.path().is_ident("config")).map(text::source);
    let note = default.map(|default| format!("\n\n`{default}`")).unwrap_or_default();
    Def {
        kind: Kind::Method,
        signature: format!("fn {name}(self, {}) -> Self", parameter(field)),
        name,
        docs: text::docs(&field.attrs) + &note,
        ty: own.clone(),
        receiver: true,
        ..Def::default()
    }
}

fn parameter(field: &Field) -> String {
    format!(
        "{}: {}",
        field.ident.as_ref().map(ToString::to_string).unwrap_or_default(),
        text::source(&field.ty)
    )
}

/// Fields with a default, and `Option`s, are no parameters of `new`.
fn is_optional(field: &Field) -> bool {
    field.attrs.iter().any(|attribute| attribute.path().is_ident("config"))
        || last_name(&field.ty).is_some_and(|name| name == "Option")
}

fn is_phantom(ty: &Type) -> bool {
    last_name(ty).is_some_and(|name| name == "PhantomData")
}

fn last_name(ty: &Type) -> Option<String> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    let holds_type = match &last.arguments {
        PathArguments::AngleBracketed(list) => {
            list.args.iter().any(|argument| matches!(argument, GenericArgument::Type(_)))
        }
        _ => false,
    };
    holds_type.then(|| last.ident.to_string())
}
