//! Which brackets belong together.

use super::lex::{Kind, Token};

/// The bracket that closes the one at `at`, or the end.
pub fn closing(tokens: &[Token<'_>], at: usize) -> usize {
    let mut depth = 0_usize;
    for (offset, token) in tokens.iter().enumerate().skip(at) {
        match token.kind {
            Kind::Open => depth += 1,
            Kind::Close => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return offset;
        }
    }
    tokens.len()
}

/// Behind the `>` that closes the `<` at `at`.
pub fn behind_angles(tokens: &[Token<'_>], at: usize) -> usize {
    let mut depth = 0_usize;
    for (offset, token) in tokens.iter().enumerate().skip(at) {
        match token.text {
            "<" => depth += 1,
            ">" => depth = depth.saturating_sub(1),
            ";" | "{" | "}" => return offset,
            _ => {}
        }
        if depth == 0 {
            return offset + 1;
        }
    }
    tokens.len()
}

/// The bracket that opens the one at `at`.
pub fn opening(tokens: &[Token<'_>], at: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for back in (0..=at).rev() {
        match tokens[back].kind {
            Kind::Close => depth += 1,
            Kind::Open => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return Some(back);
        }
    }
    None
}

/// The `<` that belongs to the `>` at `at`.
pub fn opening_angle(tokens: &[Token<'_>], at: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for back in (0..=at).rev() {
        match tokens[back].text {
            ">" => depth += 1,
            "<" => depth = depth.saturating_sub(1),
            ";" | "{" | "}" => return None,
            _ => {}
        }
        if depth == 0 {
            return Some(back);
        }
    }
    None
}
