//! Errors as a reader of the notebook sees them: once, short, with the line of the cell.

use std::fmt::Write;

use evcxr::CompilationError;

use crate::cell::{MARKS, Prepared};

/// What went wrong, in Jupyter's three parts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Failure {
    /// Its kind, in a word or two.
    pub name: String,
    pub message: String,
    pub traceback: Vec<String>,
}

const RED: &str = "\x1b[1;31m";
const BLUE: &str = "\x1b[34m";
const PLAIN: &str = "\x1b[0m";
/// More errors than this help nobody.
const MOST: usize = 8;

impl Failure {
    /// A failure without a place.
    pub fn new(name: &str, message: impl Into<String>) -> Self {
        let message = message.into();
        let traceback = vec![format!("{RED}{name}{PLAIN}: {message}")];
        Self { name: name.to_owned(), message, traceback }
    }

    /// A failure at a line of the cell, from 1.
    pub fn at_line(name: &str, message: impl Into<String>, cell: &str, line: Option<usize>) -> Self {
        let mut failure = Self::new(name, message);
        if let Some((line, text)) =
            line.and_then(|line| Some((line, cell.lines().nth(line.checked_sub(1)?)?)))
        {
            failure.traceback.push(marked(line, text, None, ""));
        }
        failure
    }

    /// Adds a line of advice.
    pub fn hint(mut self, text: &str) -> Self {
        self.traceback.push(text.to_owned());
        self
    }

    /// What the compiler says of a cell, which it got as it was prepared.
    pub fn of_compiler(errors: &[CompilationError], cell: &str, prepared: &Prepared) -> Self {
        // Warnings come along; beside errors they only distract.
        let are_errors = errors.iter().filter(|error| error.level() == "error");
        let errors: Vec<&CompilationError> =
            if are_errors.clone().next().is_some() { are_errors.collect() } else { errors.iter().collect() };
        let mut traceback: Vec<String> = Vec::new();
        for error in errors.iter().take(MOST) {
            let text = report(error, cell, prepared);
            // The same error may be found twice, in the cell and in what was written around it.
            if !traceback.contains(&text) {
                traceback.push(text);
            }
        }
        if errors.len() > MOST {
            traceback.push(format!("… and {} more", errors.len() - MOST));
        }
        let name = match errors.first().and_then(|error| error.code()) {
            Some(code) => format!("compile error {code}"),
            None => "compile error".to_owned(),
        };
        let message = errors.first().map(|error| error.message()).unwrap_or_default();
        Self { name, message, traceback }
    }
}

/// One error: its message, the lines it is about with the place marked, help.
fn report(error: &CompilationError, cell: &str, prepared: &Prepared) -> String {
    let code = error.code().map(|code| format!("[{code}]")).unwrap_or_default();
    let mut text = format!("{RED}error{code}{PLAIN}: {}", error.message());
    let lines: Vec<&str> = cell.lines().collect();
    for part in error.spanned_messages() {
        let Some(span) = part.span else { continue };
        let Some(line) = lines.get(span.start_line.wrapping_sub(1)) else { continue };
        let width = line.chars().count();
        // What was written behind a statement is the kernel's; the reader's line ends before.
        let own = |line: usize, column: usize| prepared.own_column(line, column).clamp(1, width + 1);
        let start = own(span.start_line, span.start_column);
        let end =
            if span.end_line == span.start_line { own(span.end_line, span.end_column) } else { width + 1 };
        // A place without words of its own repeats the message.
        let label = if part.label.starts_with("error: ") { "" } else { &part.label };
        let _ = write!(text, "\n{}", marked(span.start_line, line, Some((start, end.max(start + 1))), label));
    }
    let own_help = error.evcxr_extra_hint().map(str::to_owned);
    for help in own_help.into_iter().chain(error.help()).take(3) {
        let lines: Vec<&str> = help.lines().filter(|line| !line.trim().is_empty()).collect();
        let _ = write!(text, "\n  {BLUE}help{PLAIN}: {}", lines.join("\n        "));
    }
    text
}

/// A line of the cell with its number; columns (from 1, the end not included) are underlined.
fn marked(number: usize, line: &str, columns: Option<(usize, usize)>, label: &str) -> String {
    let mut text = format!("{BLUE}{number:>4} |{PLAIN} {line}");
    if let Some((start, end)) = columns {
        let (before, under) = (" ".repeat(start.saturating_sub(1)), "^".repeat(end.saturating_sub(start)));
        let _ = write!(text, "\n{BLUE}     |{PLAIN} {before}{RED}{under} {label}{PLAIN}");
    }
    text
}

/// The line of the cell that stands at `line` of the generated source. Cells are put in as they are, a statement at a time; a line
/// that stands in the cell several times is told apart by how many like it come before.
pub fn line_of_cell(generated: &str, line: u32, cell: &str) -> Option<usize> {
    let at = usize::try_from(line).ok()?.checked_sub(1)?;
    let same = |a: &str, b: &str| {
        let (a, b) = (a.trim(), b.trim());
        // The kernel writes types, semicolons and what shows the last expression around the reader's code.
        let a = a.strip_prefix("companion::show_last!(").unwrap_or(a);
        let added = |rest: &str| {
            rest.is_empty()
                || rest == ";"
                || rest.starts_with(" let ")
                || rest.starts_with(" companion::show_last!(")
        };
        let a = &without_marks(a);
        !b.is_empty() && a.strip_prefix(b).is_some_and(added)
    };
    let text = generated.lines().nth(at)?;
    let places: Vec<usize> =
        cell.lines().enumerate().filter(|(_, own)| same(text, own)).map(|(i, _)| i + 1).collect();
    let own = cell.lines().nth(places.first()? - 1)?;
    let before = generated.lines().take(at).filter(|earlier| same(earlier, own)).count();
    // Earlier cells' items stand first, so count from the end.
    let all = generated.lines().filter(|earlier| same(earlier, own)).count();
    let from_end = all - before;
    places.len().checked_sub(from_end).and_then(|i| places.get(i)).or(places.last()).copied()
}

/// A line without what the kernel writes around an expression before a `?`.
fn without_marks(line: &str) -> String {
    let mut text = line.to_owned();
    while let Some(start) = MARKS.iter().find_map(|mark| text.find(mark)) {
        let Some(comma) = text[start..].find(", ") else { break };
        let inside = start + comma + 2;
        let Some(close) = text[inside..].find(")?").map(|at| inside + at) else { break };
        text.replace_range(close..=close, "");
        text.replace_range(start..inside, "");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Failure, line_of_cell};

    #[test]
    fn the_line_of_a_panic_is_found_in_the_cell() {
        let cell = "let v = vec![1];\nlet x = 2;\nv[x];\nlet x = 2;";
        let generated = "#![allow()]\nfn run() {\nlet v = vec![1]; let v: Vec<i32> = v;\nlet x = 2;\n(\nv[x]\n);\nlet x = 2;\n}";
        assert_eq!(line_of_cell(generated, 3, cell), Some(1));
        assert_eq!(line_of_cell(generated, 4, cell), Some(2));
        assert_eq!(line_of_cell(generated, 8, cell), Some(4));
        assert_eq!(line_of_cell(generated, 1, cell), None);
    }

    #[test]
    fn a_failure_shows_its_line() {
        let failure = Failure::at_line("panic", "index out of bounds", "let a = 1;\nv[5]", Some(2));
        assert_eq!(failure.traceback.len(), 2);
        assert!(failure.traceback[1].contains("v[5]"));
    }
}
