//! Signatures in one line, and the first paragraphs of docs.

use syn::spanned::Spanned;
use syn::{Attribute, Expr, ExprLit, Lit, Meta, Signature, Visibility};

/// Docs beyond this are cut at the end of a paragraph.
const MOST_DOCS: usize = 1200;
/// A `where` clause longer than this becomes `where …`.
const MOST_WHERE: usize = 50;
/// So many fields or variants are listed in a type's signature.
const MOST_LISTED: usize = 8;

/// What stands in the source, in one line.
pub fn source(part: &impl Spanned) -> String {
    tidy(&part.span().source_text().unwrap_or_default())
}

/// `fn forward(&self, images: Tensor<4>) -> Tensor<2>`.
pub fn function(signature: &Signature) -> String {
    let clause = signature.generics.where_clause.as_ref().map(source).unwrap_or_default();
    let all = source(signature);
    match all.strip_suffix(&clause) {
        Some(rest) if clause.len() > MOST_WHERE => format!("{}where …", rest),
        _ => all,
    }
}

/// `struct Linear { weight: Param<Tensor<2>>, … }`, for any word, name and list.
pub fn listed(head: &str, parts: Vec<String>, open: char, close: char) -> String {
    let shown = parts.len().min(MOST_LISTED);
    let mut inner = parts[..shown].join(", ");
    if parts.len() > shown {
        inner.push_str(", …");
    }
    match (open, inner.is_empty()) {
        (_, true) => head.to_owned(),
        ('{', false) => format!("{head} {{ {inner} }}"),
        _ => format!("{head}{open}{inner}{close}"),
    }
}

pub fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

/// White space and line comments become single spaces; trailing commas of lists go.
pub fn tidy(text: &str) -> String {
    let without_comments: Vec<&str> =
        text.lines().map(|line| line.split("//").next().unwrap_or(line)).collect();
    let mut line = String::new();
    for word in without_comments.iter().flat_map(|line| line.split_whitespace()) {
        if line.ends_with(',') && word.starts_with([')', '>', ']']) {
            line.pop();
        } else if !line.is_empty()
            && !line.ends_with(['(', '<', '['])
            && !word.starts_with([')', '>', ']', '.'])
        {
            line.push(' ');
        }
        line.push_str(word);
    }
    line.trim_end_matches(',').to_owned()
}

/// An item's doc comments, shortened.
pub fn docs(attributes: &[Attribute]) -> String {
    let mut lines = Vec::new();
    for attribute in attributes {
        if let Meta::NameValue(pair) = &attribute.meta
            && pair.path.is_ident("doc")
            && let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = &pair.value
        {
            lines.extend(text.value().lines().map(|line| line.strip_prefix(' ').unwrap_or(line).to_owned()));
            if text.value().is_empty() {
                lines.push(String::new());
            }
        }
    }
    shorten(&lines)
}

/// Leaves out examples, lines that doc tests hide and links into other docs; ends after a paragraph.
fn shorten(lines: &[String]) -> String {
    let mut docs = String::new();
    let (mut in_example, mut in_code) = (false, false);
    for line in lines {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        } else if !in_code && line.starts_with('#') {
            in_example = line.to_lowercase().contains("example");
        }
        if in_example || (in_code && (line.starts_with("# ") || line == "#")) {
            continue;
        }
        if !in_code && line.is_empty() && docs.len() > MOST_DOCS {
            break;
        }
        docs.push_str(&if in_code { line.clone() } else { without_links(line) });
        docs.push('\n');
    }
    docs.trim().to_owned()
}

/// `` [`Linear`](LinearConfig) `` and `` [`Linear`] `` become `` `Linear` ``; links to the web stay.
fn without_links(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(open) = rest.find('[') {
        let Some(close) = rest[open..].find(']').map(|at| open + at) else { break };
        let inner = &rest[open + 1..close];
        let after = &rest[close + 1..];
        let target = after.strip_prefix('(').and_then(|after| after.split_once(')'));
        match target {
            Some((target, after)) if !target.contains("://") => {
                out.push_str(&rest[..open]);
                out.push_str(inner);
                rest = after;
            }
            None if inner.starts_with('`') && inner.ends_with('`') && !after.starts_with(':') => {
                out.push_str(&rest[..open]);
                out.push_str(inner);
                rest = after;
            }
            None if is_item_name(inner) && !after.starts_with([':', '[']) => {
                out.push_str(&format!("{}`{inner}`", &rest[..open]));
                rest = after;
            }
            _ => {
                out.push_str(&rest[..=close]);
                rest = after;
            }
        }
    }
    out + rest
}

/// `LinearConfig`, `nn::Linear`: the text of a link to an item.
fn is_item_name(text: &str) -> bool {
    let is_name = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '_');
    let last = text.rsplit("::").next().unwrap_or_default();
    let is_path =
        text.contains("::") || (last.starts_with(char::is_uppercase) && last.contains(char::is_lowercase));
    is_path && text.split("::").all(is_name)
}

/// The words of `#[derive(…)]`, as paths.
pub fn derives(attributes: &[Attribute]) -> Vec<syn::Path> {
    let mut paths = Vec::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("derive")) {
        if let Ok(list) = attribute
            .parse_args_with(syn::punctuated::Punctuated::<syn::Path, syn::Token![,]>::parse_terminated)
        {
            paths.extend(list);
        }
    }
    paths
}

/// Whether an attribute such as `#[doc(hidden)]` is there.
pub fn is_marked(attributes: &[Attribute], name: &str, word: &str) -> bool {
    attributes.iter().filter(|attribute| attribute.path().is_ident(name)).any(|attribute| {
        match &attribute.meta {
            Meta::List(list) => word.is_empty() || list.tokens.to_string() == word,
            _ => word.is_empty(),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_becomes_one_line() {
        let source = "fn f<\n    T: Copy,\n>(\n    x: T, // what\n    y: Vec<T>,\n) -> T";
        assert_eq!(tidy(source), "fn f<T: Copy>(x: T, y: Vec<T>) -> T");
    }

    #[test]
    fn docs_lose_examples_and_dead_links() {
        let lines = [
            "See [`Linear`](nn::Linear) and [a page](https://a.b/c), `[2, 3]`.",
            "# Example",
            "```",
            "x",
            "```",
        ];
        let lines = lines.map(String::from);
        assert_eq!(shorten(&lines), "See `Linear` and [a page](https://a.b/c), `[2, 3]`.");
    }
}
