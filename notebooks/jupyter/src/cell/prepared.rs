//! A cell with what the kernel writes into it.

use super::outline::{Last, Outline, Untyped};

/// The cell for the engine.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Prepared {
    pub code: String,
    /// What was put in: line and column (from 1, in characters) in the reader's cell, and how many columns it takes.
    inserted: Vec<(usize, usize, usize)>,
}

impl Prepared {
    /// A cell as it is.
    pub fn unchanged(code: &str) -> Self {
        Self { code: code.to_owned(), inserted: vec![] }
    }

    /// The column in the reader's line for one in the line that was compiled.
    pub fn own_column(&self, line: usize, column: usize) -> usize {
        let mut before = 0;
        for &(_, at, width) in self.inserted.iter().filter(|&&(of, ..)| of == line) {
            if at + before < column {
                before += width.min(column - at - before);
            }
        }
        column - before
    }

    fn insert(code: &str, mut texts: Vec<(usize, String)>) -> Self {
        // From the end to the beginning, so that offsets stay true; at the same place the later one stands first.
        texts.sort_by_key(|(place, _)| std::cmp::Reverse(*place));
        let mut prepared = Self::unchanged(code);
        for (place, text) in texts {
            prepared.code.insert_str(place, &text);
            let before = &code[..place];
            let line = before.matches('\n').count() + 1;
            let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
            let width = text.split('\n').next().unwrap_or_default().chars().count();
            prepared.inserted.insert(0, (line, column, width));
        }
        prepared
    }
}

/// What is written before an expression before a `?`.
pub const MARKS: [&str; 2] = [MARK_OF_OPEN_TYPE, MARK];
const MARK_OF_OPEN_TYPE: &str = "companion::question::at(";
const MARK: &str = "companion::at!(";
const SHOW: &str = " companion::show_last!(";

/// The cell with the types written behind its statements, and what shows its last expression around that. `types` gives a
/// variable's type as text.
pub fn prepare(code: &str, outline: &Outline, types: impl Fn(&Untyped) -> Option<String>) -> Prepared {
    let mut texts: Vec<(usize, String)> = Vec::new();
    for mark in &outline.question_marks {
        let call = if mark.open { MARK_OF_OPEN_TYPE } else { MARK };
        texts.push((mark.end, ")".to_owned()));
        texts.push((mark.start, format!("{call}{}, ", mark.line)));
    }
    match outline.last {
        Last::Statement => {}
        Last::Action => texts.push((code.trim_end().len(), ";".to_owned())),
        Last::Value { after, end } => {
            texts.push((end, "\n);".to_owned()));
            texts.push((after, SHOW.to_owned()));
        }
    }
    let mut places: Vec<&Untyped> = outline.untyped.iter().collect();
    places.sort_by_key(|variable| variable.end);
    for variable in places.into_iter().rev() {
        let Some(kind) = types(variable) else { continue };
        let (name, mutable) = (&variable.name, if variable.mutable { "mut " } else { "" });
        texts.push((variable.end, format!(" let {mutable}{name}: {kind} = {name};")));
    }
    Prepared::insert(code, texts)
}

#[cfg(test)]
mod tests {
    use super::prepare;
    use crate::cell::outline;

    fn typed(code: &str) -> String {
        let outline = outline(code).expect("it parses");
        prepare(code, &outline, |variable| Some(format!("T{}", variable.name))).code
    }

    #[test]
    fn types_are_written_behind_the_statement() {
        assert_eq!(typed("let a = f();\nlet b: u8 = 1;"), "let a = f(); let a: Ta = a;\nlet b: u8 = 1;");
        assert_eq!(typed("let mut v: Vec<_> = g();"), "let mut v: Vec<_> = g(); let mut v: Tv = v;");
    }

    #[test]
    fn every_variable_of_a_pattern_gets_one() {
        let code = "let (model, Fit { history, .. }) = train()?;\nmodel;";
        assert_eq!(
            typed(code),
            "let (model, Fit { history, .. }) = companion::at!(1, train())?; let model: Tmodel = model; let history: Thistory = history;\nmodel;"
        );
    }

    #[test]
    fn a_type_behind_a_pattern_of_several_does_not_count() {
        assert_eq!(
            typed("let (a, b): (u8, Net) = f();"),
            "let (a, b): (u8, Net) = f(); let a: Ta = a; let b: Tb = b;"
        );
    }

    #[test]
    fn only_the_last_of_a_name_counts() {
        assert_eq!(typed("let a = 1; let a = b;"), "let a = 1; let a = b; let a: Ta = a;");
        assert_eq!(typed("let a = 1; let a: u8 = b;"), "let a = 1; let a: u8 = b;");
    }

    #[test]
    fn inner_blocks_and_functions_are_left_alone() {
        let code = "{ let a = 1; }\nfn f() { let b = 2; }\nif let Some(c) = d {};";
        assert_eq!(typed(code), code);
    }

    #[test]
    fn the_last_expression_is_shown_and_no_line_moves() {
        assert_eq!(
            typed("let a = f();\na + 1"),
            "let a = f(); let a: Ta = a; companion::show_last!(\na + 1\n);"
        );
        assert_eq!(typed("println!(\"x\")"), "println!(\"x\");");
        assert_eq!(typed("// one\nvec![1]"), " companion::show_last!(// one\nvec![1]\n);");
        let first = prepare("x + 1", &outline("x + 1").expect("it parses"), |_| None);
        assert_eq!(first.code, " companion::show_last!(x + 1\n);");
        assert_eq!(
            typed("f()?.g()?"),
            " companion::show_last!(companion::at!(1, companion::at!(1, f())?.g())?\n);"
        );
        assert_eq!(first.own_column(1, 24), 1);
    }

    #[test]
    fn question_marks_are_found_by_line() {
        let code = "let a = f()?;\nlet g = || h()?;\nk(l()?, m);";
        let outline = outline(code).expect("it parses");
        let prepared = prepare(code, &outline, |_| None);
        let at = |line: usize, call: &str| format!("companion::at!({line}, {call})?");
        assert_eq!(
            prepared.code,
            format!("let a = {};\nlet g = || h()?;\nk({}, m);", at(1, "f()"), at(3, "l()"))
        );
        // `f` and `m` stand where they stood.
        let column = |line: usize, text: &str| {
            prepared.code.lines().nth(line - 1).and_then(|l| l.find(text)).expect("there") + 1
        };
        assert_eq!(prepared.own_column(1, column(1, "f()")), 9);
        assert_eq!(prepared.own_column(3, column(3, "m)")), 9);
    }
}
