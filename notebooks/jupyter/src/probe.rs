//! Asks the compiler for the types of variables.
//!
//! The cell is checked with one more statement for each variable, which hands it to a function that takes nothing: a function of
//! a trait that no type has. The compiler says which type does not have it, by a path that code in a cell can use.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::companion;
use crate::engine::Scope;

/// Compiler and flags, as the engine uses them.
#[derive(Clone, Debug)]
pub struct Compiler {
    pub flags: Vec<String>,
}

/// What is said of a variable's type.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    Type(String),
    /// It has a type without a name (a closure, an `impl Trait`), shown as the compiler does.
    Nameless(String),
}

const TRAIT: &str = "MlbookTypeIsAsked";
const FUNCTION: &str = "mlbook_type_is_asked";

/// What the questions need, on one line.
fn items() -> String {
    format!("trait {TRAIT} {{}} fn {FUNCTION}<T: {TRAIT}>(_: T) {{}}")
}

/// The statements to put behind a cell, one a line, with the item that they need.
pub fn questions(names: &[&str]) -> String {
    let mut text = format!("\n; {}\n", items());
    for name in names {
        text += &format!("{FUNCTION}({name});\n");
    }
    text
}

impl Compiler {
    /// The type of an expression that uses variables of the notebook, outside of the engine's frame.
    pub fn type_of(&self, expression: &str, scope: &Scope) -> Option<String> {
        let variables: Vec<String> =
            scope.variables.iter().map(|(name, kind)| format!("{name}: {kind}")).collect();
        let source = format!(
            "{}\n{}\n{}\nfn cell({}) {{\nlet answer = {expression};\n{FUNCTION}(answer);\n}}",
            scope.uses.join("\n"),
            scope.items.join("\n"),
            items(),
            variables.join(", ")
        );
        match self.ask(&source).ok()?.remove("answer")? {
            Answer::Type(kind) => Some(kind),
            Answer::Nameless(_) => None,
        }
    }

    /// Checks `source`, which holds a cell with its [`questions`] in the engine's frame; returns the answers that came. None came if
    /// the cell has errors of its own, which the engine will find and show.
    pub fn ask(&self, source: &str) -> std::io::Result<BTreeMap<String, Answer>> {
        let mut rustc = Command::new(companion::rustc())
            .args(["--crate-name", "ctx", "--edition", "2024", "--crate-type", "lib", "--emit", "metadata"])
            .args(["--error-format", "json", "--cap-lints", "allow", "-Ztrim-diagnostic-paths=no"])
            .args(["--diagnostic-width", "10000", "-o"])
            .arg(if cfg!(windows) { "NUL" } else { "/dev/null" })
            .args(&self.flags)
            .arg("-")
            // The way in which paths are written is an unstable option; nothing that is compiled depends on it.
            .env("RUSTC_BOOTSTRAP", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()?;
        if let Some(mut input) = rustc.stdin.take() {
            let source = source.to_owned();
            std::thread::spawn(move || input.write_all(source.as_bytes()));
        }
        let output = rustc.wait_with_output()?;
        let text = String::from_utf8_lossy(&output.stderr);
        let asked: Vec<Option<&str>> = source.lines().map(asked_on).collect();
        Ok(text.lines().filter_map(|line| answer(&serde_json::from_str(line).ok()?, &asked)).collect())
    }
}

/// The variable that a line of the source asks for.
fn asked_on(line: &str) -> Option<&str> {
    line.trim().strip_prefix(FUNCTION)?.strip_prefix('(')?.strip_suffix(");")
}

/// Reads `the trait bound `T: MlbookTypeIsAsked` is not satisfied`.
fn answer(message: &Value, asked: &[Option<&str>]) -> Option<(String, Answer)> {
    let text = message["message"].as_str()?;
    // The trait may be written with a path.
    let end = text[..text.find(&format!("{TRAIT}`"))?].rfind(": ")?;
    let kind = &text[text.find('`')? + 1..end];
    let spans = message["spans"].as_array()?;
    let line = spans.iter().find(|span| span["is_primary"] == true)?["line_start"].as_u64()?;
    let name = (*asked.get(usize::try_from(line).ok()?.checked_sub(1)?)?)?;
    Some((name.to_owned(), of_text(kind)))
}

fn of_text(kind: &str) -> Answer {
    if ["{closure", "{async", "{coroutine", "impl ", "..."].iter().any(|part| kind.contains(part)) {
        return Answer::Nameless(kind.to_owned());
    }
    // A number that nothing decides is an i32 or an f64; a function's own type is written `fn(u8) -> u8 {name}`.
    let mut text = kind.replace("{integer}", "i32").replace("{float}", "f64");
    if let (Some(open), true) = (text.find(" {"), text.starts_with("fn(")) {
        text.truncate(open);
    }
    Answer::Type(text)
}

#[cfg(test)]
mod tests {
    use super::{Answer, Compiler, questions};

    fn ask(cell: &str, names: &[&str]) -> std::collections::BTreeMap<String, Answer> {
        let source = format!("fn cell() {{\n{cell}{}}}", questions(names));
        Compiler { flags: vec![] }.ask(&source).expect("rustc runs")
    }

    #[test]
    fn the_compiler_names_types() {
        let cell = "let a = vec![Some(1.5)]; let b = \"x\".to_owned(); let c = (3, [0u8; 4]); let d = a.iter().count();";
        let answers = ask(cell, &["a", "b", "c", "d"]);
        let kind = |name: &str| match &answers[name] {
            Answer::Type(text) => text.replace("std::", "").replace("alloc::", ""),
            Answer::Nameless(text) => panic!("{text} has a name"),
        };
        assert_eq!(kind("a"), "vec::Vec<option::Option<f64>>");
        assert_eq!(kind("b"), "string::String");
        assert_eq!(kind("c"), "(i32, [u8; 4])");
        assert_eq!(kind("d"), "usize");
    }

    #[test]
    fn closures_have_no_name() {
        assert!(matches!(ask("let f = |x: u8| x + 1;", &["f"])["f"], Answer::Nameless(_)));
    }

    #[test]
    fn a_cell_with_errors_gets_no_answers_or_true_ones() {
        assert_eq!(ask("let a = b;", &["a"]).get("a"), None);
    }
}
