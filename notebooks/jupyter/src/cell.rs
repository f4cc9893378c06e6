//! A cell as the engine gets it: with a type for every variable that is to be kept.
//!
//! evcxr stores variables between cells by name and type, and has to know the type. Its rust-analyzer does not see the crate that
//! notebooks load, so the kernel asks the compiler instead (see [`probe`](crate::probe)) and writes the answer behind the
//! statement: `let model = Mlp::new(&device);` becomes `let model = Mlp::new(&device); let model: Mlp = model;`, on the same line,
//! so that nothing before it moves.

use syn::spanned::Spanned;
use syn::visit::Visit;
use syn::{Expr, Lit, Local, Pat, Stmt, Type};

/// A variable that a cell makes without saying its type.
#[derive(Clone, Debug, PartialEq)]
pub struct Untyped {
    pub name: String,
    mutable: bool,
    /// Byte offset behind the statement that makes it.
    end: usize,
    /// What a literal gives away.
    pub known: Option<&'static str>,
}

/// What the kernel sees in a cell.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outline {
    pub untyped: Vec<Untyped>,
    /// `use` items, for completions in later cells.
    pub uses: Vec<String>,
    /// Whether the cell defines functions, types and so on.
    pub defines: bool,
    /// What the cell ends in.
    pub last: Last,
    /// What a `?` stands behind, outside of functions and closures.
    pub question_marks: Vec<QuestionMark>,
}

/// An expression before a `?`: its bytes, and the line of the `?` from 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct QuestionMark {
    start: usize,
    end: usize,
    pub line: usize,
    /// Whether what follows decides the type, as with `.parse()`.
    open: bool,
}

/// Methods whose type is often decided by what their value is used for.
const OPEN_METHODS: [&str; 7] = ["parse", "into", "try_into", "collect", "sum", "product", "downcast"];

/// How a cell ends.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Last {
    /// In a statement.
    #[default]
    Statement,
    /// In a macro that only does something, without a semicolon.
    Action,
    /// In an expression that is to be shown. Byte offsets: behind the statement before it, and of its own beginning and end.
    Value { after: usize, start: usize, end: usize },
}

/// Macros whose value nobody wants to see.
const ACTIONS: [&str; 13] = [
    "print",
    "println",
    "eprint",
    "eprintln",
    "say",
    "assert",
    "assert_eq",
    "assert_ne",
    "panic",
    "todo",
    "unimplemented",
    "unreachable",
    "dbg",
];

/// Reads a cell; none if it does not parse, which the compiler will say better.
pub fn outline(code: &str) -> Option<Outline> {
    let wrapped = format!("{OPEN}{code}\n}}");
    let function: syn::ItemFn = syn::parse_str(&wrapped).ok()?;
    let mut outline = Outline::default();
    for statement in &function.block.stmts {
        match statement {
            Stmt::Local(local) => read_local(local, &wrapped, &mut outline.untyped),
            Stmt::Item(item) => read_item(item, &wrapped, &mut outline),
            _ => {}
        }
    }
    outline.last = read_last(&function.block.stmts);
    let mut marks = QuestionMarks(Vec::new());
    marks.visit_block(&function.block);
    outline.question_marks = marks.0;
    Some(outline)
}

/// What stands before the cell when it is read; on one line, without a newline, so that line numbers stay.
const OPEN: &str = "fn cell() {";

fn read_local(local: &Local, wrapped: &str, untyped: &mut Vec<Untyped>) {
    let pattern = match &local.pat {
        Pat::Type(typed) if !is_inferred(&typed.ty) => {
            untyped.retain(|earlier| !names(&typed.pat).iter().any(|(name, _)| *name == earlier.name));
            return;
        }
        Pat::Type(typed) => &*typed.pat,
        pattern => pattern,
    };
    let end = local.span().byte_range().end.saturating_sub(OPEN.len());
    let known = match pattern {
        Pat::Ident(_) => local.init.as_ref().and_then(|init| literal_type(&init.expr)),
        _ => None,
    };
    debug_assert!(wrapped.is_char_boundary(end + OPEN.len()));
    for (name, mutable) in names(pattern) {
        // Of several statements that make a variable the last counts.
        untyped.retain(|earlier| earlier.name != name);
        untyped.push(Untyped { name, mutable, end, known });
    }
}

fn read_last(statements: &[Stmt]) -> Last {
    let Some((last, before)) = statements.split_last() else { return Last::Statement };
    let call = match last {
        Stmt::Expr(Expr::Macro(call), None) => Some(&call.mac),
        Stmt::Macro(call) if call.semi_token.is_none() => Some(&call.mac),
        Stmt::Expr(_, None) => None,
        _ => return Last::Statement,
    };
    if let Some(call) = call {
        let name = call.path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default();
        if ACTIONS.contains(&name.as_str()) {
            return Last::Action;
        }
    }
    let place = |offset: usize| offset.saturating_sub(OPEN.len());
    let range = last.span().byte_range();
    let after = before.last().map_or(0, |statement| place(statement.span().byte_range().end));
    Last::Value { after, start: place(range.start), end: place(range.end) }
}

fn read_item(item: &syn::Item, wrapped: &str, outline: &mut Outline) {
    if let syn::Item::Use(_) = item {
        outline.uses.extend(wrapped.get(item.span().byte_range()).map(str::to_owned));
    } else {
        outline.defines = true;
    }
}

/// The variables of a pattern, each with whether it is mutable.
fn names(pattern: &Pat) -> Vec<(String, bool)> {
    struct Names(Vec<(String, bool)>);
    impl<'ast> Visit<'ast> for Names {
        fn visit_pat_ident(&mut self, pattern: &'ast syn::PatIdent) {
            let name = pattern.ident.to_string();
            // `None` and other constants look like variables here; variables are written small.
            if !name.starts_with(char::is_uppercase) {
                self.0.push((name, pattern.mutability.is_some()));
            }
            syn::visit::visit_pat_ident(self, pattern);
        }
    }
    let mut names = Names(Vec::new());
    names.visit_pat(pattern);
    names.0
}

/// Whether a part of the type is left to the compiler.
fn is_inferred(kind: &Type) -> bool {
    struct Underscore(bool);
    impl<'ast> Visit<'ast> for Underscore {
        fn visit_type_infer(&mut self, _: &'ast syn::TypeInfer) {
            self.0 = true;
        }
    }
    let mut underscore = Underscore(false);
    underscore.visit_type(kind);
    underscore.0
}

/// The type of a literal that nothing else decides: text and truth values. Numbers take theirs from how they are used.
fn literal_type(value: &Expr) -> Option<&'static str> {
    let Expr::Lit(literal) = value else { return None };
    match &literal.lit {
        Lit::Str(_) => Some("&'static str"),
        Lit::Bool(_) => Some("bool"),
        Lit::Char(_) => Some("char"),
        _ => None,
    }
}

struct QuestionMarks(Vec<QuestionMark>);

impl<'ast> Visit<'ast> for QuestionMarks {
    fn visit_expr_try(&mut self, expression: &'ast syn::ExprTry) {
        // Inner ones first: they may begin at the same place, and what is put in later stands outside.
        syn::visit::visit_expr_try(self, expression);
        let range = expression.expr.span().byte_range();
        let place = |offset: usize| offset.saturating_sub(OPEN.len());
        let line = expression.question_token.span().start().line;
        let open = match &*expression.expr {
            Expr::MethodCall(call) => {
                call.turbofish.is_none() && OPEN_METHODS.iter().any(|&name| call.method == name)
            }
            _ => false,
        };
        self.0.push(QuestionMark { start: place(range.start), end: place(range.end), line, open });
    }
    fn visit_expr_closure(&mut self, _: &'ast syn::ExprClosure) {}
    fn visit_item(&mut self, _: &'ast syn::Item) {}
}

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

    /// Whether something stands around what a `?` stands behind.
    pub fn has_marks(&self) -> bool {
        MARKS.iter().any(|mark| self.code.contains(mark))
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
pub const MARKS: [&str; 2] = ["companion::question::at(", "companion::at!("];
const SHOW: &str = " companion::show_last!(";

/// The cell with the types written behind its statements, and what shows its last expression around that. `types` gives a
/// variable's type as text.
pub fn prepare(code: &str, outline: &Outline, types: impl Fn(&Untyped) -> Option<String>) -> Prepared {
    let mut texts: Vec<(usize, String)> = Vec::new();
    for mark in &outline.question_marks {
        let call = if mark.open { "companion::question::at(" } else { "companion::at!(" };
        texts.push((mark.end, ")".to_owned()));
        texts.push((mark.start, format!("{call}{}, ", mark.line)));
    }
    match outline.last {
        Last::Statement => {}
        Last::Action => texts.push((code.trim_end().len(), ";".to_owned())),
        Last::Value { after, end, .. } => {
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
    use super::{outline, prepare};

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
