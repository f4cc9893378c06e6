//! The tokens of a cell that is being typed: never fails, knows strings and comments that have no end yet.

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Word,
    Number,
    Text,
    Character,
    Lifetime,
    /// `(`, `[`, `{`
    Open,
    /// `)`, `]`, `}`
    Close,
    Sign,
}

/// A piece of the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'a> {
    pub kind: Kind,
    pub text: &'a str,
    pub start: usize,
}

impl Token<'_> {
    pub fn end(&self) -> usize {
        self.start + self.text.len()
    }
}

/// A source in tokens; comments are left out.
#[derive(Debug, Default)]
pub struct Tokens<'a> {
    pub all: Vec<Token<'a>>,
    /// Whether the source ends within a comment, a string or a character.
    pub ends_inside: bool,
}

/// Signs of several characters; `>>` is not one of them, as it closes generics.
const SIGNS: [&str; 22] = [
    "..=", "...", "<<=", ">>=", "::", "->", "=>", "..", "==", "!=", "<=", ">=", "&&", "||", "+=", "-=", "*=",
    "/=", "%=", "^=", "&=", "|=",
];

/// Cuts a source into tokens.
pub fn tokens(source: &str) -> Tokens<'_> {
    let mut tokens = Tokens::default();
    let mut at = 0;
    while let Some(first) = source[at..].chars().next() {
        let rest = &source[at..];
        if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        }
        if rest.starts_with("//") {
            let line = rest.find('\n');
            tokens.ends_inside = line.is_none();
            at += line.unwrap_or(rest.len());
            continue;
        }
        if rest.starts_with("/*") {
            let (length, is_closed) = block_comment(rest);
            tokens.ends_inside = !is_closed;
            at += length;
            continue;
        }
        let (kind, length, is_closed) = token(rest, first);
        tokens.ends_inside = !is_closed;
        tokens.all.push(Token { kind, text: &rest[..length], start: at });
        at += length;
    }
    tokens
}

fn token(rest: &str, first: char) -> (Kind, usize, bool) {
    if let Some((length, is_closed)) = text(rest) {
        return (Kind::Text, length, is_closed);
    }
    match first {
        '\'' => return character(rest),
        '(' | '[' | '{' => return (Kind::Open, 1, true),
        ')' | ']' | '}' => return (Kind::Close, 1, true),
        _ => {}
    }
    if is_word_start(first) {
        let raw = if rest.starts_with("r#") { 2 } else { 0 };
        return (Kind::Word, raw + word_length(&rest[raw..]).max(1 - raw.min(1)), true);
    }
    if first.is_ascii_digit() {
        return (Kind::Number, number(rest), true);
    }
    let sign = SIGNS.iter().find(|sign| rest.starts_with(**sign));
    (Kind::Sign, sign.map_or(first.len_utf8(), |sign| sign.len()), true)
}

pub fn is_word_start(character: char) -> bool {
    character.is_alphabetic() || character == '_'
}

fn word_length(rest: &str) -> usize {
    rest.find(|character: char| !(character.is_alphanumeric() || character == '_')).unwrap_or(rest.len())
}

/// The length of a number: `1` of `1.max(2)` and of `1..3`, all of `1.5e-3f32`.
fn number(rest: &str) -> usize {
    let mut length = word_length(rest);
    let after = &rest[length..];
    if let Some(fraction) = after.strip_prefix('.') {
        match fraction.chars().next() {
            Some(next) if next.is_ascii_digit() => length += 1 + word_length(fraction),
            Some(next) if is_word_start(next) || next == '.' => {}
            None => {}
            Some(_) => length += 1,
        }
    }
    let is_decimal = !rest.starts_with("0x");
    if is_decimal && rest[..length].ends_with(['e', 'E']) && rest[length..].starts_with(['-', '+']) {
        length += 1 + word_length(&rest[length + 1..]);
    }
    length
}

/// The length of a string of any sort, if one begins here, and whether it is closed.
fn text(rest: &str) -> Option<(usize, bool)> {
    let prefix = ["br", "cr", "r", "b", "c", ""].into_iter().find(|prefix| {
        rest.strip_prefix(prefix).is_some_and(|rest| rest.trim_start_matches('#').starts_with('"'))
            && (prefix.ends_with('r') || rest[prefix.len()..].starts_with('"'))
    })?;
    let body = &rest[prefix.len()..];
    let hashes = body.len() - body.trim_start_matches('#').len();
    let start = prefix.len() + hashes + 1;
    if prefix.ends_with('r') {
        let end = format!("\"{}", "#".repeat(hashes));
        return Some(match rest[start..].find(&end) {
            Some(at) => (start + at + end.len(), true),
            None => (rest.len(), false),
        });
    }
    Some(until(rest, start, '"'))
}

/// From `start` to the closing character; a backslash takes the next character with it.
fn until(rest: &str, start: usize, end: char) -> (usize, bool) {
    let mut characters = rest[start..].char_indices();
    while let Some((at, character)) = characters.next() {
        if character == '\\' {
            characters.next();
        } else if character == end {
            return (start + at + 1, true);
        }
    }
    (rest.len(), false)
}

/// `'a'`, `'\n'` or the lifetime `'a`.
fn character(rest: &str) -> (Kind, usize, bool) {
    let mut characters = rest.chars().skip(1);
    match (characters.next(), characters.next()) {
        (Some('\\'), _) => {
            let line = rest.find('\n').unwrap_or(rest.len());
            let (length, is_closed) = until(&rest[..line], 1, '\'');
            (Kind::Character, length, is_closed)
        }
        (Some(one), Some('\'')) => (Kind::Character, one.len_utf8() + 2, true),
        (Some(one), _) if is_word_start(one) => (Kind::Lifetime, 1 + word_length(&rest[1..]), true),
        _ => (Kind::Sign, 1, true),
    }
}

fn block_comment(rest: &str) -> (usize, bool) {
    let (mut depth, mut at) = (0_usize, 0);
    while at < rest.len() {
        if rest[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return (at, true);
            }
        } else {
            at += rest[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    (rest.len(), false)
}

/// Sources beyond this are not looked at.
const MOST_TEXT: usize = 100_000;
/// Brackets may be nested so deep, and so many signs may stand in a row. Whatever a parser does by calling itself is bounded
/// by this.
const MOST_NESTED: usize = 100;

/// Whether a source is one that a person would write.
pub fn is_sane(source: &str, tokens: &[Token<'_>]) -> bool {
    let (mut depth, mut angles, mut row) = (0_usize, 0_usize, 0_usize);
    let is_fine = |token: &Token<'_>| {
        match token.kind {
            Kind::Open => depth += 1,
            Kind::Close => depth = depth.saturating_sub(1),
            _ => {}
        }
        match token.text {
            "<" => angles += 1,
            ">" => angles = angles.saturating_sub(1),
            ";" | "{" | "}" => angles = 0,
            _ => {}
        }
        let is_prefix = matches!(token.kind, Kind::Open | Kind::Sign | Kind::Lifetime)
            || matches!(
                token.text,
                "mut" | "dyn" | "impl" | "move" | "return" | "break" | "ref" | "else" | "if"
            );
        row = if is_prefix { row + 1 } else { 0 };
        depth.max(angles).max(row) <= MOST_NESTED
    };
    source.len() <= MOST_TEXT && tokens.iter().all(is_fine)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(source: &str) -> Vec<&str> {
        tokens(source).all.iter().map(|token| token.text).collect()
    }

    #[test]
    fn numbers_end_where_methods_and_ranges_begin() {
        assert_eq!(texts("1.max(2)"), ["1", ".", "max", "(", "2", ")"]);
        assert_eq!(texts("0..3 1.5e-3f32 2. 0xe-1"), ["0", "..", "3", "1.5e-3f32", "2.", "0xe", "-", "1"]);
    }

    #[test]
    fn text_and_comments_are_whole() {
        assert_eq!(
            texts(r##"a /* b /* c */ d */ "e\"f" r#"g"h"# 'i' '\'' 'j k"##),
            ["a", r#""e\"f""#, r##"r#"g"h"#"##, "'i'", r"'\''", "'j", "k"]
        );
        assert!(tokens("x // y").ends_inside);
        assert!(tokens("x \"y").ends_inside);
        assert!(tokens("x /* y").ends_inside);
        assert!(!tokens("x \"y\" // z\n").ends_inside);
    }

    #[test]
    fn words_may_be_in_any_script() {
        assert_eq!(texts("größe.π + r#type"), ["größe", ".", "π", "+", "r#type"]);
    }
}
