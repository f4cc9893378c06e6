//! What stands in a cell, as far as the kernel must know.

use syn::spanned::Spanned;
use syn::visit::Visit;
use syn::{Expr, Lit, Local, Pat, Stmt, Type};

/// A variable that a cell makes without saying its type.
#[derive(Clone, Debug, PartialEq)]
pub struct Untyped {
    pub name: String,
    pub(super) mutable: bool,
    /// Byte offset behind the statement that makes it.
    pub(super) end: usize,
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
    pub(super) start: usize,
    pub(super) end: usize,
    pub line: usize,
    /// Whether what follows decides the type, as with `.parse()`.
    pub(super) open: bool,
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
    /// In an expression that is to be shown. Byte offsets: behind the statement before it, and behind itself.
    Value { after: usize, end: usize },
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
            Stmt::Local(local) => read_local(local, &mut outline.untyped),
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

/// The byte of the cell that stands at a byte of what is read.
fn place(offset: usize) -> usize {
    offset.saturating_sub(OPEN.len())
}

fn read_local(local: &Local, untyped: &mut Vec<Untyped>) {
    let pattern = match &local.pat {
        // The engine reads what is written behind a name, and nothing that is written behind a pattern of several.
        Pat::Type(typed) if matches!(*typed.pat, Pat::Ident(_)) && !is_inferred(&typed.ty) => {
            untyped.retain(|earlier| !names(&typed.pat).iter().any(|(name, _)| *name == earlier.name));
            return;
        }
        Pat::Type(typed) => &*typed.pat,
        pattern => pattern,
    };
    let end = place(local.span().byte_range().end);
    let known = match pattern {
        Pat::Ident(_) => local.init.as_ref().and_then(|init| literal_type(&init.expr)),
        _ => None,
    };
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
    let after = before.last().map_or(0, |statement| place(statement.span().byte_range().end));
    Last::Value { after, end: place(last.span().byte_range().end) }
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
