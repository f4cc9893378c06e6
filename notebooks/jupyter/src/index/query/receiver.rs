//! Where the expression begins that a `.` belongs to.

use super::brackets::{opening, opening_angle};
use super::lex::{Kind as Lexed, Token};

/// Words before which no receiver goes on.
const KEYWORDS: [&str; 14] = [
    "return", "in", "let", "mut", "if", "else", "match", "while", "for", "loop", "move", "as", "break", "ref",
];

/// The first token of what stands before the `.` at `dot`.
pub fn start(tokens: &[Token<'_>], dot: usize) -> usize {
    let mut at = dot.min(tokens.len());
    while at > 0 {
        let token = tokens[at - 1];
        match (token.kind, token.text) {
            (Lexed::Close, _) => {
                let Some(open) = opening(tokens, at - 1) else { break };
                at = open;
                if at > 0 && tokens[at - 1].text == "!" {
                    at -= 1;
                }
                let before = at.checked_sub(1).map(|before| tokens[before]);
                let is_called = before.is_some_and(|before| match before.kind {
                    Lexed::Word => !KEYWORDS.contains(&before.text),
                    Lexed::Close => before.text != "}" && token.text != "}",
                    _ => before.text == "?" || (before.text == ">" && token.text == ")"),
                });
                if is_called {
                    continue;
                }
            }
            (_, "?") => {
                at -= 1;
                continue;
            }
            (_, ">") => {
                let open = opening_angle(tokens, at - 1);
                match open {
                    Some(open) if open > 0 && tokens[open - 1].text == "::" => at = open - 1,
                    _ => break,
                }
                continue;
            }
            (Lexed::Word, word) if KEYWORDS.contains(&word) => break,
            (Lexed::Word | Lexed::Number | Lexed::Text | Lexed::Character, _) => at -= 1,
            _ => break,
        }
        if at > 0 && matches!(tokens[at - 1].text, "." | "::") {
            at -= 1;
        } else {
            break;
        }
    }
    at
}
