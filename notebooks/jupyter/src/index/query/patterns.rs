//! The names that patterns bind.

use super::lex::Kind;
use super::locals::{Local, Origin, Part, Reader};

impl Reader<'_, '_> {
    /// Binds the names of the pattern between two tokens; they can be used from the token `from`.
    pub fn bind(&mut self, start: usize, end: usize, origin: &Origin, from: usize) {
        let mut parts: Vec<Part> = Vec::new();
        for at in start..end.min(self.tokens.len()) {
            let token = self.tokens[at];
            match token.text {
                "(" | "[" => {
                    let before = at.checked_sub(1).filter(|before| *before >= start);
                    parts.push(match before.map(|before| self.tokens[before]) {
                        Some(before) if before.text == "Err" => Part::Error,
                        Some(before) if before.kind == Kind::Word => Part::Inside,
                        _ => Part::At(0),
                    });
                }
                ")" | "]" => {
                    parts.pop();
                }
                "," => {
                    if let Some(Part::At(number)) = parts.last_mut() {
                        *number += 1;
                    }
                }
                "mut" | "ref" | "&" | "_" => {}
                "{" => return,
                name if token.kind == Kind::Word && !matches!(self.text(at + 1), "(" | "::" | "{") => {
                    let origin = inner(origin, &parts);
                    self.found.push(Local { name, from, origin });
                }
                _ => {}
            }
        }
    }

    /// The pattern of a `match`'s arm that ends before the `=>` at `arrow`.
    pub fn read_arm(&mut self, arrow: usize, (start, end): (usize, usize)) {
        let mut depth = 0_usize;
        let mut first = arrow;
        while first > end {
            let token = self.tokens[first - 1];
            match (token.kind, token.text) {
                (Kind::Open, _) if depth == 0 => break,
                (Kind::Close, "}") if depth == 0 => break,
                (Kind::Close, _) => depth += 1,
                (Kind::Open, _) => depth -= 1,
                (_, ",") if depth == 0 => break,
                _ => {}
            }
            first -= 1;
        }
        let guard = self.until(first, &["if", "=>"]);
        let origin = Origin::Value { start, end, parts: Vec::new() };
        self.bind(first, guard.min(arrow), &origin, guard.min(arrow));
    }
}

/// Where a part of something comes from.
fn inner(origin: &Origin, parts: &[Part]) -> Origin {
    match origin {
        Origin::Value { start, end, parts: before } => {
            let parts = before.iter().chain(parts).copied().collect();
            Origin::Value { start: *start, end: *end, parts }
        }
        other if parts.is_empty() => other.clone(),
        _ => Origin::Unknown,
    }
}
