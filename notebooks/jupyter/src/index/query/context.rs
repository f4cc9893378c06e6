//! What is being typed at the cursor.

use super::brackets::closing;
use super::brackets::opening_angle;
use super::lex::{Kind, Token};

/// The place of the cursor.
#[derive(Debug, PartialEq)]
pub enum Context<'s> {
    /// A magic at the start of a line.
    Magic,
    /// Behind the `.` that is this token.
    Member { dot: usize },
    /// Behind `path::`.
    Path(Before<'s>),
    /// The same in a `use`.
    Use { path: Vec<&'s str> },
    /// A field's name in `path { … }`, where `open` is the token of the brace.
    Field { path: Vec<&'s str>, open: usize },
    /// In `#[derive(…)]`.
    Derive,
    /// Where only a type can stand.
    Type,
    /// Any other name.
    Name,
}

/// Words behind which a new name is made up.
const NAMING: [&str; 9] = ["let", "mut", "fn", "struct", "enum", "trait", "mod", "static", "macro_rules"];

/// The context, and where the word begins that is being typed. Nothing within texts and comments, numbers and new names.
pub fn at_end<'s>(source: &'s str, tokens: &mut Vec<Token<'s>>) -> Option<(Context<'s>, usize)> {
    let line = source.rfind('\n').map_or(0, |at| at + 1);
    let before = source[line..].trim_start();
    if before.starts_with(':') && !before.starts_with("::") && !before.contains(char::is_whitespace) {
        return Some((Context::Magic, source.len() - before.len()));
    }
    let mut start = source.len();
    if let Some(last) = tokens.last().filter(|last| last.end() == source.len()) {
        match last.kind {
            Kind::Word => {
                start = last.start;
                tokens.pop();
            }
            Kind::Number | Kind::Lifetime | Kind::Character => return None,
            _ => {}
        }
    }
    Some((of(tokens)?, start))
}

fn of<'s>(tokens: &[Token<'s>]) -> Option<Context<'s>> {
    if let Some(path) = use_path(tokens) {
        return path.map(|path| Context::Use { path });
    }
    let last = tokens.last().map_or("", |token| token.text);
    let before = tokens.len().saturating_sub(2);
    match last {
        "." => return Some(Context::Member { dot: tokens.len() - 1 }),
        "::" => {
            return path_before(tokens, tokens.len() - 1).map(Context::Path);
        }
        "mut" if tokens[before].text != "let" => {}
        word if NAMING.contains(&word) => return None,
        _ => {}
    }
    if let Some(open) = unclosed(tokens) {
        if tokens[open].text == "(" && open > 0 && tokens[open - 1].text == "derive" {
            return Some(Context::Derive);
        }
        let path = literal_path(tokens, open);
        if let Some(path) = path {
            return Some(if last == "{" || last == "," {
                Context::Field { path, open }
            } else {
                Context::Name
            });
        }
    }
    match last {
        "->" | ":" | "impl" | "dyn" | "as" => Some(Context::Type),
        _ => Some(Context::Name),
    }
}

/// Within a `use`: the path before the cursor, or nothing where a new name is made up.
pub fn use_path<'s>(tokens: &[Token<'s>]) -> Option<Option<Vec<&'s str>>> {
    let start = tokens.iter().rposition(|token| token.text == "use" || token.text == ";")?;
    if tokens[start].text == ";" {
        return None;
    }
    let mut stack: Vec<Vec<&str>> = Vec::new();
    let mut path = Vec::new();
    for token in &tokens[start + 1..] {
        match (token.kind, token.text) {
            (_, "{") => stack.push(path.clone()),
            (_, ",") => path = stack.last()?.clone(),
            (_, "}") => {
                path = stack.pop()?;
            }
            (_, "as") => return Some(None),
            (_, "::" | "*") => {}
            (Kind::Word, word) => path.push(word),
            _ => return None,
        }
    }
    let is_complete = tokens.last().is_some_and(|last| last.kind == Kind::Word && last.text != "use");
    if is_complete { None } else { Some(Some(path)) }
}

/// What stands before a `::`.
#[derive(Debug, PartialEq)]
pub struct Before<'s> {
    pub path: Vec<&'s str>,
    /// The tokens of the last name's arguments.
    pub args: Option<(usize, usize)>,
}

/// The path that ends at the `::` at `at`.
pub fn path_before<'s>(tokens: &[Token<'s>], mut at: usize) -> Option<Before<'s>> {
    let (mut path, mut args) = (Vec::new(), None);
    // `at` is always on a `::`.
    while let Some(mut word) = at.checked_sub(1) {
        if tokens[word].text == ">" {
            let open = opening_angle(tokens, word)?;
            if path.is_empty() {
                args = Some((open, word + 1));
            }
            word = open.checked_sub(1)?;
            if tokens[word].text == "::" {
                word = word.checked_sub(1)?;
            }
        }
        if tokens[word].kind != Kind::Word {
            // `::std::…` begins with the sign.
            if !path.is_empty() {
                path.push("");
            }
            break;
        }
        path.push(tokens[word].text);
        match word.checked_sub(1) {
            Some(before) if tokens[before].text == "::" => at = before,
            _ => break,
        }
    }
    path.reverse();
    (!path.is_empty()).then_some(Before { path, args })
}

/// The last bracket that is still open.
pub fn unclosed(tokens: &[Token<'_>]) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().rev() {
        match token.kind {
            Kind::Close => depth += 1,
            Kind::Open if depth == 0 => return Some(at),
            Kind::Open => depth -= 1,
            _ => {}
        }
    }
    None
}

/// The path before a brace that may begin a struct's fields.
fn literal_path<'s>(tokens: &[Token<'s>], open: usize) -> Option<Vec<&'s str>> {
    let word =
        open.checked_sub(1).filter(|word| tokens[open].text == "{" && tokens[*word].kind == Kind::Word)?;
    let mut path = vec![tokens[word].text];
    let mut before = word;
    if word > 0 && tokens[word - 1].text == "::" {
        let rest = path_before(tokens, word - 1)?.path;
        before = word.saturating_sub(rest.len() * 2);
        path.splice(0..0, rest);
    }
    let starts_block = before.checked_sub(1).is_some_and(|before| {
        matches!(
            tokens[before].text,
            "struct" | "enum" | "impl" | "for" | "trait" | "->" | "in" | "match" | "mod"
        )
    });
    let is_type = path.last()?.starts_with(char::is_uppercase);
    (is_type && !starts_block).then_some(path)
}

/// The names of fields that stand in a literal already.
pub fn given_fields<'s>(tokens: &[Token<'s>], open: usize) -> Vec<&'s str> {
    let mut found = Vec::new();
    let mut at = open + 1;
    while at < tokens.len() {
        let token = tokens[at];
        match token.kind {
            Kind::Open => at = closing(tokens, at),
            Kind::Word if matches!(tokens[at - 1].text, "{" | ",") => found.push(token.text),
            _ => {}
        }
        at += 1;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::lex;
    use super::*;

    fn context(source: &str) -> Option<Context<'_>> {
        at_end(source, &mut lex::tokens(source).all).map(|(context, _)| context)
    }

    #[test]
    fn places_are_told_apart() {
        assert_eq!(context("x.res"), Some(Context::Member { dot: 1 }));
        assert_eq!(
            context("let y = burn::nn::Lin"),
            Some(Context::Path(Before { path: vec!["burn", "nn"], args: None }))
        );
        assert_eq!(
            context("Tensor::<2>::"),
            Some(Context::Path(Before { path: vec!["Tensor"], args: Some((2, 5)) }))
        );
        assert_eq!(context("use a::{b::{c, d::e"), Some(Context::Use { path: vec!["a", "b", "d"] }));
        assert_eq!(context("use a::b; c"), Some(Context::Name));
        assert_eq!(context("let x: Ten"), Some(Context::Type));
        assert_eq!(context("Config { a: 1, b"), Some(Context::Field { path: vec!["Config"], open: 1 }));
        assert_eq!(context("Config { a: b"), Some(Context::Name));
        assert_eq!(context("fn f() -> Config { b"), Some(Context::Name));
        assert_eq!(context("#[derive(Deb"), Some(Context::Derive));
        assert_eq!(context("x\n:ti"), Some(Context::Magic));
        assert_eq!(context("let ne"), None);
        assert_eq!(context("1"), None);
    }
}
