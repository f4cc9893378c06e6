//! Answers that depend on nothing.

use serde_json::{Value, json};

/// Who we are.
pub fn kernel_info() -> Value {
    json!({
        "status": "ok",
        "protocol_version": "5.4",
        "implementation": "mlbook",
        "implementation_version": env!("CARGO_PKG_VERSION"),
        "banner": "Rust (mlbook): begin with `use companion::prelude::*;`",
        "debugger": false,
        "help_links": [
            { "text": "burn", "url": "https://burn.dev/books/burn/" },
            { "text": "Rust", "url": "https://doc.rust-lang.org/book/" },
        ],
        "language_info": {
            "name": "rust",
            "version": env!("CARGO_PKG_RUST_VERSION"),
            "mimetype": "text/rust",
            "file_extension": ".rs",
            "pygments_lexer": "rust",
            "codemirror_mode": "rust",
        },
    })
}

/// Whether a console should run the code or wait for another line.
pub fn is_complete(code: &str) -> Value {
    if crate::cell::outline(code).is_some() || code.trim_start().starts_with(':') {
        return json!({ "status": "complete" });
    }
    match open_brackets(code) {
        open @ 1.. => json!({ "status": "incomplete", "indent": "    ".repeat(open) }),
        0 if code.trim_end().ends_with(['=', ',', '+', '-', '*', '/', '.', '&', '|']) => {
            json!({ "status": "incomplete", "indent": "    " })
        }
        0 => json!({ "status": "invalid" }),
    }
}

/// Brackets that are open at the end; those in texts and comments do not count.
fn open_brackets(code: &str) -> usize {
    let mut open = 0_usize;
    let mut characters = code.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '(' | '[' | '{' => open += 1,
            ')' | ']' | '}' => open = open.saturating_sub(1),
            '"' => {
                let mut closed = false;
                while let Some(inside) = characters.next() {
                    match inside {
                        '\\' => drop(characters.next()),
                        '"' => {
                            closed = true;
                            break;
                        }
                        _ => {}
                    }
                }
                open += usize::from(!closed);
            }
            '/' if characters.peek() == Some(&'/') => {
                characters.by_ref().find(|&c| c == '\n');
            }
            _ => {}
        }
    }
    open
}

#[cfg(test)]
mod tests {
    use super::is_complete;

    #[test]
    fn code_is_complete_when_it_parses_and_incomplete_while_a_bracket_is_open() {
        let status = |code: &str| is_complete(code)["status"].as_str().unwrap_or_default().to_owned();
        assert_eq!(status("let a = 1;"), "complete");
        assert_eq!(status(":vars"), "complete");
        assert_eq!(status("for i in 0..3 {"), "incomplete");
        assert_eq!(status("println!(\"a } b"), "incomplete");
        assert_eq!(status("let a = "), "incomplete");
        assert_eq!(status("let let"), "invalid");
        assert_eq!(status("fn f() } {"), "incomplete");
    }
}
