//! Which `#[cfg(…)]` hold. What can't be known here, such as the operating system, is taken to hold.

use std::collections::HashSet;

use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, ExprLit, Lit, Meta, Token};

/// Whether the item with these attributes is compiled, with the package's features.
pub fn holds(attributes: &[Attribute], features: &HashSet<String>) -> bool {
    attributes.iter().filter(|attribute| attribute.path().is_ident("cfg")).all(|attribute| {
        attribute.parse_args::<Meta>().ok().and_then(|meta| check(&meta, features)).unwrap_or(true)
    })
}

fn check(meta: &Meta, features: &HashSet<String>) -> Option<bool> {
    match meta {
        Meta::Path(path) if path.is_ident("test") => Some(false),
        Meta::Path(_) => None,
        Meta::NameValue(pair) if pair.path.is_ident("feature") => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(name), .. }) => Some(features.contains(&name.value())),
            _ => None,
        },
        Meta::NameValue(_) => None,
        Meta::List(list) => {
            let parts = Punctuated::<Meta, Token![,]>::parse_terminated.parse2(list.tokens.clone()).ok()?;
            let mut parts = parts.iter().map(|part| check(part, features));
            if list.path.is_ident("not") {
                return parts.next()?.map(|holds| !holds);
            }
            // `all` is settled by one that doesn't hold, `any` by one that does.
            let settles = if list.path.is_ident("all") {
                false
            } else if list.path.is_ident("any") {
                true
            } else {
                return None;
            };
            let parts: Vec<_> = parts.collect();
            if parts.contains(&Some(settles)) {
                return Some(settles);
            }
            parts.iter().all(Option::is_some).then_some(!settles)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::parse_quote;

    #[test]
    fn features_decide_and_the_unknown_is_taken() {
        let features = HashSet::from(["std".to_owned()]);
        let holds = |attribute: Attribute| holds(&[attribute], &features);
        assert!(holds(parse_quote!(#[cfg(feature = "std")])));
        assert!(!holds(parse_quote!(#[cfg(not(feature = "std"))])));
        assert!(!holds(parse_quote!(#[cfg(all(unix, test))])));
        assert!(!holds(parse_quote!(#[cfg(all(feature = "std", feature = "cuda"))])));
        assert!(holds(parse_quote!(#[cfg(any(target_os = "linux", feature = "cuda"))])));
        assert!(!holds(parse_quote!(#[cfg(any(test, feature = "cuda"))])));
    }
}
