//! From syn's types to ours; paths stay unresolved.

use syn::{
    AngleBracketedGenericArguments, Expr, FnArg, GenericArgument, GenericParam, Generics, Lit, PathArguments,
    ReturnType, Signature, Type, TypeParamBound, WherePredicate,
};

use super::text;
use crate::index::model::Generic;
use crate::index::ty::Ty;

/// Names of the parameters in scope.
pub type Parameters = Vec<String>;

/// The parameters that `generics` adds to `outer`.
pub fn parameters(outer: &[String], generics: &Generics) -> Parameters {
    let own = generics.params.iter().filter_map(|param| match param {
        GenericParam::Type(param) => Some(param.ident.to_string()),
        GenericParam::Const(param) => Some(param.ident.to_string()),
        GenericParam::Lifetime(_) => None,
    });
    outer.iter().cloned().chain(own).collect()
}

/// Parameters with their defaults.
pub fn generics(generics: &Generics, scope: &[String]) -> Vec<Generic> {
    let one = |param: &GenericParam| match param {
        GenericParam::Type(param) => Some(Generic {
            name: param.ident.to_string(),
            default: param.default.as_ref().map(|ty| read(ty, scope)).unwrap_or_default(),
        }),
        GenericParam::Const(param) => Some(Generic { name: param.ident.to_string(), default: Ty::Unknown }),
        GenericParam::Lifetime(_) => None,
    };
    generics.params.iter().filter_map(one).collect()
}

/// The traits that parameters must have.
pub fn bounds(generics: &Generics, scope: &[String]) -> Vec<(String, Ty)> {
    let mut found = Vec::new();
    for param in &generics.params {
        if let GenericParam::Type(param) = param {
            add_bounds(&mut found, &param.ident.to_string(), param.bounds.iter(), scope);
        }
    }
    for predicate in generics.where_clause.iter().flat_map(|clause| &clause.predicates) {
        if let WherePredicate::Type(predicate) = predicate
            && let Type::Path(path) = &predicate.bounded_ty
            && let Some(param) = path.path.get_ident()
        {
            add_bounds(&mut found, &param.to_string(), predicate.bounds.iter(), scope);
        }
    }
    found
}

pub fn add_bounds<'a>(
    found: &mut Vec<(String, Ty)>,
    param: &str,
    bounds: impl Iterator<Item = &'a TypeParamBound>,
    scope: &[String],
) {
    for bound in bounds {
        if let TypeParamBound::Trait(bound) = bound {
            found.push((param.to_owned(), path(&bound.path, scope)));
        }
    }
}

/// What a function returns.
pub fn returned(output: &ReturnType, scope: &[String]) -> Ty {
    match output {
        ReturnType::Default => Ty::Tuple(Vec::new()),
        ReturnType::Type(_, ty) => read(ty, scope),
    }
}

/// What a function takes, if it shares parameters with what it returns; otherwise nothing.
pub fn taken(signature: &Signature, returned: &Ty, scope: &[String]) -> Vec<Ty> {
    let own = parameters(&[], &signature.generics);
    let params = |ty: &Ty| {
        let mut found = Vec::new();
        ty.map(&mut |part| {
            if let Ty::Param(name) = part {
                found.push(name.clone());
            }
            None
        });
        found
    };
    let wanted = params(returned);
    let is_wanted = |ty: &Ty| params(ty).iter().any(|name| wanted.contains(name));
    let taken = signature.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(input) => Some(read(&input.ty, scope)),
        FnArg::Receiver(_) => None,
    });
    let taken: Vec<Ty> = taken.map(|ty| if is_wanted(&ty) { ty } else { Ty::Unknown }).collect();
    let is_method = signature.receiver().is_some();
    let says_something =
        taken.iter().any(|ty| params(ty).iter().any(|name| !is_method || own.contains(name)));
    if says_something { taken } else { Vec::new() }
}

pub fn read(ty: &Type, scope: &[String]) -> Ty {
    match ty {
        Type::Path(ty) => match &ty.qself {
            None => path(&ty.path, scope),
            Some(of) => {
                let name = ty.path.segments.last().map(|segment| segment.ident.to_string());
                Ty::Assoc(Box::new(read(&of.ty, scope)), name.unwrap_or_default())
            }
        },
        Type::Reference(ty) => Ty::Ref(Box::new(read(&ty.elem, scope))),
        Type::Slice(ty) => Ty::Slice(Box::new(read(&ty.elem, scope))),
        Type::Array(ty) => Ty::Slice(Box::new(read(&ty.elem, scope))),
        Type::Tuple(ty) => Ty::Tuple(ty.elems.iter().map(|part| read(part, scope)).collect()),
        Type::Paren(ty) => read(&ty.elem, scope),
        Type::Group(ty) => read(&ty.elem, scope),
        Type::ImplTrait(ty) => first_trait(ty.bounds.iter(), scope),
        Type::TraitObject(ty) => first_trait(ty.bounds.iter(), scope),
        _ => Ty::Unknown,
    }
}

fn first_trait<'a>(mut bounds: impl Iterator<Item = &'a TypeParamBound>, scope: &[String]) -> Ty {
    let first = bounds.find_map(|bound| match bound {
        TypeParamBound::Trait(bound) => Some(path(&bound.path, scope)),
        _ => None,
    });
    first.unwrap_or_default()
}

/// A path with the arguments of its last segment; `Iterator<Item = T>` counts as `Iterator<T>`.
pub fn path(path: &syn::Path, scope: &[String]) -> Ty {
    let names: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    let is_param = |name: &String| name == "Self" || scope.contains(name);
    match names.as_slice() {
        [name] if is_param(name) => return Ty::Param(name.clone()),
        [of, name] if is_param(of) => return Ty::Assoc(Box::new(Ty::Param(of.clone())), name.clone()),
        _ => {}
    }
    let args = match path.segments.last().map(|segment| &segment.arguments) {
        Some(PathArguments::AngleBracketed(list)) => arguments(list, scope),
        Some(PathArguments::Parenthesized(list)) => vec![returned(&list.output, scope)],
        _ => Vec::new(),
    };
    Ty::Path(names, args)
}

fn arguments(list: &AngleBracketedGenericArguments, scope: &[String]) -> Vec<Ty> {
    let one = |argument: &GenericArgument| match argument {
        GenericArgument::Type(ty) => Some(read(ty, scope)),
        GenericArgument::AssocType(pair) => Some(read(&pair.ty, scope)),
        GenericArgument::Const(Expr::Lit(value)) => Some(match &value.lit {
            Lit::Int(value) => Ty::Const(value.base10_digits().to_owned()),
            other => Ty::Const(text::source(other)),
        }),
        GenericArgument::Const(_) => Some(Ty::Unknown),
        _ => None,
    };
    list.args.iter().filter_map(one).collect()
}
