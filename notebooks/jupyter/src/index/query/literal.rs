//! Types of literals, tuples, blocks and closures.

use super::brackets::closing;
use super::infer::Typer;
use super::lex::Kind as Lexed;
use crate::index::ty::Ty;

impl Typer<'_, '_> {
    pub fn number(&self, text: &str) -> Ty {
        let suffixes = ["f32", "f64", "usize", "isize", "u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64"];
        let suffix = suffixes.into_iter().find(|suffix| text.ends_with(suffix));
        let is_float = text.contains('.') || (text.contains(['e', 'E']) && !text.starts_with("0x"));
        self.primitive(suffix.unwrap_or(if is_float { "f64" } else { "i32" }))
    }

    /// What stands between parentheses.
    pub fn tuple(&self, start: usize, end: usize) -> Ty {
        let ranges = self.between_commas(start, end);
        let has_comma = ranges.last().is_some_and(|(_, part_end)| *part_end < end);
        let mut parts: Vec<Ty> = ranges.into_iter().map(|(start, end)| self.expression(start, end)).collect();
        if parts.len() == 1 && !has_comma { parts.remove(0) } else { Ty::Tuple(parts) }
    }

    /// The ranges of tokens that commas separate.
    pub fn between_commas(&self, start: usize, end: usize) -> Vec<(usize, usize)> {
        let mut ranges = Vec::new();
        let (mut at, mut first) = (start, start);
        while at < end {
            match self.tokens[at].kind {
                Lexed::Open => at = closing(self.tokens, at),
                _ if self.text(at) == "," => {
                    ranges.push((first, at));
                    first = at + 1;
                }
                _ => {}
            }
            at += 1;
        }
        if first < end {
            ranges.push((first, end));
        }
        ranges
    }

    /// A block's last expression.
    pub fn block(&self, start: usize, end: usize) -> Ty {
        let (mut at, mut last) = (start, start);
        while at < end {
            match self.tokens[at].kind {
                Lexed::Open => at = closing(self.tokens, at),
                _ if self.text(at) == ";" => last = at + 1,
                _ => {}
            }
            at += 1;
        }
        self.expression(last, end)
    }

    /// A function without a name: what its body is.
    pub fn closure(&self, start: usize, end: usize) -> Ty {
        let first = (start..end).find(|at| self.text(*at).starts_with('|')).unwrap_or(end);
        let body = match self.text(first) {
            "||" => first + 1,
            _ => (first + 1..end).find(|at| self.text(*at) == "|").map_or(end, |at| at + 1),
        };
        let returned = self.expression(body, end);
        self.names.type_id(&["Fn"]).map_or(Ty::Unknown, |id| Ty::Named(id, vec![returned]))
    }
}
